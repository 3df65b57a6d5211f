"""What a person hears about data that cannot be learned from, and pictures that cannot be painted."""

from __future__ import annotations


class DatasetMissing(Exception):
    """A data set that cannot be had or used; its text is one sentence that says what to do."""


class PictureRefused(DatasetMissing):
    """An image file that cannot be used; its text is one sentence that says why and what to do."""
