import io
import os
import time
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dashboard import uploads
from dashboard.uploads import (
    FOLDER,
    IMAGES,
    KEPT_SECONDS,
    LARGEST_BYTES,
    LARGEST_CSV_BYTES,
    TABLE,
    UploadRefused,
    forget_unused,
    kept_name,
    store,
)
from trainers.kept_files import UPLOADS
from trainers.launchers.uploads import keep_picture, tidy_uploads
from trainers.runs import StorageFailed, create_run, state_folder
from trainers.specs import StylizeSpec


def archive(*names: str) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        for name in names:
            zipped.writestr(name, name)
    return file


def test_an_upload_is_kept_by_its_content_under_its_own_name(tmp_path):
    path = store(tmp_path, "小猫 pets.zip", archive("a"), IMAGES)
    assert path.name == "小猫 pets.zip" and path.read_bytes() == archive("a").getvalue()
    assert store(tmp_path, "小猫 pets.zip", archive("a"), IMAGES) == path
    assert store(tmp_path, "小猫 pets.zip", archive("b"), IMAGES).parent != path.parent
    assert path.is_relative_to(tmp_path / FOLDER)


def test_trainers_know_an_upload_by_the_same_folder():
    assert FOLDER == UPLOADS


@pytest.mark.parametrize(("content", "words"), [(b"", "no whole"), (b"PK\x03\x04 torn", "no whole")])
def test_what_is_no_archive_is_refused_with_a_sentence(tmp_path, content, words):
    with pytest.raises(UploadRefused, match=words):
        store(tmp_path, "pets.zip", io.BytesIO(content), IMAGES)
    assert list(tmp_path.iterdir()) == []


def test_what_is_too_large_is_refused_before_it_is_read(tmp_path):
    class Huge(io.BytesIO):
        def seek(self, *_where):
            return LARGEST_BYTES + 1

    with pytest.raises(UploadRefused, match="more than the 200 MB that can be uploaded"):
        store(tmp_path, "pets.zip", Huge(), IMAGES)
    assert LARGEST_CSV_BYTES < LARGEST_BYTES
    with pytest.raises(UploadRefused, match="more than the 100 MB that are read"):
        store(tmp_path, "level.csv", Huge(), TABLE)


def test_a_disk_that_is_nearly_full_takes_no_upload(tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "free_bytes", lambda _folder: 900_000_000)
    with pytest.raises(UploadRefused, match="nearly full"):
        store(tmp_path, "pets.zip", archive("a"), IMAGES)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / FOLDER).write_text("a file in the way")
    with pytest.raises(StorageFailed):
        store(tmp_path, "pets.zip", archive("a"), IMAGES)


@given(st.text(max_size=300), st.sampled_from([IMAGES, TABLE]))
def test_any_name_becomes_a_plain_name_of_a_file(name, kind):
    kept = kept_name(name, kind)
    assert kept.endswith(kind.endings) and len(kept.encode()) < 250
    assert not kept.startswith(".") and not set(kept) & set("/\\\0\n<>:*?\"|$'`")
    assert kept_name(kept, kind) == kept


def test_a_table_is_kept_as_it_is(tmp_path):
    content = "时间;水位\n1;2\n".encode("gb18030")  # who reads it says what is wrong with it
    path = store(tmp_path, "../水位 {1}.CSV", io.BytesIO(content), TABLE)
    assert path.name == "水位 _1_.csv" and path.read_bytes() == content


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "{x}.csv is empty"),
        (b" \r\n\n", "{x}.csv is empty"),
        (archive("a").getvalue(), "{x}.csv is not text"),
        ("x\n1\n".encode("utf-16"), "{x}.csv is not text"),
        (b"x\n" + b"1\n" * 2**20 + b"\0", "{x}.csv is not text"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(tmp_path, content, words):
    with pytest.raises(UploadRefused, match=words):
        store(tmp_path, "{x}.csv", io.BytesIO(content), TABLE)
    assert list(tmp_path.iterdir()) == []


def test_an_upload_goes_a_day_after_nobody_needed_it(tmp_path):
    used, unused, fresh = (store(tmp_path, f"{name}.zip", archive(name), IMAGES) for name in "abc")
    later = fresh.stat().st_mtime + KEPT_SECONDS + 5
    os.utime(fresh, (later, later))
    forget_unused(tmp_path, {used}, now=later)
    assert (used.exists(), unused.exists(), fresh.exists()) == (True, False, True)
    assert not unused.parent.exists()


def test_pictures_to_paint_and_images_to_learn_from_are_not_cleared_by_each_other(logdir):
    """Each is cleared by those who know which runs need its files."""
    painting = io.BytesIO()
    Image.new("RGB", (24, 20), "navy").save(painting, "PNG")
    learned_from = store(state_folder(logdir), "pets.zip", archive("a"), IMAGES)
    painted = keep_picture(logdir, painting.getvalue(), "photo.png")
    later = time.time() + 10 * KEPT_SECONDS
    forget_unused(state_folder(logdir), {learned_from}, now=later)
    assert painted.exists()
    create_run(logdir, StylizeSpec(content=painted, style=[painted]), experiment="e", name="waits")
    tidy_uploads(logdir, now=later)
    assert learned_from.exists() and painted.exists()
