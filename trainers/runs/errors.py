"""What can be wrong with a run folder. Every text is one sentence for a person.

RunError
├── InvalidName     a name that cannot be a folder's
├── NameTaken       a run of that name exists already
├── DamagedFile     a JSON file of the run that cannot be read
├── RunIsBusy       another trainer writes this run
└── StorageFailed   the disk is full or may not be written
"""

from __future__ import annotations


class RunError(Exception):
    """Any fault of a run folder."""


class InvalidName(RunError, ValueError):
    """A name that cannot be a folder's."""


class NameTaken(RunError):
    """A run of that name exists already."""


class DamagedFile(RunError):
    """A JSON file of the run that cannot be read."""


class RunIsBusy(RunError):
    """Another trainer writes this run."""


class StorageFailed(RunError):
    """The disk is full or may not be written."""
