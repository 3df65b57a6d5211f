"""The Train page shows what points and signals were learned, from runs that were really trained."""

from __future__ import annotations

import json
import threading

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.running import copy_run
from trainers.execution import execute
from trainers.runs import Run, create_run, read_status
from trainers.specs import BoundarySpec, SequenceSpec, Spec

# Keras reads its own variables in a way that NumPy 2 complains about.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def trained(lab, spec: Spec) -> Run:
    # Made aside and moved into place: the lab's launcher would start a queued run itself.
    aside = create_run(lab.parent / "aside", spec, experiment="tasks", name=spec.task)
    assert execute(aside, threading.Event()) == 0, read_status(aside.status_file).error
    run = Run(lab.resolve(), "tasks", spec.task)
    run.path.parent.mkdir(exist_ok=True)
    aside.path.rename(run.path)
    return run


@pytest.fixture(scope="module")
def boundary(lab) -> Run:
    return trained(lab, BoundarySpec(epochs=3, points=40))


def charts(page: AppTest) -> list[dict[str, object]]:
    return [json.loads(chart.proto.spec) for chart in page.get("vega_lite_chart")]


def words(page: AppTest) -> str:
    return "\n".join(str(one.value).replace("\\", "") for one in [*page.markdown, *page.caption, *page.error])


def test_a_decision_surface_is_shown_and_its_history_walked_through(open_page, boundary):
    run = boundary
    page = open_page(run=run.key)
    accuracy = read_status(run.status_file).metrics["test_accuracy"]
    assert {one.label: one.value for one in page.metric}["Test accuracy"] == f"{accuracy * 100:.1f} %"
    [chart] = charts(page)
    assert [layer["mark"]["type"] for layer in chart["layer"]] == ["rect", "rule", "point"]
    slider = page.select_slider[0]
    assert slider.value == 150 and "after step 150" in words(page)
    slider.set_value(50).run()
    assert not page.exception and "after step 50" in words(page)
    with np.load(run.artifacts / "surface.npz") as arrays:
        assert f"{arrays['accuracies'][1] * 100:.1f} % of the validation points" in words(page)


def test_a_damaged_surface_is_said_and_the_page_stands(open_page, lab, boundary):
    run = copy_run(boundary, lab, experiment="tasks", name="damaged")
    (run.artifacts / "surface.npz").write_bytes(b"PK torn")
    page = open_page(run=run.key)
    assert "surface.npz is damaged" in words(page) and charts(page) == []


def test_a_forecast_is_shown_beside_what_a_forecast_has_to_beat(open_page, lab):
    small = {"model": "rnn", "length": 200, "window": 5, "horizon": 8, "width": 4, "epochs": 2}
    run = trained(lab, SequenceSpec(**small))
    page = open_page(run=run.key)
    metrics = read_status(run.status_file).metrics
    shown = {one.label: (one.value, one.delta) for one in page.metric}
    for label, name in (
        ("Error one step ahead", "error"),
        ("Error free-running, 8 steps", "free_running_error"),
    ):
        value, beside = shown[label]
        assert value == f"{metrics[f'test_{name}']:.3g}"
        assert f"{metrics[f'test_baseline_{name}']:.3g}" in beside
    forecast, errors = charts(page)
    assert [layer["mark"]["type"] for layer in forecast["layer"]] == ["rule", "line"]
    assert [layer["mark"]["type"] for layer in errors["layer"]] == ["line"]
    assert "test part" in words(page)
