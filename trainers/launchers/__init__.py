"""Who runs what was asked for, on this machine. Imports neither TensorFlow nor Streamlit.

    run = submit(spec, logdir=logdir, experiment="first", name="softmax-1")     # queued
    tick(logdir, limit=default_limit())     # once a second: starts, watches, ends, keeps a spare
    cancel(run)                             # asks, then presses, then kills
    ask(run, "pause")                       # and resume(run), extend(run, epochs=10)

    start_comparison(logdir, spec, limit=1)     # how fast it trains on each device: takes its turn like a run

    inspector = Inspector(state_folder(logdir))
    inspector.describe(spec, wait_seconds=0.3)      # Description, or Pending, or Failed

A command line trains in its own process and shares queue, lock and limit:

    run = submit(spec, logdir=logdir, experiment="e", name="r", foreground=True)
    if wait_for_turn(run, limit, on_wait=show_place, stop=threading.Event()):
        ...
"""

from trainers.dataset_errors import PictureRefused
from trainers.launchers.going_on import CannotGoOn, ask, extend, rate_after_divergence, rate_for_more, resume
from trainers.launchers.inspector import Description, Failed, Fit, Inspector, Layer, Pending
from trainers.launchers.local import cancel, close, default_limit, submit, tick, wait_for_turn
from trainers.launchers.queue import known_status
from trainers.launchers.samples import Sample
from trainers.launchers.spare import wait_for_run
from trainers.launchers.speed import (
    AlreadyComparing,
    SpeedReport,
    SpeedRow,
    finished_comparison,
    read_comparison,
    start_comparison,
    stop_comparison,
)
from trainers.launchers.uploads import LARGEST_UPLOAD, keep_picture, picture_at, picture_word

__all__ = [
    "LARGEST_UPLOAD",
    "AlreadyComparing",
    "CannotGoOn",
    "Description",
    "Failed",
    "Fit",
    "Inspector",
    "Layer",
    "Pending",
    "PictureRefused",
    "Sample",
    "SpeedReport",
    "SpeedRow",
    "ask",
    "cancel",
    "close",
    "default_limit",
    "extend",
    "finished_comparison",
    "keep_picture",
    "known_status",
    "picture_at",
    "picture_word",
    "rate_after_divergence",
    "rate_for_more",
    "read_comparison",
    "resume",
    "start_comparison",
    "stop_comparison",
    "submit",
    "tick",
    "wait_for_run",
    "wait_for_turn",
]
