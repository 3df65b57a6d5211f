"""What the browser tests need of this machine: says what is missing, and installs it where that may be done.

Root on a machine with apt-get gets Debian's packages; everybody else is told in one sentence what to install.

    python -m tests.machine
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# The first is Debian's Chromium without a window of its own: pages open a quarter faster.
CHROMIUMS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
)
CHROMIUMS_ON_MACS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
FASHION_MNIST = Path("/usr/share/datasets/fashion-mnist")


def find_chromium() -> str | None:
    """The Chromium or Chrome to drive: BOARDLAB_CHROMIUM, else one on the path, else one of Playwright's own."""
    if chosen := os.environ.get("BOARDLAB_CHROMIUM"):
        return chosen
    for name in CHROMIUMS:
        if found := shutil.which(name):
            return found
    caches = (Path.home() / ".cache/ms-playwright", Path.home() / "Library/Caches/ms-playwright")
    downloaded = [
        str(path)
        for cache in caches
        for pattern in ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")
        for path in sorted(cache.glob(pattern), reverse=True)
    ]
    return next((path for path in (*CHROMIUMS_ON_MACS, *downloaded) if Path(path).exists()), None)


def missing_packages() -> dict[str, str]:
    """Debian's name of each missing thing, and the sentence for who cannot install it that way."""
    missing = {}
    if find_chromium() is None:
        missing[CHROMIUMS[0]] = (
            "The browser tests need a Chromium or Chrome: install one, or name it, "
            "type: make test BOARDLAB_CHROMIUM=/path/to/chrome"
        )
    if sys.platform == "linux" and not _has_chinese_font():
        missing["fonts-noto-cjk"] = (
            "The browser tests look at Chinese names: install the package fonts-noto-cjk."
        )
    if (
        shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin:/opt/homebrew/bin")
        is None
    ):
        missing["nginx"] = (
            "The tests put a reverse proxy before the app: install nginx (macOS: brew install nginx)."
        )
    if sys.platform == "linux" and not FASHION_MNIST.exists():
        missing["dataset-fashion-mnist"] = (
            "Fashion-MNIST will be downloaded, unless you install dataset-fashion-mnist."
        )
    return missing


def main() -> int:
    """Installs or says what is missing; the exit code is 1 where there is no browser, without which nothing works.

    The few tests that want one of the others fail with the same sentence.
    """
    missing = missing_packages()
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
        # One by one: of those that this release does not know, none keeps the others away.
        for command in (["apt-get", "update", "-qq"], *([*install, package] for package in missing)):
            subprocess.run(command, env=environment, check=False, stdin=subprocess.DEVNULL)
        if find_chromium() is None:
            subprocess.run([*install, "chromium"], env=environment, check=False, stdin=subprocess.DEVNULL)
        missing = missing_packages()
    for sentence in missing.values():
        print(sentence, file=sys.stderr)
    return 1 if CHROMIUMS[0] in missing else 0


def _has_chinese_font() -> bool:
    if shutil.which("fc-list") is None:
        return False
    listed = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False)
    return bool(listed.stdout.strip())


if __name__ == "__main__":
    sys.exit(main())
