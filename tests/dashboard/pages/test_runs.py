"""The Runs page on real run folders with a real data server, without a browser."""

from __future__ import annotations

import json
import math
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.services import services
from dashboard.spec_form import spec_from_form
from tests.dashboard.reading.event_files import write_events
from tests.e2e.hostile import EXPERIMENT, NAME, NOTES, TITLE
from tests.old_runs import old_run
from tests.running import REPOSITORY, wait_until
from trainers.runs import (
    Run,
    Status,
    change_about,
    create_run,
    find_run,
    read_about,
    read_status,
    write_status,
)
from trainers.runs.trash import list_trash
from trainers.specs import ClassifySpec, SequenceSpec, settings

SECONDS = 30


def opened(*chosen: Run, **query: str | list[str]) -> AppTest:
    """The page for these chosen runs, once the reader has seen their curves."""
    services().look_again()
    at = AppTest.from_file(str(REPOSITORY / "streamlit_app.py"), default_timeout=SECONDS)
    at.switch_page("dashboard/pages/runs.py")
    for name, value in query.items():
        at.query_params[name] = value
    if chosen:
        at.query_params["run"] = [run.key for run in chosen]
    return checked(at.run())


def checked(at: AppTest) -> AppTest:
    assert not at.exception
    return at


def table(at: AppTest) -> list[dict[str, Any]]:
    """The rows of the table of runs; none where it is not drawn."""
    frames = [frame.value for frame in at.dataframe if "state" in frame.value.columns]
    return frames[0].to_dict("records") if frames else []


def words(at: AppTest) -> str:
    """All Markdown on the page."""
    parts = [*at.markdown, *at.caption, *at.info, *at.warning, *at.error]
    return "\n".join(part.value for part in parts)


def press(at: AppTest, label: str) -> AppTest:
    [button] = [button for button in at.button if button.label == label]
    return checked(button.click().run())


def test_a_row_says_what_folder_and_curves_say(lab):
    run = old_run(lab, "数字 1", experiment="first", epochs=12, model="mlp", learning_rate=0.1)
    old_run(lab, "other", experiment="second")
    wait_until(lambda: services().reader.tags(f"{run.key}/validation"), what="the curve")
    [row] = table(opened(within="first"))
    metrics = read_status(run.status_file).metrics
    assert (row["name"], row["experiment"], list(row["state"])) == ("数字 1", "first", ["completed"])
    assert row["test"] == pytest.approx(100 * metrics["test_accuracy"])
    assert row["validation"] == pytest.approx(100 * metrics["val_accuracy"])
    assert row["duration"].total_seconds() == 60
    assert list(row["settings"]) == ["Model mlp", "Learning rate 0.1"]
    assert len(row["curve"]) == 12 and row["curve"][-1] == pytest.approx(metrics["val_accuracy"], rel=1e-6)
    assert row["size"] == sum(path.stat().st_size for path in run.path.rglob("*") if path.is_file())
    assert row["tensorboard"].endswith("/tensor_board?run=first%2F%E6%95%B0%E5%AD%97%201")


def test_runs_that_forecast_show_their_errors_and_are_sorted_by_them(lab):
    for name, error in (("worse", 0.2), ("better", 0.1)):
        forecasting_run(lab, name, error)
    rows = table(opened(within="forecasts", sort="error"))
    assert [row["name"] for row in rows] == ["better", "worse"]
    assert [row["test_error"] for row in rows] == [0.1, 0.2]
    assert [row["validation_error"] for row in rows] == [0.05, 0.1]
    assert list(rows[0]["error_curve"]) == pytest.approx([0.5, 0.05])
    assert not {"curve", "test", "validation"} & rows[0].keys(), "nobody forecasts an accuracy"
    old_run(lab, "digits", experiment="forecasts")
    mixed = {row["name"]: row for row in table(opened(within="forecasts"))}
    assert mixed["digits"]["test"] > 0 and math.isnan(mixed["digits"]["test_error"])
    assert math.isnan(mixed["better"]["test"]) and list(mixed["better"]["curve"]) == []


def forecasting_run(lab: Path, name: str, error: float) -> None:
    """A finished forecast as its folder tells it, and its curve as the data server does."""
    run = create_run(lab.parent / "making", SequenceSpec(), experiment="forecasts", name=name)
    metrics = {"val_error": error / 2, "test_error": error}
    write_status(run.status_file, Status(state="completed", metrics=metrics))
    write_events(run.path / "validation", {"error": [(1, 0.5), (2, error / 2)]})
    place = lab / "forecasts" / name
    place.parent.mkdir(exist_ok=True)
    run.path.rename(place)  # whole, so that no launcher starts it
    wait_until(lambda: services().reader.tags(f"forecasts/{name}/validation"), what="the curve")


def test_runs_are_found_sorted_and_put_away(lab):
    best, failed = (old_run(lab, name, experiment="find", number=n) for n, name in enumerate(("best", "bad")))
    write_status(failed.status_file, Status(state="failed", error="It broke."))
    old_run(lab, "stored", experiment="find", about={"archived": True, "notes": "Gold"})
    assert [row["name"] for row in table(opened(within="find", sort="name"))] == ["bad", "best"]
    assert [row["name"] for row in table(opened(within="find", sort="accuracy"))] == ["best", "bad"]
    assert [row["remark"] for row in table(opened(within="find", state="failed"))] == ["It broke."]
    assert table(opened(within="find", find="gold")) == []
    assert [row["name"] for row in table(opened(within="find", find="gold", archived="true"))] == ["stored"]
    nothing = opened(within="find", find="no such thing")
    assert table(nothing) == [] and "No run matches" in words(nothing)

    press(opened(best, within="find"), "Archive")
    assert read_about(best.path / "about.json").archived
    assert [row["name"] for row in table(opened(within="find"))] == ["bad"]
    press(opened(best), "Unarchive")
    assert not read_about(best.path / "about.json").archived


def test_a_name_and_a_note_are_given_and_shown(lab):
    run = old_run(lab, "plain", experiment="edit")
    at = press(opened(run), "Edit")
    [name] = [widget for widget in at.text_input if widget.label == "Name"]
    name.set_value("  Die  *beste*  ")
    at.text_area[0].set_value("Try\nagain <b>")
    press(at, "Save")
    about = read_about(run.path / "about.json")
    assert (about.title, about.notes) == ("Die *beste*", "Try\nagain <b>")
    assert about.colour is not None, "what was not edited stays"
    [row] = table(opened(within="edit"))
    assert (row["name"], row["notes"]) == ("Die *beste*", "Try again <b>")


def test_deleting_asks_and_undo_brings_back(lab):
    runs = [old_run(lab, name, experiment="delete") for name in ("one", "two")]
    at = press(opened(*runs), "Delete")
    assert all(run.path.exists() for run in runs), "pressing Delete only asks"
    at = press(at, "Move to the trash")
    assert not any(run.path.exists() for run in runs)
    assert {trashed.key for trashed in list_trash(lab)} >= {run.key for run in runs}
    assert table(opened(within="delete")) == []
    assert "2 runs are in the trash" in words(at)
    press(at, "Undo")
    assert all((run.path / "validation").is_dir() for run in runs)
    assert len(table(opened(within="delete"))) == 2


def test_the_trash_gives_back_and_is_emptied_only_after_asking(lab):
    run = old_run(lab, "old", experiment="trash")
    at = press(press(opened(run), "Delete"), "Move to the trash")
    at = press(at, "Done")
    at = press(at, "Empty the trash")
    assert run.key in {trashed.key for trashed in list_trash(lab)}, "pressing only asks"
    at = press(at, "Yes, delete")
    assert list_trash(lab) == [] and not run.path.exists()


BAD_FILES: list[tuple[str, bytes]] = [
    ("empty", b""),
    ("torn", b'{"state": "comp'),
    ("binary", bytes(range(256)) * 20),
    ("5-MB", b'{"state": "completed", "x": "' + b"a" * 5_000_000 + b'"}'),
    ("a-list", b"[1, 2]"),
    ("wrong-types", json.dumps({"state": 7, "step": "many", "metrics": [], "task": {}}).encode()),
]


@pytest.mark.parametrize("file", ["status.json", "spec.json", "about.json"])
def test_damaged_files_are_said_and_harm_no_other_run(lab, file):
    experiment = f"damaged {file}"
    good = old_run(lab, "good", experiment=experiment)
    for name, content in BAD_FILES:
        (old_run(lab, name, experiment=experiment).path / file).write_bytes(content)
    at = opened(good, Run(lab, experiment, "torn"), within=experiment)
    rows = {row["name"]: row for row in table(at)}
    assert set(rows) == {"good", *(name for name, _content in BAD_FILES)}
    assert "remark" not in rows["good"] or rows["good"]["remark"] == ""
    for name, _content in BAD_FILES:
        if file == "about.json":
            assert list(rows[name]["state"]) == ["completed"]
        else:
            assert file in rows[name]["remark"]
            assert (list(rows[name]["state"]) == ["damaged"]) == (file == "status.json")


def test_a_torn_curve_is_said(lab):
    run = old_run(lab, "torn", experiment="torn curve")
    [events] = (run.path / "validation").iterdir()
    content = bytearray(events.read_bytes())
    content[200] ^= 0xFF
    events.write_bytes(content)
    wait_until(lambda: services().reader.damage(run.key), what="the data server to meet the damage")
    [row] = table(opened(within="torn curve"))
    assert "file damaged" in row["remark"]


def test_a_run_deleted_by_hand_while_shown_leaves_and_a_button_says_so(lab):
    gone, kept = (old_run(lab, name, experiment="by hand") for name in ("gone", "kept"))
    at = opened(gone, kept, within="by hand")
    shutil.rmtree(gone.path)
    at = press(at, "Archive")
    assert "already gone" in words(at).replace("\\", "")
    assert [row["name"] for row in table(opened(gone, kept, within="by hand", archived="true"))] == ["kept"]
    assert not gone.path.exists(), "no folder was made anew for it"


STRANGE = [
    "a b", "a.b", "it's", 'say "hi"', "<script>alert(1)<", "数字识别 实验", "x" * 255, "-rf", "%2e%2e%2f",
    "*[x](y)* `z`",
    ":red[hot]", "$x^2$", "../up", "a/b",
]  # fmt: skip


def test_strange_names_are_shown_letter_by_letter(lab):
    folder = lab / "strange"
    model = old_run(lab, "model", experiment="made")
    made = []
    for name in STRANGE:
        if "/" not in name:
            made.append(Run(lab, "strange", name))
            shutil.copytree(model.path, folder / name)
    at = opened(*made, within="strange")
    assert sorted(row["name"] for row in table(at)) == sorted(run.name for run in made)
    at = opened(made[-1], Run(lab, "..", "up"), within="strange")
    shown = words(at).replace("\\", "").replace("\u2060", "")
    assert "strange/$x^2$" in shown and "strange/$x^2$" not in words(at)


def test_hostile_text_stays_text(lab):
    hostile = Run(lab, EXPERIMENT, NAME)
    shutil.copytree(old_run(lab, "template", experiment="made").path, hostile.path)
    change_about(hostile.path / "about.json", title=TITLE, notes=NOTES)
    at = press(opened(hostile, within=EXPERIMENT), "Delete")
    [row] = table(at)
    assert row["name"] == TITLE
    unescaped = re.sub(r"\\.", "", words(at))
    for markup in ("<", ">", "](", ":red[", "`", "$"):
        assert markup not in unescaped


@pytest.mark.parametrize("key", ["", "e", "../../etc", "a/b/c", "e/\0", "e/" + "x" * 300, "<script>/x"])
def test_an_address_that_names_no_run_is_as_good_as_none(lab, key):
    at = opened(within="nowhere", run=[key])
    assert "chosen" not in words(at)


def test_two_hundred_old_runs_are_all_there(tmp_path, monkeypatch):
    logdir = tmp_path / "logs"
    for number in range(200):
        old_run(logdir, f"run-{number}", number=number, epochs=3)
    write_events(logdir / "not a run", {"accuracy": [(1, 0.5)]})
    monkeypatch.setenv("BOARDLAB_LOGDIR", str(logdir))
    wait_until(lambda: len(services().reader.runs()) == 401, what="all curves")
    at = opened(*(find_run(logdir, f"old/run-{number}") for number in range(0, 200, 9)))
    assert len(table(at)) == 200
    assert "200 runs" in words(at)
    assert "first 12 of 23 chosen runs" in words(at)
    assert all(len(row["curve"]) == 3 for row in table(at))


def test_an_empty_lab_says_how_to_begin(tmp_path, monkeypatch):
    monkeypatch.setenv("BOARDLAB_LOGDIR", str(tmp_path / "logs"))
    at = opened()
    assert "No runs yet" in words(at)
    assert any("python -m trainers classify" in code.value for code in at.code)


def test_the_page_is_the_same_for_everyone(lab):
    """Two people look at different runs at once."""
    runs = [old_run(lab, name, experiment="two") for name in ("a", "b")]
    pages: list[Callable[[], AppTest]] = [lambda run=run: opened(run, within="two") for run in runs]
    for run, page in zip(runs, pages, strict=True):
        assert f"two/{run.name}" in words(page()).replace("\\", "")


def test_a_query_in_the_address_finds_runs_and_a_faulty_one_is_explained(lab):
    for number, (name, rate) in enumerate({"slow": 0.001, "fast": 0.1, "mid": 0.01}.items()):
        old_run(lab, name, experiment="query", number=number, model="mlp", learning_rate=rate)
    found = opened(within="query", query='model == "mlp" and lr < 0.05', sort="name")
    assert [row["name"] for row in table(found)] == ["mid", "slow"]
    faulty = opened(within="query", query="modle == 'mlp'")
    assert "did you mean mode or model" in words(faulty) and len(table(faulty)) == 3


def test_columns_of_ones_choice_and_the_order_by_them(lab):
    rates = {"a": 0.1, "b": 0.001}
    made = [
        old_run(lab, name, experiment="columns", number=n, learning_rate=rate)
        for n, (name, rate) in enumerate(rates.items())
    ]
    best = "best validation/accuracy"
    wait_until(
        lambda: all(services().reader.tags(f"{run.key}/validation") for run in made), what="both curves"
    )
    asked = ["learning_rate", best, "last train/loss"]
    rows = table(opened(within="columns", column=asked, sort="learning_rate"))
    assert [row["name"] for row in rows] == ["b", "a"]
    for row, run in zip(rows, reversed(made), strict=True):
        assert row["learning_rate"] == rates[row["name"]]
        accuracy = read_status(run.status_file).metrics["val_accuracy"]
        assert row[best] == pytest.approx(100 * accuracy, rel=1e-6)
        assert row["last train/loss"] == pytest.approx(-math.log(accuracy), rel=1e-3)
    names = [row["name"] for row in table(opened(within="columns", column=asked, sort=best))]
    assert names == sorted(rates, key=lambda name: -next(r[best] for r in rows if r["name"] == name))


def test_runs_are_grouped_by_a_setting_and_drawn_as_lines(lab):
    for number, activation in enumerate(["relu", "relu", "sigmoid"]):
        old_run(lab, f"g{number}", experiment="group", number=number, model="mlp", activation=activation)
    at = opened(within="group", group="activation", parallel="true")
    [groups] = [frame.value for frame in at.dataframe if "runs" in frame.value.columns]
    assert dict(zip(groups["value"], groups["runs"], strict=True)) == {"relu": 2, "sigmoid": 1}
    tests = {row["name"]: row["test"] for row in table(at)}
    relu = groups.set_index("value").loc["relu"]
    assert relu["test_accuracy"] == pytest.approx((tests["g0"] + tests["g1"]) / 2)
    assert relu["test_accuracy_deviation"] == pytest.approx(abs(tests["g0"] - tests["g1"]) / math.sqrt(2))
    spec = json.loads(at.get("vega_lite_chart")[0].proto.spec)
    assert any(layer["mark"]["type"] == "line" for layer in spec["layer"])


def test_tags_are_given_to_several_runs_and_found(lab):
    one, two = (
        old_run(lab, name, experiment="tags", about={"tags": (name, "both")}) for name in ("one", "two")
    )
    at = press(opened(one, two), "Tags")
    [tags] = [widget for widget in at.multiselect if widget.label == "Tags"]
    assert tags.value == ["both"]
    tags.set_value(["both", "one"])
    press(at, "Save")
    assert read_about(one.path / "about.json").tags == ("one", "both")
    assert read_about(two.path / "about.json").tags == ("two", "both", "one")
    assert [row["name"] for row in table(opened(query='"two" in tags'))] == ["two"]
    assert [list(row["tags"]) for row in table(opened(within="tags", find="two"))] == [["two", "both", "one"]]


def test_a_run_is_duplicated_with_its_settings_in_the_form(lab):
    run = old_run(
        lab, "first", experiment="again", model="mlp", epochs=7, learning_rate=0.03, batch_norm=True
    )
    [link] = [one for one in opened(run).get("page_link") if one.proto.label == "Duplicate"]
    query = parse_qs(link.proto.query_string)
    assert query["experiment"] == ["again"]
    at = AppTest.from_file(str(REPOSITORY / "streamlit_app.py"), default_timeout=SECONDS)
    for name, values in query.items():
        at.query_params[name] = values
    checked(at.run())
    held = spec_from_form(
        "classify",
        {
            one.name: at.session_state[one.name]
            for one in settings(ClassifySpec)
            if one.name in at.session_state
        },
    )
    assert held == run.spec()
