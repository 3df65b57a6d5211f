"""What a command line says of a painting when it is done, and where it puts the picture. No TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trainers.runs import InvalidName, Run, Status, storage_failed, write_atomically
from trainers.style import pictures

RESULT = "result.png"
_NUMBERS = ("width", "height", "total_loss", "content_loss", "style_loss", "tv_loss")
_WRITTEN = (".png", ".jpg", ".jpeg")


def check_output(output: Path | None) -> None:
    """Whether the picture can be put there, before anything starts; raises InvalidName with a sentence."""
    if output is None:
        return
    if output.suffix.lower() not in _WRITTEN:
        raise InvalidName(f"The output cannot be {output.name!r}: give a name that ends in .png or .jpg.")
    if not output.absolute().parent.is_dir():
        raise InvalidName(
            f"There is no folder {output.absolute().parent} for the output: make it or choose another."
        )


def deliver(run: Run, output: Path | None) -> None:
    """Copies the result of a run to where a person asked for it, as PNG or JPEG; raises StorageFailed."""
    result = run.artifacts / RESULT
    if output is None or not result.exists():
        return
    try:
        if output.suffix.lower() == ".png":
            write_atomically(output, result.read_bytes())
        else:
            pictures.save(output, pictures.read(result))
    except OSError as error:
        raise storage_failed(output, error) from error


def summary(run: Run, status: Status) -> dict[str, Any]:
    """The numbers of a painting for the last line of standard output; the losses are those of the saved picture."""
    result = run.artifacts / RESULT
    numbers = {name: status.metrics.get(name) for name in _NUMBERS}
    numbers |= {name: int(size) for name in ("width", "height") if (size := numbers[name]) is not None}
    return {
        "run": run.key,
        "folder": str(run.path),
        "state": status.state,
        "seconds": status.seconds,
        "passes": status.step,
        **numbers,
        "result": str(result) if result.exists() else None,
        "device": status.device,
        "error": status.error,
    }
