"""The verdict: recomputed from a real comparison's event files with SciPy, and what may and may not be said."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util.tensor_util import make_ndarray

from trainers.comparisons import Measured, Size, Verdict, comparison, measured, read_comparison, verdict
from trainers.comparisons.event_files import EventFolders
from trainers.comparisons.measured import Points
from trainers.comparisons.verdict import seconds_are_comparable
from trainers.specs import ClassifySpec

ASKED = comparison(ClassifySpec(model="mlp"), "activation", ["sigmoid", "relu"], seeds=3)
THREE = comparison(ClassifySpec(model="mlp"), "activation", ["sigmoid", "relu", "tanh"], seeds=3)
TUNED = comparison(ClassifySpec(model="mlp"), "activation", ["sigmoid", "relu"], seeds=1, tune=True)


def points(folder: Path, tag: str) -> tuple[list[int], list[float], list[float]]:
    """TensorBoard's own reader's steps, wall times and values: the first point is a tensor, others are plain."""
    accumulator = EventAccumulator(str(folder), size_guidance={"tensors": 0, "scalars": 0})
    accumulator.Reload()
    found = [
        (one.step, one.wall_time, float(make_ndarray(one.tensor_proto))) for one in accumulator.Tensors(tag)
    ]
    if tag in accumulator.Tags()["scalars"]:
        found += [(one.step, one.wall_time, one.value) for one in accumulator.Scalars(tag)]
    steps, times, values = (list(one) for one in zip(*sorted(found), strict=True))
    return steps, times, values


def test_the_verdict_is_what_scipy_makes_of_the_event_files(compared: Path) -> None:
    asked = read_comparison(compared, "e")
    files = EventFolders(compared)
    found = verdict(asked, measured(asked, compared, "e", curves=files.curves, tags=files.tags))

    folders = {
        value: [compared / "e" / f"{value}-{seed}" for seed in (1, 2)] for value in ("sigmoid", "relu")
    }
    tests = {
        value: [json.loads((one / "artifacts/evaluation.json").read_text())["test_accuracy"] for one in own]
        for value, own in folders.items()
    }
    for arm in found.arms:
        own = folders[arm.value]
        assert arm.test.mean == pytest.approx(np.mean(tests[arm.value]))
        assert arm.test.deviation == pytest.approx(np.std(tests[arm.value], ddof=1))
        norms = {
            layer: np.median([np.median(points(one / "train", f"gradient_norm/{layer}")[2]) for one in own])
            for layer in ("hidden_1", "hidden_2", "classes")
        }
        assert dict(arm.gradient_norms) == pytest.approx(norms)
        for reached in arm.reached:
            steps, seconds = [], []
            for one in own:
                at, when, accuracy = points(one / "validation", "accuracy")
                began = min(points(one / "train", "loss")[1])
                first = next(
                    (place for place, value in enumerate(accuracy) if value >= reached.accuracy), None
                )
                if first is not None:
                    steps.append(at[first])
                    seconds.append(when[first] - began)
            assert reached.seeds == len(steps) and reached.of == 2
            assert reached.steps == (pytest.approx(np.mean(steps)) if steps else None)
            assert reached.seconds == (pytest.approx(np.mean(seconds), abs=1e-5) if steps else None)
    [difference] = found.differences
    expected = scipy.stats.ttest_rel(tests["relu"], tests["sigmoid"])
    interval = expected.confidence_interval(0.95)
    paired = difference.paired
    assert (paired.low, paired.high, paired.p) == pytest.approx(
        (interval.low, interval.high, expected.pvalue)
    )
    assert any(arm.reached for arm in found.arms) and found.is_final and found.seconds_comparable


def run(value: str, seed: int, test: float, **changes: object) -> Measured:
    """One finished run of a thousand steps that reaches 90 % after a hundred steps and one second."""
    curve = Points(np.array([10, 100, 1000]), np.array([0.1, 1.0, 9.0]), np.array([0.2, 0.9, 0.95]))
    order = {"sigmoid": 0, "relu": 1, "tanh": 2}[value]
    began = 1000.0 + 100 * seed + 20 * order
    values = {
        "value": value, "seed": seed, "rate": 0.001, "state": "completed", "began": began, "ended": began + 10,
        "metrics": {"test_accuracy": test, "train_accuracy": test + 0.04, "val_accuracy": test + 0.01},
        "validation": curve, "gradient_norms": {"hidden_1": 0.5},
    }  # fmt: skip
    return Measured(**{**values, **changes})


def pairs(sigmoid: list[float], relu: list[float], **changes: object) -> list[Measured]:
    return [
        run(value, seed, test, **changes)
        for seed, both in enumerate(zip(sigmoid, relu, strict=True), start=1)
        for value, test in zip(("sigmoid", "relu"), both, strict=True)
    ]


def sentence(found: Verdict) -> str:
    return found.sentence.text


def test_one_seed_is_no_statement_about_chance() -> None:
    asked = comparison(ClassifySpec(model="mlp"), "activation", ["sigmoid", "relu"], seeds=1)
    told = sentence(verdict(asked, pairs([0.9], [0.95])))
    assert (
        "relu names 95.00 % of the test data correctly, sigmoid 90.00 %. One seed: no statement about chance."
        in told
    )
    assert "p " not in told and "interval" not in told and "±" not in told
    assert "All at learning rate 0.001." in told


def test_a_clear_difference_is_told_with_its_interval_and_p() -> None:
    found = verdict(ASKED, pairs([0.90, 0.91, 0.89], [0.95, 0.955, 0.944]))
    expected = scipy.stats.ttest_rel([0.95, 0.955, 0.944], [0.90, 0.91, 0.89])
    told = sentence(found)
    assert found.differences[0].p == pytest.approx(expected.pvalue)
    assert "a difference of +4.97 points (95 % interval +" in told
    assert "p < 0.001" in told or f"p = {expected.pvalue:.2g}" in told
    assert "chance" not in told


def test_a_difference_like_chance_is_called_so() -> None:
    told = sentence(verdict(ASKED, pairs([0.90, 0.95, 0.92], [0.91, 0.93, 0.93])))
    assert "which may be chance" in told and "−" in told


def test_of_three_arms_each_is_held_against_the_first_with_holm_s_correction() -> None:
    runs = [*pairs([0.90, 0.91, 0.89], [0.95, 0.955, 0.944])]
    runs += [run("tanh", seed, test) for seed, test in enumerate([0.94, 0.90, 0.93], start=1)]
    found = verdict(THREE, runs)
    raw = [one.paired.p for one in found.differences]
    assert [one.arm for one in found.differences] == ["relu", "tanh"]
    smallest, largest = sorted(raw)
    assert sorted(one.p for one in found.differences) == pytest.approx(
        [2 * smallest, max(2 * smallest, largest)]
    )
    assert "Holm's correction" in sentence(found)


def test_seeds_count_where_both_arms_ended_only() -> None:
    runs = pairs([0.90, 0.91, 0.89], [0.95, 0.955, 0.944])
    runs[5] = run("relu", 3, 0.1, state="stopped")
    found = verdict(ASKED, runs)
    assert found.differences[0].paired.pairs == 2 and not found.is_final
    assert sentence(found).startswith("So far: ")
    assert [one.text for one in found.remarks if "did not come to their end" in one.text]
    assert "nothing to compare" in sentence(verdict(ASKED, runs[:1]))
    assert "nothing to compare" in sentence(verdict(ASKED, []))


def test_seconds_are_told_where_the_arms_had_the_machine_alike_only() -> None:
    runs = pairs([0.90, 0.91, 0.89], [0.95, 0.955, 0.944])
    assert (
        "95 % of the validation data are named correctly: sigmoid 1,000 (9.0 s), relu 1,000 (9.0 s)"
        in sentence(verdict(ASKED, runs))
    )
    blocks = [
        run(one.value, one.seed, 0.9, began=(0.0 if one.value == "sigmoid" else 15.0) + one.seed, ended=None)
        for one in runs
    ]  # all seeds of one arm before those of the other, and at the same time
    assert not seconds_are_comparable(ASKED, blocks)
    told = sentence(verdict(ASKED, blocks))
    assert "sigmoid 1,000, relu 1,000" in told and " s)" not in told
    assert not seconds_are_comparable(ASKED, pairs([0.9], [0.9], pace=10.0))
    assert not seconds_are_comparable(ASKED, [])


def test_the_learning_rate_of_a_tuned_arm_is_chosen_on_validation_alone() -> None:
    def tried(value: str, rate: float, validation: float, test: float) -> Measured:
        metrics = {"val_accuracy": validation, "test_accuracy": test, "train_accuracy": 1.0}
        return run(value, 1, test, rate=rate, metrics=metrics)

    rates = TUNED.rates
    runs = [tried("sigmoid", rate, place / 10, 0.9 - place / 10) for place, rate in enumerate(rates)]
    runs += [tried("relu", rate, 0.9 - place / 10, 0.1 * place) for place, rate in enumerate(rates)]
    found = verdict(TUNED, runs)
    assert [arm.rate for arm in found.arms] == [rates[-1], rates[0]]
    assert found.arms[0].test.mean == pytest.approx(0.6) and found.arms[1].test.mean == 0.0
    assert (
        f"best of 4 learning rates on the validation data: sigmoid {rates[-1]:g}, relu {rates[0]:g}"
        in sentence(found)
    )
    assert [one for one in found.remarks if "at the end of those tried" in one.text]
    waiting = verdict(TUNED, runs[:-1])
    assert waiting.arms[1].rate is None and waiting.arms[1].test is None


def test_layers_stand_in_the_order_of_the_network() -> None:
    norms = {"classes": 1.0, "hidden_2": 0.1, "hidden_1": 0.01}
    size = Size(10, 20, ("pixels", "hidden_1", "hidden_2", "classes"))
    found = verdict(ASKED, [run("relu", 1, 0.9, gradient_norms=norms)], {"relu": size})
    assert list(found.arms[1].gradient_norms) == ["hidden_1", "hidden_2", "classes"]
    assert found.arms[1].size == size


def test_the_gap_is_what_training_knows_better() -> None:
    assert verdict(ASKED, pairs([0.9], [0.9])).arms[0].gap.mean == pytest.approx(0.03)
