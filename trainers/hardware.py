"""Where a run computes: device, threads, graphics memory, precision; settled before TensorFlow's first operation.

TensorFlow fixes its thread pools and device memory when it runs the first operation; until then it may be
imported. That is why a spare can wait with everything imported and still obey each run's settings.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from trainers.quick_import import import_tensorflow
from trainers.specs import BoundarySpec, ClassifySpec, InvalidSpec, SequenceSpec, StylizeSpec
from trainers.threads import threads_for

if TYPE_CHECKING:
    import tensorflow as tf

# Before TensorFlow is imported: its start-up chatter would drown the log that students read. What matters of
# it (which device, and why) is said by `Device.reason`; failures arrive as exceptions in any case.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Convolutions by oneDNN: TensorFlow takes them by itself only where the processor has AVX-512 or more, and with AVX2
# alone simple_cnn learns 1.6 times as many images a second with them.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
# CUDA numbers the fastest GPU 0 unless asked to count as NVIDIA's own tools and the page Machine do.
os.environ.setdefault("CUDA_DEVICE_ORDER", "PCI_BUS_ID")

NVIDIA_DRIVER = Path("/proc/driver/nvidia/version")
PROCESSOR = Path("/proc/cpuinfo")
_BFLOAT16_FLAGS = ("amx_bf16", "avx512_bf16")  # the processor's instructions that compute in bfloat16
_BFLOAT16_CAPABILITY = (8, 0)  # of NVIDIA's GPUs since Ampere
_REPEATABLE = " Every operation is done in a way that repeats to the last digit, which costs some speed."

AnySpec = ClassifySpec | BoundarySpec | SequenceSpec | StylizeSpec


@dataclass(frozen=True)
class Device:
    """What a run computes on (`name`: "CPU" or the GPU's name) and why, in a sentence or two."""

    name: str
    reason: str


def configure(spec: AnySpec) -> Device:
    """Sets device, threads, graphics memory and determinism as a spec asks; says which device is used, and why.

    Must come before the process's first operation; raises RuntimeError otherwise, but for threads that nobody
    chose: the process keeps those it has. Raises InvalidSpec for what this machine cannot do.
    """
    import tensorflow as tf

    used = device(spec)
    if spec.deterministic:
        # Sums in one order, whatever the threads: on a CPU the operations that add up in parallel, on a GPU also
        # convolutions and gathers. Operations without such a way raise an error instead of differing.
        tf.config.experimental.enable_op_determinism()
    gpu = _used_gpu(spec)
    if gpu is None:
        return _with_threads(spec, used)
    # TensorFlow would take a share of every GPU that it sees.
    tf.config.set_visible_devices([gpu], "GPU")
    if spec.threads:
        _set_threads(spec.threads)
    if spec.gpu_memory:
        limit = tf.config.LogicalDeviceConfiguration(memory_limit=spec.gpu_memory)  # MiB
        tf.config.set_logical_device_configuration(gpu, [limit])
    else:
        tf.config.experimental.set_memory_growth(gpu, True)
    return used


def device(spec: AnySpec, cpuinfo: str | None = None) -> Device:
    """The device that a spec's run would use here, and why; sets and allocates nothing.

    `cpuinfo` is what Linux says of the processor, read from /proc where it is None. Raises InvalidSpec for
    what this machine cannot do.
    """
    import tensorflow as tf

    repeatable = _REPEATABLE if spec.deterministic else ""
    gpu = _used_gpu(spec)
    if gpu is not None:
        details = tf.config.experimental.get_device_details(gpu)
        name = details.get("device_name", "GPU")
        _check_precision_of_gpu(spec, name, details.get("compute_capability"))
        memory = f"at most {spec.gpu_memory:,} MiB of its memory" if spec.gpu_memory else "memory on demand"
        return Device(name, f"TensorFlow found this GPU{_number(spec)}; the run takes {memory}.{repeatable}")
    why = why_no_gpu()
    if spec.device == "gpu":
        raise InvalidSpec(f"There is no GPU to train on: {why}. Choose the device best or cpu.")
    if spec.device == "cpu":
        why = "The settings ask for the CPU"
    _check_precision_of_processor(spec, cpuinfo)
    return Device("CPU", f"{why}; the run uses {_threads_in_words(spec)}.{repeatable}")


def check(spec: AnySpec) -> None:
    """Raises InvalidSpec for what this machine cannot do, before anything starts.

    TensorFlow, which knows it, is imported only where a spec asks for something that not every machine has.
    """
    if spec.device == "gpu" or spec.gpu or _wants_bfloat16(spec):
        import_tensorflow()
        device(spec)


def fast_precision(
    device: str = "best", cpuinfo: str | None = None, gpu: int = 0
) -> Literal["float32", "bfloat16"]:
    """bfloat16 where the device that a spec with this `device` and `gpu` would use computes in it; else float32."""
    if device != "cpu":
        graphics = _graphics()
        if gpu < len(graphics):
            import tensorflow as tf

            details = tf.config.experimental.get_device_details(graphics[gpu])
            capability = details.get("compute_capability")
            return "bfloat16" if capability and capability >= _BFLOAT16_CAPABILITY else "float32"
    return "bfloat16" if bfloat16_instructions(cpuinfo) else "float32"


def bfloat16_instructions(cpuinfo: str | None = None) -> tuple[str, ...]:
    """The instructions of this processor that compute in bfloat16: () where it has none, or where nothing says so."""
    if cpuinfo is None:
        cpuinfo = PROCESSOR.read_text() if PROCESSOR.exists() else ""
    flags = {flag for line in cpuinfo.splitlines() if line.startswith("flags") for flag in line.split()}
    return tuple(flag for flag in _BFLOAT16_FLAGS if flag in flags)


def _graphics() -> list[tf.config.PhysicalDevice]:
    """The GPUs that TensorFlow could use, in the order of their numbers."""
    import_tensorflow()  # who only asks may be the first
    import tensorflow as tf

    return list(tf.config.list_physical_devices("GPU"))


def _used_gpu(spec: AnySpec) -> tf.config.PhysicalDevice | None:
    """The GPU that a spec's run uses, None for the CPU; raises InvalidSpec for a number that no GPU has."""
    graphics = [] if spec.device == "cpu" else _graphics()
    if spec.gpu < len(graphics):
        return graphics[spec.gpu]
    if not spec.gpu:
        return None
    if len(graphics) > 1:
        count = len(graphics)
        raise InvalidSpec(
            f"There is no GPU {spec.gpu}: this machine has {count}, so choose a GPU from 0 to {count - 1}."
        )
    if graphics:
        raise InvalidSpec(f"There is no GPU {spec.gpu}: this machine has one, so leave the GPU at 0.")
    raise InvalidSpec(
        f"There is no GPU {spec.gpu}: {why_no_gpu()}. Leave the GPU at 0 and choose the device best or cpu."
    )


def _number(spec: AnySpec) -> str:
    """The number of the run's GPU, where that is not the only one."""
    return f", number {spec.gpu}" if len(_graphics()) > 1 else ""


def _with_threads(spec: AnySpec, used: Device) -> Device:
    """Sets the threads of a run on the CPU, which a hidden GPU does not disturb."""
    import tensorflow as tf

    if tf.config.list_physical_devices("GPU"):
        tf.config.set_visible_devices([], "GPU")
    if spec.threads:
        _set_threads(spec.threads)
    elif _threads(spec) == 1:
        try:
            _set_threads(1)
        except RuntimeError:  # TensorFlow computes already
            return Device(used.name, f"{used.reason} This process had computed before and keeps its threads.")
    return used


def _set_threads(count: int) -> None:
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(count)
    tf.config.threading.set_inter_op_parallelism_threads(count)


def _threads(spec: AnySpec) -> int:
    """How many threads a run on the CPU uses."""
    return spec.threads or threads_for(spec) or usable_cores()


def _threads_in_words(spec: AnySpec) -> str:
    count = _threads(spec)
    words = f"{count} {'thread' if count == 1 else 'threads'}"
    if spec.threads or count == usable_cores():
        return words
    return f"{words}, because its steps are so short that sharing them out would take longer than doing them"


def _wants_bfloat16(spec: AnySpec) -> bool:
    return isinstance(spec, ClassifySpec | StylizeSpec) and spec.precision == "bfloat16"


def _check_precision_of_processor(spec: AnySpec, cpuinfo: str | None) -> None:
    if _wants_bfloat16(spec) and not bfloat16_instructions(cpuinfo):
        raise InvalidSpec(
            "This processor does not compute in bfloat16 (it has neither amx_bf16 nor avx512_bf16) and would be slower "
            "with it: choose the precision float32."
        )


def _check_precision_of_gpu(spec: AnySpec, name: str, capability: tuple[int, int] | None) -> None:
    if not _wants_bfloat16(spec) or capability is None:
        return
    if capability < _BFLOAT16_CAPABILITY:
        raise InvalidSpec(
            f"The GPU {name} does not compute in bfloat16 (its compute capability is {capability[0]}.{capability[1]}, "
            "below 8.0): choose the precision float32."
        )


def why_no_gpu() -> str:
    """Why TensorFlow has no GPU here."""
    import tensorflow as tf

    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return "CUDA_VISIBLE_DEVICES hides the GPU"
    if not NVIDIA_DRIVER.exists():
        return "This machine has no NVIDIA GPU that TensorFlow could use"
    if not tf.test.is_built_with_cuda():
        return "There is an NVIDIA GPU, but this TensorFlow was built without support for it"
    return "There is an NVIDIA GPU, but TensorFlow lacks its libraries: install them with make run GPU=1"


def usable_cores() -> int:
    """How many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
