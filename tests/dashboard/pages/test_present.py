"""The Presenting page and slides, on the real list of views."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.presenting import View, read_views, views_file
from trainers.runs import write_json

ONE = View(title="One", page="", query="smoothing=0.6")
TWO = View(title="[two](javascript:alert(1)) :red[x]", page="runs", query="")


@pytest.fixture
def saved(lab):
    """The list's file, holding two views."""
    path = views_file(lab)
    write_json(path, [ONE.model_dump(), TWO.model_dump()])
    return path


def components(page: AppTest) -> list[dict[str, str | None]]:
    """What the scripts of our own on the page were given."""
    return [json.loads(one.proto.json) for one in page.get("bidi_component") if one.proto.json]


def press(page: AppTest, key: str) -> AppTest:
    page.button(key=key).click().run()
    assert not page.exception, page.exception
    return page


def test_an_empty_list_says_how_to_fill_it(open_page, lab):
    views_file(lab).unlink(missing_ok=True)
    page = open_page("present")
    assert any("Save view" in markdown.value for markdown in page.markdown)
    assert "start_presenting" not in [button.key for button in page.button]


def test_views_stand_in_order_with_their_titles_letter_by_letter(open_page, saved):
    page = open_page("present")
    assert [text.value for text in page.text] == [ONE.title, TWO.title]


def test_views_are_moved_and_removed(open_page, saved):
    page = open_page("present")
    press(page, "down-0")
    assert read_views(saved) == [TWO, ONE]
    press(page, "remove-1")
    assert read_views(saved) == [TWO]


def test_a_view_is_added_by_its_address(open_page, saved):
    page = open_page("present")
    page.text_input(key="view_title").set_value("Three")
    page.text_input(key="view_address").set_value("http://localhost:8501/runs?run=a%2Fb&present=1")
    next(button for button in page.button if button.label == "Add").click().run()
    assert read_views(saved)[-1] == View(title="Three", page="runs", query="run=a%2Fb")


@pytest.mark.parametrize("address", ["http://example.org/a/b/c", "javascript:alert(1)", "../../etc/passwd"])
def test_an_address_of_elsewhere_is_refused_in_a_sentence(open_page, saved, address):
    page = open_page("present")
    page.text_input(key="view_title").set_value("x")
    page.text_input(key="view_address").set_value(address)
    next(button for button in page.button if button.label == "Add").click().run()
    assert "not an address of this lab" in page.error[0].value
    assert read_views(saved) == [ONE, TWO]


@pytest.mark.parametrize(
    "content", [b"", b'[{"ti', b"\xff\x00", b"{}"], ids=["empty", "torn", "binary", "shape"]
)
def test_a_damaged_list_is_said_and_the_page_stands(open_page, saved, content):
    saved.write_bytes(content)
    page = open_page("present")
    assert "views" in page.error[0].value and "damaged" in page.error[0].value


def test_start_presenting_leads_to_the_first_view_as_a_slide(open_page, saved):
    page = press(open_page("present"), "start_presenting")
    assert {"address": "/?smoothing=0.6&present=1&view=1"} in components(page)


def test_a_slide_knows_the_addresses_of_all_saved_views(open_page, saved):
    page = open_page("present", present="1", view="2")
    views = ["/?smoothing=0.6&present=1&view=1", "/runs?present=1&view=2"]
    assert {"views": views} in components(page)


def test_a_page_is_saved_as_it_stands(open_page, saved):
    page = open_page("present", smoothing="0.3", view="7")
    page.text_input(key="saved_title").set_value("As it stands").run()
    press(page, "save_this")
    assert read_views(saved)[-1] == View(title="As it stands", page="present", query="smoothing=0.3")


def test_the_offer_of_a_slide_stands_above_the_form_of_a_page_which_grows_as_it_loads(open_page, saved):
    assert open_page("train").sidebar.button[0].key == "present_this"
