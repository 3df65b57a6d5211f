"""The operator's decisions, and one sentence for each that cannot be obeyed."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.settings import DEMO_LIMIT, REPOSITORY, InvalidSetting, is_loopback, load_settings
from trainers.launchers import default_limit


def test_without_decisions_the_lab_is_for_this_machine_only() -> None:
    settings = load_settings({})
    assert settings.logdir == REPOSITORY / "logs"
    assert settings.limit == default_limit()
    assert settings.spare
    assert (settings.base_path, settings.token, settings.token_wanted, settings.demo) == (
        "",
        None,
        False,
        False,
    )


def test_decisions_are_obeyed(tmp_path: Path) -> None:
    settings = load_settings(
        {
            "BOARDLAB_LOGDIR": str(tmp_path / "runs"),
            "BOARDLAB_LIMIT": "3",
            "BOARDLAB_SPARE": "0",
            "BOARDLAB_TOKEN": "a-long-enough-key",
            "BOARDLAB_ALLOWED_HOSTS": "Lab.example.org, other.example.org.",
            "BOARDLAB_DEMO": "1",
        }
    )
    assert settings.logdir == tmp_path / "runs"
    assert settings.limit == 3
    assert not settings.spare
    assert settings.token == "a-long-enough-key" and settings.token_wanted
    assert settings.allowed_hosts == ("lab.example.org", "other.example.org")
    assert settings.demo


def test_the_demo_trains_two_at_a_time() -> None:
    assert load_settings({"BOARDLAB_DEMO": "1"}).limit == DEMO_LIMIT == 2


def test_a_key_is_made_when_asked_for_or_when_others_can_reach_the_lab() -> None:
    assert load_settings({"BOARDLAB_TOKEN": "1"}).token_wanted
    assert load_settings({"BOARDLAB_ALLOWED_HOSTS": "lab.example.org"}).token_wanted
    assert not load_settings({"BOARDLAB_TOKEN": "0"}).token_wanted


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOARDLAB_LIMIT", "many"),
        ("BOARDLAB_LIMIT", "0"),
        ("BOARDLAB_LIMIT", "-1"),
        ("BOARDLAB_LIMIT", "²"),
        ("BOARDLAB_TOKEN", "short"),
        ("BOARDLAB_TOKEN", "with a space"),
        ("BOARDLAB_ALLOWED_HOSTS", "http://lab.example.org/"),
        ("BOARDLAB_ALLOWED_HOSTS", "*"),
        ("BOARDLAB_DEMO", "yes"),
        ("BOARDLAB_SPARE", "no"),
    ],
)
def test_what_cannot_be_obeyed_is_one_sentence(name: str, value: str) -> None:
    with pytest.raises(InvalidSetting, match=name) as raised:
        load_settings({name: value})
    assert str(raised.value).endswith(".") and "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.2", False),
        ("localhost.example.org", False),
    ],
)
def test_is_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) == loopback
