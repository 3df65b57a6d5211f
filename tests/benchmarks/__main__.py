"""Runs every benchmark, one after another: `python -m tests.benchmarks`. Tables are printed, JSON lands in results/."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def benchmarks() -> list[str]:
    """The modules beside this one that can be run by themselves."""
    folder = Path(__file__).parent
    return [
        path.stem
        for path in sorted(folder.glob("*.py"))
        if path != Path(__file__) and '\nif __name__ == "__main__":' in path.read_text()
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
