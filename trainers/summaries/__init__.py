"""What a trainer writes for TensorBoard. A run has three event files: its root, `train/` and `validation/`.

    with Journal(run, ("loss", "accuracy", "learning_rate")) as journal:
        journal.training(Points(steps, times, values))
        journal.flush()

The readers (TensorBoard and our own charts) see what was flushed, a second later.
"""

from trainers.summaries.journal import Journal

__all__ = ["Journal"]
