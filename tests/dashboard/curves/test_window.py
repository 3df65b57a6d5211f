"""What /api/curves answers: earlier answers and the next one together are the whole."""

import json
import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.curves.growing import GrowingCurves
from dashboard.curves.smoothing import smoothed
from dashboard.curves.window import View, Wanted, values_at, window

BEGAN = 1_795_000_000.0
TRAIN, VALIDATION = ("e/r/train", "loss"), ("e/r/validation", "loss")


@dataclass(frozen=True)
class Points:
    steps: np.ndarray
    wall_times: np.ndarray
    values: np.ndarray


def points(steps, values=None, times=None) -> Points:
    steps = np.array(steps, np.int64)
    values = steps * 0.5 if values is None else values
    return Points(
        steps, np.array(BEGAN + steps * 0.25 if times is None else times, float), np.array(values, float)
    )


def beginning(whole: Points, count: int) -> Points:
    return Points(whole.steps[:count], whole.wall_times[:count], whole.values[:count])


class Reader(dict):
    """Curves by (run, tag), as a dashboard.reading.Reader would give them."""

    age = 0.25

    def series(self, run, tag):
        return self.get((run, tag))

    def many_series(self, keys):
        return {key: self[key] for key in keys if key in self}

    def damage(self, run):
        return "curve ends at step 3: file damaged" if run == "e/damaged/train" else None


class Client:
    """What the browser does with answers, written down anew."""

    def __init__(self, reader, names, view, growing=None):
        self.reader, self.names, self.view = reader, names, view
        self.growing = growing or GrowingCurves()
        self.have = dict.fromkeys(names, "")
        self.drawn = {name: ([], [], [], []) for name in names}

    def ask(self):
        wanted = [Wanted(*name, have=self.have[name]) for name in self.names]
        answer = window(self.reader, self.growing, wanted, self.view)
        answer = json.loads(json.dumps(answer, allow_nan=False))
        for name, series in zip(self.names, answer["series"], strict=True):
            self.have[name] = series.get("have", "")
            if "x" in series:
                self._replace(name, series)
        return answer["series"]

    def _replace(self, name, series):
        edge = -math.inf if series["from"] is None else series["from"]
        for xs, ys, new_x, new_y in [(0, 1, "x", "y"), (2, 3, "sx", "sy")]:
            x, y = self.drawn[name][xs], self.drawn[name][ys]
            kept = [index for index, position in enumerate(x) if position < edge]
            x[:] = [x[index] for index in kept] + series.get(new_x, [])
            y[:] = [y[index] for index in kept] + series.get(new_y, [])


heights = st.one_of(st.floats(-1e3, 1e3, width=32), st.sampled_from([math.nan, math.inf]))


@st.composite
def growing_curves(draw):
    steps = sorted(draw(st.sets(st.integers(0, 5000), min_size=1, max_size=80)))
    values = draw(st.lists(heights, min_size=len(steps), max_size=len(steps)))
    return points(steps, values), draw(st.lists(st.integers(1, len(steps)), max_size=5).map(sorted))


views = st.builds(
    View,
    smoothing=st.sampled_from([0.0, 0.6, 0.99]),
    axis=st.sampled_from(["step", "epoch", "relative", "wall"]),
    columns=st.sampled_from([1, 4, 16, 2000]),
)


def drawn_while_it_grows(reader, whole, cuts, view):
    """What a client has drawn that asked after each of these numbers of points, and one that asked at the end only."""
    client = Client(reader, [TRAIN], view)
    for count in [*cuts, whole.steps.size]:
        reader[TRAIN] = beginning(whole, count)
        client.ask()
    fresh = Client(reader, [TRAIN], view)
    fresh.ask()
    return client.drawn, fresh.drawn


@settings(deadline=None)
@given(growing_curves(), views, st.tuples(st.floats(0, 0.9), st.floats(0.01, 1)) | st.none())
def test_earlier_answers_and_the_next_one_are_the_full_answer(curve, view, zoom):
    whole, cuts = curve
    reader = Reader({VALIDATION: points([400])})
    if zoom:
        x = {"step": whole.steps, "epoch": whole.steps / 400, "wall": whole.wall_times}.get(
            view.axis, whole.wall_times - BEGAN
        )
        left = float(x[0] + zoom[0] * (x[-1] - x[0]))
        view = View(view.smoothing, view.axis, view.columns, (left, left + zoom[1] * 5000))
    drawn, at_once = drawn_while_it_grows(reader, whole, cuts, view)
    assert drawn == at_once


@settings(deadline=None)
@given(growing_curves())
def test_what_is_drawn_are_points_of_the_curve(curve):
    whole, _ = curve
    client = Client(Reader({TRAIN: whole}), [TRAIN], View(smoothing=0.6, columns=8))
    client.ask()
    x, y, smooth_x, smooth_y = client.drawn[TRAIN]
    of_step = dict(zip(whole.steps.tolist(), whole.values.tolist(), strict=True))
    smooth_of_step = dict(zip(whole.steps.tolist(), smoothed(whole.values, 0.6).tolist(), strict=True))
    assert y == [value if math.isfinite(value) else None for value in map(of_step.get, x)]
    assert smooth_y == [
        value if math.isfinite(value) else None for value in map(smooth_of_step.get, smooth_x)
    ]
    assert {x[0], x[-1], smooth_x[-1]} >= {whole.steps[0], whole.steps[-1]}


def test_nothing_new_is_a_short_answer():
    client = Client(Reader({TRAIN: points(range(1000))}), [TRAIN], View(columns=100))
    assert "x" in client.ask()[0]
    again = client.ask()[0]
    assert "x" not in again
    assert again["points"] == 1000


def test_only_new_buckets_travel():
    reader = Reader({TRAIN: points(range(10_000))})
    client = Client(reader, [TRAIN], View(columns=800))
    first = client.ask()[0]
    reader[TRAIN] = points(range(10_100))
    second = client.ask()[0]
    assert len(first["x"]) > 800
    assert len(second["x"]) < 30
    assert second["from"] == 9984  # 10,000 points on 800 columns: buckets of 16 steps


def test_no_more_points_travel_than_the_screen_has_columns():
    client = Client(Reader({TRAIN: points(range(200_000))}), [TRAIN], View(columns=500))
    assert len(client.ask()[0]["x"]) <= 2 * 501 + 2


def test_zoom_brings_the_detail_that_the_whole_does_not_show():
    reader = Reader({TRAIN: points(range(100_000))})
    whole, zoomed = (
        Client(reader, [TRAIN], View(columns=500, range=r)) for r in (None, (40_000.0, 40_400.0))
    )
    whole.ask()
    zoomed.ask()
    inside = [x for x in zoomed.drawn[TRAIN][0] if 40_000 <= x <= 40_400]
    assert inside == list(range(40_000, 40_401))
    assert sum(40_000 <= x <= 40_400 for x in whole.drawn[TRAIN][0]) < 10
    # A point beyond each edge lets the line leave the picture.
    assert zoomed.drawn[TRAIN][0][0] < 40_000 < 40_400 < zoomed.drawn[TRAIN][0][-1]


def test_a_rewritten_past_is_sent_again():
    """A resumed run replaces the steps after its checkpoint: other wall times, other values."""
    reader = Reader({TRAIN: points(range(100))})
    client = Client(reader, [TRAIN], View(smoothing=0.6))
    client.ask()
    resumed = points(
        range(120),
        np.concatenate([np.arange(60) * 0.5, np.full(60, 9.0)]),
        np.concatenate([BEGAN + np.arange(60) * 0.25, BEGAN + 900 + np.arange(60)]),
    )
    reader[TRAIN] = resumed
    client.ask()
    assert client.drawn[TRAIN][0] == list(range(120))
    assert client.drawn[TRAIN][1] == resumed.values.tolist()
    assert client.drawn[TRAIN][3] == pytest.approx(smoothed(resumed.values, 0.6).tolist())


def test_a_shorter_curve_is_sent_again():
    reader = Reader({TRAIN: points(range(100))})
    client = Client(reader, [TRAIN], View())
    client.ask()
    reader[TRAIN] = points(range(7))
    client.ask()
    assert client.drawn[TRAIN][0] == list(range(7))


def test_another_dashboard_process_knows_that_it_does_not_know_the_client():
    reader = Reader({TRAIN: points(range(100))})
    client = Client(reader, [TRAIN], View())
    client.ask()
    client.growing = GrowingCurves()
    assert client.ask()[0]["from"] is None


def test_a_curve_that_does_not_exist_yet_and_a_damaged_one():
    reader = Reader({("e/damaged/train", "loss"): points(range(4))})
    answer = window(
        reader, GrowingCurves(), [Wanted("e/later/train", "loss"), Wanted("e/damaged/train", "loss")], View()
    )
    assert answer["series"][0] == {"points": 0}
    assert answer["series"][1]["points"] == 4
    assert answer["damage"] == {"e/damaged/train": "curve ends at step 3: file damaged"}
    assert answer["age"] == 0.25


def test_values_that_are_no_numbers_are_null_and_told():
    values = [1.0, math.nan, 3.0, math.inf]
    client = Client(Reader({TRAIN: points([1, 2, 3, 4], values)}), [TRAIN], View(smoothing=0.5))
    answer = client.ask()[0]
    assert answer["y"] == [1.0, None, 3.0, None]
    assert answer["sy"][1] is None
    assert answer["not_finite"] == {"count": 2, "step": 2}
    assert answer["last"] == {"step": 4, "x": 4, "y": None, "s": None}


def test_the_axis_of_relative_time_starts_with_the_run_for_training_and_validation():
    reader = Reader({TRAIN: points([0, 4, 8]), VALIDATION: points([4, 8])})
    client = Client(reader, [TRAIN, VALIDATION], View(axis="relative"))
    client.ask()
    assert client.drawn[TRAIN][0] == [0.0, 1.0, 2.0]
    assert client.drawn[VALIDATION][0] == [1.0, 2.0]


def test_a_clock_that_is_set_back_does_not_fold_the_curve():
    times = BEGAN + np.array([0.0, 10, 5, 6, 20])
    client = Client(Reader({TRAIN: points(range(5), times=times)}), [TRAIN], View(axis="wall"))
    client.ask()
    assert client.drawn[TRAIN][0] == sorted(client.drawn[TRAIN][0])


def test_epochs_are_told_by_the_page_or_by_the_validation():
    reader = Reader({TRAIN: points([100, 200, 300])})
    view = View(axis="epoch")
    assert window(reader, GrowingCurves(), [Wanted(*TRAIN)], view)["series"] == [
        {"points": 3, "no_epochs": True}
    ]
    told = window(reader, GrowingCurves(), [Wanted(*TRAIN, steps_per_epoch=100)], view)["series"][0]
    assert told["x"] == [1.0, 2.0, 3.0]
    reader[VALIDATION] = points([200])
    seen = window(reader, GrowingCurves(), [Wanted(*TRAIN)], view)["series"][0]
    assert seen["x"] == [0.5, 1.0, 1.5]


@settings(deadline=None)
@given(growing_curves(), st.floats(-100, 6000), st.sampled_from([0.0, 0.6]))
def test_hover_tells_the_true_values_of_the_nearest_step(curve, at, smoothing):
    whole, _ = curve
    view = View(smoothing=smoothing, columns=1)
    (found,) = values_at(Reader({TRAIN: whole}), GrowingCurves(), [Wanted(*TRAIN)], view, at)["at"]
    nearest = np.abs(whole.steps - at).min()
    if whole.steps[0] <= at <= whole.steps[-1]:
        assert found is not None
    if found is not None:
        index = int(np.searchsorted(whole.steps, found["step"]))
        assert abs(found["step"] - at) == nearest
        assert found["y"] == (whole.values[index] if math.isfinite(whole.values[index]) else None)
        smooth = smoothed(whole.values, smoothing)[index]
        assert found["s"] == (pytest.approx(smooth) if math.isfinite(smooth) else None)


def test_hover_beyond_the_end_of_a_curve_finds_nothing():
    reader = Reader({TRAIN: points(range(100)), VALIDATION: points([50])})
    found = values_at(reader, GrowingCurves(), [Wanted(*TRAIN), Wanted(*VALIDATION)], View(), 5000.0)
    assert found == {"at": [None, None]}


def test_memory_is_bounded_and_forgotten_curves_come_back_the_same():
    reader = Reader({(f"e/r{n}/train", "loss"): points(range(1000)) for n in range(50)})
    growing = GrowingCurves(capacity=10_000)  # of 50,000 numbers
    client = Client(reader, list(reader), View(smoothing=0.6, columns=50), growing)
    client.ask()
    first = {name: [list(part) for part in drawn] for name, drawn in client.drawn.items()}
    assert growing.held <= 10_000
    client.ask()
    assert {name: [list(part) for part in drawn] for name, drawn in client.drawn.items()} == first


class CountingReader(Reader):
    """Remembers which curves it was asked for together before any single one."""

    def __init__(self, *names):
        super().__init__({name: points([1, 2]) for name in names})
        self.together, self.alone = [], []

    def series(self, run, tag):
        self.alone.append((run, tag))
        return super().series(run, tag)

    def many_series(self, keys):
        assert not self.alone
        self.together.extend(keys)
        return super().many_series(keys)


@pytest.mark.parametrize("axis", ["step", "relative"])
def test_all_curves_of_a_chart_are_fetched_together(axis):
    names = [(f"e/{run}/{part}", "loss") for run in "abc" for part in ("train", "validation")]
    reader = CountingReader(*names)
    wanted = [Wanted("e/a/train", "loss"), Wanted("e/b/train", "loss", seeds=("e/b/train", "e/c/train"))]
    window(reader, GrowingCurves(), wanted, View(axis=axis))
    assert set(reader.alone) <= set(reader.together)
    assert ("e/c/train", "loss") in reader.together
