"""Lays the pictures that come with the lab down as files, each once."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path

from trainers.dataset_errors import DatasetMissing
from trainers.runs import write_atomically
from trainers.style import pictures
from trainers.style.paintings import catalogue
from trainers.style.paintings.catalogue import Entry

SIZE = 768  # pixels a side
_SEED = 0


def lay_down(name: str, folder: Path) -> Path:
    """The file of a picture in `folder`, made unless it is there; raises DatasetMissing or StorageFailed."""
    entry = catalogue.ENTRIES[name]
    path = folder / entry.file
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path, _content(entry))
    return path


def _content(entry: Entry) -> bytes:
    if entry.file.endswith(".jpg"):
        return photo_file(entry.file).read_bytes()
    module = importlib.import_module(f"trainers.style.paintings.{entry.name}")
    return pictures.encoded(module.paint(_SEED, SIZE))


def photo_file(name: str) -> Path:
    """Where scikit-learn keeps a photo; found without importing it. Raises DatasetMissing."""
    package = importlib.util.find_spec("sklearn")
    folders = package.submodule_search_locations if package else None
    file = Path(folders[0]) / "datasets" / "images" / name if folders else None
    if file is None or not file.is_file():
        raise DatasetMissing(
            f"The photo {name} is missing: install the requirements again with pip install -r requirements.txt."
        )
    return file
