"""What a report was made with: without it, nobody can tell why numbers differ a year later."""

from __future__ import annotations

import platform
import subprocess
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from dashboard.language import _

PACKAGES = ("tensorflow", "keras", "numpy", "scipy", "mlxtend", "optuna", "streamlit", "tensorboard")
REPOSITORY = Path(__file__).resolve().parents[2]
_GIT_SECONDS = 5


def version_rows() -> list[list[str]]:
    """What is installed here: a name and its version a row."""
    rows = [["BoardLab", commit() or _("unknown")], ["Python", platform.python_version()]]
    for name in PACKAGES:
        try:
            rows.append([name, version(name)])
        except PackageNotFoundError:
            continue
    return [*rows, [_("System"), f"{platform.system()} {platform.release()}, {platform.machine()}"]]


@lru_cache(maxsize=1)
def commit() -> str:
    """The commit of this BoardLab, with "+" where files were changed since; "" where git does not tell."""
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--abbrev=12", "--dirty=+", "--exclude=*"],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=_GIT_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return described.stdout.strip()
