"""Schedules, held against their closed forms written in NumPy's float64."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from trainers.schedules import OneCycle, SteeredSchedule, rate_at, schedule
from trainers.specs import ClassifySpec

TOTAL, PER_EPOCH = 200, 20
STEPS = np.arange(TOTAL + 1)


def exponent(spec: ClassifySpec) -> np.ndarray:
    return np.minimum(STEPS, TOTAL) / (spec.decay_epochs * PER_EPOCH)


def one_cycle(peak: float, steps: np.ndarray, total: int) -> np.ndarray:
    rising = int(0.3 * total)
    fallen = np.minimum((steps - rising) / (total - rising), 1)
    rise = peak / 25 + (peak - peak / 25) * steps / max(rising, 1)
    return np.where(steps < rising, rise, peak * (1 + np.cos(np.pi * fallen)) / 2)


CLOSED_FORMS = {
    "constant": lambda spec: np.full(len(STEPS), spec.learning_rate),
    "exponential": lambda spec: spec.learning_rate * spec.decay_rate ** exponent(spec),
    "step": lambda spec: spec.learning_rate * spec.decay_rate ** np.floor(exponent(spec)),
    "cosine": lambda spec: spec.learning_rate * (1 + np.cos(np.pi * STEPS / TOTAL)) / 2,
    "one_cycle": lambda spec: one_cycle(spec.learning_rate, STEPS, TOTAL),
}


@pytest.mark.parametrize("name", CLOSED_FORMS)
@pytest.mark.parametrize("decay", [{}, {"decay_rate": 0.3, "decay_epochs": 2.5}])
def test_rates_are_those_of_the_closed_form(name: str, decay: dict[str, float]) -> None:
    decay = decay if name in ("exponential", "step") else {}
    spec = ClassifySpec(schedule=name, learning_rate=0.02, **decay)
    rates = rate_at(spec, STEPS, TOTAL, PER_EPOCH)
    assert rates.shape == STEPS.shape
    assert rates.dtype == np.float64
    np.testing.assert_allclose(rates, CLOSED_FORMS[name](spec), rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_the_rate_is_never_above_the_spec_s_and_stays_at_its_end(name: str) -> None:
    spec = ClassifySpec(schedule=name, learning_rate=0.5)
    rates = rate_at(spec, np.arange(3 * TOTAL), TOTAL, PER_EPOCH)
    assert rates.max() == pytest.approx(0.5, rel=1e-6)
    assert rates.min() >= 0
    np.testing.assert_array_equal(rates[TOTAL:], rates[TOTAL])


@pytest.mark.parametrize("name", CLOSED_FORMS)
@pytest.mark.parametrize("total", [1, 2, 3])
def test_the_shortest_trainings_have_a_rate_at_every_step(name: str, total: int) -> None:
    rates = rate_at(ClassifySpec(schedule=name), np.arange(total), total, 1)
    assert np.isfinite(rates).all()
    assert rates.max() > 0


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 100_000), st.floats(1e-6, 10))
def test_one_cycle_rises_once_and_falls_once_to_nothing(total: int, peak: float) -> None:
    steps = np.unique(np.linspace(0, total, 200).astype(int))
    rates = np.asarray(OneCycle(peak, total)(tf.constant(steps)), np.float64)
    top = int(rates.argmax())
    assert (np.diff(rates[: top + 1]) >= 0).all()
    assert (np.diff(rates[top:]) <= 0).all()
    assert rates[-1] <= 1e-6 * peak


def test_a_person_overrules_a_compiled_schedule_and_gives_it_back() -> None:
    steered = SteeredSchedule(schedule(ClassifySpec(schedule="cosine"), total_steps=100, steps_per_epoch=10))
    compiled = tf.function(steered)
    step = tf.constant(50, tf.int64)
    assert compiled(step).numpy() == pytest.approx(5e-4)
    steered.choose(0.3)
    assert compiled(step).numpy() == np.float32(0.3)
    steered.choose(None)
    assert compiled(step).numpy() == pytest.approx(5e-4)
    assert compiled.experimental_get_tracing_count() == 1
