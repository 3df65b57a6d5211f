"""What a person forgot or what cannot be painted is told before anything starts."""

from __future__ import annotations

import numpy as np
import pytest

from tests.trainers.style import procedural
from trainers import availability
from trainers.dataset_errors import DatasetMissing, PictureRefused
from trainers.specs import StylizeSpec
from trainers.style import inputs, preview
from trainers.style.pictures import save


def spec(files, **values):
    return StylizeSpec(**{"content": files["photo"], "style": [files["waves"]], "size": 64, **values})


def test_all_that_is_needed_is_there(files):
    availability.check(spec(files))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"content": None}, "no photo to paint: give one with --content"),
        ({"style": ()}, "no painting to take the style of: give one with --style"),
        ({"initial": "file"}, "no picture to start from: give one with --initial-file"),
        ({"content": "/nowhere/photo.jpg"}, "There is no image file /nowhere/photo.jpg"),
        ({"network_file": "/nowhere/vgg.h5"}, "There is no network file /nowhere/vgg.h5"),
        ({"size": 8192, "style_scale": (16,)}, "GB are free: (choose at most|close)"),
    ],
)
def test_what_cannot_be_is_told_in_one_sentence(files, values, sentence):
    with pytest.raises(Exception, match=sentence) as caught:
        availability.check(spec(files, **values))
    assert "\n" not in str(caught.value)


def test_a_picture_that_would_be_a_line_is_refused(files):
    with pytest.raises(PictureRefused, match="at size 16 it would be 16 × 12, too narrow to be painted"):
        inputs.check(spec(files, content=files["waves"], size=16))


def test_a_style_smaller_than_the_networks_field_is_refused(files, tmp_path):
    save(tmp_path / "dot.png", procedural.mosaic(9, 9))
    with pytest.raises(PictureRefused, match=r"dot\.png is 9 × 9 pixels, too few"):
        inputs.check(spec(files, style=[tmp_path / "dot.png"]))


def test_colours_are_matched_before_painting(files, logdir):
    from trainers.runs import create_run

    chosen = spec(files, colour_matching=True)
    run = create_run(logdir, chosen, experiment="e", name="r")
    found = inputs.kept(run, chosen)
    photo = procedural.scene(64, 64).reshape(-1, 3)
    np.testing.assert_allclose(found.styles[0].reshape(-1, 3).mean(axis=0), photo.mean(axis=0), atol=12)
    assert np.abs(found.styles[0].astype(int) - procedural.waves()).mean() > 20


def test_a_painting_may_start_from_its_preview(files, logdir):
    """It lies between the photo and the painting: the more style, the farther from the photo."""
    from trainers.runs import create_run

    farther = []
    for number, style_weight in enumerate((20, 5000)):
        chosen = spec(files, initial="preview", style_weight=style_weight)
        found = inputs.kept(create_run(logdir, chosen, experiment="e", name=f"r{number}"), chosen)
        farther.append(np.abs(found.initial.astype(int) - procedural.scene(64, 64)).mean())
    assert 5 < farther[0] < farther[1]


def test_a_missing_network_of_the_preview_is_told_before_anything_starts(files, monkeypatch):
    preview._checked_file.cache_clear()
    monkeypatch.setattr(preview.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(
        DatasetMissing, match="network of the preview is missing .*: install the requirements"
    ):
        preview.check()


def test_a_damaged_network_of_the_preview_is_refused_by_name(files, monkeypatch):
    preview._checked_file.cache_clear()
    monkeypatch.setitem(preview._FILES, "arbitrary_transform", "0" * 64)
    with pytest.raises(DatasetMissing, match=r"arbitrary_transform\.onnx of the preview is damaged"):
        preview.check()
    preview._checked_file.cache_clear()
