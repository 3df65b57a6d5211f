"""What a sweep asks: points within what was asked, the same for the same seed, each a run that can be trained."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.running import REPOSITORY
from trainers.specs import ClassifySpec, InvalidSpec, SequenceSpec
from trainers.sweeps import Sweep, planned, sweep

BASE = ClassifySpec(model="mlp", epochs=3)


def test_a_grid_is_the_product_of_its_values_in_order() -> None:
    found = sweep(BASE, {"activation": "relu,tanh", "depth": [1, "2", 3]}, method="grid", budget=6)
    expected = itertools.product(["relu", "tanh"], [1, 2, 3])
    assert [tuple(point.values()) for point in found.points] == list(expected)
    assert found.shared == {"model": "mlp", "epochs": 3}
    assert [one.name for one in planned(found)][:2] == ["1-relu,depth=1", "2-relu,depth=2"]


def test_a_grid_larger_than_the_budget_gives_some_of_its_points_once_each() -> None:
    search = {"activation": "relu,tanh,sigmoid", "depth": "1,2,3,4"}
    found = sweep(BASE, search, method="grid", budget=5, seed=2)
    whole = sweep(BASE, search, method="grid", budget=12)
    places = [whole.points.index(point) for point in found.points]
    assert len(set(places)) == 5 and places == sorted(places)


@settings(max_examples=15)
@given(seed=st.integers(0, 2**31), budget=st.integers(1, 12))
def test_random_points_lie_within_what_was_asked(seed: int, budget: int) -> None:
    search = {
        "learning_rate": "0.0001..0.1",
        "width": "16..64",
        "dropout": "0.0..0.5",
        "batch_norm": "true,false",
    }
    found = sweep(BASE, search, budget=budget, seed=seed)
    assert found == sweep(BASE, search, budget=budget, seed=seed)
    assert len(found.points) == budget
    for one in planned(found):
        assert 0.0001 <= one.spec.learning_rate <= 0.1
        assert 16 <= one.spec.width <= 64 and isinstance(one.point["width"], int)
        assert 0 <= one.spec.dropout <= 0.5
        assert one.spec.model == "mlp" and one.spec.epochs == 3
    assert Sweep.model_validate_json(found.model_dump_json()) == found


def test_a_rate_is_drawn_evenly_in_its_logarithm() -> None:
    found = sweep(BASE, {"learning_rate": "0.0001..0.1"}, budget=200, seed=3)
    rates = sorted(float(point["learning_rate"]) for point in found.points)
    below = sum(rate < 0.1 * 10**-1.5 for rate in rates)  # the middle of three powers of ten
    assert 70 < below < 130  # of 200: more than four deviations to either side
    assert sum(rate < 0.05 for rate in rates) > 150, "evenly in the number itself, half would be above"


def test_a_setting_without_effect_at_a_point_is_no_part_of_it_and_makes_no_second_run() -> None:
    found = sweep(BASE, {"optimizer": "adam,momentum", "momentum": "0.5,0.9"}, method="grid", budget=10)
    assert list(found.points) == [
        {"optimizer": "adam"},
        {"optimizer": "momentum", "momentum": 0.5},
        {"optimizer": "momentum", "momentum": 0.9},
    ]
    assert [one.spec.momentum for one in planned(found)][1:] == [0.5, 0.9]


def test_few_values_give_few_runs_and_every_run_is_another() -> None:
    found = sweep(BASE, {"activation": "relu,tanh"}, budget=50)
    assert sorted(str(point["activation"]) for point in found.points) == ["relu", "tanh"]
    depths = sweep(BASE, {"depth": "1..4"}, budget=50).points
    assert sorted(point["depth"] for point in depths) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("search", "options", "words"),
    [
        ({}, {}, "1 to 6 settings, not 0"),
        ({"wings": "1,2"}, {}, "'wings' is no setting that can be searched"),
        ({"data_path": "a,b"}, {}, "'data_path' is no setting"),
        ({"learning_rate": "0.1..0.01"}, {}, "begin with the smaller number"),
        ({"learning_rate": "small..0.01"}, {}, "Learning rate cannot be 'small'"),
        ({"learning_rate": "0.001..1e9"}, {}, "Learning rate cannot be '1e9'"),
        ({"learning_rate": ""}, {}, "Learning rate has no values to search"),
        ({"activation": "relu..tanh"}, {}, "Activation is no number: give its values, as"),
        ({"activation": "relu,wobble"}, {}, "Activation cannot be 'wobble'"),
        ({"depth": ",".join(map(str, range(1, 30)))}, {}, "give at most 20, or a range"),
        ({"learning_rate": "0.001..0.1"}, {"method": "grid"}, "A grid needs the values of Learning rate"),
        ({"depth": "1,2"}, {"method": "guess"}, "There is no search 'guess'"),
        ({"depth": "1,2"}, {"budget": 0}, "1 to 200 runs, not 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_searched_is_one_sentence(
    search: dict[str, str], options: dict[str, object], words: str
) -> None:
    with pytest.raises(InvalidSpec) as fault:
        sweep(BASE, search, **options)
    assert words in str(fault.value)


def test_forecasts_are_searched_too() -> None:
    found = sweep(SequenceSpec(), {"window": "8,16"}, method="grid")
    assert [one.spec.window for one in planned(found)] == [8, 16]


def test_nobody_waits_for_optuna_who_does_not_search() -> None:
    """Reading a sweep, and starting the app or a trainer, need no Optuna."""
    program = (
        "import sys, trainers.sweeps, trainers.cli, dashboard.services\n"
        "trainers.sweeps.Sweep.model_validate_json(sys.stdin.read())\n"
        "print([name for name in ('optuna', 'sqlalchemy') if name in sys.modules])"
    )
    text = sweep(BASE, {"depth": "1,2"}).model_dump_json()
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        input=text,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
