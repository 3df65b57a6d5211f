"""The mean of seeds: NumPy's mean and standard deviation on the steps that all seeds have come to."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.curves.curve import Curve
from dashboard.curves.growing import GrowingCurves
from dashboard.curves.seed_means import common_steps, mean_curve
from dashboard.curves.smoothing import smoothed
from dashboard.curves.window import View, Wanted, values_at, window
from tests.dashboard.curves.test_window import BEGAN, Client, Points, Reader, beginning, points

SEEDS = ("e/r-1/train", "e/r-2/train", "e/r-3/train")
numbers = st.one_of(st.floats(-1e3, 1e3, width=32), st.sampled_from([math.nan, math.inf, -math.inf]))


def curve(steps, values, revision="1", times=None) -> Curve:
    values = np.array(values, float)
    times = np.arange(len(values), dtype=float) if times is None else np.array(times, float)
    return Curve(revision, np.array(steps, np.int64), times, values, values, 0, None)


@st.composite
def seeds_of_any_order(draw):
    """Two to four curves; steps may be out of order and double, as the pure functions allow."""
    count = draw(st.integers(2, 4))
    all_steps = [draw(st.lists(st.integers(0, 12), max_size=15)) for _seed in range(count)]
    return [(steps, draw(st.lists(numbers, min_size=len(steps), max_size=len(steps)))) for steps in all_steps]


@given(seeds_of_any_order())
def test_it_is_numpys_mean_and_deviation_over_the_seeds_at_each_common_step(seeds):
    last = [
        dict(zip(steps, values, strict=True)) for steps, values in seeds
    ]  # of a double step the last counts
    common = sorted(set.intersection(*map(set, last)))
    found = mean_curve([curve(*seed) for seed in seeds], [0.0] * len(seeds))
    assert found.steps.tolist() == common
    assert found.seeds == len(seeds)
    for index, step in enumerate(common):
        values = [known[step] for known in last]
        if np.isfinite(values).all():
            assert found.values[index] == pytest.approx(np.mean(values), rel=1e-9, abs=1e-9)
            assert found.deviation[index] == pytest.approx(np.std(values, ddof=1), rel=1e-9, abs=1e-6)
        else:
            assert not math.isfinite(found.values[index])


@given(st.lists(numbers.filter(math.isfinite), max_size=20), st.integers(2, 5))
def test_equal_seeds_are_their_mean_without_any_spread(values, count):
    one = curve(range(len(values)), values)
    found = mean_curve([one] * count, [0.0] * count)
    assert found.values.tolist() == values
    assert found.deviation.tolist() == [0.0] * len(values)


def test_one_seed_has_no_deviation():
    found = mean_curve([curve([1, 2], [3.0, 4.0])], [0.0])
    assert found.values.tolist() == [3, 4]
    assert (found.seeds, found.deviation) == (1, None)


def test_times_are_counted_from_each_seeds_own_beginning():
    seeds = [curve([1, 2], [0, 0], times=[100, 110]), curve([1, 2], [0, 0], times=[500, 530])]
    found = mean_curve(seeds, [100.0, 500.0])
    assert found.times.tolist() == [0, 20]
    assert found.ends == (10, 30)


@given(st.lists(st.lists(st.integers(0, 20), max_size=20), min_size=1, max_size=4))
def test_common_steps_are_those_of_the_sets(all_steps):
    found = common_steps([np.array(steps, np.int64) for steps in all_steps])
    assert found.tolist() == sorted(set.intersection(*map(set, all_steps)))


def wanted(**more):
    return Wanted(SEEDS[0], "loss", seeds=SEEDS, **more)


def ask(reader, view=None):
    (answer,) = window(reader, GrowingCurves(), [wanted()], view or View(columns=4000))["series"]
    return json.loads(json.dumps(answer, allow_nan=False))


def test_the_mean_ends_where_the_slowest_seed_stands_and_says_of_how_many_it_is():
    whole = points(range(100), np.sin(np.arange(100.0)))
    reader = Reader({(SEEDS[0], "loss"): whole, (SEEDS[1], "loss"): beginning(whole, 40)})
    answer = ask(reader)
    assert (answer["points"], answer["seeds"], answer["extent"]) == (40, 2, [0, 39])
    assert answer["last"]["d"] == 0
    assert ask(Reader())["points"] == 0


def test_over_time_it_says_where_each_seed_stood_at_its_last_step():
    steps = np.arange(11)
    slow = points(steps, times=BEGAN + 100 + steps * 2.0)
    reader = Reader({(SEEDS[0], "loss"): points(range(20)), (SEEDS[2], "loss"): slow})
    answer = ask(reader, View(axis="relative", columns=4000))
    assert answer["ends"] == {SEEDS[0]: 2.5, SEEDS[2]: 20}
    assert answer["extent"] == [0, 11.25]


def test_a_seed_without_company_has_no_band():
    answer = ask(Reader({(SEEDS[1], "loss"): points(range(5))}))
    assert (answer["seeds"], answer["y"]) == (1, [0, 0.5, 1, 1.5, 2])
    assert "hy" not in answer and "d" not in answer["last"]


def test_seeds_without_a_step_in_common_have_no_mean():
    reader = Reader({(SEEDS[0], "loss"): points([0, 2, 4]), (SEEDS[1], "loss"): points([1, 3, 5])})
    assert ask(reader) == {"points": 0, "seeds": 2}


def test_the_band_is_one_deviation_of_the_smoothed_seeds_wide():
    random = np.random.default_rng(1)
    values = random.normal(size=(3, 50))
    reader = Reader({(run, "loss"): points(range(50), row) for run, row in zip(SEEDS, values, strict=True)})
    answer = ask(reader, View(smoothing=0.9, columns=4000))
    smooth = np.array([smoothed(row, 0.9) for row in values])
    assert answer["y"] == pytest.approx(values.mean(axis=0).tolist())
    assert answer["sy"] == pytest.approx(smooth.mean(axis=0).tolist())
    assert answer["hy"] == pytest.approx((smooth.mean(axis=0) + smooth.std(axis=0, ddof=1)).tolist())
    assert answer["ly"] == pytest.approx((smooth.mean(axis=0) - smooth.std(axis=0, ddof=1)).tolist())
    (found,) = values_at(reader, GrowingCurves(), [wanted()], View(smoothing=0.9), 17.2)["at"]
    assert (found["step"], found["d"]) == (17, pytest.approx(smooth[:, 17].std(ddof=1)))


@given(
    st.lists(st.sets(st.integers(0, 60), min_size=1), min_size=2, max_size=3),
    st.data(),
    st.sampled_from(["step", "relative"]),
    st.sampled_from([0.0, 0.9]),
)
def test_while_seeds_grow_earlier_answers_and_the_next_one_are_the_full_answer(sets, data, axis, smoothing):
    random = np.random.default_rng(len(sets))
    wholes = [points(sorted(steps), random.normal(size=len(steps))) for steps in sets]
    reader, growing, view = Reader(), GrowingCurves(), View(smoothing, axis, columns=8)
    client = MeanClient(reader, view, growing)
    counts = [0] * len(wholes)
    for _round in range(4):
        counts = [
            data.draw(st.integers(count, whole.steps.size))
            for count, whole in zip(counts, wholes, strict=True)
        ]
        for run, whole, count in zip(SEEDS, wholes, counts, strict=False):
            if count:
                reader[run, "loss"] = beginning(whole, count)
        client.ask()
    fresh = MeanClient(reader, view, GrowingCurves())
    fresh.ask()
    assert client.drawn == fresh.drawn


class MeanClient(Client):
    """The browser that draws one mean, with the edges of its band."""

    def __init__(self, reader, view, growing):
        super().__init__(reader, [(SEEDS[0], "loss")], view, growing)
        self.drawn = {layer: ([], []) for layer in ("", "s", "h", "l")}

    def ask(self):
        (name,) = self.names
        (answer,) = window(self.reader, self.growing, [wanted(have=self.have[name])], self.view)["series"]
        self.have[name] = answer.get("have", "")
        if not answer["points"]:
            self.drawn = {layer: ([], []) for layer in self.drawn}
        if "x" in answer:
            edge = -math.inf if answer["from"] is None else answer["from"]
            for layer, (x, y) in self.drawn.items():
                kept = sum(position < edge for position in x)
                x[kept:], y[kept:] = answer.get(f"{layer}x", []), answer.get(f"{layer}y", [])


def test_a_mean_is_computed_once_and_forgotten_when_memory_is_short():
    reader = Reader({(run, "loss"): points(range(1000)) for run in SEEDS})
    growing = GrowingCurves(capacity=10_000)
    for weight in (0.0, 0.5, 0.9, 0.95, 0.99):
        window(reader, growing, [wanted()], View(weight))
    assert growing.held <= 10_000
    curves = [growing.curve((run, "loss"), reader[run, "loss"], 0.0) for run in SEEDS]
    names = [(run, "loss") for run in SEEDS]
    first = growing.mean(names, curves, [BEGAN] * 3, 0.0)
    assert growing.mean(names, curves, [BEGAN] * 3, 0.0) is first
    assert growing.mean(names, curves, [BEGAN - 1] * 3, 0.0) is not first


def test_a_rewritten_past_of_one_seed_is_sent_again():
    reader = Reader({(run, "loss"): points(range(50)) for run in SEEDS})
    client = MeanClient(reader, View(columns=4000), GrowingCurves())
    client.ask()
    rewritten = Points(np.arange(50), BEGAN + 900 + np.arange(50.0), np.zeros(50))
    reader[SEEDS[1], "loss"] = rewritten
    client.ask()
    assert client.drawn[""][1] == pytest.approx((np.arange(50) * 0.5 * 2 / 3).tolist())
