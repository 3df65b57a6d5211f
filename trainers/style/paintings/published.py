"""Well-known paintings in the public domain, fetched from Wikimedia Commons when somebody asks for one."""

from __future__ import annotations

import time
import urllib.parse
import urllib.request
from pathlib import Path

from trainers.dataset_errors import DatasetMissing
from trainers.runs import write_atomically
from trainers.specs.stylize import LARGEST_FILE
from trainers.style import pictures
from trainers.style.paintings.catalogue import PUBLISHED

_ANSWER_SECONDS, _MOST_SECONDS = 8, 45
_WIDTH = 1024  # pixels: Commons scales, so that no museum's hundred megapixels are fetched
_ADDRESS = "https://commons.wikimedia.org/wiki/Special:FilePath/{file}?width={width}"
_WHO = "BoardLab (a lab for students; fetches one picture when asked)"


def fetch(name: str, folder: Path, address: str = _ADDRESS) -> Path:
    """The file of a published painting in `folder`, fetched unless it is there; raises DatasetMissing or StorageFailed.

    What comes must be an image within the limits of every upload. Nothing is known of its checksum beforehand.
    """
    entry = PUBLISHED[name]
    path = folder / f"{name}.jpg"
    if not path.exists():
        content = _fetched(address.format(file=urllib.parse.quote(entry.file), width=_WIDTH), entry.title)
        pixels = pictures.decoded(content, entry.title)
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path, pictures.encoded(pixels, "JPEG"))
    return path


def _fetched(address: str, title: str) -> bytes:
    advice = "connect to the internet and try again, upload a picture of it, or choose another painting"
    until = time.monotonic() + _MOST_SECONDS
    request = urllib.request.Request(address, headers={"User-Agent": _WHO})  # noqa: S310
    content = bytearray()
    try:
        with urllib.request.urlopen(request, timeout=_ANSWER_SECONDS) as answer:  # noqa: S310
            while part := answer.read1(2**16):
                content += part
                if len(content) > LARGEST_FILE or time.monotonic() > until:
                    raise DatasetMissing(
                        f"{title} could not be fetched, it is too large or too slow: {advice}."
                    )
    except (OSError, ValueError) as error:  # ValueError: an answer that is no HTTP
        raise DatasetMissing(f"{title} could not be fetched from Wikimedia Commons: {advice}.") from error
    return bytes(content)
