"""L-BFGS finds what SciPy finds, stays in the range of colours, and goes on exactly from its state; so does Adam."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from trainers.style.descent import Adam, Lbfgs

SHAPE = (4, 5, 3)


class Valley:
    """A convex loss of pictures whose lowest point lies partly outside the range of colours."""

    def __init__(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        size = int(np.prod(SHAPE))
        mixed = random.normal(size=(size, size)) / np.sqrt(size)
        self.curvature = mixed @ mixed.T + np.diag(random.uniform(0.05, 2, size))
        self.lowest = random.uniform(-150, 400, size)

    def __call__(self, picture: np.ndarray) -> tuple[float, np.ndarray]:
        away = picture.ravel().astype(np.float64) - self.lowest
        slope = self.curvature @ away
        return float(away @ slope / 2), slope.reshape(SHAPE).astype(np.float32)


def descend(descent, loss, passes):
    for _ in range(passes):
        descent.learn(*loss(descent.trial))
    return descent


def adam(picture, **settings):
    chosen = {
        "rate": 10.0,
        "beta_1": 0.9,
        "beta_2": 0.999,
        "epsilon": 1e-8,
        "total": 100,
        "clip": False,
        **settings,
    }
    return Adam(picture, **chosen)


@pytest.mark.parametrize("seed", range(3))
def test_it_reaches_the_lowest_point_that_scipy_finds_within_the_range(seed):
    valley = Valley(seed)
    found = descend(Lbfgs(np.full(SHAPE, 100.0)), valley, 200).picture
    theirs = minimize(
        lambda flat: (valley(flat)[0], valley(flat)[1].ravel().astype(np.float64)),
        np.full(np.prod(SHAPE), 100.0),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0, 255)] * int(np.prod(SHAPE)),
        options={"ftol": 1e-12, "gtol": 1e-8, "maxiter": 1000},
    )
    assert valley(found)[0] == pytest.approx(theirs.fun, rel=1e-4)
    np.testing.assert_allclose(found.ravel(), theirs.x, atol=1.0)
    assert (found == 0).any() and (found == 255).any()


@given(st.integers(0, 10_000), st.floats(0.5, 20))
@hypothesis_settings(max_examples=30)
def test_every_trial_is_a_picture_and_no_step_makes_it_worse(seed, rate):
    valley, descent = Valley(seed), Lbfgs(np.full(SHAPE, 128.0), rate=rate)
    reached = np.inf
    for _ in range(25):
        loss, gradient = valley(descent.trial)
        assert descent.trial.min() >= 0 and descent.trial.max() <= 255
        if descent.learn(loss, gradient):
            assert loss <= reached
            reached = loss
    assert reached < valley(np.full(SHAPE, 128.0))[0]


@pytest.mark.parametrize("make", [Lbfgs, adam])
def test_it_goes_on_exactly_from_its_state(make):
    valley, start = Valley(1), np.full(SHAPE, 90.0)
    unbroken = descend(make(start), valley, 30)
    first = descend(make(start), valley, 17)
    state = {name: values.copy() for name, values in first.state().items()}
    second = make(np.zeros(SHAPE))
    second.restore(state)
    descend(second, valley, 13)
    np.testing.assert_array_equal(second.picture, unbroken.picture)
    for name, values in unbroken.state().items():
        np.testing.assert_array_equal(second.state()[name], values)


def test_another_loss_is_obeyed_from_the_next_pass_on():
    before, after = Valley(1), Valley(2)
    descent = descend(Lbfgs(np.full(SHAPE, 128.0)), before, 40)
    descent.forget()
    assert after(descend(descent, after, 80).picture)[0] == pytest.approx(
        after(descend(Lbfgs(np.full(SHAPE, 128.0)), after, 200).picture)[0], rel=1e-3
    )


def test_adam_is_the_published_one():
    """Against the paper's algorithm 1, step by step in float64; nothing is cut."""
    valley, descent = Valley(4), adam(np.full(SHAPE, 250.0))
    picture, mean, square = np.full(SHAPE, 250.0), 0.0, 0.0
    for step in range(1, 40):
        gradient = valley(descent.trial)[1]
        mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * np.square(gradient.astype(float))
        picture = picture - 10 * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        descent.learn(0.0, gradient)
        np.testing.assert_allclose(descent.picture, picture, atol=0.05)
    assert picture.max() > 255


def test_careful_adam_stays_in_range_and_slows_down():
    valley, descent = Valley(4), adam(np.full(SHAPE, 250.0), clip=True, total=60)
    moves = []
    for _ in range(60):
        before = descent.picture
        descent.learn(*valley(descent.trial))
        assert descent.picture.min() >= 0 and descent.picture.max() <= 255
        moves.append(np.abs(descent.picture - before).max())
    assert max(moves[-5:]) < 0.3 * max(moves[:5])


def test_a_halved_rate_takes_half_the_step():
    valley, start = Valley(3), np.full(SHAPE, 128.0)
    steps = [descend(Lbfgs(start, rate=rate), valley, 1).trial - start for rate in (10, 5)]
    np.testing.assert_allclose(steps[1], steps[0] / 2, atol=1e-3)
