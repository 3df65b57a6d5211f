"""Arrays that a trainer, perhaps on another machine, left in a run's `artifacts/`: checked before they are unpacked."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from trainers.runs import DamagedFile

LARGEST_UNPACKED_BYTES = 64_000_000


Arrays = Mapping[str, NDArray[Any]]
Found = TypeVar("Found")


def read_arrays(
    path: Path, names: Collection[str], build: Callable[[Arrays], Found], problem: str
) -> Found | None:
    """What `build` makes of the arrays of these names, None where there is no file (yet).

    `build` raises ValueError for arrays that are not what it needs. Raises DamagedFile with the `problem`.
    """
    try:
        with path.open("rb") as file:  # a live file may be replaced meanwhile: one open file stays one
            with zipfile.ZipFile(file) as archive:
                if sum(member.file_size for member in archive.infolist()) > LARGEST_UNPACKED_BYTES:
                    raise DamagedFile(problem)
            file.seek(0)
            with np.load(file, allow_pickle=False) as arrays:
                return build({name: arrays[name] for name in names})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DamagedFile(problem) from error
