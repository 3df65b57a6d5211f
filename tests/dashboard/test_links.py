"""Addresses hold under a base path, and a run's filter finds that run and no other."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.chosen_runs import belongs, keys_of, token_of
from dashboard.links import base_of, page_url, report_url, run_filter, tensorboard_url

KEYS = st.text(min_size=1).filter(lambda key: "\n" not in key)


@pytest.mark.parametrize(
    ("address", "base"),
    [
        ("http://localhost:8501", ""),
        ("http://localhost:8501/", ""),
        ("http://localhost:8501/runs", ""),
        ("https://hub.example/user/ann/proxy/8501/runs/", "/user/ann/proxy/8501"),
        ("http://host/lab", "/lab"),
        ("http://host/lab/", "/lab"),
        ("http://host/lab/tensor-board", "/lab"),
        ("http://host/past-runs", "/past-runs"),
    ],
)
def test_base_is_what_stands_before_the_page(address: str, base: str) -> None:
    assert base_of(address, {"runs", "tensor-board"}) == base


def test_a_page_address_carries_its_runs_and_settings() -> None:
    address = page_url("/lab", "runs", runs=["e 1/r&1", "实验/运行"], smoothing="0.6")
    parts = urlsplit(address)
    assert parts.path == "/lab/runs"
    assert parse_qs(parts.query) == {"run": ["e 1/r&1", "实验/运行"], "smoothing": ["0.6"]}
    assert page_url("", "") == "/"


def test_a_report_address_names_its_experiment_and_nothing_else() -> None:
    parts = urlsplit(report_url("/lab", "e&save=1#x 实验", save="1"))
    assert parts.path == "/lab/report" and not parts.fragment
    assert parse_qs(parts.query) == {"experiment": ["e&save=1#x 实验"], "save": ["1"]}


def test_tensorboard_address_follows_theme_and_smoothing() -> None:
    parts = urlsplit(tensorboard_url("/lab", runs=["e1/r1"], dark=True, smoothing=0.6))
    head, token = parts.path.removesuffix("/").rsplit("/", 1)
    assert head == "/lab/tensorboard/only" and keys_of(token) == ["e1/r1"]
    assert parts.fragment == "timeseries"
    assert parse_qs(parts.query) == {
        "darkMode": ["true"],
        "smoothing": ["0.6"],
        "runFilter": ["^e1/r1(/|$)"],
    }
    assert tensorboard_url("") == "/tensorboard/?darkMode=false#timeseries"


@given(st.lists(KEYS, min_size=1, max_size=4), KEYS)
def test_filter_finds_its_runs_and_no_other(chosen: list[str], other: str) -> None:
    pattern = re.compile(run_filter(chosen), re.IGNORECASE)  # as TensorBoard compiles it
    for key in chosen:
        assert pattern.search(key) and pattern.search(f"{key}/train")
    related = any(f"{other}/".lower().startswith(f"{key}/".lower()) for key in chosen)
    if not related:
        assert pattern.search(f"{other}x") is None or any(
            f"{other}x/".lower().startswith(f"{key}/".lower()) for key in chosen
        )


@given(st.text(min_size=1))
def test_addresses_never_break_out_of_an_attribute_or_a_query(key: str) -> None:
    address = tensorboard_url("", runs=[key])
    assert not set(address) & set("\"'<>` \n")
    assert len(parse_qs(urlsplit(address).query)) == 2


@given(st.lists(st.text()))
def test_a_token_names_its_runs_whatever_they_are_called(keys: list[str]) -> None:
    token = token_of(keys)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", token)
    assert keys_of(token) == keys


@pytest.mark.parametrize("token", ["", "e1", "!!", "bnVsbA", "eyJhIjoxfQ", "WzEsMl0", "x" * 9999])
def test_what_is_no_token_names_no_run(token: str) -> None:
    assert keys_of(token) == []


def test_parts_belong_to_their_run_and_namesakes_do_not() -> None:
    assert belongs("e/r", ["e/r"]) and belongs("e/r/train", ["e/r"])
    assert not belongs("e/r2", ["e/r"]) and not belongs("E/r", ["e/r"]) and not belongs("e", ["e/r"])
