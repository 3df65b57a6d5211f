"""How the app starts: in each way a person starts it, and with one sentence where it cannot."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import psutil

from tests.running import REPOSITORY, end_trainers, find_free_port, started_app, wait_until

SCRIPT = str(REPOSITORY / "streamlit_app.py")


def test_a_taken_port_is_one_sentence(logdir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = _start("-m", "streamlit", "run", SCRIPT, f"--server.port={port}", logdir=logdir)
    assert done.returncode != 0
    assert f"Port {port} is not available" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_server_and_its_first_page_are_there_before_the_libraries_that_only_results_need() -> None:
    imported = (
        "import json, sys, streamlit, dashboard.serving.application, dashboard.navigation, dashboard.new_run\n"
        "print(json.dumps(sorted({'altair', 'pandas', 'pyarrow', 'PIL', 'scipy'} & set(sys.modules))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", imported], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == []


def test_a_setting_that_cannot_be_obeyed_is_one_sentence(logdir: Path) -> None:
    port = find_free_port()
    command = ("-m", "streamlit", "run", SCRIPT, f"--server.port={port}")
    done = _start(*command, logdir=logdir, BOARDLAB_LIMIT="many")
    assert done.returncode == 2
    assert "BOARDLAB_LIMIT is 'many': give a whole number of trainers, at least 1." in done.stderr
    assert "Traceback" not in done.stderr


def test_uvicorn_alone_serves_the_same_app(logdir: Path, tmp_path: Path) -> None:
    port = find_free_port()
    command = ["-m", "uvicorn", "--app-dir", str(REPOSITORY), "streamlit_app:app", "--port", str(port)]
    with (tmp_path / "uvicorn.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *command], cwd=tmp_path, env=_environment(logdir), stdout=log, stderr=log
        )
    try:
        for path in ("/", "/tensorboard/data/runs", "/api/health"):
            wait_until(lambda path=path: _status(f"http://127.0.0.1:{port}{path}") == 200, seconds=60)
    finally:
        process.terminate()
        process.wait(20)
        end_trainers(logdir)


def test_listening_beyond_loopback_asks_for_the_key_and_prints_the_link(logdir: Path) -> None:
    with started_app(logdir, "--server.address=0.0.0.0") as app:
        assert httpx.get(f"{app.url}/").status_code == 401
        links = wait_until(
            lambda: re.findall(r"http://\S+/\?token=\S+", app.log.read_text()), what="the links"
        )
        assert httpx.get(links[0], follow_redirects=True, cookies={}).status_code == 200
        assert links[0].startswith("http://localhost:") and len({link.split("=")[1] for link in links}) == 1


def test_on_loopback_nobody_is_asked_and_nobody_else_can_come(logdir: Path) -> None:
    with started_app(logdir) as app:
        assert httpx.get(f"{app.url}/").status_code == 200
        assert "token" not in app.log.read_text()
        listening = [
            connection.laddr.ip
            for process in [psutil.Process(app.process.pid), *psutil.Process(app.process.pid).children()]
            for connection in process.net_connections("tcp")
            if connection.status == psutil.CONN_LISTEN
        ]
        assert set(listening) == {"127.0.0.1"}, "the pages and the data server"


def test_the_data_server_ends_when_the_web_process_is_killed(logdir: Path) -> None:
    with started_app(logdir) as app:
        pid = wait_until(lambda: httpx.get(f"{app.url}/api/health").json()["data_server"]["pid"])
        server = psutil.Process(pid)
        app.kill()
        wait_until(lambda: _has_ended(server), what="the data server to end with the web process")


def _has_ended(process: psutil.Process) -> bool:
    """Whether a process is gone, also one that nobody has asked about its end yet."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # between the two questions
        return True


def _start(*command: str, logdir: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=logdir.parent,
        env=_environment(logdir) | environment,
        capture_output=True,
        text=True,
        timeout=90,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def _environment(logdir: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("BOARDLAB_")}
    return {**inherited, "BOARDLAB_LOGDIR": str(logdir)}


def _status(url: str) -> int:
    try:
        return httpx.get(url, timeout=20).status_code
    except httpx.TransportError:
        return 0
