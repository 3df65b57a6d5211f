"""What runs left to look at, as figures: of every task, escaped, and a sentence where a file is damaged."""

from __future__ import annotations

import base64
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dashboard.boundary_result import Surface
from dashboard.evaluation import Evaluation
from dashboard.listing import RunView
from dashboard.report.pictures import (
    MOST_CLASSES,
    PICTURE_PIXELS,
    confusion,
    figures,
    forecast_curves,
    surface_svg,
)
from dashboard.sequence_result import Forecast
from trainers.runs import About, Run, Status
from trainers.specs import BoundarySpec, ClassifySpec, SequenceSpec, Spec, StylizeSpec


def view(logdir: Path, spec: Spec, title: str = "") -> RunView:
    run = Run(logdir, "e", "r")
    run.artifacts.mkdir(parents=True, exist_ok=True)
    return RunView(run, Status(state="completed"), spec, About(title=title))


def test_a_surface_is_blue_on_one_side_and_orange_on_the_other() -> None:
    probabilities = np.array([[[0.0, 0.0, 1.0, 1.0]] * 3])
    surface = Surface(
        steps=np.array([5]),
        accuracies=np.array([1.0]),
        probabilities=probabilities,
        across=np.array([-1.0, -0.3, 0.3, 1.0]),
        up=np.array([0.0, 1.0, 2.0]),
        positions=np.array([[-1.0, 0.0], [1.0, 2.0]]),
        labels=np.array([0, 1]),
    )
    svg = surface_svg(surface)
    content = base64.b64decode(re.search(r'href="data:image/png;base64,([^"]+)"', svg)[1])
    pixels = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"), np.int64)
    assert pixels.shape == (3, 4, 3)
    assert pixels[0, 0, 2] > pixels[0, 0, 0] and pixels[0, 3, 0] > pixels[0, 3, 2]
    places = re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', svg)
    assert places == [("0.0", "320.0"), ("320.0", "0.0")], "up is up"


def test_forecasts_stand_at_the_end_of_the_signal() -> None:
    horizon = np.array([0.1, 0.2])
    drawn = forecast_curves(
        Forecast(
            step=3,
            part="test",
            starts=1,
            times=np.arange(10),
            truth=np.sin(np.arange(10)),
            teacher_forced=horizon,
            free_running=horizon + 1,
            baseline=horizon + 2,
            error_by_step=horizon,
            baseline_by_step=horizon,
            errors={},
        )
    )
    assert [one.steps.tolist() for one in drawn[1:]] == [[8, 9]] * 3
    assert drawn[0].steps.size == 10 and drawn[2].values.tolist() == [1.1, 1.2]


@pytest.mark.parametrize("classes", [3, MOST_CLASSES + 1])
def test_confusions_are_a_matrix_or_of_many_classes_the_worst_pairs(classes: int) -> None:
    counts = np.eye(classes, dtype=np.int64) * 1_000
    counts[1, 2] = 7
    names = [f"<b>{number}" for number in range(classes)]
    found = confusion(Evaluation(test_accuracy=0.9, test_count=9, class_names=names, confusion=counts))
    assert "<b>" not in found and "&lt;b&gt;1" in found and ">7<" in found
    assert found.count("<tr>") == (1 + classes if classes <= MOST_CLASSES else 2)


def test_a_painting_is_shown_small_under_its_name(logdir: Path) -> None:
    spec = StylizeSpec(content=Path("/a.jpg"), style=(Path("/b.jpg"),))
    painted = view(logdir, spec, title='"><script>')
    assert figures(painted) == ""
    Image.new("RGB", (1800, 900), "#336699").save(painted.run.artifacts / "result.png")
    found = figures(painted)
    content = base64.b64decode(re.search(r'src="data:image/jpeg;base64,([^"]+)"', found)[1])
    assert Image.open(io.BytesIO(content)).size == (PICTURE_PIXELS, PICTURE_PIXELS // 2)
    assert "<script>" not in found


@pytest.mark.parametrize(
    ("spec", "file"),
    [
        (ClassifySpec(), "evaluation.json"),
        (BoundarySpec(), "surface.npz"),
        (SequenceSpec(), "forecast.npz"),
    ],
)
def test_a_damaged_file_is_a_sentence(logdir: Path, spec: Spec, file: str) -> None:
    seen = view(logdir, spec)
    assert figures(seen) == ""
    (seen.run.artifacts / file).write_text(json.dumps({"test_accuracy": "much"}))
    assert figures(seen).startswith("<p>") and file in figures(seen) and "damaged" in figures(seen)
