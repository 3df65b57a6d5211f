"""Zoom and isolation in the address: what is written is read back, and what anybody else writes does no harm."""

import pytest
import streamlit
from hypothesis import given
from hypothesis import strategies as st

from dashboard import chart_views
from dashboard.chart_views import keep, seen, told
from dashboard.curves import Seen
from dashboard.curves.positions import AXES


class Address(dict):
    """Streamlit's query parameters, as far as they are used."""

    def get_all(self, name):
        return list(self.get(name, []))


@pytest.fixture
def address(monkeypatch):
    found = Address()
    monkeypatch.setattr(streamlit, "query_params", found)
    return found


names = st.sampled_from(["loss", "train/loss", "gradient~norm", "损失"])
edges = st.floats(-1e14, 1e14).map(lambda edge: float(f"{edge:.12g}"))
ranges = st.tuples(edges, edges).map(sorted).filter(lambda pair: pair[0] < pair[1]).map(tuple)
runs = st.sampled_from(["e/r/train", "e/a~b/validation", "e/损失 &x=1/train"])
views = st.builds(Seen, ranges | st.none(), runs, st.booleans()) | st.builds(Seen, ranges | st.none())


@given(st.dictionaries(names, views), st.sampled_from(AXES))
def test_what_is_kept_of_each_chart_is_seen_again(wanted, axis):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chart_views.st, "query_params", Address())
        for _twice in range(2):
            for name, view in wanted.items():
                keep(name, axis, view)
        for name, view in wanted.items():
            assert seen(name, axis) == view
        for name in wanted:
            keep(name, axis, Seen())
        assert chart_views.st.query_params == {}


def test_a_zoom_belongs_to_its_axis(address):
    keep("loss", "step", Seen((100, 400)))
    assert address == {"zoom": ["loss~step~100~400"]}
    assert seen("loss", "wall") == Seen()


@pytest.mark.parametrize(
    "text",
    """loss loss~ loss~step loss~step~1 loss~step~a~b loss~step~2~1 loss~step~nan~1 loss~step~1~inf
    loss~step~0~1e300 loss~step~1~2~3 ~~~""".split(),
)
def test_nonsense_in_an_address_shows_everything(address, text):
    address["zoom"] = [text]
    assert seen("loss", "step").zoom is None


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["zoom", "run", "is_mean"]), inner)
    ),
)


@given(json_values)
def test_a_browser_may_tell_anything(answer):
    view = told(answer)
    assert view is None or view.zoom is None or view.zoom[0] < view.zoom[1]


def test_what_a_browser_tells_is_taken():
    assert told({"zoom": [1, 2.5], "run": "e/r/train", "is_mean": True}) == Seen((1, 2.5), "e/r/train", True)
    assert told({"zoom": None, "run": None, "is_mean": False}) == Seen()
