"""A log folder with known curves, and the real app on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dashboard.reading.event_files import line, write_events
from tests.running import App, started_app, wait_until

POINTS = 1_500  # more than the 1,000 that TensorBoard shows unless told otherwise


@pytest.fixture(scope="module")
def curves_logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs with known curves."""
    logdir = tmp_path_factory.mktemp("serving") / "logs"
    for name in ("one", "two"):
        write_events(logdir / f"first/{name}/train", {"loss": line(POINTS), "accuracy": line(10)})
    return logdir


@pytest.fixture(scope="module")
def open_app(curves_logdir: Path) -> Iterator[App]:
    """The app as a student starts it: on this machine, without a key."""
    with started_app(curves_logdir) as app:
        yield app


@pytest.fixture(scope="module")
def locked_app(curves_logdir: Path) -> Iterator[App]:
    """The app of an operator who wants every visitor to have the key."""
    with started_app(curves_logdir, BOARDLAB_TOKEN="1") as app:
        yield app


@pytest.fixture(scope="module")
def key(locked_app: App) -> str:
    """The key that was printed where the app was started."""
    found = wait_until(
        lambda: re.search(r"/\?token=(\S+)", locked_app.log.read_text()), what="the printed link"
    )
    return str(found[1])
