"""What the operator of this lab decided: environment variables named BOARDLAB_…, and Streamlit's own options.

BOARDLAB_LOGDIR         the folder of all runs; without it "logs" beside the app
BOARDLAB_LIMIT          how many trainers may run at once; without it half the cores, in the demo 2
BOARDLAB_SPARE          0: keep no trainer ready, which spares its memory; a run then starts some seconds later
BOARDLAB_TOKEN          1: ask every visitor for a key made at start; a longer text: that very key.
                        Without it only those from beyond loopback are asked
BOARDLAB_ALLOWED_HOSTS  host names under which a proxy or another machine may ask, separated by commas
BOARDLAB_DEMO           1: the first browser starts the first experiment
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from trainers.launchers import default_limit

REPOSITORY = Path(__file__).resolve().parent.parent
DEMO_LIMIT = 2
SHORTEST_TOKEN = 8


class InvalidSetting(ValueError):
    """An operator's setting that cannot be obeyed; the text is one sentence for a person."""


@dataclass(frozen=True)
class Settings:
    """The operator's decisions, the same for every visitor.

    `base_path` is "" or begins with a slash and ends without one, as "/lab". `token` is the key the operator
    gave, None where one is to be made. `token_wanted` says that every visitor needs it, wherever they are;
    without it only those who come from beyond loopback do. `allowed_hosts` are lower-case host names without port.
    `spare` says that one trainer is kept ready, so that the next run starts at once.
    """

    logdir: Path
    limit: int
    spare: bool = True
    base_path: str = ""
    token: str | None = None
    token_wanted: bool = False
    allowed_hosts: tuple[str, ...] = ()
    demo: bool = False


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process; raises InvalidSetting with one sentence."""
    from streamlit import config

    environment = os.environ if environment is None else environment
    demo = _switch(environment, "BOARDLAB_DEMO")
    token = _token(environment.get("BOARDLAB_TOKEN", "").strip())
    hosts = _hosts(environment.get("BOARDLAB_ALLOWED_HOSTS", ""))
    asked = environment.get("BOARDLAB_TOKEN", "").strip() not in ("", "0")
    address = config.get_option("server.address")
    return Settings(
        logdir=_folder(environment.get("BOARDLAB_LOGDIR", "").strip()),
        limit=_limit(environment.get("BOARDLAB_LIMIT", "").strip(), demo=demo),
        spare=_switch(environment, "BOARDLAB_SPARE", default=True),
        base_path=_base_path(config.get_option("server.baseUrlPath") or ""),
        token=token,
        token_wanted=asked or bool(hosts) or not is_loopback(address or "0.0.0.0"),
        allowed_hosts=hosts,
        demo=demo,
    )


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only mean this very machine."""
    if host.lower().rstrip(".") == "localhost" or host.lower().endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _folder(value: str) -> Path:
    return Path(value).expanduser().resolve() if value else REPOSITORY / "logs"


def _limit(value: str, *, demo: bool) -> int:
    if not value:
        return DEMO_LIMIT if demo else default_limit()
    if not (value.isascii() and value.isdigit()) or int(value) < 1:
        raise InvalidSetting(f"BOARDLAB_LIMIT is {value!r}: give a whole number of trainers, at least 1.")
    return int(value)


def _switch(environment: Mapping[str, str], name: str, *, default: bool = False) -> bool:
    value = environment.get(name, "").strip()
    if value not in ("", "0", "1"):
        raise InvalidSetting(f"{name} is {value!r}: give 1 for yes or 0 for no.")
    return value == "1" if value else default


def _token(value: str) -> str | None:
    if value in ("", "0", "1"):
        return None
    if len(value) < SHORTEST_TOKEN or not (value.isascii() and value.isprintable()) or " " in value:
        raise InvalidSetting(
            "BOARDLAB_TOKEN cannot be used: give 1, or a key without spaces "
            f"of at least {SHORTEST_TOKEN} letters and digits."
        )
    return value


def _hosts(value: str) -> tuple[str, ...]:
    hosts = [host.strip().lower().rstrip(".") for host in value.split(",") if host.strip()]
    for host in hosts:
        if "/" in host or "*" in host or " " in host:
            raise InvalidSetting(
                f"BOARDLAB_ALLOWED_HOSTS holds {host!r}: "
                "give plain host names separated by commas, as lab.example.org."
            )
    return tuple(hosts)


def _base_path(value: str) -> str:
    stripped = value.strip("/")
    return f"/{stripped}" if stripped else ""
