"""Our charts on real event files: the very points TensorBoard has, before and after its data server was killed."""

from __future__ import annotations

import re

import httpx
import psutil
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.dashboard.reading.event_files import line, write_events
from tests.running import App, copy_run, wait_until

pytestmark = pytest.mark.browser

PARTS = ("train", "validation")


def tensorboards(app: App, run: str, tag: str) -> list[tuple[float, int, float]]:
    """A curve as TensorBoard's own page gets it: wall time, step, value."""
    answer = httpx.get(
        f"{app.url}/tensorboard/data/plugin/scalars/scalars", params={"run": run, "tag": tag}, timeout=30
    )
    return [tuple(point) for point in answer.json()] if answer.status_code == 200 else []


def data_server(app: App) -> dict[str, int]:
    return dict(httpx.get(f"{app.url}/api/health", timeout=10).json()["data_server"])


def chart(page: Page, number: int) -> Locator:
    return page.locator(".curves").nth(number)


def points(page: Page, number: int) -> int:
    return int(chart(page, number).get_attribute("data-points") or 0)


def legend_value(page: Page, number: int, part: str) -> str:
    name = {"train": "training", "validation": "validation"}[part]
    return (
        chart(page, number).get_by_role("button", name=re.compile(f", {name}")).locator(".value").inner_text()
    )


def test_charts_show_tensorboards_points_and_go_on_after_its_data_server_was_killed(app, page, trained_run):
    run = copy_run(trained_run, app.logdir)
    page.goto(f"{app.url}/?run={run.key}")
    for number, tag in enumerate(("accuracy", "loss")):
        theirs = {
            part: wait_until(lambda part=part, tag=tag: tensorboards(app, f"{run.key}/{part}", tag))
            for part in PARTS
        }
        count = sum(map(len, theirs.values()))
        wait_until(
            lambda number=number, count=count: points(page, number) == count, what=f"{count} points of {tag}"
        )
        assert chart(page, number).get_attribute("data-last-step") == str(theirs["train"][-1][1])
        for part in PARTS:
            assert float(legend_value(page, number, part)) == pytest.approx(theirs[part][-1][2], abs=6e-4)

    before, pid, last = points(page, 0), data_server(app)["pid"], theirs["train"][-1][1]
    psutil.Process(pid).kill()
    write_events(
        run.path / "train",
        {"accuracy": line(7, start=last + 1, slope=1e-4)},
        name="events.out.tfevents.9.later",
    )
    wait_until(
        lambda: data_server(app)["restarts"] >= 1 and data_server(app)["pid"], what="a new data server"
    )
    wait_until(lambda: points(page, 0) == before + 7, what="the old points and the new ones in our chart")
    ours = httpx.get(f"{app.url}/api/curves", params={"run": f"{run.key}/train", "tag": "accuracy"}).json()[
        "series"
    ][0]
    theirs_now = tensorboards(app, f"{run.key}/train", "accuracy")
    assert ours["x"] == [step for _time, step, _value in theirs_now]
    assert ours["y"] == pytest.approx([value for _time, _step, value in theirs_now])
    assert chart(page, 0).get_attribute("data-last-step") == str(last + 7)


def test_a_damaged_file_is_told_under_the_chart_and_the_rest_is_drawn(app, page, trained_run, tmp_path):
    damaged = copy_run(trained_run, tmp_path)  # not where the data server could read it before it is damaged
    (file,) = (damaged.path / "validation").glob("*tfevents*")
    whole = bytearray(file.read_bytes())
    whole[-20] ^= 0xFF
    file.write_bytes(whole)
    run = copy_run(damaged, app.logdir, name="damaged")
    page.goto(f"{app.url}/?run={run.key}")
    expect(chart(page, 0).locator(".notes")).to_contain_text(re.compile("damaged"))
    expect(chart(page, 0).locator(".notes .trouble")).to_have_count(0)
    assert points(page, 0) >= len(tensorboards(app, f"{run.key}/train", "accuracy")) > 10
