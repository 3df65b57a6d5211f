import pytest

from dashboard.charts.schedule import schedule_chart

FALLING = {"steps": [0, 40, 80], "epochs": [0.0, 1.0, 2.0], "rates": [0.3, 0.15, 0.01]}


def test_each_point_stands_at_its_epoch_with_its_rate():
    drawn = schedule_chart(**FALLING, colour="#123456").to_dict()
    assert drawn["datasets"][drawn["data"]["name"]] == [
        {"step": 0, "epoch": 0.0, "rate": 0.3},
        {"step": 40, "epoch": 1.0, "rate": 0.15},
        {"step": 80, "epoch": 2.0, "rate": 0.01},
    ]


def test_the_axis_starts_at_nought_so_that_a_fall_looks_as_deep_as_it_is():
    encoding = schedule_chart(**FALLING, colour="#123456").to_dict()["encoding"]
    assert (encoding["x"]["field"], encoding["y"]["field"]) == ("epoch", "rate")
    assert encoding["y"]["scale"]["zero"] is True


@pytest.mark.parametrize(("stepwise", "shape"), [(True, "step-after"), (False, "linear")])
def test_a_rate_that_jumps_is_drawn_with_steps(stepwise, shape):
    mark = schedule_chart(**FALLING, colour="#123456", stepwise=stepwise).to_dict()["mark"]
    assert mark["interpolate"] == shape
