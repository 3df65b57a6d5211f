"""The charts of TensorBoard's Custom Scalars page: what belongs together stands on one chart.

TensorBoard draws on each chart every tag that its pattern matches, of all runs that are ticked: the training's and the
validation's loss stand in two runs under one tag, so they share a chart. It joins the layouts of all runs into one,
where categories and charts of the same name are one, so every run may bring its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.custom_scalar.layout_pb2 import Category, Chart, Layout, MultilineChartContent
from tensorboard.plugins.custom_scalar.metadata import CONFIG_SUMMARY_TAG, create_summary_metadata
from tensorboard.util.tensor_util import make_tensor_proto

Charts = Mapping[str, Mapping[str, str]]


def one_tag(tag: str) -> str:
    """The pattern of this tag and no other."""
    return f"^{re.escape(tag)}$"


def all_below(prefix: str) -> str:
    """The pattern of all tags of a group: "gradient_norm" matches "gradient_norm/hidden_1"."""
    return f"^{re.escape(prefix)}/"


def layout(charts: Charts) -> Summary:
    """A layout: for each category its charts, and for each chart's title the pattern of its tags."""
    categories = [
        Category(
            title=category,
            chart=[
                Chart(title=title, multiline=MultilineChartContent(tag=[pattern]))
                for title, pattern in titles.items()
            ],
        )
        for category, titles in charts.items()
    ]
    content = Layout(category=categories).SerializeToString()
    value = Summary.Value(
        tag=CONFIG_SUMMARY_TAG, metadata=create_summary_metadata(), tensor=make_tensor_proto(content)
    )
    return Summary(value=[value])
