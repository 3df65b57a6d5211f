"""Where a run computes: processor threads and graphics memory, settled before TensorFlow runs its first operation.

TensorFlow fixes its thread pools and device memory when it runs the first operation; until then it may be
imported. That is why a spare can wait with everything imported and still obey each run's settings.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from trainers.specs import ClassifySpec

# Before TensorFlow is imported: its start-up chatter would drown the log that students read. What matters of
# it (which device, and why) is said by `Device.reason`; failures arrive as exceptions in any case.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

NVIDIA_DRIVER = Path("/proc/driver/nvidia/version")


@dataclass(frozen=True)
class Device:
    """What a run computes on (`name`: "CPU" or the GPU's name) and one sentence why."""

    name: str
    reason: str


def configure(spec: ClassifySpec) -> Device:
    """Sets threads and graphics memory as a spec asks and says which device is used, and why.

    Must come before the process's first operation; raises RuntimeError otherwise.
    """
    import tensorflow as tf

    if spec.threads:
        tf.config.threading.set_intra_op_parallelism_threads(spec.threads)
        tf.config.threading.set_inter_op_parallelism_threads(spec.threads)
    graphics = tf.config.list_physical_devices("GPU")
    if graphics:
        # The same seed gives the same curve. A CPU needs nothing for that, and would only lose speed.
        tf.config.experimental.enable_op_determinism()
    for gpu in graphics:
        if spec.gpu_memory:
            limit = tf.config.LogicalDeviceConfiguration(memory_limit=spec.gpu_memory)  # MiB
            tf.config.set_logical_device_configuration(gpu, [limit])
        else:
            tf.config.experimental.set_memory_growth(gpu, True)
    return device(spec)


def device(spec: ClassifySpec) -> Device:
    """The device that a spec's run would use here, and why; sets and allocates nothing."""
    import tensorflow as tf

    graphics = tf.config.list_physical_devices("GPU")
    if graphics:
        name = tf.config.experimental.get_device_details(graphics[0]).get("device_name", "GPU")
        memory = f"at most {spec.gpu_memory:,} MiB of its memory" if spec.gpu_memory else "memory on demand"
        return Device(name, f"TensorFlow found this GPU; the run takes {memory}.")
    threads = spec.threads or usable_cores()
    plural = "thread" if threads == 1 else "threads"
    return Device("CPU", f"{_why_no_gpu(tf.test.is_built_with_cuda())}; the run uses {threads} {plural}.")


def _why_no_gpu(built_with_cuda: bool) -> str:
    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return "CUDA_VISIBLE_DEVICES hides the GPU"
    if not NVIDIA_DRIVER.exists():
        return "This machine has no NVIDIA GPU that TensorFlow could use"
    if not built_with_cuda:
        return "There is an NVIDIA GPU, but this TensorFlow was built without support for it"
    return "There is an NVIDIA GPU, but TensorFlow lacks its libraries: install them with make run GPU=1"


def usable_cores() -> int:
    """How many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
