"""Sample pictures and previews of paintings, made by the real helper."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from PIL import Image

from tests.running import wait_until
from trainers.dataset_errors import DatasetMissing
from trainers.launchers import Failed, Fit, Inspector, Pending, Sample
from trainers.launchers.samples import samples_in
from trainers.specs import StylizeSpec
from trainers.style.paintings import published

Told = TypeVar("Told")
# The helper imports TensorFlow and draws all pictures: half a minute of one core, and others may use it too.
pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def inspector(state: Path) -> Iterator[Inspector]:
    inspector = Inspector(state)
    yield inspector
    inspector.close()


@pytest.fixture(scope="module")
def samples(inspector: Inspector) -> dict[str, Sample]:
    told = settled(lambda: inspector.samples(wait_seconds=1))
    assert not isinstance(told, Failed), told
    return {sample.name: sample for sample in told}


def settled(ask: Callable[[], Told | Pending]) -> Told:
    return wait_until(
        lambda: not isinstance(answer := ask(), Pending) and answer, seconds=380, what="an answer"
    )


def pixels(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(float)


def test_every_sample_is_a_picture_with_a_title_and_a_credit(samples: dict[str, Sample]) -> None:
    for sample in samples.values():
        with Image.open(sample.path) as picture:
            assert min(picture.size) >= 400, sample
        assert sample.title
        assert sample.credit
    assert {"china", "flower", "lake"} == {name for name, one in samples.items() if one.kind == "photo"}


def test_samples_that_lie_there_need_no_helper(state: Path, samples: dict[str, Sample]) -> None:
    later = Inspector(state, ("/nowhere/helper",))
    assert later.samples() == tuple(samples.values())
    assert later.helper_pid is None
    later.close()


def test_a_sample_that_was_removed_is_made_again(inspector: Inspector, samples: dict[str, Sample]) -> None:
    content = samples["lake"].path.read_bytes()
    samples["lake"].path.unlink()
    assert settled(lambda: inspector.samples(wait_seconds=1)) == tuple(samples.values())
    assert samples["lake"].path.read_bytes() == content


def test_samples_of_other_code_lie_elsewhere(tmp_path: Path) -> None:
    """What they would be is known before they are there."""
    assert {sample.path.parent for sample in samples_in(tmp_path)} == {tmp_path}


def spec(samples: dict[str, Sample], **values: object) -> StylizeSpec:
    return StylizeSpec(**{"content": samples["china"].path, "style": [samples["swirls"].path], **values})  # type: ignore[arg-type]


def test_a_preview_is_a_jpeg_of_the_photos_proportions(
    inspector: Inspector, samples: dict[str, Sample]
) -> None:
    told = settled(lambda: inspector.preview(spec(samples), wait_seconds=1))
    assert isinstance(told, bytes), told
    with Image.open(io.BytesIO(told)) as picture:
        assert picture.format == "JPEG"
        assert picture.size == (512, 342)


def test_the_higher_the_style_weight_the_farther_from_the_photo(
    inspector: Inspector, samples: dict[str, Sample]
) -> None:
    photo = np.asarray(Image.open(samples["china"].path).resize((512, 342))).astype(float)
    distances = []
    for style_weight in (0, 20, 100, 500, 5000):
        told = settled(
            lambda weight=style_weight: inspector.preview(spec(samples, style_weight=weight), wait_seconds=1)
        )  # type: ignore[misc]
        assert isinstance(told, bytes), told
        distances.append(np.abs(pixels(told) - photo).mean())
    assert distances == sorted(distances)
    assert distances[0] < 5 < 20 < distances[-1]


def test_settings_that_a_preview_does_not_show_need_no_new_one(
    inspector: Inspector, samples: dict[str, Sample]
) -> None:
    told = settled(lambda: inspector.preview(spec(samples), wait_seconds=1))
    assert inspector.preview(spec(samples, iterations=7, size=2048)) == told


def test_a_photo_that_was_replaced_is_previewed_anew(
    inspector: Inspector, samples: dict[str, Sample], tmp_path: Path
) -> None:
    photo = tmp_path / "photo.png"
    told = []
    for name in ("flower", "lake"):
        Image.open(samples[name].path).save(photo)
        told.append(settled(lambda: inspector.preview(spec(samples, content=photo), wait_seconds=1)))
        time.sleep(0.01)
    assert told[0] != told[1]


def test_what_cannot_be_previewed_is_told_in_a_sentence(
    inspector: Inspector, samples: dict[str, Sample], tmp_path: Path
) -> None:
    text = tmp_path / "text.jpg"
    text.write_text("no picture")
    told = settled(lambda: inspector.preview(spec(samples, content=text), wait_seconds=1))
    assert told == Failed("text.jpg is not an image that can be read: give a JPEG, PNG or WebP image.")
    told = settled(lambda: inspector.preview(StylizeSpec(), wait_seconds=1))
    assert told == Failed("There is no preview yet: choose a photo and at least one painting.")


def test_a_size_beyond_the_memory_is_told_with_the_largest_that_fits(
    inspector: Inspector, samples: dict[str, Sample]
) -> None:
    told = settled(lambda: inspector.fit(spec(samples, size=8192), wait_seconds=1))
    assert isinstance(told, Fit) and "A picture of size 8,192 needs" in told.problem
    assert 16 < told.largest < 8192
    fits = settled(lambda: inspector.fit(spec(samples, size=told.largest // 2), wait_seconds=1))
    assert isinstance(fits, Fit) and fits.problem == ""
    assert fits.largest == pytest.approx(told.largest, rel=0.3), "of the memory that is free just now"


@pytest.mark.parametrize(
    ("size", "words"), [((1, 1), "too few to see"), ((1, 5000), "too few"), ((20, 3000), "too narrow")]
)
def test_what_the_painter_would_refuse_is_told_before_it_starts(
    inspector: Inspector, samples: dict[str, Sample], tmp_path: Path, size: tuple[int, int], words: str
) -> None:
    Image.new("RGB", size, "navy").save(tmp_path / "odd.png")
    told = settled(lambda: inspector.fit(spec(samples, content=tmp_path / "odd.png"), wait_seconds=1))
    assert isinstance(told, Fit) and words in told.problem


def test_how_much_memory_is_free_is_asked_again_after_a_while(
    inspector: Inspector, samples: dict[str, Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    question = spec(samples, size=64)
    settled(lambda: inspector.fit(question, wait_seconds=1))
    assert isinstance(inspector.fit(question), Fit)
    later = time.monotonic() + 60
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert isinstance(inspector.fit(question), Pending)


def test_a_painting_that_cannot_be_fetched_is_told_in_a_sentence(tmp_path: Path) -> None:
    """No proxy and no name server answer, as where there is no internet."""
    with pytest.raises(
        DatasetMissing, match=r"The Starry Night could not be fetched .*: connect to the internet"
    ):
        published.fetch("starry_night", tmp_path / "fetched", "http://127.0.0.1:9/{file}?{width}")
    assert not (tmp_path / "fetched").exists()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """A site that has a picture and a page instead of one."""
    (tmp_path / "pages").mkdir()
    Image.new("RGB", (64, 48), "navy").save(tmp_path / "pages" / "picture", "PNG")
    (tmp_path / "pages" / "page").write_text("<html>Not found</html>")
    handler = partial(QuietHandler, directory=tmp_path / "pages")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def test_a_painting_is_fetched_once(tmp_path: Path, site: str) -> None:
    path = published.fetch("starry_night", tmp_path / "kept", f"{site}/picture")
    with Image.open(path) as kept:
        assert kept.size == (64, 48)
    assert published.fetch("starry_night", tmp_path / "kept", "http://127.0.0.1:9/") == path


def test_a_page_instead_of_a_painting_is_refused(tmp_path: Path, site: str) -> None:
    with pytest.raises(DatasetMissing, match="The Starry Night is not an image"):
        published.fetch("starry_night", tmp_path / "kept", f"{site}/page")
    assert not (tmp_path / "kept").exists()


def test_the_helper_fetches_or_says_why_not(inspector: Inspector) -> None:
    wanted = inspector.published()[0]
    told = settled(lambda: inspector.bring(wanted, wait_seconds=1))
    assert told == wanted or (isinstance(told, Failed) and "could not be fetched" in told.sentence)
