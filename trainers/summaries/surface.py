"""The decision surface as a picture: two colours for the two answers, white between them, and the points."""

from __future__ import annotations

import numpy as np
from tensorboard.compat.proto.summary_pb2 import Summary

from trainers.summaries.images import image_value

_ENLARGED = 10  # pixels a side of each place of the grid
_RADIUS = 4  # pixels of a point
# Blue and vermilion of Okabe, Ito (2008), Color Universal Design: told apart by colour-blind people too.
_COLOURS = np.array([(0, 114, 178), (213, 94, 0)], np.float32)
_WHITE = np.array([255, 255, 255], np.float32)


def decision_surface(
    probabilities: np.ndarray,
    extent: tuple[float, float, float, float],
    positions: np.ndarray,
    labels: np.ndarray,
) -> Summary:
    """The probability [n, n] of the second kind, rows from the bottom, as a picture with the points on top.

    `extent` is what the grid covers (left, right, bottom, top); positions float32 [m, 2], labels uint8 [m].
    """
    pixels = _shaded(probabilities[::-1].astype(np.float32))
    pixels = pixels.repeat(_ENLARGED, axis=0).repeat(_ENLARGED, axis=1)
    left, right, bottom, top = extent
    side = len(pixels) - 1
    columns = np.round((positions[:, 0] - left) / (right - left) * side).astype(int)
    rows = np.round((top - positions[:, 1]) / (top - bottom) * side).astype(int)
    for radius, colours in ((_RADIUS + 1, np.tile(_WHITE, (len(labels), 1))), (_RADIUS, _COLOURS[labels])):
        _draw_discs(pixels, rows, columns, colours, radius)
    text = (
        "How sure the network is, everywhere in the plane: the stronger the colour the surer, white is undecided. "
        "The points are those it learns from."
    )
    return Summary(value=[image_value("decision_surface", pixels.astype(np.uint8), text)])


def _shaded(probabilities: np.ndarray) -> np.ndarray:
    """Probabilities as colours float32 [n, n, 3], at most two thirds as strong as the points."""
    certainty = np.abs(2 * np.nan_to_num(probabilities, nan=0.5) - 1)[..., None] * 0.65
    return _WHITE + (_COLOURS[(probabilities > 0.5).astype(int)] - _WHITE) * certainty


def _draw_discs(
    pixels: np.ndarray, rows: np.ndarray, columns: np.ndarray, colours: np.ndarray, radius: int
) -> None:
    """Paints a disc of its colour [m, 3] around each of m places."""
    down, across = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    within = down**2 + across**2 <= radius**2 + 1
    for step_down, step_across in zip(down[within], across[within], strict=True):
        place = (
            np.clip(rows + step_down, 0, len(pixels) - 1),
            np.clip(columns + step_across, 0, len(pixels) - 1),
        )
        pixels[place] = colours
