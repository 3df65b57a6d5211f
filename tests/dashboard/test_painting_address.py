"""An address names samples, uploads and pictures of runs, and never another file of this machine."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dashboard.painting_address import path_for, word_for
from trainers.launchers import Inspector, keep_picture
from trainers.runs import Run, state_folder


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lab") / "logs"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def inspector(lab: Path) -> Iterator[Inspector]:
    """Tells what there is to choose; its helper is never started."""
    inspector = Inspector(state_folder(lab), ("/nowhere/helper",))
    yield inspector
    assert inspector.helper_pid is None
    inspector.close()


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (20, 20), "navy").save(file, "PNG")
    return file.getvalue()


def test_what_can_be_chosen_is_found_again_by_its_word(lab, inspector):
    run = Run(lab.resolve(), "实验 1", "vgg16-1")
    paths = [
        *(sample.path for sample in inspector.catalogue()),
        keep_picture(lab, picture(), "照片 (1).png"),
        *(run.path / "inputs" / name for name in ("content.png", "style-4.jpg", "mask", "initial.webp")),
    ]
    words = [word_for(path, lab, inspector) for path in paths]
    assert None not in words and len(set(words)) == len(paths)
    assert [path_for(word, lab, inspector) for word in words] == paths
    assert words[0] == "china" and "实验 1/vgg16-1/content.png" in words


@pytest.mark.parametrize(
    "place", ["/etc/passwd", "logs/e/r/spec.json", "logs/e/r/inputs/images.npz", "x.png"]
)
def test_another_file_has_no_word(lab, inspector, place):
    assert word_for(lab.parent / place, lab, inspector) is None


PARTS = st.one_of(
    st.sampled_from(["..", ".", "", "~", "e", "content.png", "0" * 24, "\0", "%2e%2e"]), st.text(max_size=8)
)


@given(st.lists(PARTS, min_size=1, max_size=5))
def test_no_word_leads_to_another_file(lab, inspector, parts):
    path = path_for("/".join(parts), lab, inspector)
    if path is None:
        return
    assert path == path.parent / path.name and ".." not in path.parts
    known = [sample.path for sample in inspector.catalogue()]
    uploaded = path.parent.parent == state_folder(lab) / "pictures"
    of_a_run = path.parent.name == "inputs" and path.parents[3] == lab.resolve()
    assert path in known or uploaded or of_a_run
