"""The confusion matrix: which class was taken for which. Rows are the true classes, columns the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from dashboard.language import _

SELECTION = "cell"
ROW_PIXELS = 22  # the least height of a row: every class has its name beside it


def confusion_cells(
    confusion: ArrayLike, class_names: Sequence[str], shown: Sequence[int] | None = None
) -> pd.DataFrame:
    """One row a cell of `confusion` (int [classes, classes], [true, predicted]), only of the `shown` classes if given.

    Columns: true, predicted (class numbers), true_name, predicted_name, images (count), share (of all images
    of that true class, in [0, 1]), correct (whether true and predicted agree).
    """
    counts = np.asarray(confusion, dtype=np.int64)
    chosen = np.arange(len(counts)) if shown is None else np.asarray(shown, dtype=np.int64)
    true, predicted = (part.ravel() for part in np.meshgrid(chosen, chosen, indexing="ij"))
    of_class = np.maximum(counts.sum(axis=1), 1)
    names = np.asarray(class_names, dtype=object)
    return pd.DataFrame(
        {
            "true": true,
            "predicted": predicted,
            "true_name": names[true],
            "predicted_name": names[predicted],
            "images": counts[true, predicted],
            "share": counts[true, predicted] / of_class[true],
            "correct": true == predicted,
        }
    )


def confusion_chart(
    confusion: ArrayLike,
    class_names: Sequence[str],
    *,
    colours: tuple[str, str],
    ink: str,
    shown: Sequence[int] | None = None,
    present: bool = False,
    height: int = 380,
) -> alt.LayerChart | alt.FacetChart:
    """A heat map with the counts written in; `colours` are for right and wrong answers, `ink` is the text's.

    Of many classes, `shown` says which are drawn; shares are of all images of a class all the same.

    Right and wrong have a colour each and every cell is as strong as its share, so ten mistakes stay
    visible beside a thousand right answers. A click selects a cell (selection `cell`: true, predicted).
    """
    cells = confusion_cells(confusion, class_names, shown)
    names = [class_names[number] for number in (range(len(class_names)) if shown is None else shown)]
    size = 24 if present else 13
    axis: dict[str, Any] = {
        "ticks": False,
        "domain": False,
        "grid": False,
        "labelLimit": 160,
        "labelOverlap": False,
    }
    axis |= {"labelFontSize": size, "titleFontSize": size}
    chosen = alt.selection_point(name=SELECTION, fields=["true", "predicted"], on="click", empty=False)
    base = alt.Chart(cells).encode(
        x=alt.X(
            "predicted_name:N",
            sort=names,
            title=_("The network said"),
            axis=alt.Axis(labelAngle=0 if max(map(len, names)) <= 3 else -40, orient="bottom", **axis),
            scale=alt.Scale(paddingInner=0.06, paddingOuter=0),
        ),
        y=alt.Y(
            "true_name:N",
            sort=names,
            title=_("It was"),
            axis=alt.Axis(**axis),
            scale=alt.Scale(paddingInner=0.06, paddingOuter=0),
        ),
        tooltip=[
            alt.Tooltip("true_name:N", title=_("It was")),
            alt.Tooltip("predicted_name:N", title=_("The network said")),
            alt.Tooltip("images:Q", title=_("Images"), format=","),
            alt.Tooltip("share:Q", title=_("Share of that class"), format=".1%"),
        ],
    )
    cell = (
        base.properties(name="cells")
        .mark_rect(cornerRadius=3, cursor="pointer")
        .encode(
            color=alt.Color(
                "correct:N", scale=alt.Scale(domain=[True, False], range=list(colours)), legend=None
            ),
            # A power below one keeps the single mistakes visible; an empty cell is only a trace of the grid.
            opacity=alt.Opacity(
                "share:Q",
                scale=alt.Scale(type="pow", exponent=0.4, domain=[0, 1], range=[0.06, 1]),
                legend=None,
            ),
            stroke=alt.condition(chosen, alt.value(ink), alt.value(None)),
            strokeWidth=alt.value(2),
        )
    )
    count = (
        base.mark_text(fontSize=size, color=ink, cursor="pointer")
        .encode(text=alt.Text("images:Q", format=","))
        .transform_filter("datum.images > 0")
    )
    return alt.layer(cell.add_params(chosen), count).properties(height=max(height, ROW_PIXELS * len(names)))


def chosen_cell(selection: Mapping[str, Any]) -> tuple[int, int] | None:
    """The cell (true, predicted) that a chart's selection state holds, None when nothing is chosen."""
    rows = selection.get(SELECTION) or []
    try:
        return int(rows[0]["true"]), int(rows[0]["predicted"])
    except (IndexError, KeyError, TypeError, ValueError):
        return None
