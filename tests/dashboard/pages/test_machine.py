"""The Machine page on a real lab: its own processes, a run's, and a speed comparison that waits for its turn."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.plain_text import WORD_JOINER
from dashboard.services import services
from tests.old_runs import old_run
from tests.running import wait_until
from trainers.launchers import SpeedRow, read_comparison
from trainers.launchers.speed import new_report, write_comparison
from trainers.runs import ProcessIdentity, process_identity, read_status, write_status
from trainers.specs import ClassifySpec

SPEC = ClassifySpec(model="simple_cnn")


@pytest.fixture
def child() -> Iterator[ProcessIdentity]:
    """A real process that stands in for a trainer."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as process:
        yield process_identity(process.pid)
        process.kill()


def html(at: AppTest) -> str:
    return "\n".join(one.proto.body for one in at.get("html"))


def words(at: AppTest) -> str:
    parts = [*at.caption, *at.error, *at.info]
    return "\n".join(part.value for part in parts).replace("\\", "").replace(WORD_JOINER, "")


def press(at: AppTest, key: str) -> AppTest:
    at.button(key).click().run()
    assert not at.exception
    return at


def test_it_says_what_the_machine_and_the_lab_take(lab, open_page, child):
    run = old_run(lab, "数字", experiment="machine")
    ended = read_status(run.status_file)
    write_status(run.status_file, ended.changed(state="running", process=child))
    shown = html(open_page("machine"))
    for part in ("Processor", "Memory", "Disk of the runs", "Core 0: ", "Web: these pages and TensorBoard"):
        assert part in shown
    assert "Data server: reads the curves" in shown
    assert 'href="/?run=machine%2F%E6%95%B0%E5%AD%97"' in shown and f">{child.pid}<" in shown
    write_status(run.status_file, ended)
    wait_until(  # visitors share a look a second
        lambda: f">{child.pid}<" not in html(open_page("machine")), what="the run to leave the table"
    )


def test_a_run_of_another_machine_is_named_and_not_measured(lab, open_page):
    run = old_run(lab, "away", experiment="machine")
    elsewhere = process_identity().model_copy(update={"host": "another-host"})
    ended = read_status(run.status_file)
    write_status(run.status_file, ended.changed(state="running", process=elsewhere))
    assert "1 run trains on another machine: machine/away" in words(open_page("machine"))
    write_status(run.status_file, ended)


def test_a_comparison_waits_for_the_run_that_trains_and_can_be_stopped(lab, open_page):
    run = old_run(lab, "training", experiment="machine")
    ended = read_status(run.status_file)
    write_status(run.status_file, ended.changed(state="running", process=process_identity()))
    at = press(open_page("machine"), "start_speed")
    known = wait_until(lambda: (one := read_comparison(lab)) and one.before and one, what="it to wait")
    assert (known.model, known.dataset, known.state) == ("simple_cnn", "mnist-5k", "waiting")
    # Processes are looked at once a second at most for all who watch, so it may be a moment until this one is seen.
    wait_until(lambda: "Compares speeds" in html(at.run()), what="it among the processes")
    assert not any(button.key == "start_speed" for button in at.button)
    at = press(at, "stop_speed")
    assert "The comparison of simple_cnn was stopped" in words(at)
    assert any(button.key == "start_speed" for button in at.button)
    write_status(run.status_file, ended)


def test_what_was_found_is_drawn_with_machine_date_and_what_could_not_be_measured(lab, open_page):
    assert "has not been measured on this machine yet" in words(open_page("machine"))
    rows = (
        SpeedRow(threads=1, images_per_second=900, low=800, high=1_000, ratio=1, others_cores=1.2),
        SpeedRow(threads=2, images_per_second=1_800, low=1_700, high=1_900, ratio=2),
        SpeedRow(device="gpu", note="Not on this machine. There is no GPU."),
    )
    report = new_report(SPEC, process_identity(), 4.0)
    write_comparison(lab, report.changed(state="done", rows=rows, finished=1_764_000_000.0))
    at = open_page("machine")
    assert len(at.get("vega_lite_chart")) == 1
    said = words(at)
    assert f"simple_cnn on mnist-5k, batches of 128 · {report.machine}" in said
    assert "2025-11-24 16:00" in said
    assert "GPU 0 · float32: Not on this machine. There is no GPU." in said
    assert "Other programs used up to 1.2 cores meanwhile" in said
    assert len(open_page("machine", present="1").get("vega_lite_chart")) == 1
    at = open_page("machine", speed_model="lenet5")
    assert at.get("vega_lite_chart") == [] and "has not been measured" in words(at)


def test_one_that_failed_says_why(lab, open_page):
    report = new_report(SPEC, process_identity(), 4.0)
    write_comparison(lab, report.changed(state="failed", error="It *broke*."))
    assert "simple_cnn, mnist-5k: It *broke*." in words(open_page("machine"))


def test_an_address_that_names_no_network_is_as_good_as_none(lab, open_page):
    assert not open_page("machine", present="1", speed_model="../../etc").exception
    assert services().settings.logdir == lab
