"""A log folder as somebody with bad intentions would hand it over: every text in it would like to be a script."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from dashboard.without_tensorflow import register_stub
from trainers.runs import Run

register_stub()

from tensorboard.compat.proto import event_pb2  # noqa: E402
from tensorboard.plugins.text import summary_v2 as text_summary  # noqa: E402
from tensorboard.summary.writer.record_writer import RecordWriter  # noqa: E402

TITLE = "<script>alert('title')</script>"
NAME = "<img src=x onerror=alert('name')>"
EXPERIMENT = "\"><svg onload=alert('experiment')>"
NOTES = """<script>alert('notes')</script>
<img src="http://evil.example/pixel.png" onerror="alert('notes image')">
![a picture](http://evil.example/markdown.png) [a link](javascript:alert('link'))
<iframe src="http://evil.example/frame"></iframe> $\\href{javascript:alert('formula')}{x}$
:red[colour] :material/bug_report: `code` **bold**
"""
LOG_LINE = "<script>alert('log')</script><img src=x onerror=alert('log')>\x1b[31mred\x1b[0m"


def make_hostile(run: Run, logdir: Path, name: str = NAME) -> Run:
    """Copies a real run under hostile names, as a person with access to the folder could, and fills in the rest."""
    hostile = Run(logdir.resolve(), EXPERIMENT, name)
    shutil.copytree(run.path, hostile.path)
    asked = hostile.path / "spec.json"
    asked.write_text(asked.read_text().replace("photo.png", f"{NAME}.png"))
    about = {"title": TITLE, "notes": NOTES, "tags": [TITLE, NAME], "colour": 0}
    (hostile.path / "about.json").write_text(json.dumps(about))
    with (hostile.path / "trainer.log").open("a") as log:
        log.write(LOG_LINE + "\n")
    _write_text_summary(hostile.path / "events.out.tfevents.9999999999.hostile")
    _write_projector(hostile.path)
    return hostile


def _write_text_summary(path: Path) -> None:
    with path.open("wb") as file:
        writer = RecordWriter(file)
        start = event_pb2.Event(wall_time=1.0, file_version="brain.Event:2")
        writer.write(start.SerializeToString())
        event = event_pb2.Event(wall_time=2.0, step=0)
        event.summary.CopyFrom(text_summary.text_pb("hostile <b>text</b>", NOTES))
        writer.write(event.SerializeToString())


def _write_projector(folder: Path) -> None:
    """Three points whose labels are hostile, as TensorBoard's projector reads them without TensorFlow."""
    (folder / "vectors.tsv").write_text("1\t0\t0\n0\t1\t0\n0\t0\t1\n")
    (folder / "labels.tsv").write_text("\n".join([TITLE, NAME, EXPERIMENT]) + "\n")
    (folder / "projector_config.pbtxt").write_text(
        'embeddings { tensor_name: "<img src=x onerror=alert(1)>" tensor_path: "vectors.tsv" '
        'metadata_path: "labels.tsv" }\n'
    )
