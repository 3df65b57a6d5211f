"""Matched experiments: the same training several times, one setting different. No TensorFlow, no Streamlit.

    asked = comparison(ClassifySpec(model="mlp"), "activation", ["sigmoid", "relu"], seeds=3)
    start(asked, logdir, "e")                   # queues every arm with every seed, and writes down what was asked
    files = EventFolders(logdir)                # of event_files; the page asks its reader instead
    found = verdict(asked, measured(asked, logdir, "e", curves=files.curves, tags=files.tags))
    found.sentence.text                         # "relu names 94.3 % ± 0.2 and sigmoid 90.1 % ± 0.4 …"

The fourth door of the trainers, beside specs, runs and launchers: the page and the command line ask here alike, so
that both give the same verdict. A comparison is its runs and one small file, `logs/<experiment>/comparison.json`, which
says what was asked; everything else follows from the run folders. The curves come from whoever has them: the page's
reader, or `event_files` where there is none.
"""

from trainers.comparisons.design import (
    FEWEST_VALUES,
    MOST_SEEDS,
    MOST_VALUES,
    Comparison,
    Planned,
    comparable_settings,
    comparison,
)
from trainers.comparisons.folder import (
    comparison_file,
    find_comparisons,
    read_comparison,
    runs_of,
    start,
)
from trainers.comparisons.measured import Curve, Curves, Measured, measured, wanted_curves
from trainers.comparisons.presets import COMPARISON_PRESETS, ComparisonPreset
from trainers.comparisons.progress import Progress, progress, progress_of
from trainers.comparisons.sentences import Said
from trainers.comparisons.verdict import Arm, Difference, Size, Verdict, verdict
from trainers.comparisons.words import Value, arm_word, value_word

__all__ = [
    "COMPARISON_PRESETS",
    "FEWEST_VALUES",
    "MOST_SEEDS",
    "MOST_VALUES",
    "Arm",
    "Comparison",
    "ComparisonPreset",
    "Curve",
    "Curves",
    "Difference",
    "Measured",
    "Planned",
    "Progress",
    "Said",
    "Size",
    "Value",
    "Verdict",
    "arm_word",
    "comparable_settings",
    "comparison",
    "comparison_file",
    "find_comparisons",
    "measured",
    "progress",
    "progress_of",
    "read_comparison",
    "runs_of",
    "start",
    "value_word",
    "verdict",
    "wanted_curves",
]
