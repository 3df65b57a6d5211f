"""A run keeps the files that it learns from: whole, and without taking room for an upload twice."""

from __future__ import annotations

import os
import threading

import pytest

from trainers import kept_files
from trainers.execution import execute
from trainers.kept_files import UPLOADS, keep_file
from trainers.runs import StorageFailed, create_run, read_status, state_folder, write_status
from trainers.specs import SequenceSpec


@pytest.fixture
def run(logdir):
    return create_run(logdir, SequenceSpec(), experiment="e", name="r")


def test_an_upload_is_linked_and_another_file_copied(run, logdir, tmp_path):
    upload = state_folder(logdir) / UPLOADS / "abc" / "level.csv"
    upload.parent.mkdir(parents=True)
    for path, links in ((upload, 2), (tmp_path / "level.csv", 1)):
        path.write_text("1\n2\n")
        kept = run.path / "inputs" / f"{path.parent.name}.csv"
        keep_file(run, path, kept)
        assert kept.read_bytes() == path.read_bytes() and kept.stat().st_nlink == links
    upload.unlink()
    assert (run.path / "inputs" / "abc.csv").read_text() == "1\n2\n"
    assert not list((run.path / "inputs").glob(".*"))


def test_where_files_cannot_be_linked_an_upload_is_copied(run, logdir, monkeypatch):
    upload = state_folder(logdir) / UPLOADS / "abc" / "level.csv"
    upload.parent.mkdir(parents=True)
    upload.write_text("1\n")

    def refuse(*_where):
        raise OSError("another disk")

    monkeypatch.setattr(os, "link", refuse)
    keep_file(run, upload, run.path / "inputs" / "signal.csv")
    assert (run.path / "inputs" / "signal.csv").read_text() == "1\n"


def test_a_file_that_cannot_be_copied_is_a_sentence(run, tmp_path, monkeypatch):
    def fail(*_where):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept_files.shutil, "copyfile", fail)
    (tmp_path / "level.csv").write_text("1\n")
    with pytest.raises(StorageFailed):
        keep_file(run, tmp_path / "level.csv", run.path / "inputs" / "signal.csv")
    assert not (run.path / "inputs" / "signal.csv").exists()


# Keras reads its own variables in a way that NumPy 2 complains about.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_forecast_goes_on_from_its_own_copy_when_the_upload_is_gone(logdir):
    upload = state_folder(logdir) / UPLOADS / "abc" / "水位.csv"
    upload.parent.mkdir(parents=True)
    upload.write_text("水位\n" + "".join(f"{place % 9}\n" for place in range(120)), encoding="utf-8")
    small = {"model": "rnn", "width": 4, "window": 5, "horizon": 8, "epochs": 1}
    spec = SequenceSpec(signal="csv", csv_file=upload, column="水位", **small)
    run = create_run(logdir, spec, experiment="e", name="own")
    assert execute(run, threading.Event()) == 0, read_status(run.status_file).error
    assert (run.path / "inputs" / "signal.csv").samefile(upload)
    upload.unlink()
    status = read_status(run.status_file)
    write_status(run.status_file, status.changed(state="queued", epochs_asked=2))
    assert execute(run, threading.Event()) == 0, read_status(run.status_file).error
    assert read_status(run.status_file).step == 2 * status.step
