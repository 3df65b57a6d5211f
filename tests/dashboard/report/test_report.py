"""A whole report of a real comparison: what it says, that it needs nothing else, and that hostile text stays text."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.routing import Route

from dashboard import language
from dashboard.report import experiment_report, file_name, respond
from dashboard.services import Services, close_services, services
from tests.e2e.hostile import NOTES, TITLE
from tests.old_runs import old_run
from tests.running import end_trainers, wait_until
from trainers.runs import RunError, change_about, find_runs
from trainers.specs import ClassifySpec
from trainers.sweeps import Sweep, planned, sweep
from trainers.sweeps.folder import NAME

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def started(compared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """The services of a lab with a real comparison."""
    logdir = tmp_path_factory.mktemp("report") / "logs"
    shutil.copytree(compared / "e", logdir / "e")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOARDLAB_LOGDIR", str(logdir))
        patch.setenv("BOARDLAB_LANGUAGE", "en")
        found = services()
        wait_until(lambda: found.reader.tags("e/relu-2/validation"), what="the curves")
        yield found
        close_services()
        end_trainers(logdir)


class Reader(HTMLParser):
    """Collects the tags, what they point to, the scripts and the words of a document."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.scripts: list[str] = []
        self.words: list[str] = []
        self.policy = ""
        self._in: str = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._in = tag
        for name, value in attrs:
            if name in ("src", "href", "action", "srcset"):
                self.addresses.append(value or "")
            if name.startswith("on"):
                self.handlers.append(name)
        known = dict(attrs)
        if known.get("http-equiv") == "Content-Security-Policy":
            self.policy = known["content"] or ""

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    def handle_data(self, data: str) -> None:
        (self.scripts if self._in == "script" else self.words).append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def checked(text: str) -> Reader:
    """A report that asks nobody for anything and runs one script only, the one that its policy names."""
    read = Reader(text)
    assert all(address.startswith("data:image/") for address in read.addresses)
    assert read.handlers == [] and len(read.scripts) == 1
    digest = base64.b64encode(hashlib.sha256(read.scripts[0].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in read.policy and "default-src 'none'" in read.policy
    assert not {"iframe", "object", "embed", "link", "form", "base"} & set(read.tags)
    return read


def test_a_comparison_is_reported_as_the_command_line_told_it(started, compared) -> None:
    text = experiment_report(started, "e", now=NOW)
    read = checked(text)
    told = json.loads((compared / "told.txt").read_text().splitlines()[-1])
    assert told["sentence"] in read.text
    for arm in told["arms"]:
        assert f"{100 * arm['test']['mean']:.2f} %" in read.text
    for run in told["runs"]:
        assert f"--run={run.split('/')[1]}" in read.text
    assert "--vary=activation=sigmoid,relu --seeds=2" in read.text
    assert text.count("<svg") == 2 and text.count("<path") == 2 * len(told["runs"])
    for word in ("Width", "Versions", "tensorflow", "2026-11-25 08:00", "#slides"):
        assert word in read.text
    pictures = [base64.b64decode(one.partition(",")[2]) for one in read.addresses]
    assert pictures and all(Image.open(io.BytesIO(one)).size == (28, 28) for one in pictures)
    assert "@media print" in text


def test_hostile_text_stays_text(started) -> None:
    logdir = started.settings.logdir
    run = old_run(logdir, "first", experiment="hostile", number=1, model="mlp")
    tags = ("</p><img src=x onerror=alert(1)>",)
    change_about(run.path / "about.json", title=TITLE, notes=NOTES, tags=tags)
    started.look_again()
    read = checked(experiment_report(started, "hostile", now=NOW))
    assert TITLE in "".join(read.words) and tags[0] in "".join(read.words)
    assert "img" not in read.tags and read.tags.count("script") == 1


def test_a_sweep_names_the_best_run_and_its_command(started) -> None:
    logdir = started.settings.logdir
    asked: Sweep = sweep(ClassifySpec(model="mlp"), {"depth": "1,2,3"}, method="grid", budget=3)
    for number, one in enumerate(planned(asked), start=1):
        old_run(logdir, one.name, experiment="s", number=number, **dict(one.spec))
    (logdir / "s" / NAME).write_text(asked.model_dump_json())
    started.look_again()
    read = checked(experiment_report(started, "s", now=NOW))
    assert (
        "Best of 3 by validation: Hidden layers" in read.text or "Best of 3 by validation: Depth" in read.text
    )
    assert "--search=depth=1,2,3 --method=grid --budget=3" in read.text
    assert len(find_runs(logdir, "s")) == 3


def test_an_experiment_without_a_run_has_no_report(started) -> None:
    with pytest.raises(RunError, match="has no run"):
        experiment_report(started, "nowhere", now=NOW)


@pytest.mark.parametrize(
    ("experiment", "name"),
    [("e", "e-report.html"), ("数字 a,b", "数字-a-b-report.html"), ("a=1..", "a-1-report.html")],
)
def test_a_report_is_saved_under_a_plain_name(experiment: str, name: str) -> None:
    assert file_name(experiment) == name


def asked(started: Services, accept_language: str = "", **query: str) -> httpx.Response:
    """What the route of reports answers."""
    app = Starlette(routes=[Route("/report", lambda request: respond(request, started))])

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://lab") as client:
            return await client.get("/report", params=query, headers={"accept-language": accept_language})

    return asyncio.run(ask())


def test_a_report_has_an_address_that_shows_it_and_one_that_saves_it(started) -> None:
    shown = asked(started, experiment="e")
    assert shown.status_code == 200 and shown.headers["content-type"] == "text/html; charset=utf-8"
    assert shown.headers["content-security-policy"] == checked(shown.text).policy
    assert "content-disposition" not in shown.headers
    saved = asked(started, experiment="e", save="1")
    assert saved.headers["content-disposition"].startswith('attachment; filename="e-report.html"')
    assert (
        checked(saved.text).text.split("BoardLab wrote")[0]
        == checked(shown.text).text.split("BoardLab wrote")[0]
    )


@pytest.mark.parametrize("name", ["", "nowhere", "../e", "<script>alert(1)</script>", "e/relu-1"])
def test_the_address_of_no_experiment_says_so_as_plain_text(started, name) -> None:
    answer = asked(started, experiment=name)
    assert answer.status_code == 404 and answer.headers["content-type"].startswith("text/plain")
    assert "has no run: there is nothing to report" in answer.text


def test_the_report_is_in_the_language_that_the_browser_asks_for(started, monkeypatch) -> None:
    monkeypatch.delenv("BOARDLAB_LANGUAGE")
    answer = asked(started, "pt-BR,pt;q=0.9,en;q=0.8", experiment="e")
    assert '<html lang="pt-BR">' in answer.text
    assert '<html lang="en">' in asked(started, "../x", experiment="e").text
    assert language.language() == "en", "what one request asked for is forgotten with it"
