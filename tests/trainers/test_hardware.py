"""Device, threads, graphics memory and precision, which only a fresh process can still set."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import pytest
import tensorflow as tf

from tests.running import REPOSITORY
from trainers import hardware, models, threads
from trainers.multiply_adds import multiply_adds
from trainers.specs import BoundarySpec, ClassifySpec, InvalidSpec, SequenceSpec, parse_spec

# What Linux says of a processor with AMX and of an older one, cut to the lines that matter.
SAPPHIRE_RAPIDS = (
    "processor\t: 0\nmodel name\t: Intel(R) Xeon(R)\nflags\t\t: fpu sse2 avx2 avx512_bf16 amx_bf16 amx_tile\n"
)
HASWELL = "processor\t: 0\nmodel name\t: Intel(R) Core(TM)\nflags\t\t: fpu sse2 avx avx2 fma\nbugs\t\t: avx512_bf16\n"


# One process for all that only a process which has not computed yet can show: importing TensorFlow takes seconds.
STORY = """
import json
from trainers import classify, hardware  # everything is imported, as a spare does
from trainers.specs import ClassifySpec
import tensorflow as tf
from tensorflow.python.framework.config import is_op_determinism_enabled

def threads():
    threading = tf.config.threading
    return [threading.get_intra_op_parallelism_threads(), threading.get_inter_op_parallelism_threads()]

told = {}
told["short"] = hardware.configure(ClassifySpec(model="softmax")).reason, threads()
told["chosen"] = hardware.configure(ClassifySpec(threads=3)).reason, threads()
told["sum"] = float(tf.reduce_sum(tf.ones([3])))  # operations run with them
told["late"] = hardware.configure(ClassifySpec(model="softmax")).reason, threads()
try:
    hardware.configure(ClassifySpec(threads=7))
except RuntimeError:
    told["late and chosen"] = "refused"
told["not repeatable"] = is_op_determinism_enabled()
told["repeatable"] = hardware.configure(ClassifySpec(deterministic=True, threads=3)).reason, is_op_determinism_enabled()
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", STORY],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_threads_are_set_after_everything_is_imported_as_a_spare_does(told: dict[str, Any]) -> None:
    reason, threads_set = told["chosen"]
    assert threads_set == [3, 3]
    assert reason.endswith("the run uses 3 threads.")
    assert told["sum"] == 3


def test_short_steps_are_done_by_one_thread_and_long_ones_by_all(told: dict[str, Any]) -> None:
    reason, threads_set = told["short"]
    assert threads_set == [1, 1]
    assert "the run uses 1 thread" in reason
    if hardware.usable_cores() > 1:
        assert "its steps are so short" in reason
        assert f"the run uses {hardware.usable_cores()} threads." in hardware.device(LENET).reason


def test_a_process_that_has_computed_keeps_its_threads_unless_a_person_chose_others(
    told: dict[str, Any],
) -> None:
    reason, threads_set = told["late"]
    assert threads_set == [3, 3]
    assert reason.endswith("keeps its threads.")
    assert told["late and chosen"] == "refused"


def test_a_deterministic_run_says_what_that_costs_and_asks_tensorflow_for_it(told: dict[str, Any]) -> None:
    reason, enabled = told["repeatable"]
    assert "repeats to the last digit" in reason
    assert (told["not repeatable"], enabled) == (False, True)


LENET = ClassifySpec(model="lenet5")


@pytest.mark.parametrize(
    ("spec", "count"),
    [
        (ClassifySpec(), 1),
        (ClassifySpec(model="mlp"), 1),
        (ClassifySpec(model="mlp", width=1024), 0),
        (ClassifySpec(model="mlp", width=1024, batch_size=16), 1),
        (ClassifySpec(model="mlp", width=1024, depth=1, features="pca", components=10), 1),
        (ClassifySpec(model="rnn", width=32), 1),
        (ClassifySpec(model="lstm"), 0),
        (ClassifySpec(model="simple_cnn", batch_size=1), 0),
        (BoundarySpec(), 1),
        (BoundarySpec(model="deep", width=1024, depth=20, batch_size=400), 0),
        (SequenceSpec(), 1),
    ],
)
def test_how_many_threads_where_nobody_chose(spec: threads.AnySpec, count: int) -> None:
    assert threads.threads_for(spec) == count


@pytest.mark.parametrize(
    "values",
    [
        {"model": "softmax"},
        {"model": "mlp", "depth": 3, "width": 50},
        {"model": "mlp", "features": "pca", "components": 20},
        {"model": "mlp", "features": "pooled", "pooling": 4},
        {"model": "rnn", "width": 32},
        {"model": "gru", "width": 32},
        {"model": "lstm", "width": 32},
    ],
)
def test_the_work_told_from_a_spec_is_that_of_the_real_network(values: dict[str, object]) -> None:
    """Counted from the layers of the network itself, which is too late to choose threads."""
    spec = ClassifySpec(batch_size=1, **values)  # type: ignore[arg-type]
    shape = {"pca": (spec.components,), "pooled": (7, 7, 1), "pixels": (28, 28, 1)}[spec.features]
    network: keras.Model = models.build(spec, 10, shape)
    assert threads.multiply_adds_of_step(spec) == pytest.approx(
        sum(map(multiply_adds, network.layers)), rel=0.02
    )


def test_bfloat16_is_what_the_processor_says_it_has() -> None:
    assert hardware.bfloat16_instructions(SAPPHIRE_RAPIDS) == ("amx_bf16", "avx512_bf16")
    assert hardware.bfloat16_instructions(HASWELL) == hardware.bfloat16_instructions("") == ()
    assert hardware.fast_precision("cpu", SAPPHIRE_RAPIDS) == "bfloat16"
    assert hardware.fast_precision("cpu", HASWELL) == "float32"


def test_bfloat16_is_refused_where_it_would_be_slower() -> None:
    spec = ClassifySpec(model="lenet5", precision="bfloat16", device="cpu")
    assert hardware.device(spec, SAPPHIRE_RAPIDS).name == "CPU"
    assert hardware.device(ClassifySpec(device="cpu"), HASWELL).name == "CPU"
    with pytest.raises(InvalidSpec, match=r"does not compute in bfloat16 .* choose the precision float32"):
        hardware.device(spec, HASWELL)


def test_a_gpu_that_is_not_there_is_refused_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    for ask in (hardware.check, hardware.configure):
        with pytest.raises(
            InvalidSpec, match=r"There is no GPU to train on: .* Choose the device best or cpu"
        ):
            ask(ClassifySpec(device="gpu"))
    hardware.check(ClassifySpec(device="cpu"))


GPUS = {
    "/physical_device:GPU:0": {"device_name": "NVIDIA T4", "compute_capability": (7, 5)},
    "/physical_device:GPU:1": {"device_name": "NVIDIA A100", "compute_capability": (8, 0)},
}


def with_gpus(monkeypatch: pytest.MonkeyPatch, count: int) -> list[tuple[str, object]]:
    """A machine with GPUs, as far as the calls that set them go; this one has none to try them on."""
    calls: list[tuple[str, object]] = []
    graphics = [tf.config.PhysicalDevice(name, "GPU") for name in GPUS][:count]
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: graphics if kind == "GPU" else [])
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda gpu: GPUS[gpu.name])
    monkeypatch.setattr(
        tf.config,
        "set_visible_devices",
        lambda gpus, kind: calls.append(("visible", [gpu.name[-1] for gpu in gpus])),
    )
    monkeypatch.setattr(
        tf.config.experimental,
        "set_memory_growth",
        lambda gpu, on: calls.append((f"growth of {gpu.name[-1]}", on)),
    )
    monkeypatch.setattr(
        tf.config,
        "set_logical_device_configuration",
        lambda gpu, limits: calls.append((f"limit of {gpu.name[-1]}", limits[0].memory_limit)),
    )
    monkeypatch.setattr(
        tf.config.experimental, "enable_op_determinism", lambda: calls.append(("deterministic", True))
    )
    return calls


@pytest.fixture
def one_gpu(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, object]]:
    """The calls made on a machine with one GPU."""
    return with_gpus(monkeypatch, 1)


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, object]]:
    """The calls made on a machine with two GPUs."""
    return with_gpus(monkeypatch, 2)


def test_graphics_memory_is_taken_on_demand(one_gpu: list[tuple[str, object]]) -> None:
    device = hardware.configure(ClassifySpec())
    assert one_gpu == [("visible", ["0"]), ("growth of 0", True)]
    assert device == hardware.Device(
        "NVIDIA T4", "TensorFlow found this GPU; the run takes memory on demand."
    )


def test_graphics_memory_is_bounded_in_mib(one_gpu: list[tuple[str, object]]) -> None:
    device = hardware.configure(ClassifySpec(gpu_memory=2048))
    assert one_gpu == [("visible", ["0"]), ("limit of 0", 2048)]
    assert "at most 2,048 MiB" in device.reason


def test_a_run_on_a_gpu_may_be_repeatable(one_gpu: list[tuple[str, object]]) -> None:
    assert "repeats to the last digit" in hardware.configure(ClassifySpec(deterministic=True)).reason
    assert one_gpu[0] == ("deterministic", True)


@pytest.mark.usefixtures("one_gpu")
def test_an_old_gpu_does_not_compute_in_bfloat16_but_its_processor_may() -> None:
    spec = ClassifySpec(model="lenet5", precision="bfloat16")
    with pytest.raises(InvalidSpec, match=r"The GPU NVIDIA T4 does not compute in bfloat16 .*7\.5"):
        hardware.device(spec, SAPPHIRE_RAPIDS)
    assert hardware.fast_precision("best", SAPPHIRE_RAPIDS) == "float32"
    assert hardware.fast_precision("cpu", SAPPHIRE_RAPIDS) == "bfloat16"


def test_a_run_sees_only_the_gpu_that_it_asked_for(two_gpus: list[tuple[str, object]]) -> None:
    device = hardware.configure(ClassifySpec(gpu=1, gpu_memory=512))
    assert two_gpus == [("visible", ["1"]), ("limit of 1", 512)]
    assert device == hardware.Device(
        "NVIDIA A100", "TensorFlow found this GPU, number 1; the run takes at most 512 MiB of its memory."
    )


@pytest.mark.usefixtures("two_gpus")
def test_each_gpu_computes_in_the_precision_that_it_can() -> None:
    assert hardware.fast_precision("best", HASWELL, gpu=0) == "float32"
    assert hardware.fast_precision("best", HASWELL, gpu=1) == "bfloat16"
    hardware.device(ClassifySpec(model="lenet5", precision="bfloat16", gpu=1), HASWELL)
    with pytest.raises(InvalidSpec, match="NVIDIA T4 does not compute in bfloat16"):
        hardware.device(ClassifySpec(model="lenet5", precision="bfloat16"), HASWELL)


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (0, r"There is no GPU 2: .* Leave the GPU at 0 and choose the device best or cpu\."),
        (1, r"There is no GPU 2: this machine has one, so leave the GPU at 0\."),
        (2, r"There is no GPU 2: this machine has 2, so choose a GPU from 0 to 1\."),
    ],
)
@pytest.mark.parametrize("spec_class", [ClassifySpec, BoundarySpec, SequenceSpec])
def test_a_number_that_no_gpu_has_is_refused(
    monkeypatch: pytest.MonkeyPatch, spec_class: type[threads.AnySpec], count: int, sentence: str
) -> None:
    calls = with_gpus(monkeypatch, count)
    for ask in (hardware.check, hardware.configure, hardware.device):
        with pytest.raises(InvalidSpec, match=sentence):
            ask(spec_class(gpu=2))
    assert calls == []


@pytest.mark.parametrize("values", [{"gpu": 1}, {"gpu_memory": 512}])
def test_what_is_of_a_gpu_has_no_effect_on_the_cpu(values: dict[str, int]) -> None:
    with pytest.raises(InvalidSpec, match="has no effect with device cpu"):
        parse_spec({"task": "boundary", "device": "cpu", **values})


def test_the_cpu_is_used_beside_a_gpu_where_a_person_says_so(one_gpu: list[tuple[str, object]]) -> None:
    device = hardware.configure(ClassifySpec(device="cpu", model="lenet5"))
    assert device.name == "CPU" and device.reason.startswith("The settings ask for the CPU")
    assert one_gpu == [("visible", [])]


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
    monkeypatch.setattr(hardware, "os", SimpleNamespace(cpu_count=lambda: 6, environ=os.environ))
    assert hardware.usable_cores() == 6  # macOS knows no affinity
