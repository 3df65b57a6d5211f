"""A real nginx before the app, under /lab, as a university's web server would stand there."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx

from tests.running import find_free_port, wait_until

_CONFIGURATION = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    map $http_upgrade $connection_upgrade {{ default upgrade; "" close; }}
    server {{
        listen 127.0.0.1:{port};
        location /lab/ {{
            proxy_pass http://127.0.0.1:{app_port}{target};
            proxy_http_version 1.1;
            proxy_set_header Host {host};
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_read_timeout 1h;
        }}
    }}
}}
"""


@contextlib.contextmanager
def reverse_proxy(
    folder: Path, app_port: int, *, keeps_prefix: bool, host: str = "$http_host"
) -> Iterator[str]:
    """Gives the address of the lab behind nginx, "http://127.0.0.1:PORT/lab"; `host` is what it tells the app."""
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin:/opt/homebrew/bin")
    assert nginx, "nginx is missing: type python -m tests.machine"
    folder.mkdir(parents=True)
    port = find_free_port()
    configuration = folder / "nginx.conf"
    target = "" if keeps_prefix else "/"
    configuration.write_text(
        _CONFIGURATION.format(folder=folder, port=port, app_port=app_port, target=target, host=host)
    )
    process = subprocess.Popen(
        [nginx, "-p", str(folder), "-c", str(configuration), "-e", str(folder / "error.log")],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: _answers(f"http://127.0.0.1:{port}/"), what="nginx to answer")
        yield f"http://127.0.0.1:{port}/lab"
    finally:
        process.terminate()
        process.wait(10)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code > 0
    except httpx.TransportError:
        return False
