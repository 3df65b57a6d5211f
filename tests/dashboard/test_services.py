"""The services as pages get them: one set a process, found again after it was closed, and a sentence otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.services import close_services, services
from tests.dashboard.reading.event_files import line, write_events
from tests.running import REPOSITORY, end_trainers, wait_until
from trainers.launchers.spare import find_spares
from trainers.runs import StorageFailed, create_run, state_folder
from trainers.specs import ClassifySpec


@pytest.fixture(autouse=True)
def own_services(logdir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("BOARDLAB_LOGDIR", str(logdir))
    yield
    close_services()
    end_trainers(logdir)


def test_all_sessions_share_one_set(logdir: Path) -> None:
    first = services()
    assert first is services()
    assert first.settings.logdir == logdir.resolve()
    write_events(logdir / "e/r/train", {"loss": line(5)})
    wait_until(lambda: first.reader.series("e/r/train", "loss"), what="the curve")


def test_a_run_that_an_address_names_is_known_as_soon_as_it_is_there(logdir: Path) -> None:
    started = services()
    for number in range(5):
        run = create_run(logdir, ClassifySpec(), experiment="e", name=f"r{number}")
        assert run.key in {view.key for view in started.runs_with([run.key, "e/never"])}


@pytest.mark.parametrize("asked", ["0", "1"])
def test_a_trainer_is_kept_ready_unless_the_operator_wants_none(
    logdir: Path, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    monkeypatch.setenv("BOARDLAB_SPARE", asked)
    monkeypatch.setattr("dashboard.services.SPARE_AFTER_SECONDS", 0)
    services().look_again()
    assert len(find_spares(state_folder(logdir))) == int(asked)


def test_after_closing_everything_starts_anew(logdir: Path) -> None:
    first = services()
    wait_until(lambda: first.reader.data_server.pid, what="the data server")
    close_services()
    assert first.reader.data_server.pid is None
    second = services()
    assert second is not first
    wait_until(lambda: second.reader.data_server.pid, what="the data server")


def test_a_log_folder_that_cannot_be_is_one_sentence_on_every_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("no folder")
    monkeypatch.setenv("BOARDLAB_LOGDIR", str(in_the_way / "logs"))
    with pytest.raises(StorageFailed, match=r"could not be written"):
        services()
    page = AppTest.from_file(str(REPOSITORY / "streamlit_app.py"), default_timeout=30).run()
    assert [error.value.endswith(r"\.") for error in page.error] == [True]
    assert not page.exception


def test_runs_are_still_shown_where_nothing_can_be_started_and_all_is_well_again_by_itself(
    logdir: Path,
) -> None:
    """As where the folder beside the runs is read-only (which does not stop the root user of a test machine)."""
    create_run(logdir, ClassifySpec(), experiment="e", name="r")
    write_events(logdir / "e/r/train", {"loss": line(5)})
    in_the_way = logdir.parent / ".boardlab"
    in_the_way.write_text("no folder")
    started = services()
    wait_until(lambda: started.problem, what="the problem to be told")
    assert started.problem.endswith(".") and ".boardlab" in started.problem
    assert [view.key for view in started.runs()] == ["e/r"]
    wait_until(lambda: started.reader.series("e/r/train", "loss"), what="the curve")
    page = AppTest.from_file(str(REPOSITORY / "streamlit_app.py"), default_timeout=30).run()
    assert any("boardlab" in error.value for error in page.error) and not page.exception
    in_the_way.unlink()
    wait_until(lambda: not started.problem, what="the problem to pass")


def test_an_error_nobody_foresaw_is_told_and_ends_nothing(
    logdir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("trainers.launchers.tick", lambda *_, **__: 1 / 0)
        started = services()
        wait_until(lambda: started.problem, what="the problem to be told")
        assert "nobody foresaw" in started.problem
    wait_until(lambda: not started.problem, what="the problem to pass")


def test_every_page_warns_when_the_curves_take_much_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.reading.data_server.HEAVY_BYTES", 1_000_000)
    wait_until(lambda: services().reader.data_server.is_heavy, what="the data server")
    page = AppTest.from_file(str(REPOSITORY / "streamlit_app.py"), default_timeout=30).run()
    assert "GB of memory" in page.warning[0].value


def test_a_setting_that_cannot_be_obeyed_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOARDLAB_LIMIT", "many")
    page = AppTest.from_file(str(REPOSITORY / "streamlit_app.py"), default_timeout=30).run()
    assert len(page.error) == 1 and "whole number" in page.error[0].value
    assert not page.exception
