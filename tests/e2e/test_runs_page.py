"""The Runs page in a real browser: ticking, comparing, deleting what still trains, and bringing it back."""

from __future__ import annotations

import json
import shutil
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.runs_table import follow_link, names, tick, ticked, wait_until_shown
from tests.old_runs import old_run
from tests.running import App, wait_until
from trainers.launchers import submit
from trainers.runs import Run, read_status
from trainers.runs.trash import list_trash
from trainers.specs import ClassifySpec

pytestmark = pytest.mark.browser


def runs_page(page: Page, app: App, experiment: str, *chosen: Run) -> None:
    keys = "".join(f"&run={run.key}" for run in chosen)
    page.goto(f"{app.url}/runs?within={experiment}{keys}")
    wait_until_shown(page, *(run.name for run in chosen))


def in_address(page: Page) -> list[str]:
    return parse_qs(urlsplit(page.url).query).get("run", [])


def eventually(page: Page, condition, what: str) -> None:
    """Waits while Playwright's own loop goes on."""
    wait_until(lambda: page.wait_for_timeout(100) or condition(), what=what)


def test_ticked_runs_are_drawn_together_and_stay_ticked_when_rows_move(app, page):
    first, second = (old_run(app.logdir, name, experiment="tick", number=n) for n, name in enumerate("ab"))
    runs_page(page, app, "tick")
    wait_until_shown(page, "a", "b")
    tick(page, "a")
    eventually(page, lambda: in_address(page) == [first.key], "the first run in the address")
    tick(page, "b")
    eventually(page, lambda: in_address(page) == [first.key, second.key], "both runs in the address")
    expect(page.get_by_text("2 runs chosen")).to_be_visible()
    expect(page.get_by_text("a, validation").first).to_be_visible()

    old_run(app.logdir, "newest", experiment="tick", number=50)
    wait_until_shown(page, "newest")
    assert names(page) == ["newest", "b", "a"]
    eventually(page, lambda: ticked(page) == {"a", "b"}, "the same runs ticked")
    tick(page, "b")
    eventually(page, lambda: in_address(page) == [first.key], "one run in the address")

    page.reload()
    wait_until_shown(page, "a")
    eventually(page, lambda: ticked(page) == {"a"}, "the tick after loading the page again")


def test_some_of_the_rows_that_an_address_names_are_ticked_and_the_others_are_not(app, page):
    a, _b, c, _d = (old_run(app.logdir, name, experiment="named", number=n) for n, name in enumerate("abcd"))
    runs_page(page, app, "named", a, c)
    wait_until_shown(page, "a", "b", "c", "d")
    eventually(page, lambda: ticked(page) == {"a", "c"}, "the two runs of the address ticked")
    expect(page.get_by_text("2 runs chosen")).to_be_visible()
    tick(page, "c")
    eventually(page, lambda: in_address(page) == [a.key] and ticked(page) == {"a"}, "one of them left")


def test_the_row_links_to_tensorboard_with_just_this_run(app, page):
    run = old_run(app.logdir, "数字 识别", experiment="link")
    old_run(app.logdir, "other", experiment="link")
    runs_page(page, app, "link")
    opened = follow_link(page, run.name)
    opened.frame_locator("iframe").get_by_text(f"{run.key}/validation", exact=True).first.wait_for()
    assert in_address(opened) == [run.key]
    assert opened.frame_locator("iframe").get_by_text("link/other/validation").count() == 0


def test_a_run_that_trains_is_stopped_deleted_and_brought_back(app, page):
    spec = ClassifySpec(model="softmax", epochs=1000, pace=50)
    run = submit(spec, logdir=app.logdir, experiment="delete", name="training")
    wait_until(lambda: read_status(run.status_file).step > 0, seconds=90, what="the first steps")
    runs_page(page, app, "delete", run)
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("it is stopped first")).to_be_visible()
    page.get_by_role("button", name="Move to the trash").click()
    expect(page.get_by_text("training is in the trash")).to_be_visible(timeout=60_000)
    assert not run.path.exists() and [trashed.key for trashed in list_trash(app.logdir)] == [run.key]
    eventually(page, lambda: "training" not in names(page), "the row to leave")

    page.get_by_role("button", name="Undo").click()
    wait_until_shown(page, "training")
    status = read_status(run.status_file)
    assert status.state == "stopped" and status.step > 0
    assert list_trash(app.logdir) == []
    assert list((run.path / "train").glob("*tfevents*"))


def test_a_question_stays_open_while_runs_go_on_behind_it(app, page):
    run = old_run(app.logdir, "named", experiment="edit")
    runs_page(page, app, "edit", run)
    page.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_role("textbox", name="Name").fill("Best :red[of] *all*")
    page.get_by_role("textbox", name="Note").fill("half a thought")
    old_run(app.logdir, "meanwhile", experiment="edit", number=9)
    page.wait_for_timeout(5000)  # the table behind looks twice
    expect(page.get_by_role("textbox", name="Note")).to_have_value("half a thought")
    page.get_by_role("button", name="Save", exact=True).click()
    wait_until_shown(page, "Best :red[of] *all*", "meanwhile")
    about = json.loads((run.path / "about.json").read_text())
    assert (about["title"], about["notes"]) == ("Best :red[of] *all*", "half a thought")


def test_a_chosen_run_deleted_by_hand_leaves_by_itself(app, page):
    kept, gone = (old_run(app.logdir, name, experiment="by hand") for name in ("kept", "gone"))
    runs_page(page, app, "by hand", kept, gone)
    expect(page.get_by_text("2 runs chosen")).to_be_visible()
    shutil.rmtree(gone.path)
    eventually(page, lambda: names(page) == ["kept"], "the row to leave")
    expect(page.get_by_text("by hand/kept").filter(visible=True).first).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_filters_live_in_the_address(app, page):
    old_run(app.logdir, "one", experiment="filter", number=1)
    old_run(app.logdir, "two", experiment="filter", number=2)
    runs_page(page, app, "filter")
    wait_until_shown(page, "one", "two")
    page.get_by_label("Find").fill("one")
    page.get_by_label("Find").press("Enter")
    eventually(page, lambda: names(page) == ["one"], "one row")
    assert parse_qs(urlsplit(page.url).query)["find"] == ["one"]
    page.reload()
    wait_until_shown(page, "one")
    assert names(page) == ["one"]


def test_a_query_columns_and_groups_are_typed_and_live_in_the_address(app, page):
    for number, rate in enumerate((0.1, 0.001)):
        old_run(app.logdir, f"r{number}", experiment="asked", number=number, model="mlp", learning_rate=rate)
    runs_page(page, app, "asked")
    wait_until_shown(page, "r0", "r1")
    page.get_by_role("textbox", name="Query").fill('model == "mlp" and lr < 0.01')
    page.get_by_role("textbox", name="Query").press("Enter")
    eventually(page, lambda: names(page) == ["r1"], "the one row that matches")
    page.get_by_role("textbox", name="Query").fill("lr <")
    page.get_by_role("textbox", name="Query").press("Enter")
    expect(page.get_by_text("cannot be read at character")).to_be_visible()
    eventually(page, lambda: len(names(page)) == 2, "all rows beside the sentence")
    page.get_by_role("combobox", name="Columns").fill("learning_rate")
    page.get_by_role("option", name="learning_rate", exact=True).click()
    eventually(
        page, lambda: parse_qs(urlsplit(page.url).query).get("column") == ["learning_rate"], "the column"
    )
    page.reload()
    wait_until_shown(page, "r0", "r1")
    expect(
        page.get_by_test_id("stDataFrame").first.locator("table th", has_text="Learning rate")
    ).to_have_count(1)


def test_a_duplicate_opens_the_form_with_the_runs_settings(app, page):
    run = old_run(app.logdir, "first", experiment="twice", model="mlp", learning_rate=0.03, batch_norm=True)
    runs_page(page, app, "twice", run)
    page.get_by_role("link", name="Duplicate").click()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled(timeout=60_000)
    query = parse_qs(urlsplit(page.url).query)
    assert (query["model"], query["learning_rate"], query["batch_norm"]) == (["mlp"], ["0.03"], ["true"])
    expect(page.get_by_role("combobox", name="Experiment")).to_have_value("twice")
    expect(page.get_by_text("Network · 1 changed").first).to_be_visible()
