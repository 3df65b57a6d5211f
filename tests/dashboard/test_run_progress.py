import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.run_progress import (
    duration,
    goes_on,
    progress_line,
    share_done,
    state_line,
    state_word,
    stopping,
    training_batches,
)
from trainers.runs import Status


def test_the_progress_line_says_what_is_known():
    status = Status(
        state="running",
        step=120,
        total_steps=1000,
        epoch=2,
        epochs=5,
        images_per_second=12_345.6,
        seconds_left=65,
    )
    assert progress_line(status) == "step 120 of 1,000 · epoch 2 of 5 · 12,346 examples/s · 1 min 5 s left"
    assert progress_line(Status(state="running", step=3)) == "step 3"


def test_a_rate_that_a_person_chose_is_told():
    status = Status(state="running", step=3, learning_rate=1e-4)
    assert progress_line(status) == "step 3 · learning rate 0.0001"


def test_a_run_that_waits_to_go_on_says_from_where():
    assert state_line(Status(state="queued", checkpoint=1234), asked=False) == (
        "Waiting for its turn to go on from step 1,234."
    )


def test_a_run_that_ended_has_no_time_left():
    assert "left" not in progress_line(Status(state="completed", step=9, total_steps=9, seconds_left=0.0))


@given(st.integers(-5, 10**9), st.none() | st.integers(-5, 10**9))
def test_the_share_done_is_a_share(step, total):
    assert 0 <= share_done(Status(state="running", step=step, total_steps=total)) <= 1


def test_a_completed_run_is_wholly_done():
    assert share_done(Status(state="completed", step=99, total_steps=100)) == 1


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (-3, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (3725, "1 h 2 min")]
)
def test_durations_read_like_a_clock(seconds, words):
    assert duration(seconds) == words


def test_every_state_has_a_word_and_is_active_or_not():
    states = ["queued", "starting", "running", "paused", "completed", "stopped", "failed", "damaged"]
    assert all(state_word(state) for state in states)
    assert [state for state in states if goes_on(Status(state=state))] == ["queued", "starting", "running"]


def test_stop_is_asked_until_the_run_ended():
    assert stopping(Status(state="running"), asked=True)
    assert stopping(Status(state="running", stop_asked=1.0), asked=False)
    assert not stopping(Status(state="stopped", stop_asked=1.0), asked=True)


@pytest.mark.parametrize(
    ("step", "epoch", "batches"), [(20_800, 10, 1_000), (4_400, 2, 2_200), (7, 1, 7), (0, 0, 0), (3, 9, 0)]
)
def test_the_mean_of_a_training_is_over_the_batches_of_its_epoch(step, epoch, batches):
    status = Status(state="completed", step=step, epoch=epoch, steps_per_epoch=2_200)
    assert training_batches(status) == batches
    assert training_batches(status.changed(steps_per_epoch=None)) == 0
