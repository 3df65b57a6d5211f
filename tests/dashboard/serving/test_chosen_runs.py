"""TensorBoard below `only/<token>/` knows the runs that the token names and no others, on every one of its tabs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from dashboard.chosen_runs import token_of
from dashboard.reading import DataServer
from dashboard.serving.tensorboard_mount import TensorBoardMount
from tests.dashboard.reading.event_files import line, write_events
from tests.running import wait_until

# TensorBoard's own copy of bleach warns of itself when it is first imported.
pytestmark = pytest.mark.filterwarnings("ignore:html5lib's sanitizer:DeprecationWarning")

NAMES = ["r", "r2", "R", "数 字", "a'b\"c", "<script>", "x%2Fy", "50+1=51"]
PREFIX = "/lab/tensorboard"


class Client:
    """Asks the mount as a browser would; all in one event loop."""

    def __init__(self, runner: asyncio.Runner, mount: TensorBoardMount) -> None:
        app = Starlette(routes=[Mount(PREFIX, app=mount)])
        self._runner = runner
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")

    def get(self, path: str) -> httpx.Response:
        return self._runner.run(self._client.get(path))

    def post(self, path: str, data: dict[str, Any]) -> httpx.Response:
        return self._runner.run(self._client.post(path, data=data))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    logdir = tmp_path_factory.mktemp("chosen") / "logs"
    for name in NAMES:
        for part in ("train", "validation"):
            write_events(logdir / "e" / name / part, {"accuracy": line(3)})
    server = DataServer(logdir)
    server.start()
    with asyncio.Runner() as runner:
        client = Client(runner, TensorBoardMount(PREFIX, lambda: server))
        wait_until(lambda: len(client.get(f"{PREFIX}/data/runs").json()) == 2 * len(NAMES), what="all runs")
        yield client
    server.close()


@pytest.mark.parametrize("name", NAMES)
def test_one_run_is_all_there_is(client, name):
    own = [f"e/{name}/train", f"e/{name}/validation"]
    below = f"{PREFIX}/only/{token_of([f'e/{name}'])}"
    assert sorted(client.get(f"{below}/data/runs").json()) == own
    time_series = client.get(f"{below}/experiment/defaultExperimentId/data/plugin/timeseries/tags").json()
    assert sorted(time_series["scalars"]["runTagInfo"]) == own
    assert sorted(client.get(f"{below}/data/plugin/scalars/tags").json()) == own
    points = client.post(
        f"{below}/data/plugin/scalars/scalars_multirun",
        data={"tag": "accuracy", "runs": [*own, "e/r2/train"]},
    ).json()
    assert set(points) - set(own) <= ({"e/r2/train"} if name == "r2" else set())
    assert [step for _time, step, _value in points[own[0]]] == [0, 1, 2]


def test_several_runs_and_all_runs(client):
    two = client.get(f"{PREFIX}/only/{token_of(['e/r', 'e/R'])}/data/runs").json()
    assert sorted(two) == ["e/R/train", "e/R/validation", "e/r/train", "e/r/validation"]
    for path in ("/data/runs", "/only/no-token/data/runs"):
        assert len(client.get(PREFIX + path).json()) == 2 * len(NAMES)
    assert client.get(f"{PREFIX}/only/{token_of(['e/gone'])}/data/runs").json() == []


def test_the_page_and_what_it_loads_lie_below_the_token(client):
    below = f"{PREFIX}/only/{token_of(['e/r'])}/"
    page = client.get(below)
    assert page.status_code == 200 and "tb-relative-root" in page.text
    assert client.get(f"{below}boardlab-settings.js").headers["content-type"].startswith("text/javascript")
    assert client.get(f"{below}index.js").status_code == 200
