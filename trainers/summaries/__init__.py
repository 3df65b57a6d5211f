"""What a trainer writes for TensorBoard. A run has three event files: its root, `train/` and `validation/`.

    with Journal(run, {"loss": "Cross-entropy (nats)"}, {"loss": "Cross-entropy (nats)"}) as journal:
        journal.training(Points(steps, times, values))
        journal.validation(step, {"loss": 0.1})
        journal.flush()

The readers (TensorBoard and our own charts) see what was flushed, a second later.
"""

from trainers.summaries.journal import Journal

__all__ = ["Journal"]
