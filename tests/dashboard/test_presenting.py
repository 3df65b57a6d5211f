import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.presenting import (
    InvalidView,
    View,
    change_views,
    moved,
    read_views,
    removed,
    view_of,
    views_file,
)
from trainers.runs import DamagedFile

ONE = View(title="Sigmoid against ReLU", page="train", query="run=a%2Fb&run=a%2Fc&smoothing=0.6")


@pytest.fixture
def path(tmp_path):
    return views_file(tmp_path / "logs")


def test_the_list_lies_outside_what_tensorboard_scans(tmp_path, path):
    assert not path.is_relative_to(tmp_path / "logs")


def test_no_file_is_an_empty_list(path):
    assert read_views(path) == []


def test_a_saved_view_comes_back(path):
    change_views(path, lambda views: [*views, ONE])
    assert read_views(path) == [ONE]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'[{"title": "a", "pa',
        b"\xff\xfe\x00\x80",
        b'{"views": []}',
        b'[{"title": 3}]',
        b'[{"title": "x", "page": "../../etc"}]',
        b'[{"title": "x", "page": "http://example.org"}]',
        b" " * 5_000_000,
    ],
    ids=["empty", "torn", "binary", "other shape", "wrong type", "traversal", "other host", "5 MB"],
)
def test_a_damaged_list_is_named_and_set_aside_by_the_next_change(path, content):
    path.write_bytes(content)
    with pytest.raises(DamagedFile, match=r"views\.json"):
        read_views(path)
    assert change_views(path, lambda views: [*views, ONE]) == [ONE]
    assert path.with_name("views.json.damaged").read_bytes() == content


def test_writers_at_the_same_time_lose_nothing(path):
    def add(number):
        change_views(path, lambda views: [*views, View(title=str(number))])

    threads = [threading.Thread(target=add, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(view.title) for view in read_views(path)) == list(range(12))


def test_the_file_is_plain_json(path):
    change_views(path, lambda views: [ONE])
    assert json.loads(path.read_text())[0]["page"] == "train"


@pytest.mark.parametrize(
    ("address", "base", "page", "query"),
    [
        ("http://localhost:8501/train?run=a%2Fb&present=1&view=3", "", "train", "run=a%2Fb"),
        ("http://host/lab/runs", "/lab", "runs", ""),
        ("http://host/lab/", "/lab", "", ""),
        ("http://host/labour", "/lab", "labour", ""),
        ("train", "", "train", ""),
        ("", "", "", ""),
        ("https://host/train?run=a%2Fb&run=a%2Fc", "", "train", "run=a%2Fb&run=a%2Fc"),
    ],
)
def test_a_copied_address_becomes_a_view_of_this_lab(address, base, page, query):
    view = view_of("t", address, base_path=base)
    assert (view.page, view.query) == (page, query)


@pytest.mark.parametrize("address", ["http://h/a/b", "javascript:alert(1)", "/../etc/passwd", "x y", "<b>"])
def test_what_is_no_address_of_a_page_is_refused(address):
    with pytest.raises(InvalidView, match="address"):
        view_of("t", address)


def test_a_view_needs_a_title():
    with pytest.raises(InvalidView, match="title"):
        view_of("  ", "train")


def test_the_address_of_a_slide_says_so():
    assert ONE.address(1) == "train?run=a%2Fb&run=a%2Fc&smoothing=0.6&present=1&view=2"
    assert View(title="start").address() == ""


views_lists = st.lists(st.integers(), max_size=6).map(lambda ids: [View(title=str(number)) for number in ids])


@given(views_lists, st.integers(-2, 8), st.sampled_from([-1, 1]))
def test_moving_keeps_every_view_and_back_again_is_the_old_order(views, position, by):
    after = moved(views, position, by)
    assert sorted(view.title for view in after) == sorted(view.title for view in views)
    if after != views:
        assert moved(after, position + by, -by) == views


def test_removing_what_is_gone_changes_nothing():
    assert removed([ONE], View(title="other")) == [ONE]
    assert removed([ONE, View(title="b")], ONE) == [View(title="b")]
