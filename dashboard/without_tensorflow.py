"""Keeps TensorFlow out of this process.

TensorBoard imports TensorFlow wherever it is installed (4 s, 500 MB) unless a module of this name exists
(tensorboard/compat/__init__.py); it then uses its own small stand-in, which reads everything we show.
"""

from __future__ import annotations

import sys
from types import ModuleType

SWITCH = "tensorboard.compat.notf"


def register_stub() -> None:
    """Must be called before anything of TensorBoard is imported; calling it again does nothing."""
    sys.modules.setdefault(SWITCH, ModuleType(SWITCH))
