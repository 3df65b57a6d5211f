"""The demo starts once for a log folder, whoever opens a browser and however often."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dashboard.demo import ARMS, EXPERIMENT, SECONDS, demo_spec, start_demo
from dashboard.listing import Listing
from dashboard.reading import DataServer, Reader
from dashboard.services import Services
from dashboard.settings import Settings
from tests.running import end_trainers
from trainers.launchers import Inspector
from trainers.runs import state_folder
from trainers.specs import changed_settings


@pytest.fixture
def services(logdir: Path) -> Iterator[Services]:
    """The real services with nothing started and a limit that is already used up, so that nothing trains here."""
    data_server = DataServer(logdir)
    inspector = Inspector(state_folder(logdir))
    yield Services(
        Settings(logdir=logdir, limit=0, demo=True),
        data_server,
        Reader(data_server),
        inspector,
        Listing(logdir),
    )
    inspector.close()
    end_trainers(logdir)


def test_the_arms_differ_in_the_activation_only() -> None:
    sigmoid, relu = (demo_spec(arm) for arm in ARMS)
    assert sigmoid.model_copy(update={"activation": "relu"}) == relu
    assert changed_settings(sigmoid)["model"] == "mlp" and sigmoid.dataset == "mnist-5k"


def test_it_lasts_long_enough_to_watch_and_not_longer() -> None:
    spec = demo_spec("relu")
    steps = spec.epochs * -(-4_000 // spec.batch_size)
    assert steps / spec.pace == pytest.approx(SECONDS)
    assert 60 <= SECONDS <= 120


def test_it_starts_once_however_many_browsers_open(services: Services) -> None:
    with ThreadPoolExecutor(8) as visitors:
        list(visitors.map(lambda _visitor: start_demo(services), range(8)))
    assert [view.key for view in services.runs()] == [f"{EXPERIMENT}/{arm}" for arm in sorted(ARMS)]


def test_a_deleted_demo_stays_deleted(services: Services, logdir: Path) -> None:
    start_demo(services)
    shutil.rmtree(logdir / EXPERIMENT)
    start_demo(services)
    assert not (logdir / EXPERIMENT).exists()
