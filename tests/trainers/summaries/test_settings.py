"""What a person typed stands in the text as it was typed, whatever it means to Markdown or to HTML."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from tensorboard.util.tensor_util import make_ndarray

from trainers.specs import ClassifySpec
from trainers.summaries.settings import text

READER = MarkdownIt("commonmark").enable("table")


def values(spec: ClassifySpec) -> dict[str, list[str]]:
    """The kinds of pieces and the plain text of each setting's value, by the setting's label."""
    markdown = make_ndarray(text(spec, "What it is.").value[0].tensor).item().decode()
    cells = [token.children or [] for token in READER.parse(markdown) if token.type == "inline"][4:]
    rows = [cells[place : place + 3] for place in range(0, len(cells), 3)]
    return {
        label[0].content: [*{piece.type for piece in value}, "".join(piece.content for piece in value)]
        for label, value, _ in rows
    }


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40))
def test_any_path_is_shown_and_not_obeyed(name: str) -> None:
    path = Path("/data") / name
    shown = values(ClassifySpec(dataset="mnist", mnist_file=path))["MNIST file"]
    assert shown[-1].strip() == str(path)
    assert set(shown[:-1]) <= {"text", "text_special"}


def test_ordinary_values_are_as_they_are() -> None:
    shown = values(ClassifySpec(model="simple_cnn", dropout=0.25))
    assert shown["Model"][-1].strip() == "simple_cnn"
    assert shown["Dropout"][-1].strip() == "0.25"
