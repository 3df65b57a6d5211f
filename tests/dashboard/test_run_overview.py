"""The rows' curves come from the data server: validation's, and training's until there is something to validate."""

from __future__ import annotations

import pytest

from dashboard.listing import Listing
from dashboard.reading import DataServer, Reader
from dashboard.run_overview import run_rows
from tests.dashboard.reading.event_files import write_events
from tests.old_runs import old_run
from tests.running import wait_until
from trainers.runs import Status, write_status


def test_curves_of_old_new_and_empty_runs(logdir):
    _old, young, empty = (old_run(logdir, name, epochs=4) for name in ("old", "young", "empty"))
    for run in (young, empty):
        for path in run.path.glob("*/*tfevents*"):
            path.unlink()
    write_events(young.path / "train", {"accuracy": [(1, 0.1), (2, 0.2), (3, 0.3)]})
    write_events(young.path / "validation", {"accuracy": [(3, 0.25)]})
    write_status(young.status_file, Status(state="running", started=100.0, step=3, total_steps=12))
    write_status(empty.status_file, Status(state="queued"))
    listing, server = Listing(logdir), DataServer(logdir)
    listing.refresh()
    server.start()
    reader = Reader(server)
    reader.start()
    try:
        wait_until(lambda: len(reader.runs()) == 4, what="the curves")
        rows = {row.run.name: row for row in run_rows(listing.views, reader, now=160.0)}
    finally:
        reader.close()
        server.close()
    assert len(rows["old"].curve) == 4 and rows["old"].curve[-1] == pytest.approx(
        rows["old"].validation_accuracy, rel=1e-6
    )
    assert rows["young"].curve == pytest.approx((0.1, 0.2, 0.3))
    assert (rows["young"].seconds, rows["young"].progress) == (60.0, 0.25)
    assert rows["empty"].curve == () and rows["empty"].goes_on
    assert rows["old"].size > rows["empty"].size > 0
