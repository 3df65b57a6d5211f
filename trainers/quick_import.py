"""TensorFlow and Keras, imported in three quarters of the time that `import tensorflow` takes.

Every training that finds no spare waits for this import. A third of it goes into what no trainer needs from Keras
(wrappers for scikit-learn, galleries drawn by matplotlib) and into the garbage collector, which looks again and again
at some hundred thousand new objects that all stay.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_NOT_FOR_KERAS = ("matplotlib", "sklearn")  # Keras takes both for not installed, and does without


def import_tensorflow() -> None:
    """Imports both, once a process; the modules that need them import them as ever afterwards."""
    if "tensorflow" in sys.modules:
        return
    collecting = gc.isenabled()
    gc.disable()
    try:
        with _hidden(_NOT_FOR_KERAS):
            import keras  # noqa: F401
            import tensorflow  # noqa: F401
    finally:
        if collecting:
            gc.enable()
    gc.freeze()  # later collections need not look at them either


@contextmanager
def _hidden(names: tuple[str, ...]) -> Iterator[None]:
    """Who imports one of these packages meanwhile is told that there is none; those imported before stay."""
    new = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(new))  # type: ignore[arg-type]  # None is Python's own word for "not to be had"
    try:
        yield
    finally:
        for name in new:
            del sys.modules[name]
