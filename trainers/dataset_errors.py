"""What a person hears about data that cannot be learned from."""

from __future__ import annotations


class DatasetMissing(Exception):
    """A data set that cannot be had or used; its text is one sentence that says what to do."""
