"""Threads and graphics memory, which only a fresh process can still set."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import tensorflow as tf

from tests.running import REPOSITORY
from trainers import hardware
from trainers.specs import ClassifySpec


def fresh_process(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_threads_are_set_after_everything_is_imported_as_a_spare_does() -> None:
    told = fresh_process(
        "from trainers import classify, hardware\n"
        "from trainers.specs import ClassifySpec\n"
        "device = hardware.configure(ClassifySpec(threads=3))\n"
        "import tensorflow as tf\n"
        "assert float(tf.reduce_sum(tf.ones([3]))) == 3\n"  # operations run with them
        "print(tf.config.threading.get_intra_op_parallelism_threads(),"
        " tf.config.threading.get_inter_op_parallelism_threads(), device.reason)"
    )
    assert told.startswith("3 3 ")
    assert told.endswith("the run uses 3 threads.")


@pytest.fixture
def one_gpu(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, object]]:
    """A machine with one GPU, as far as the calls that set it go; this one has none to try them on."""
    calls: list[tuple[str, object]] = []
    gpu = tf.config.PhysicalDevice("/physical_device:GPU:0", "GPU")
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [gpu] if kind == "GPU" else [])
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda _: {"device_name": "NVIDIA T4"})
    monkeypatch.setattr(
        tf.config.experimental, "set_memory_growth", lambda _, on: calls.append(("growth", on))
    )
    monkeypatch.setattr(
        tf.config,
        "set_logical_device_configuration",
        lambda _, limits: calls.append(("limit", limits[0].memory_limit)),
    )
    monkeypatch.setattr(
        tf.config.experimental, "enable_op_determinism", lambda: calls.append(("deterministic", True))
    )
    return calls


def test_graphics_memory_is_taken_on_demand(one_gpu: list[tuple[str, object]]) -> None:
    device = hardware.configure(ClassifySpec())
    assert one_gpu == [("deterministic", True), ("growth", True)]
    assert device == hardware.Device(
        "NVIDIA T4", "TensorFlow found this GPU; the run takes memory on demand."
    )


def test_graphics_memory_is_bounded_in_mib(one_gpu: list[tuple[str, object]]) -> None:
    device = hardware.configure(ClassifySpec(gpu_memory=2048))
    assert one_gpu == [("deterministic", True), ("limit", 2048)]
    assert "at most 2,048 MiB" in device.reason


def test_why_there_is_no_gpu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert "CUDA_VISIBLE_DEVICES hides" in hardware.device(ClassifySpec()).reason
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    monkeypatch.setattr(hardware, "NVIDIA_DRIVER", tmp_path / "none")
    assert "no NVIDIA GPU" in hardware.device(ClassifySpec()).reason
    monkeypatch.setattr(hardware, "NVIDIA_DRIVER", tmp_path)
    monkeypatch.setattr(tf.test, "is_built_with_cuda", lambda: True)
    assert "make run GPU=1" in hardware.device(ClassifySpec()).reason
    monkeypatch.setattr(tf.test, "is_built_with_cuda", lambda: False)
    assert "built without support" in hardware.device(ClassifySpec()).reason


def test_cores_are_those_that_this_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware, "os", SimpleNamespace(cpu_count=lambda: 6))
    assert hardware.usable_cores() == 6  # macOS knows no affinity
