"""The demo: when the first browser opens, Sigmoid against ReLU starts on the bundled digits, once for a log folder."""

from __future__ import annotations

from pathlib import Path

from dashboard.services import Services
from trainers.runs import NameTaken, RunError, state_folder, storage_failed
from trainers.specs import Spec, parse_spec

EXPERIMENT = "Sigmoid against ReLU"
ARMS = ("sigmoid", "relu")
EPOCHS = 30
SECONDS = 75
_TRAINING_IMAGES = 4_000
_BATCH = 100


def demo_spec(activation: str) -> Spec:
    """One arm: the arms differ in the activation only, and last 75 s at any machine's speed."""
    steps = EPOCHS * _TRAINING_IMAGES // _BATCH
    return parse_spec(
        {
            "task": "classify",
            "dataset": "mnist-5k",
            "model": "mlp",
            "activation": activation,
            "epochs": EPOCHS,
            "batch_size": _BATCH,
            "pace": steps / SECONDS,
        }
    )


def start_demo(services: Services) -> None:
    """Submits both arms unless this log folder has seen the demo; tells on the page when it cannot."""
    mark = _mark(services.settings.logdir)
    if mark is None or mark.exists():
        return
    start_arms(services)
    try:
        mark.touch()
    except OSError as error:
        raise storage_failed(mark, error) from error


def start_arms(services: Services) -> None:
    """Submits both arms, each unless it is there already; raises StorageFailed."""
    for activation in ARMS:
        try:
            services.submit(demo_spec(activation), experiment=EXPERIMENT, name=activation)
        except NameTaken:
            continue


def _mark(logdir: Path) -> Path | None:
    """The file that says the demo was started, so that a deleted demo stays deleted."""
    try:
        return state_folder(logdir) / "demo-started"
    except RunError:
        return None
