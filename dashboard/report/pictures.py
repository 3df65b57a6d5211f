"""What a run left to look at, as figures of a report: mistakes and confusion, a surface, a forecast, a painting."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dashboard.boundary_result import Surface, read_surface
from dashboard.colours import PALETTE
from dashboard.evaluation import Evaluation, Examples, read_evaluation, read_examples
from dashboard.language import _
from dashboard.listing import RunView
from dashboard.painting_files import RESULT
from dashboard.report import document
from dashboard.report.curve_drawing import DrawnCurve, curves_svg
from dashboard.sequence_result import Forecast, read_forecast
from dashboard.thumbnails import thumbnail
from trainers.runs import DamagedFile

MOST_MISTAKES = 16
MOST_CLASSES = 15  # of which a confusion matrix still fits a page
MOST_PAIRS = 12
PICTURE_PIXELS = 900
SURFACE_PIXELS = 320


def figures(view: RunView) -> str:
    """All that a run left to look at as HTML; "" where there is nothing, a sentence where a file is damaged."""
    task = "classify" if view.spec is None else view.spec.task
    try:
        return _FIGURES[task](view)
    except DamagedFile as error:
        return document.paragraph(str(error))


def _classification(view: RunView) -> str:
    evaluation = read_evaluation(view.run.artifacts)
    if evaluation is None:
        return ""
    examples = read_examples(view.run.artifacts)
    parts = [confusion(evaluation)]
    wrong = None if examples is None else examples.mistakes(MOST_MISTAKES)
    if wrong is not None and len(wrong):
        parts += [
            document.paragraph(_("What it was most certain of and wrong:")),
            mistakes(evaluation, wrong),
        ]
    return "".join(parts)


def confusion(evaluation: Evaluation) -> str:
    """The confusion matrix, or of many classes the pairs that were confused most."""
    names = evaluation.class_names
    if len(names) <= MOST_CLASSES:
        rows = [
            [name, *(f"{count:,}" if count else "·" for count in counts.tolist())]
            for name, counts in zip(names, evaluation.confusion, strict=True)
        ]
        line = document.paragraph(_("Rows are what an image is, columns what it was taken for."), "quiet")
        return document.table(["", *names], rows, kind="confusion") + line
    pairs = [
        [names[true], names[predicted], f"{count:,}"]
        for true, predicted, count in evaluation.confused_pairs(MOST_PAIRS)
    ]
    return document.table([_("What it is"), _("Taken for"), _("Images")], pairs)


def mistakes(evaluation: Evaluation, wrong: Examples) -> str:
    """Images that got a wrong name, each with its own and the wrong one."""
    shown = []
    for image, label, prediction, sure in zip(
        wrong.images, wrong.labels, wrong.predictions, wrong.confidences, strict=True
    ):
        words = _("{true}, taken for {predicted} ({sure} %)").format(
            true=_class_name(evaluation, label),
            predicted=_class_name(evaluation, prediction),
            sure=f"{100 * sure:.0f}",
        )
        shown.append(document.picture(as_png(image), words, small=True))
    return document.side_by_side(shown, "pictures")


def _class_name(evaluation: Evaluation, number: int) -> str:
    known = evaluation.class_names
    return known[number] if 0 <= number < len(known) else str(number)


def as_png(image: NDArray[np.uint8]) -> bytes:
    """An image uint8 [height, width] or [height, width, 3] as PNG."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG", optimize=True)
    return file.getvalue()


def _boundary(view: RunView) -> str:
    surface = read_surface(view.run.artifacts)
    if surface is None:
        return ""
    title = _("What it says of every place in the plane, after step {step}").format(
        step=f"{surface.steps[-1]:,}"
    )
    return document.drawing(surface_svg(surface), title)


def surface_svg(surface: Surface) -> str:
    """The last surface as a picture of its probabilities with the points on top."""
    colours = [np.array([int(one[at : at + 2], 16) for at in (1, 3, 5)], np.float64) for one in PALETTE[:2]]
    second = surface.probabilities[-1][::-1, :, None]  # rows from the top
    strength = 0.15 + 0.5 * np.abs(2 * second - 1)
    ground = np.where(second >= 0.5, colours[1], colours[0])
    pixels = (255 - strength * (255 - ground)).round().clip(0, 255).astype(np.uint8)
    left, right = float(surface.across[0]), float(surface.across[-1])
    low, high = float(surface.up[0]), float(surface.up[-1])
    size = SURFACE_PIXELS
    places = (surface.positions - [left, low]) / [(right - left) or 1.0, (high - low) or 1.0] * size
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{size - y:.1f}" r="3" fill="{PALETTE[label]}" stroke="#fff"/>'
        for (x, y), label in zip(places.tolist(), surface.labels.tolist(), strict=True)
    )
    address = document.data_address(as_png(pixels), "image/png")
    return (
        f'<svg viewBox="0 0 {size} {size}" style="max-width:{size}px">'
        f'<image href="{address}" width="{size}" height="{size}" preserveAspectRatio="none"/>{dots}</svg>'
    )


def _sequence(view: RunView) -> str:
    forecast = read_forecast(view.run.artifacts)
    if forecast is None:
        return ""
    drawn = forecast_curves(forecast)
    title = _("The signal and its forecasts, after step {step}").format(step=f"{forecast.step:,}")
    legend = document.legend([one.label for one in drawn], [one.colour for one in drawn])
    return legend + document.drawing(curves_svg(drawn, title=title, across=_("time")), title)


def forecast_curves(forecast: Forecast) -> list[DrawnCurve]:
    """The signal, and what was forecast of its last part."""
    later = forecast.times[-forecast.horizon :]
    return [
        DrawnCurve(_("the signal"), PALETTE[5], forecast.times, forecast.truth),
        DrawnCurve(_("one step ahead"), PALETTE[0], later, forecast.teacher_forced),
        DrawnCurve(_("by itself"), PALETTE[1], later, forecast.free_running),
        DrawnCurve(_("repeating the last value"), PALETTE[3], later, forecast.baseline),
    ]


def _painting(view: RunView) -> str:
    small = thumbnail(view.run.artifacts / RESULT, PICTURE_PIXELS)
    if small is None:
        return ""
    title = view.about.title or view.run.name
    return document.side_by_side([document.picture(small, title, mime="image/jpeg")], "pictures")


_FIGURES: Mapping[str, Callable[[RunView], str]] = {
    "classify": _classification,
    "boundary": _boundary,
    "sequence": _sequence,
    "stylize": _painting,
}
