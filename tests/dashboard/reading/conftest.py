"""A log folder with a real data server and reader on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.reading import DataServer, Reader


@pytest.fixture
def data_server(logdir: Path) -> Iterator[DataServer]:
    server = DataServer(logdir)
    server.start()
    yield server
    server.close()


@pytest.fixture
def reader(data_server: DataServer) -> Iterator[Reader]:
    reader = Reader(data_server)
    reader.start()
    yield reader
    reader.close()
