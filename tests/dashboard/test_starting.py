import threading

import pytest

from dashboard.starting import SHORTEST_PAUSE_SECONDS, is_new_press, start
from trainers.runs import InvalidName, NameTaken, create_run, find_runs
from trainers.specs import ClassifySpec

MLP = ClassifySpec(model="mlp", activation="sigmoid")


@pytest.fixture
def submit(tmp_path):
    return lambda spec, *, experiment, name: create_run(tmp_path, spec, experiment=experiment, name=name)


def test_without_a_name_the_run_gets_the_next_free_one(submit):
    names = []
    for _press in range(3):
        names.append(start(MLP, experiment="e", name="", taken=names, submit=submit).name)
    assert names == ["mlp-sigmoid-1", "mlp-sigmoid-2", "mlp-sigmoid-3"]


def test_two_browsers_that_press_at_once_get_two_runs(submit, tmp_path):
    barrier = threading.Barrier(2)

    def press():
        barrier.wait()
        start(MLP, experiment="e", name="", taken=(), submit=submit)

    browsers = [threading.Thread(target=press) for _browser in range(2)]
    for browser in browsers:
        browser.start()
    for browser in browsers:
        browser.join()
    assert [run.name for run in find_runs(tmp_path)] == ["mlp-sigmoid-1", "mlp-sigmoid-2"]


def test_a_name_that_was_typed_is_never_changed(submit):
    assert start(MLP, experiment="e", name="mine", taken=(), submit=submit).name == "mine"
    with pytest.raises(NameTaken):
        start(MLP, experiment="e", name="mine", taken=(), submit=submit)


@pytest.mark.parametrize("name", ["../x", "a/b", ".hidden", "<script>", "'", '"', "x" * 300])
def test_a_name_that_cannot_be_a_folder_is_refused(submit, name):
    with pytest.raises(InvalidName):
        start(MLP, experiment="e", name=name, taken=(), submit=submit)


def test_a_double_click_is_one_press():
    assert is_new_press(None, lambda: 10.0)
    assert not is_new_press(10.0, lambda: 10.3)
    assert is_new_press(10.0, lambda: 10.0 + SHORTEST_PAUSE_SECONDS)
