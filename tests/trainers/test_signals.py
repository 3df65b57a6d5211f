"""Signals, held against SciPy's own integration, published numbers and the frequencies that NumPy finds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from trainers import signals
from trainers.datasets import DatasetMissing
from trainers.specs import SequenceSpec


def by_method_of_steps(start: float, until: int, delay: float) -> np.ndarray:
    """The Mackey-Glass equation by SciPy, one delay after the other: in each, what is delayed is known already."""
    known = [lambda _time: np.full_like(np.asarray(_time, float), start)]

    def slope(time, now, past):
        delayed = past(time - delay)
        return 0.2 * delayed / (1 + delayed**10) - 0.1 * now

    times, found, now = np.arange(1, until + 1), [], np.array([start])
    for interval in range(int(np.ceil(until / delay))):
        began = interval * delay
        done = solve_ivp(
            slope, (began, began + delay), now, args=(known[-1],), dense_output=True, rtol=1e-10, atol=1e-12
        )
        within = times[(times > began) & (times <= began + delay)]
        found.append(done.sol(within)[0])
        known.append(lambda time, solution=done.sol: solution(time)[0])
        now = done.y[:, -1]
    return np.concatenate(found)[:until]


def test_mackey_glass_is_what_scipy_integrates():
    ours = signals.integrated_mackey_glass(1.2, 150)
    np.testing.assert_allclose(ours, by_method_of_steps(1.2, 150, 17.0), atol=1e-6)


def test_mackey_glass_settles_to_the_statistics_that_scipy_finds_from_another_start():
    """Two chaotic solutions part, but both visit the same values equally often, in the same rhythm."""
    ours = signals.mackey_glass(4_000, np.random.default_rng(1))
    theirs = by_method_of_steps(0.7, 2_500, 17.0)[500:]
    for statistic, tolerance in ((np.mean, 0.005), (np.std, 0.01), (np.min, 0.01), (np.max, 0.01)):
        assert statistic(ours) == pytest.approx(statistic(theirs), abs=tolerance)
    for values in (ours, theirs):
        power = np.abs(np.fft.rfft(values - values.mean())) ** 2
        assert len(values) / power.argmax() == pytest.approx(50, abs=3)


def test_mackey_glass_is_chaotic():
    """What starts near parts exponentially until it is as far apart as two strangers, and no further."""
    near, other = (signals.integrated_mackey_glass(start, 5_000) for start in (1.2, 1.2 + 1e-6))
    apart = np.abs(near - other)
    assert apart[:100].max() < 2e-5 < 0.3 < apart[-1_000:].max() < 1


def test_sines_have_the_periods_and_sizes_they_say():
    values = signals.sines(20_000, np.random.default_rng(0))
    found = np.abs(np.fft.rfft(values * np.hanning(len(values)))) * 4 / len(values)
    for period, amplitude in zip(signals.PERIODS, signals.AMPLITUDES, strict=True):
        place = round(len(values) / period)
        assert found[place - 1 : place + 2].max() == pytest.approx(amplitude, rel=0.15)


def test_the_noise_is_a_share_of_the_deviation():
    quiet, loud = (signals.load(SequenceSpec(length=20_000, noise=noise)).values for noise in (0, 0.5))
    assert (loud - quiet).std() == pytest.approx(0.5 * quiet.std(), rel=0.03)


@pytest.mark.parametrize("signal", ["sine", "mackey_glass"])
def test_the_scaling_knows_the_training_part_alone(signal):
    found = signals.load(SequenceSpec(signal=signal, length=800))
    train = found.scaled[: found.parts.train_until]
    assert train.mean() == pytest.approx(0, abs=1e-5) and train.std() == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(found.scaled * found.deviation + found.mean, found.values, atol=1e-5)
    found.values[found.parts.train_until :] = 1e9  # whatever comes later
    np.testing.assert_array_equal(found.scaled[: found.parts.train_until], train)


def test_parts_follow_each_other_in_time():
    parts = SequenceSpec(length=1_000, train_share=0.6).parts(1_000)
    assert parts == (600, 800, 1_000)


def test_a_signal_follows_from_its_seed():
    one, same, other = (signals.load(SequenceSpec(seed=seed)).values for seed in (3, 3, 4))
    assert np.array_equal(one, same) and not np.array_equal(one, other)


@pytest.mark.parametrize(
    ("values", "fragments"),
    [
        ({"window": 800, "length": 1_000}, ("training part", "700", "window of 800")),
        ({"horizon": 200, "length": 1_000}, ("validation part", "150", "horizon of 200")),
        ({"signal": "csv"}, ("needs a file", "--csv-file")),
        ({"column": "x"}, ("Column", "no effect", "sine", "csv")),
        ({"signal": "csv", "csv_file": "x.csv", "length": 100}, ("Length", "no effect")),
    ],
)
def test_settings_that_make_no_sense_together_are_refused_in_one_sentence(values, fragments):
    with pytest.raises(ValueError) as caught:
        SequenceSpec(**values)
    assert all(fragment in str(caught.value) for fragment in fragments), str(caught.value)


def test_a_file_that_is_too_short_or_never_changes_is_refused(tmp_path):
    path = tmp_path / "own.csv"
    spec = SequenceSpec(signal="csv", csv_file=path)
    path.write_text("x\n" + "1\n2\n" * 40)
    with pytest.raises(DatasetMissing, match=r"own.csv: The validation part has 12"):
        signals.check(spec)
    path.write_text("x\n" + "1\n" * 1_000)
    with pytest.raises(DatasetMissing, match="never changes"):
        signals.check(spec)
    path.write_text("x\n" + "1e300\n-1e300\n" * 500)
    with pytest.raises(DatasetMissing, match="too large"):
        signals.check(spec)
    path.write_text("x\n" + "1\n2\n" * 500)
    signals.check(spec)
    assert signals.load(spec).name == "x"
