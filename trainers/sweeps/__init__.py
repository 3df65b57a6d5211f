"""Sweeps: the same training with many settings, to find the best. No TensorFlow, no Streamlit.

    asked = sweep(ClassifySpec(model="mlp"), {"learning_rate": "0.001..0.1", "activation": "relu,tanh"},
                  method="random", budget=12, stop_early=True)
    start(asked, logdir, "s")                       # queues all runs, and writes down what was asked
    rule = MedianRule(logdir, reader.many_series)   # rule.apply() once a second stops what is hopeless
    trials = results(asked, logdir, "s")
    best(trials, "accuracy")                        # by validation

The fifth door of the trainers: the page and the command line ask here alike. A sweep is its runs and one small file,
`logs/<experiment>/sweep.json`. Optuna draws the points and judges by the median; it is imported only where needed.
"""

from trainers.sweeps.design import (
    LARGEST_BUDGET,
    METHODS,
    MOST_DIMENSIONS,
    Dimension,
    Method,
    Sweep,
    searchable_settings,
    sweep,
)
from trainers.sweeps.folder import NAME, Planned, find_sweeps, planned, read_sweep, runs_of, start
from trainers.sweeps.median_rule import STOPPED_EARLY, MedianRule
from trainers.sweeps.results import Trial, best, judged_by, results

__all__ = [
    "LARGEST_BUDGET",
    "METHODS",
    "MOST_DIMENSIONS",
    "NAME",
    "STOPPED_EARLY",
    "Dimension",
    "MedianRule",
    "Method",
    "Planned",
    "Sweep",
    "Trial",
    "best",
    "find_sweeps",
    "judged_by",
    "planned",
    "read_sweep",
    "results",
    "runs_of",
    "searchable_settings",
    "start",
    "sweep",
]
