"""The README's table of options, written from the spec: `python -m tests.readme` puts it in its place."""

from __future__ import annotations

import re
from pathlib import Path

from trainers.specs import ClassifySpec, Setting, legal_values, settings

README = Path(__file__).resolve().parent.parent / "README.md"
PLACE = re.compile(r"(<!-- options: .*? -->\n).*?(<!-- end of options -->)", re.DOTALL)


def options_table() -> str:
    """The options of `python -m trainers classify` as a table in Markdown, in the order of the page's form."""
    head = ["| option | what it does | may be | default |", "|---|---|---|---|"]
    return "\n".join([*head, *(_row(setting) for setting in settings(ClassifySpec))]) + "\n"


def with_options(readme: str) -> str:
    """The README with the table as the spec has it now."""
    return PLACE.sub(lambda found: found.group(1) + options_table() + found.group(2), readme)


def _row(setting: Setting) -> str:
    only = [f"{name} {' or '.join(values)}" for name, values in setting.only_for.items()]
    what = setting.description + (f" (only for {', '.join(only)})" if only else "")
    unit = f" {setting.unit}" if setting.unit else ""
    default = "none" if setting.default in (None, "") else f"{setting.default}{unit}"
    return f"| `{setting.option}` | {what} | {legal_values(setting)} | {default} |"


if __name__ == "__main__":
    README.write_text(with_options(README.read_text()))
