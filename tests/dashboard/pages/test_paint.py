"""The Paint page on a painting that was really painted, small, with the real network."""

from __future__ import annotations

import io
import json
import shutil

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from dashboard.painting_files import time_lapse
from dashboard.services import services
from tests.running import copy_run, wait_until
from tests.trainers.style import procedural
from trainers.launchers import keep_picture, picture_word
from trainers.runs import FINISHED, Run, find_runs, pending_commands, process_identity, read_status
from trainers.runs import write_status as put_status
from trainers.style.pictures import encoded, read

# Keras reads its own variables in a way that NumPy 2 complains about.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def words(page: AppTest) -> str:
    shown = [*page.title, *page.markdown, *page.caption, *page.warning, *page.error]
    return "\n".join(str(one.value).replace("\\", "") for one in shown)


def ended(run: Run) -> bool:
    return read_status(run.status_file).state in FINISHED


def named(page: AppTest, key: str) -> list[str]:
    """What the address says of a setting's pictures."""
    said = page.query_params.get(key, [])
    return [said] if isinstance(said, str) else list(said)


def button(page: AppTest, label: str):
    return next(one for one in page.button if one.label == label)


@pytest.fixture(scope="module")
def pictures(lab):
    """A photo and two paintings as a person would bring them."""
    drawn = {"photo": procedural.scene(64, 64), "waves": procedural.waves(), "mosaic": procedural.mosaic()}
    return {name: keep_picture(lab, encoded(pixels), f"{name}.png") for name, pixels in drawn.items()}


def test_without_paintings_the_page_teaches_what_to_do(open_page, lab):
    assert find_runs(lab) == [], "This test must come first: it needs an empty lab."
    page = open_page("paint")
    assert "Choose a photo to paint." in words(page)
    assert button(page, "Paint").disabled
    assert "python -m trainers stylize" in page.code[0].value
    assert "CC BY 4.0" in words(page)


@pytest.fixture(scope="module")
def samples(lab) -> list[str]:
    """The names of the paintings of the lab, in order. What lies there is not drawn again: here are small ones."""
    found = services().inspector.catalogue()
    for number, sample in enumerate(found):
        if sample not in services().inspector.published():
            sample.path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (64, 48), (number * 15, 90, 160)).save(sample.path)
    return [sample.name for sample in found if sample.kind == "painting"]


def test_a_photo_and_paintings_of_the_lab_are_chosen_by_a_click(open_page, samples):
    page = open_page("paint")
    button(page, "Choose a sample photo").click().run()
    page.button(key="stylize_content_sample_china").click().run()
    assert not page.exception
    assert not any(one.key == "stylize_content_sample_flower" for one in page.button), (
        "there is but one photo"
    )
    button(page, "Choose sample paintings").click().run()
    for name in samples[:4]:
        page.button(key=f"stylize_style_sample_{name}").click().run()
    assert page.button(key=f"stylize_style_sample_{samples[4]}").disabled, "four at most"
    page.button(key=f"stylize_style_sample_{samples[0]}").click().run()
    button(page, "Done").click().run()
    assert named(page, "stylize_content") == ["china"]
    assert named(page, "stylize_style") == samples[1:4]
    assert "CC BY 2.0" in words(page) and "Drawn by BoardLab" in words(page)
    assert not button(page, "Paint").disabled


def test_chosen_pictures_outlive_a_reload_and_a_visit_to_another_page(open_page, samples, lab, pictures):
    upload = picture_word(lab, pictures["photo"])
    chosen = {"stylize_content": upload, "stylize_style": samples[:2]}
    page = open_page("paint", **chosen)
    assert not button(page, "Paint").disabled
    page.switch_page("dashboard/pages/runs.py").run()
    page.switch_page("dashboard/pages/paint.py").run()
    assert not button(page, "Paint").disabled
    assert named(page, "stylize_content") == [upload]
    assert named(page, "stylize_style") == samples[:2]


def test_two_weights_of_nothing_are_refused_before_paint_is_pressed(open_page, samples):
    page = open_page(
        "paint",
        stylize_content="china",
        stylize_style=samples[0],
        stylize_content_weight="0",
        stylize_style_weight="0",
    )
    assert "Content weight and Style weight cannot both be 0" in words(page)
    assert button(page, "Paint").disabled
    page.select_slider(key="stylize_style_weight").set_value(50.0).run()
    assert not button(page, "Paint").disabled


def test_a_size_beyond_the_memory_is_refused_and_the_largest_that_fits_is_a_press_away(open_page, samples):
    chosen = {"stylize_content": "china", "stylize_style": samples[0]}
    page = open_page("paint", stylize_size="8192", **chosen)
    wait_until(lambda: "needs" in words(page.run()), seconds=120, what="the helper's word")
    assert "A picture of size 8,192 needs" in words(page)
    assert button(page, "Paint").disabled
    page.button(key="take_size").click().run()
    assert not page.exception
    size = page.number_input(key="stylize_size").value
    assert 16 < size < 8192 and named(page, "stylize_size") == [str(size)]

    def can_be_painted() -> bool:
        for offer in [one for one in page.run().button if one.key == "take_size"]:
            offer.click().run()  # somebody else took memory meanwhile
        return not button(page, "Paint").disabled

    wait_until(can_be_painted, seconds=60, what="Paint")


def test_a_preview_stands_beside_the_sliders(open_page, samples):
    page = open_page("paint", stylize_content="china", stylize_style=samples[:2])
    wait_until(lambda: "Preview, approximate" in words(page.run()), seconds=120, what="a preview")
    [preview] = [one for one in page.get("image") if one.proto.imgs[0].alt == "Preview of the painting"]
    assert preview.value[0].endswith(".jpg")


def test_an_address_chooses_no_file_of_this_machine(open_page):
    page = open_page("paint", stylize_content="/etc/passwd", stylize_style=["../../x.png", "nothing"])
    assert "Choose a photo to paint." in words(page)
    assert "stylize_content" not in page.query_params


@pytest.fixture(scope="module")
def painting(lab, painted_run) -> Run:
    return copy_run(painted_run, lab)


def test_a_finished_painting_is_compared_with_its_photo_and_can_be_taken_away(open_page, painting):
    page = open_page("paint", run=painting.key)
    loss = read_status(painting.status_file).metrics["total_loss"]
    assert "pass 6 of 6" in words(page) and f"total loss {loss:,.0f}" in words(page)
    assert {"PNG", "JPEG"} <= {one.proto.label for one in page.get("download_button")}
    components = [json.loads(one.proto.json) for one in page.get("bidi_component") if one.proto.json]
    [compared] = [data for data in components if "before" in data]
    assert compared["before"] != compared["after"]
    assert compared["after"].startswith("data:image/jpeg;base64,")


def test_the_form_takes_over_pictures_and_settings_of_a_painting(open_page, painting):
    page = open_page("paint", run=painting.key)
    button(page, "Again with these settings").click().run()
    assert not page.exception
    assert page.select_slider(key="stylize_style_weight").value == 50
    assert named(page, "stylize_content") == ["paintings/small/content.png"]
    assert named(page, "stylize_style") == [
        "paintings/small/style-1.png",
        "paintings/small/style-2.png",
    ]
    assert not button(page, "Paint").disabled
    assert "Style counts 10 × as much as content" in words(page)


def test_moved_sliders_of_a_painting_in_progress_ask_its_painter(open_page, painting, lab):
    run = Run(lab.resolve(), "paintings", "running")
    shutil.copytree(painting.path, run.path)
    going_on = read_status(run.status_file).changed(
        state="running", process=process_identity(), finished=None, step=3
    )
    put_status(run.status_file, going_on)
    page = open_page("paint", run=run.key)
    page.select_slider(key=f"steer-style_weight-{run.key}").set_value(1000.0).run()
    page.slider(key=f"steer-share-0-{run.key}").set_value(0.75).run()
    page.select_slider(key=f"steer-learning_rate-{run.key}").set_value(5.0).run()
    assert not page.exception
    asked = {json.dumps(one.value): one.kind for one in pending_commands(run.commands)}
    assert asked == {
        '{"style_weight": 1000.0}': "settings",
        '{"style_blend": [0.75, 0.5]}': "settings",
        "5.0": "learning_rate",
    }
    assert "Learning rate: asked" in words(page)
    shutil.rmtree(run.path)


def test_the_train_page_shows_a_painting_and_the_way_to_its_own_page(open_page, painting):
    page = open_page(run=painting.key)
    links = [one.proto for one in page.get("page_link")]
    assert any("Paint page" in link.label for link in links)


def test_a_painting_of_which_nothing_is_left_is_still_a_page(open_page, painting, lab):
    run = Run(lab.resolve(), "paintings", "damaged")
    shutil.copytree(painting.path, run.path)
    (run.artifacts / "result.png").write_bytes(b"\x89PNG torn")
    shutil.rmtree(run.path / "inputs")
    page = open_page("paint", run=run.key)
    assert "result.png is damaged" in words(page)
    shutil.rmtree(run.path)


def test_a_series_is_begun_by_one_press_and_shown_together(open_page, painting, lab):
    page = open_page("paint", run=painting.key)
    button(page, "Ten, one for each layer").click().run()
    assert not page.exception
    experiment = "".join(named(page, "run")).split("/")[0]
    begun = [run for run in find_runs(lab) if run.experiment == experiment]
    layers = range(1, 6)
    assert {run.name for run in begun} == {
        *(f"content-relu{layer}_2" for layer in layers),
        *(f"style-to-relu{layer}_1" for layer in layers),
    }
    assert "0 of 10 are painted" in words(page)
    for run in begun:
        assert run.spec().content == painting.path / "inputs" / "content.png"
        services().cancel(run)
    wait_until(lambda: all(ended(run) for run in begun), seconds=60, what="the end of all ten")


def test_paint_starts_a_run_of_what_was_chosen(open_page, lab, pictures):
    chosen = {
        "stylize_content": picture_word(lab, pictures["photo"]),
        "stylize_style": picture_word(lab, pictures["waves"]),
    }
    page = open_page("paint", stylize_size="64", stylize_iterations="3", stylize_style_weight="200", **chosen)
    button(page, "Paint").click().run()
    assert not page.exception
    key = "".join(page.query_params["run"])
    run = next(one for one in find_runs(lab) if one.key == key)
    spec = run.spec()
    assert (spec.size, spec.iterations, spec.style_weight) == (64, 3, 200)
    assert (spec.content, spec.style) == (pictures["photo"], (pictures["waves"],))
    wait_until(lambda: read_status(run.status_file).state == "completed", seconds=120, what="the painting")
    assert read(run.artifacts / "result.png").shape == (64, 64, 3)


def test_a_time_lapse_shows_the_frames_in_their_order(tmp_path):
    paths = []
    for number in range(5):
        paths.append(tmp_path / f"{number}.png")
        Image.new("RGB", (40, 30), (number * 50, 0, 0)).save(paths[-1])
    with Image.open(io.BytesIO(time_lapse(paths))) as film:
        assert film.n_frames == 5
        reds = []
        for number in range(5):
            film.seek(number)
            reds.append(film.convert("RGB").getpixel((5, 5))[0])
    assert reds == [0, 50, 100, 150, 200]
