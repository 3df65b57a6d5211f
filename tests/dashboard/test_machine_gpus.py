# ruff: noqa: N802  the names of functions are NVML's
"""What NVML tells about graphics cards. This machine has none: a library that answers as NVML does stands in."""

from __future__ import annotations

import ctypes.util
from types import SimpleNamespace
from typing import Any

import pynvml
import pytest

from dashboard.machine_gpus import Gpu, Gpus, read_gpus

GIB = 1024**3


class Cards:
    """NVML's functions as the module pynvml has them, for two cards; whatever is in `broken` raises its error."""

    NVMLError = pynvml.NVMLError
    NVMLError_LibraryNotFound = pynvml.NVMLError_LibraryNotFound

    def __init__(self, **broken: int) -> None:
        self._broken = broken
        self.cards = 2

    def _told(self, name: str, answer: Any) -> Any:
        if name in self._broken:
            raise pynvml.NVMLError(self._broken[name])
        return answer

    def nvmlInit(self) -> None:
        self._told("init", None)

    def nvmlDeviceGetCount(self) -> int:
        return self._told("count", self.cards)

    def nvmlDeviceGetHandleByIndex(self, number: int) -> int:
        return self._told("handle", 100 + number)

    def nvmlDeviceGetName(self, handle: int) -> str | bytes:
        return self._told("name", {100: "NVIDIA T4", 101: b"NVIDIA A100"}[handle])

    def nvmlDeviceGetMemoryInfo(self, handle: int) -> Any:
        return self._told("memory", SimpleNamespace(used=3 * GIB, total=16 * GIB, free=13 * GIB))

    def nvmlDeviceGetUtilizationRates(self, handle: int) -> Any:
        return self._told("rates", SimpleNamespace(gpu=75, memory=20))

    def nvmlDeviceGetComputeRunningProcesses(self, handle: int) -> list[Any]:
        untold = SimpleNamespace(pid=8, usedGpuMemory=None)  # as in a container, or on Windows
        return self._told("processes", [SimpleNamespace(pid=7, usedGpuMemory=2 * GIB), untold])


def test_the_stand_in_has_just_what_the_real_module_has():
    for name in (name for name in dir(Cards) if name.startswith(("nvml", "NVML"))):
        assert callable(getattr(pynvml, name))


def test_each_card_tells_memory_load_and_who_uses_it():
    gpus = read_gpus(Cards())
    assert gpus.found == (
        Gpu(0, "NVIDIA T4", 3 * GIB, 16 * GIB, 0.75, {7: 2 * GIB}),
        Gpu(1, "NVIDIA A100", 3 * GIB, 16 * GIB, 0.75, {7: 2 * GIB}),
    )
    assert gpus.memory_of(7) == 4 * GIB, "of both cards together"
    assert gpus.memory_of(8) is None and gpus.memory_of(9) is None


@pytest.mark.parametrize(
    ("broken", "missing"),
    [
        ("rates", {"load": None}),
        ("memory", {"memory_used": None, "memory_total": None}),
        ("processes", {"memory_of": {}}),
        ("name", {"name": "graphics card"}),
    ],
)
def test_what_a_card_does_not_tell_leaves_the_rest_known(broken, missing):
    whole, partly = read_gpus(Cards()).found[0], read_gpus(Cards(**{broken: pynvml.NVML_ERROR_NOT_SUPPORTED}))
    assert partly.found[0] == Gpu(**{**vars(whole), **missing})


def test_a_card_that_fell_off_the_bus_is_named_as_such():
    gpus = read_gpus(Cards(handle=pynvml.NVML_ERROR_GPU_IS_LOST))
    assert [gpu.name for gpu in gpus.found] == ["not answering", "not answering"]


def test_a_driver_that_does_not_answer_is_a_sentence():
    gpus = read_gpus(Cards(init=pynvml.NVML_ERROR_DRIVER_NOT_LOADED))
    assert gpus.found == ()
    assert gpus.why_none == "The graphics card cannot be asked, NVIDIA's driver says: Driver Not Loaded."
    assert "cannot be asked" in read_gpus(Cards(count=pynvml.NVML_ERROR_UNKNOWN)).why_none
    no_cards = Cards()
    no_cards.cards = 0
    assert read_gpus(no_cards) == Gpus((), "No NVIDIA graphics card: runs train on the processor.")


@pytest.mark.skipif(bool(ctypes.util.find_library("nvidia-ml")), reason="this machine has NVIDIA's driver")
def test_the_real_library_without_a_driver_is_a_sentence():
    assert read_gpus() == Gpus(
        (), "No NVIDIA graphics card, or none with a driver: runs train on the processor."
    )
