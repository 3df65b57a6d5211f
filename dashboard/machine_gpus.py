"""The graphics cards of this machine, as NVIDIA's management library (NVML) tells: memory, load, and who uses them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pynvml

from dashboard.language import _


@dataclass(frozen=True)
class Gpu:
    """One graphics card: memory in bytes, `load` the share of the last second in which it computed, in [0, 1].

    `memory_of` is by process number, for the processes whose memory NVML tells. What NVML does not tell is None.
    """

    number: int
    name: str
    memory_used: int | None = None
    memory_total: int | None = None
    load: float | None = None
    memory_of: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Gpus:
    """All graphics cards, or one sentence about why there are none."""

    found: tuple[Gpu, ...] = ()
    why_none: str = ""

    def memory_of(self, pid: int) -> int | None:
        """The graphics memory of a process on all cards together, in bytes; None where it uses none."""
        taken = [gpu.memory_of[pid] for gpu in self.found if pid in gpu.memory_of]
        return sum(taken) if taken else None


def read_gpus(nvml: Any = pynvml) -> Gpus:
    """The graphics cards at this moment. `nvml` is the module pynvml, or what has its functions and NVMLError.

    NVML counts as `nvidia-smi` does. It is opened at each look, which costs nothing once it is, so that a driver loaded
    later is found.
    """
    try:
        nvml.nvmlInit()
        count = nvml.nvmlDeviceGetCount()
    except nvml.NVMLError as error:
        return Gpus(why_none=_why_none(nvml, error))
    found = tuple(_gpu(nvml, number) for number in range(count))
    return Gpus(found, "" if found else _("No NVIDIA graphics card: runs train on the processor."))


def _why_none(nvml: Any, error: Exception) -> str:
    if isinstance(error, nvml.NVMLError_LibraryNotFound):
        return _("No NVIDIA graphics card, or none with a driver: runs train on the processor.")
    return _("The graphics card cannot be asked, NVIDIA's driver says: {reason}.").format(reason=error)


def _gpu(nvml: Any, number: int) -> Gpu:
    def told(ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except nvml.NVMLError:  # not every card tells everything; one that fell off the bus tells nothing
            return None

    handle = told(lambda: nvml.nvmlDeviceGetHandleByIndex(number))
    if handle is None:
        return Gpu(number, _("not answering"))
    name = told(lambda: nvml.nvmlDeviceGetName(handle)) or _("graphics card")
    memory = told(lambda: nvml.nvmlDeviceGetMemoryInfo(handle))
    rates = told(lambda: nvml.nvmlDeviceGetUtilizationRates(handle))
    processes = told(lambda: nvml.nvmlDeviceGetComputeRunningProcesses(handle)) or []
    return Gpu(
        number,
        name.decode() if isinstance(name, bytes) else str(name),
        None if memory is None else int(memory.used),
        None if memory is None else int(memory.total),
        None if rates is None else rates.gpu / 100,
        {one.pid: int(one.usedGpuMemory) for one in processes if one.usedGpuMemory is not None},
    )
