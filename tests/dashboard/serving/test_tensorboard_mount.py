"""TensorBoard in the real app: on our port, from our data server, without TensorFlow, back after a kill."""

from __future__ import annotations

import os
import signal
from urllib.parse import quote

import httpx

from tests.dashboard.reading.event_files import write_events
from tests.dashboard.serving.conftest import POINTS
from tests.running import App, wait_until

WEB_PROCESS_BYTES = 300e6


def test_tensorboard_shows_every_point_of_our_curves(open_app: App) -> None:
    wait_until(lambda: _runs(open_app) == ["first/one/train", "first/two/train"])
    assert _steps_in_tensorboard(open_app, "first/one/train", "loss") == list(range(POINTS))
    assert _points_of_our_curve(open_app, "first/one/train", "loss") == POINTS


def test_killed_data_server_gives_both_charts_all_points_again(open_app: App) -> None:
    wait_until(lambda: len(_steps_in_tensorboard(open_app, "first/two/train", "loss")) == POINTS)
    before = _health(open_app)["data_server"]
    os.kill(before["pid"], signal.SIGKILL)
    wait_until(lambda: _health(open_app)["data_server"]["restarts"] == before["restarts"] + 1)
    wait_until(lambda: _steps_in_tensorboard(open_app, "first/two/train", "loss") == list(range(POINTS)))
    wait_until(lambda: _points_of_our_curve(open_app, "first/two/train", "loss") == POINTS)
    write_events(open_app.logdir / "first/two/train", {"loss": [(POINTS, 1.0)]})
    wait_until(lambda: len(_steps_in_tensorboard(open_app, "first/two/train", "loss")) == POINTS + 1)
    wait_until(lambda: _points_of_our_curve(open_app, "first/two/train", "loss") == POINTS + 1)


def test_its_own_content_policy_survives(open_app: App) -> None:
    policies = httpx.get(f"{open_app.url}/tensorboard/").headers.get_list("content-security-policy")
    assert len(policies) == 1
    directives = dict(part.strip().split(" ", 1) for part in policies[0].split(";") if part.strip())
    assert directives["default-src"] == "'self'"
    assert directives["script-src"] == "'self' 'unsafe-eval'", "no inline script ever runs there"


def test_reload_is_switched_on_by_a_script_of_our_own_origin(open_app: App) -> None:
    page = httpx.get(f"{open_app.url}/tensorboard/").text
    assert page.index('<script src="boardlab-settings.js">') < page.index('<script src="index.js')
    script = httpx.get(f"{open_app.url}/tensorboard/boardlab-settings.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert "_tb_global_settings" in script.text and "30000" in script.text


def test_the_bare_address_leads_there_relatively(open_app: App) -> None:
    answer = httpx.get(f"{open_app.url}/tensorboard?darkMode=true")
    assert (answer.status_code, answer.headers["location"]) == (307, "tensorboard/?darkMode=true")


def test_no_tensorflow_and_little_memory_in_the_web_process(open_app: App) -> None:
    """Held on the process as it is after pages, curves and TensorBoard were served."""
    for path in ("/", "/tensorboard/", "/tensorboard/data/plugins_listing", "/api/health"):
        assert httpx.get(open_app.url + path).status_code == 200
    _steps_in_tensorboard(open_app, "first/one/train", "loss")
    itself = _health(open_app)["web_process"]
    assert itself["has_tensorflow"] is False
    assert 50e6 < itself["memory_bytes"] <= WEB_PROCESS_BYTES


def test_uplot_comes_from_its_package_and_nothing_else_does(open_app: App) -> None:
    script = httpx.get(f"{open_app.url}/assets/uplot/uPlot.iife.js")
    assert script.status_code == 200 and "uPlot" in script.text
    for name in ("__init__.py", "uPlot.mousewheel.js", "..%2F__init__.py", "..%2f..%2fplot.py"):
        answer = httpx.get(f"{open_app.url}/assets/uplot/{name}")
        assert "import" not in answer.text[:200] and "mousewheel" not in answer.text


def _runs(app: App) -> list[str]:
    return sorted(httpx.get(f"{app.url}/tensorboard/data/runs").json())


def _steps_in_tensorboard(app: App, run: str, tag: str) -> list[int]:
    """What TensorBoard's own scalars plugin answers its page with."""
    address = f"{app.url}/tensorboard/data/plugin/scalars/scalars?run={quote(run, safe='')}&tag={tag}"
    answer = httpx.get(address, timeout=20)
    return [step for _time, step, _value in answer.json()] if answer.status_code == 200 else []


def _points_of_our_curve(app: App, run: str, tag: str) -> int:
    answer = httpx.get(f"{app.url}/api/curves", params={"run": run, "tag": tag}, timeout=20)
    assert answer.status_code == 200
    return int(answer.json()["series"][0]["points"])


def _health(app: App) -> dict[str, dict[str, int]]:
    return dict(httpx.get(f"{app.url}/api/health").json())
