"""Evening out is a symmetric positive operator that makes long waves longer and leaves the finest as they are."""

from __future__ import annotations

import numpy as np
import pytest

from trainers.style.spectrum import evened

RANDOM = np.random.default_rng(2)


@pytest.mark.parametrize("size", [(16, 16), (17, 23), (1, 8)])
def test_it_is_symmetric_and_positive(size):
    spread = evened(*size)
    one, other = RANDOM.normal(size=(2, *size, 3)).astype(np.float32)
    assert np.vdot(one, spread(other)) == pytest.approx(np.vdot(spread(one), other), rel=1e-3)
    assert np.vdot(one, spread(one)) > 0


def test_a_wave_is_multiplied_by_its_length_to_the_exponent():
    place = np.arange(32)
    for cycles, factor in ((16, 1.0), (4, 2.0), (1, 4.0)):
        wave = np.cos(2 * np.pi * cycles * place / 32)[None, :, None].repeat(3, axis=2).repeat(32, axis=0)
        found = evened(32, 32, exponent=0.5)(wave.astype(np.float32))
        np.testing.assert_allclose(found, factor * wave, atol=1e-4)
