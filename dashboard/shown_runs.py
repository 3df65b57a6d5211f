"""Which runs the Train page shows side by side: what its address says, else what one would want to see first."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from dashboard.listing import RunView
from dashboard.run_progress import goes_on

MOST_TOGETHER = 3
MOST_SHOWN = 12  # more colours cannot be told apart, and each run brings its matrix and images


def newest_first(views: Sequence[RunView]) -> list[RunView]:
    """The runs that are not archived, the last one started first."""
    seen = [view for view in views if not view.about.archived]
    return sorted(seen, key=lambda view: (-(view.status.created or 0.0), view.key))


def first_shown(views: Sequence[RunView]) -> list[str]:
    """The keys to show when the address names none: the newest experiment's runs that go on, else its newest ones.

    At most `MOST_TOGETHER`, in the order in which they were started, so that nothing changes places.
    """
    newest = newest_first(views)
    if not newest:
        return []
    experiment = [view for view in newest if view.run.experiment == newest[0].run.experiment]
    active = [view for view in experiment if goes_on(view.status)]
    return [view.key for view in reversed((active or experiment)[:MOST_TOGETHER])]


def shown_after_start(shown: Sequence[str], started: str) -> list[str]:
    """The keys to show once a run was started: it and the last ones shown of its experiment, to compare."""
    experiment = started.split("/")[0]
    together = [key for key in shown if key.split("/")[0] == experiment and key != started]
    return [*together[-(MOST_TOGETHER - 1) :], started]


def still_there(shown: Sequence[str], known: Collection[str]) -> list[str]:
    """The keys without those whose folder is gone."""
    return [key for key in shown if key in known]


def run_labels(keys: Sequence[str]) -> dict[str, str]:
    """What each run is called among these: its name, with the experiment before it where they differ in that."""
    experiments = {key.split("/")[0] for key in keys}
    return {key: key if len(experiments) > 1 else key.split("/", 1)[1] for key in keys}
