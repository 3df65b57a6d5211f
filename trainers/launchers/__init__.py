"""Who runs what was asked for, on this machine. Imports neither TensorFlow nor Streamlit.

    run = submit(spec, logdir=logdir, experiment="first", name="softmax-1")     # queued
    tick(logdir, limit=default_limit())     # once a second: starts, watches, ends, keeps a spare
    cancel(run)                             # asks, then presses, then kills
    ask(run, "pause")                       # and resume(run), extend(run, epochs=10)

    inspector = Inspector(state_folder(logdir))
    inspector.describe(spec, wait_seconds=0.3)      # Description, or Pending, or Failed

A command line trains in its own process and shares queue, lock and limit:

    run = submit(spec, logdir=logdir, experiment="e", name="r", foreground=True)
    if wait_for_turn(run, limit, on_wait=show_place):
        ...
"""

from trainers.launchers.going_on import CannotGoOn, ask, extend, rate_after_divergence, rate_for_more, resume
from trainers.launchers.inspector import Description, Failed, Inspector, Layer, Pending
from trainers.launchers.local import cancel, close, default_limit, submit, tick, wait_for_turn
from trainers.launchers.queue import known_status
from trainers.launchers.spare import wait_for_run

__all__ = [
    "CannotGoOn",
    "Description",
    "Failed",
    "Inspector",
    "Layer",
    "Pending",
    "ask",
    "cancel",
    "close",
    "default_limit",
    "extend",
    "known_status",
    "rate_after_divergence",
    "rate_for_more",
    "resume",
    "submit",
    "tick",
    "wait_for_run",
    "wait_for_turn",
]
