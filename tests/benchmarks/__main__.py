"""Runs every benchmark, one after another: `python -m tests.benchmarks`. Tables are printed, JSON lands in results/."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def benchmarks() -> list[str]:
    """The modules here that keep rows under a name; the others that can be run are one side of such a benchmark."""
    folder = Path(__file__).parent
    return [
        ".".join(path.relative_to(folder).with_suffix("").parts)
        for path in sorted(folder.rglob("*.py"))
        if '\nNAME = "' in path.read_text() or "\nNAME, " in path.read_text()
    ]


def main() -> int:
    """Runs them; the exit code is 1 where one failed, after all had their turn."""
    codes = [
        subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}"], check=False).returncode
        for name in benchmarks()
    ]
    return 1 if any(codes) else 0


if __name__ == "__main__":
    sys.exit(main())
