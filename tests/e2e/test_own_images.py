"""A person brings images of their own: uploads an archive, sees what is in it, and trains."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.running import wait_until
from tests.trainers.own_images.made_images import class_folders, zipped
from trainers.runs import find_run, read_status, state_folder

pytestmark = pytest.mark.browser


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = class_folders(tmp_path / "颜色", ("red", "green", "blue"), count=12)
    files = {f"颜色/{path.relative_to(folder)}": path.read_bytes() for path in folder.rglob("*.png")}
    files |= {
        "颜色/red/<img src=x onerror=alert(1)>.txt": b"no picture",
        "../evil.png": b"x",
        "__MACOSX/._x": b"x",
    }
    return zipped(tmp_path / "颜色 colours.zip", files)


def test_an_uploaded_archive_is_looked_into_and_trained_on(app, archive, page):
    page.goto(f"{app.url}/?dataset=own&model=mlp&epochs=3&learning_rate=0.01")
    page.locator('input[type="file"]').set_input_files(archive)
    page.get_by_text("3 classes, 36 images: 30 to train, 3 to validate, 3 to test.").wait_for(
        timeout=100_000  # the helper imports TensorFlow meanwhile
    )
    page.get_by_text("2 left out").click()
    page.get_by_text("<img src=x onerror=alert(1)>.txt").wait_for()
    page.get_by_text("has a name that leads out of the archive").wait_for()
    stored = list((state_folder(app.logdir) / "uploads").glob("*/*"))
    assert [path.read_bytes() for path in stored] == [archive.read_bytes()]
    expect(page.get_by_role("textbox", name="Own images")).to_have_value(str(stored[0]))
    page.get_by_text("multiply-adds for one image").wait_for()
    page.get_by_role("button", name="Start").click()
    run = wait_until(lambda: find_run(app.logdir, "first/mlp-1"), what="the run")
    wait_until(lambda: read_status(run.status_file).state == "completed", seconds=120, what="the training")
    assert read_status(run.status_file).metrics["test_accuracy"] is not None
    page.get_by_text("What was taken for what").wait_for()
    expect(page.get_by_test_id("stAlertContentInfo")).to_contain_text(
        "Left out: ../evil.png has a name that leads out"
    )
    assert (run.path / "inputs" / "own_images.zip").stat().st_nlink == 2
