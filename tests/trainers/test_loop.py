"""The loop against a clock of our own: every step once, quick stops, the pace, the time left."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainers.loop import CHUNK_SECONDS, Chunk, ChunkLength, Plan, Speed, run_loop


@dataclass
class World:
    """A machine that takes `seconds_per_step`, and a person who asks for a stop at a time. Counts everything."""

    seconds_per_step: float = 0.001
    compile_seconds: float = 2.0
    stop_at: float = float("inf")
    enough_at: int = 2**63
    now: float = 1_000.0
    steps: list[tuple[int, int]] = field(default_factory=list)
    chunks: list[Chunk] = field(default_factory=list)
    epochs: list[tuple[int, int, bool]] = field(default_factory=list)
    beats: list[tuple[float, int, Speed | None]] = field(default_factory=list)

    def clock(self) -> float:
        self.now += 1e-7
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.now += seconds

    def run_chunk(self, epoch: int, first: int, count: int) -> None:
        assert count >= 1
        self.now += count * self.seconds_per_step + (0 if self.steps else self.compile_seconds)
        self.steps += [(epoch, step) for step in range(first, first + count)]

    def after_chunk(self, chunk: Chunk) -> None:
        self.chunks.append(chunk)

    def after_epoch(self, epoch: int, step: int, *, last: bool) -> bool:
        self.epochs.append((epoch, step, last))
        return step >= self.enough_at

    def beat(self, step: int, epoch: int, speed: Speed | None) -> None:
        self.beats.append((self.now, step, speed))

    def stop_asked(self) -> bool:
        return self.now >= self.stop_at


def plan(epochs: int = 3, steps: int = 32, pace: float = 0.0, limit: int = 0) -> Plan:
    return Plan(
        epochs=epochs,
        steps_per_epoch=steps,
        images_per_epoch=steps * 128 - 96,
        batch_size=128,
        pace=pace,
        steps=limit,
    )


def run(world: World, plan: Plan, start: int = 0) -> int:
    return run_loop(plan, world, start=start, clock=world.clock, sleep=world.sleep)


@given(
    epochs=st.integers(1, 6),
    steps=st.integers(1, 700),
    seconds=st.floats(1e-5, 2.0),
    pace=st.sampled_from([0.0, 3.0, 1_000.0]),
)
def test_every_step_runs_once_in_order_whatever_the_speed(
    epochs: int, steps: int, seconds: float, pace: float
) -> None:
    world = World(seconds_per_step=seconds)
    assert run(world, plan(epochs, steps, pace)) == epochs * steps
    assert world.steps == [(epoch, step) for epoch in range(epochs) for step in range(steps)]
    assert world.epochs == [(epoch, (epoch + 1) * steps, epoch + 1 == epochs) for epoch in range(epochs)]
    assert [chunk.step for chunk in world.chunks][-1] == epochs * steps
    assert sum(chunk.count for chunk in world.chunks) == epochs * steps


@given(
    steps=st.integers(1, 200),
    stop_after=st.floats(2.0, 5.0),
    pace=st.sampled_from([0.0, 40.0]),
    data=st.data(),
)
def test_a_loop_that_goes_on_where_another_stopped_does_what_one_would_have_done(
    steps: int, stop_after: float, pace: float, data: st.DataObject
) -> None:
    limit = data.draw(st.integers(0, 4 * steps))
    whole, first, second = World(), World(stop_at=1_000.0 + stop_after, seconds_per_step=0.01), World()
    total = run(whole, plan(3, steps, pace, limit))
    stopped = run(first, plan(3, steps, pace, limit))
    assert run(second, plan(3, steps, pace, limit), start=stopped) == total
    assert first.steps + second.steps == whole.steps
    assert (
        first.epochs + second.epochs == whole.epochs
    )  # no look at the validation data is missed or done twice


@given(limit=st.integers(1, 100))
def test_a_limit_of_steps_ends_the_training_within_an_epoch_with_a_last_look(limit: int) -> None:
    world = World()
    done = run(world, plan(epochs=3, steps=20, limit=limit))
    assert done == len(world.steps) == min(limit, 60)
    assert world.epochs[-1] == ((done - 1) // 20, done, True)
    assert [last for _, _, last in world.epochs].count(True) == 1


def test_enough_is_enough() -> None:
    world = World(enough_at=40)
    assert run(world, plan(epochs=10, steps=20)) == 40
    assert world.epochs == [(0, 20, False), (1, 40, False)]


@given(seconds=st.floats(1e-5, 0.2))
def test_a_chunk_takes_a_quarter_of_a_second_at_most_soon_after_the_start(seconds: float) -> None:
    world = World(seconds_per_step=seconds)
    run(world, plan(epochs=1, steps=4_000))
    assert world.chunks[0].count == 1  # the first point is on its way at once
    later = world.chunks[12:-1]
    for chunk in later:
        assert chunk.ended - chunk.began <= CHUNK_SECONDS * 1.01
        assert chunk.ended - chunk.began > CHUNK_SECONDS * 0.6 - seconds


def test_a_machine_that_becomes_slow_gets_shorter_chunks() -> None:
    length = ChunkLength(pace=0)
    for count, seconds in ((1, 5.0), (1, 0.001), (4, 0.004), (16, 0.016), (64, 0.064)):
        length.learn(count, seconds)
    assert length.steps == 250
    length.learn(250, 2.5)
    assert length.steps == 25


@given(stop_after=st.floats(2.5, 40.0), pace=st.sampled_from([0.0, 0.5, 7.0, 200.0]))
def test_a_stop_is_obeyed_within_half_a_second(stop_after: float, pace: float) -> None:
    world = World(stop_at=1_000.0 + stop_after)
    done = run(world, plan(epochs=10_000, steps=32, pace=pace))
    assert done == len(world.steps)
    # A chunk that had just begun, and a look that was a quarter of a second ago.
    assert world.now - world.stop_at <= 2 * CHUNK_SECONDS + 0.01


@pytest.mark.parametrize("pace", [2.0, 30.0, 700.0])
def test_the_pace_is_kept(pace: float) -> None:
    world = World(seconds_per_step=0.0005)
    run(world, plan(epochs=20, steps=70, pace=pace))
    first, last = world.chunks[0], world.chunks[-1]
    assert (last.step - last.count) / (last.began - first.ended) == pytest.approx(pace, rel=0.03)
    longest_silence = max(
        after[0] - before[0] for before, after in zip(world.beats, world.beats[1:], strict=False)
    )
    assert longest_silence <= 2 * CHUNK_SECONDS + 0.01


def test_a_training_that_cannot_keep_the_pace_does_not_hurry_afterwards() -> None:
    world = World(seconds_per_step=0.01)
    ended = run(world, plan(epochs=1, steps=600, pace=50))
    assert ended == 600
    slow = World(seconds_per_step=0.05)  # 20 steps a second where 50 are asked for
    run(slow, plan(epochs=1, steps=200, pace=50))
    assert slow.now - 1_002.0 == pytest.approx(200 * 0.05, rel=0.02)


def test_speed_and_time_left_are_those_of_the_last_seconds() -> None:
    world = World(seconds_per_step=0.001)
    run(world, plan(epochs=200, steps=100))
    _, step, speed = world.beats[len(world.beats) // 2]
    assert speed is not None
    images_per_epoch = 100 * 128 - 96
    assert speed.images_per_second == pytest.approx(images_per_epoch / 0.1, rel=0.02)
    assert speed.seconds_left == pytest.approx((20_000 - step) * 0.001, rel=0.02)
    assert world.beats[0][2] is None  # after one step nobody knows


def test_images_are_counted_with_each_epochs_short_last_batch() -> None:
    assert plan(steps=32).images_until(0) == 0
    assert plan(steps=32).images_until(33) == 32 * 128 - 96 + 128
    assert plan(epochs=3, steps=32).images_until(96) == 3 * (32 * 128 - 96)
