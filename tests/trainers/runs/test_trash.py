"""Deleting and undoing gives back exactly what was there, and no fault on the way loses a byte."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import tempfile
import textwrap
import threading
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainers.runs import (
    DamagedFile,
    NameTaken,
    Run,
    RunError,
    RunIsBusy,
    Status,
    StorageFailed,
    create_run,
    find_runs,
    held,
    read_status,
    state_folder,
    write_status,
)
from trainers.runs.trash import empty_trash, list_trash, move_to_trash, restore
from trainers.specs import ClassifySpec

NAMES = st.text(min_size=1, max_size=40).filter(
    lambda name: (
        name not in (".", "..", ".writer.lock", ".about.lock", "status.json")
        and not set(name) & {"/", "\0"}
        and len(name.encode()) < 200
    )
)
LINKS = st.tuples(st.sampled_from(["../../elsewhere", "/etc/hostname", "nothing", "train"]))
TREES = st.recursive(
    st.dictionaries(NAMES, st.binary(max_size=300) | LINKS, max_size=4),
    lambda inner: st.dictionaries(NAMES, st.binary(max_size=300) | LINKS | inner, max_size=4),
    max_leaves=12,
)


def finished_run(logdir: Path, name: str = "r", experiment: str = "e") -> Run:
    run = create_run(logdir, ClassifySpec(), experiment=experiment, name=name)
    write_status(run.status_file, Status(state="completed", created=1.0))
    (run.path / "train" / "events.out.tfevents.1.host").write_bytes(b"\x00\x01" * 5000)
    return run


def snapshot(folder: Path) -> dict[str, object]:
    """Every path below a folder with what it is, its content, its mode and its time of change."""
    found: dict[str, object] = {}
    for path in folder.rglob("*"):
        if path.name in (".writer.lock", ".about.lock"):
            continue
        name, mode = str(path.relative_to(folder)), path.lstat().st_mode
        if path.is_symlink():
            found[name] = ("link", str(path.readlink()))
        elif path.is_dir():
            found[name] = ("folder", stat.S_IMODE(mode))
        else:
            found[name] = ("file", stat.S_IMODE(mode), path.stat().st_mtime_ns, path.read_bytes())
    return found


def grow(folder: Path, tree: dict[str, object]) -> None:
    for name, content in tree.items():
        path = folder / name
        if isinstance(content, dict):
            path.mkdir()
            grow(path, content)
        elif isinstance(content, tuple):
            path.symlink_to(content[0])
        else:
            assert isinstance(content, bytes)
            path.write_bytes(content)


@settings(max_examples=60, deadline=None)
@given(TREES, NAMES.filter(lambda name: not name.startswith(".")), st.sampled_from([0o644, 0o600, 0o755]))
def test_deleting_and_undoing_changes_nothing(tree: dict[str, object], name: str, mode: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run = Run(Path(folder).resolve() / "logs", "e", name)
        run.path.mkdir(parents=True)
        write_status(run.status_file, Status(state="stopped"))
        run.status_file.chmod(mode)
        os.utime(run.status_file, ns=(1, 123_456_789))  # 1970: before the first date that zip knows
        grow(run.path, tree)
        before = snapshot(run.path)

        trashed = move_to_trash(run)
        assert not run.path.exists()
        assert trashed.key == run.key and list_trash(run.logdir) == [trashed]

        assert restore(run.logdir, trashed) == run
        assert snapshot(run.path) == before
        assert list_trash(run.logdir) == []


def test_nothing_in_the_trash_looks_like_an_event_file_or_lies_where_tensorboard_looks(tmp_path):
    logdir = tmp_path / "logs"
    run = finished_run(logdir, "old-tfevent.s")
    run.path.rename(run.path.with_name("events.out.tfevents.9"))  # a folder made by hand
    trashed = move_to_trash(Run(logdir.resolve(), "e", "events.out.tfevents.9"))
    assert trashed.path.is_relative_to(state_folder(logdir))
    assert not list(tmp_path.rglob("*tfevents*"))
    assert trashed.size == trashed.path.stat().st_size > 0


def test_a_run_that_has_not_ended_is_not_deleted(tmp_path):
    run = finished_run(tmp_path / "logs")
    for state in ("queued", "starting", "running"):
        write_status(run.status_file, Status(state=state))
        with pytest.raises(RunIsBusy, match="stop it"):
            move_to_trash(run)
    assert find_runs(run.logdir) == [run]


def test_a_run_that_a_trainer_still_holds_is_not_deleted_whatever_its_status_says(tmp_path):
    run = finished_run(tmp_path / "logs")
    run.status_file.write_bytes(b"\x00torn")
    with held(run.path), pytest.raises(RunIsBusy):
        move_to_trash(run)
    before = snapshot(run.path)
    restore(run.logdir, move_to_trash(run))
    assert snapshot(run.path) == before, "a damaged run can be deleted and comes back as damaged as it was"


def test_a_run_deleted_by_hand_meanwhile_is_said_to_be_gone(tmp_path):
    with pytest.raises(RunError, match="already gone"):
        move_to_trash(Run(tmp_path, "e", "r"))


def test_undo_does_not_touch_a_new_run_of_the_same_name(tmp_path):
    run = finished_run(tmp_path / "logs")
    trashed = move_to_trash(run)
    newer = finished_run(tmp_path / "logs")
    before = snapshot(newer.path)
    with pytest.raises(NameTaken, match="e/r"):
        restore(run.logdir, trashed)
    assert snapshot(newer.path) == before and list_trash(run.logdir) == [trashed]


def test_two_people_deleting_or_undoing_at_once_leave_one_run(tmp_path):
    run = finished_run(tmp_path / "logs")
    before = snapshot(run.path)

    def both(act) -> int:
        done: list[int] = []

        def try_it() -> None:
            try:
                act()
                done.append(1)
            except RunError:
                pass

        threads = [threading.Thread(target=try_it) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return len(done)

    assert both(lambda: move_to_trash(run)) == 1
    [trashed] = list_trash(run.logdir)
    assert both(lambda: restore(run.logdir, trashed)) == 1
    assert snapshot(run.path) == before and list_trash(run.logdir) == []


FULL_DISK = """
    import resource, sys
    from pathlib import Path
    from trainers.runs import StorageFailed, run_at
    from trainers.runs.trash import list_trash, move_to_trash, restore
    run = run_at(Path(sys.argv[1]))
    trashed = list_trash(run.logdir)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    try:
        restore(run.logdir, trashed[0]) if trashed else move_to_trash(run)
    except StorageFailed as error:
        print(error)
"""


def ask_on_a_full_disk(run: Run) -> str:
    """What is said when the operating system refuses to write more than 20 kB."""
    asked = [sys.executable, "-c", textwrap.dedent(FULL_DISK), str(run.path)]
    return subprocess.run(asked, capture_output=True, text=True, check=True, timeout=60).stdout


def test_a_disk_that_fills_up_loses_nothing(tmp_path):
    run = finished_run(tmp_path / "logs")
    (run.path / "artifacts" / "model.keras").write_bytes(os.urandom(100_000))
    before = snapshot(run.path)
    assert "disk is full" in ask_on_a_full_disk(run)
    assert snapshot(run.path) == before
    left = [path for path in state_folder(run.logdir).rglob("*") if path.is_file() and path.suffix != ".lock"]
    assert left == []

    trashed = move_to_trash(run)
    keeper = finished_run(tmp_path / "logs", "other")
    assert "disk is full" in ask_on_a_full_disk(keeper)
    assert list_trash(run.logdir) == [trashed] and not run.path.exists()
    restore(run.logdir, trashed)
    assert snapshot(run.path) == before


def test_a_damaged_zip_is_said_to_be_damaged_and_can_still_be_thrown_away(tmp_path):
    run = finished_run(tmp_path / "logs")
    trashed = move_to_trash(run)
    content = bytearray(trashed.path.read_bytes())
    content[60:200] = b"x" * 140
    trashed.path.write_bytes(content)
    with pytest.raises(DamagedFile, match="damaged"):
        restore(run.logdir, trashed)
    assert not run.path.exists()
    trashed.path.write_bytes(b"no zip at all")
    [unknown] = list_trash(run.logdir)
    assert unknown.key == ""
    with pytest.raises(DamagedFile, match="damaged"):
        restore(run.logdir, unknown)
    assert empty_trash(run.logdir, [unknown, trashed]) == len(b"no zip at all")
    assert list_trash(run.logdir) == []


@pytest.mark.parametrize("name", ["../../evil", "/tmp/evil", "out/evil"])
def test_a_forged_zip_writes_nothing_outside_its_run(tmp_path, name):
    logdir = tmp_path / "logs"
    trashed = move_to_trash(finished_run(logdir))
    with zipfile.ZipFile(trashed.path, "w") as forged:
        link = zipfile.ZipInfo("out")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        forged.writestr(link, str(tmp_path))
        forged.writestr(name, b"evil")
        forged.comment = json.dumps({"run": "e/r", "deleted": 1.0}).encode()
    with pytest.raises(DamagedFile, match="damaged"):
        restore(logdir, trashed)
    assert not list(tmp_path.rglob("evil*")) and not Path("/tmp/evil").exists()


@pytest.mark.parametrize("key", ["../r", "e/..", "e", "a/b/c", "/r", "e/", ".hidden/r"])
def test_a_forged_zip_cannot_name_a_place_outside_the_log_folder(tmp_path, key):
    logdir = tmp_path / "logs"
    trashed = move_to_trash(finished_run(logdir))
    with zipfile.ZipFile(trashed.path, "a") as forged:
        forged.comment = json.dumps({"run": key, "deleted": 1.0}).encode()
    [forged_entry] = list_trash(logdir)
    with pytest.raises(DamagedFile):
        restore(logdir, forged_entry)


def test_what_is_no_plain_file_is_named_and_kept(tmp_path):
    run = finished_run(tmp_path / "logs")
    os.mkfifo(run.path / "pipe")
    with pytest.raises(RunError, match="pipe"):
        move_to_trash(run)
    assert (run.path / "train").is_dir() and list_trash(run.logdir) == []
    (run.path / "pipe").unlink()
    (Path(os.fsdecode(bytes(run.path) + b"/\xff\xfe"))).write_bytes(b"x")
    with pytest.raises(RunError, match="not text"):
        move_to_trash(run)
    assert read_status(run.status_file).state == "completed"


def test_the_trash_lists_the_latest_first_and_empties_only_what_was_asked(tmp_path):
    logdir = tmp_path / "logs"
    first, second = (move_to_trash(finished_run(logdir, name)) for name in ("one", "two"))
    assert [trashed.key for trashed in list_trash(logdir)] == ["e/two", "e/one"]
    assert empty_trash(logdir, [first]) == first.size
    assert list_trash(logdir) == [second]
    with pytest.raises(DamagedFile, match="no longer"):
        restore(logdir, first)


def test_where_there_can_be_no_trash_none_is_listed_and_deleting_says_why(tmp_path):
    run = finished_run(tmp_path / "logs")
    (tmp_path / ".boardlab").write_text("a file in the way")
    assert list_trash(run.logdir) == []
    with pytest.raises(StorageFailed, match="state folder|could not be written|may not be written|boardlab"):
        move_to_trash(run)
    assert find_runs(run.logdir) == [run]
