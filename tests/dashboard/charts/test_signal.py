from dashboard.charts.signal import signal_chart


def test_values_stand_in_their_order_counted_from_one():
    drawn = signal_chart([3.5, -1.0], 2, colour="#123456").to_dict()
    assert drawn["datasets"][drawn["data"]["name"]] == [
        {"place": 1, "value": 3.5},
        {"place": 2, "value": -1.0},
    ]
    assert drawn["encoding"]["x"]["title"] == "all 2 values"


def test_the_axis_says_how_much_of_a_longer_signal_is_drawn():
    encoding = signal_chart([1.0, 2.0, 3.0], 1_000, colour="#123456").to_dict()["encoding"]
    assert encoding["x"]["title"] == "the first 3 values"
    assert encoding["y"]["scale"]["zero"] is False
