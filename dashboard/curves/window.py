"""The answer of /api/curves: of each curve, what a chart of so many pixel columns needs and has not yet.

A client keeps the `have` of its last answer and sends it along; the next answer then holds only the points from `from`
on, which replace those the client has from there on. Earlier answer and next answer together are the full answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dashboard.curves.curve import Curve
from dashboard.curves.growing import GrowingCurves, Points
from dashboard.curves.positions import Axis, Positions, positions
from dashboard.curves.thinning import bucket_start, level_for, thin

_PARTS = ("train", "validation")
_EPOCH_TAGS = ("accuracy", "loss")
_CLIPPED = (0.05, 0.95)  # what TensorBoard's "ignore outliers in chart scaling" leaves of the values


class CurveReader(Protocol):
    """Where curves come from; a run that has no such curve (yet) gives None."""

    def series(self, run: str, tag: str) -> Points | None:
        """All points of one curve."""

    def many_series(self, keys: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Points]:
        """Those that exist of the curves with these runs and tags; asked for together they come much sooner."""

    def damage(self, run: str) -> str | None:
        """One sentence when a file of the run is damaged."""

    @property
    def age(self) -> float | None:
        """Seconds since the curves were last read, for a reader that reads them from time to time."""


@dataclass(frozen=True)
class Wanted:
    """One curve a client draws, by TensorBoard's run name and tag, with the `have` of the last answer it got.

    With `seeds`, run names too, it is the mean of these runs' curves.
    """

    run: str
    tag: str
    have: str = ""
    steps_per_epoch: float | None = None
    seeds: tuple[str, ...] = ()


@dataclass(frozen=True)
class View:
    """How a client draws: `range` in x of the axis, None for all there is; `columns` in pixels.

    With `is_log` the axis is logarithmic; with `clip` the answer says where to cut outliers off.
    """

    smoothing: float = 0.0
    axis: Axis = "step"
    columns: int = 800
    range: tuple[float, float] | None = None
    is_log: bool = False
    clip: bool = False


@dataclass(frozen=True, eq=False)
class _Placed:
    curve: Curve
    places: Positions
    identity: str
    ends: Mapping[str, float]


def window(
    reader: CurveReader, curves: GrowingCurves, wanted: Sequence[Wanted], view: View
) -> dict[str, Any]:
    """What /api/curves answers, ready for JSON: `series` in the order wanted, `damage` by run, the `age` of all.

    `age` is in seconds: who asks again a moment after the next reading sees new points soonest.
    Each series holds `points` (how many the curve has), `have`, `from` (null: everything is new), `x`, `y` as written,
    `sx`, `sy` smoothed (absent without smoothing), `extent`, `last`, `not_finite`; null stands for NaN and infinity.
    A mean says of how many `seeds`, over time also where each of them `ends`, and holds one standard deviation above
    it, `hx`, `hy`, and below, `lx`, `ly`. With `clip`, the two values between which to draw. A curve that does not
    exist yet is `{"points": 0}`, one whose epochs are unknown says `"no_epochs": true`.
    """
    bring(reader, wanted, view)
    placed = [_placed(reader, curves, one, view) for one in wanted]
    level = _level([one for one in placed if isinstance(one, _Placed)], view)
    answers = [
        _answer(one, request.have, view, level) if isinstance(one, _Placed) else one
        for one, request in zip(placed, wanted, strict=True)
    ]
    damage = {run: text for run in sorted({one.run for one in wanted}) if (text := reader.damage(run))}
    return {"series": answers, "damage": damage, "age": reader.age}


def values_at(
    reader: CurveReader, curves: GrowingCurves, wanted: Sequence[Wanted], view: View, at: float
) -> dict[str, Any]:
    """The true values nearest to x = `at`, one for each curve wanted; null where a curve does not reach."""
    bring(reader, wanted, view)
    placed = [_placed(reader, curves, one, view) for one in wanted]
    return {"at": [_nearest(one, at) if isinstance(one, _Placed) else None for one in placed]}


def bring(reader: CurveReader, wanted: Sequence[Wanted], view: View) -> None:
    """Has the reader fetch together what these curves need: one by one, each costs a question of 40 milliseconds."""
    keys = [
        (part, one.tag)
        for one in wanted
        for run in one.seeds or (one.run,)
        # Where a run began, as means and the relative axis need it, its other part may know.
        for part in (_siblings(run) if one.seeds or view.axis == "relative" else [run])
    ]
    reader.many_series(keys)


def shown_points(
    reader: CurveReader, curves: GrowingCurves, wanted: Wanted, view: View
) -> tuple[Curve, int, int] | None:
    """One curve with the first and the end of its points that lie in view; None where it cannot be placed."""
    placed = _placed(reader, curves, wanted, view)
    if not isinstance(placed, _Placed):
        return None
    places, count = placed.places, int(placed.curve.steps.size)
    if view.range is None:
        return placed.curve, places.hidden, count
    left, right = (places.bucket_of(edge) for edge in view.range)
    begin, end = places.first_from(left), places.first_from(right)
    while end < count and places.x(end) <= view.range[1]:
        end += 1
    return placed.curve, begin, end


def _placed(
    reader: CurveReader, curves: GrowingCurves, wanted: Wanted, view: View
) -> _Placed | dict[str, Any]:
    curve = (
        _mean(reader, curves, wanted, view)
        if wanted.seeds
        else _single(reader, curves, wanted.run, wanted, view)
    )
    if curve is None:
        return {"points": 0}
    if not curve.steps.size:
        return {"points": 0, "seeds": curve.seeds}
    places = positions(
        view.axis,
        curve.steps,
        curve.times,
        run_start=_run_start(reader, wanted.run, wanted.tag, curve)
        if view.axis == "relative" and not wanted.seeds
        else 0.0,
        steps_per_epoch=(wanted.steps_per_epoch or _steps_per_epoch(reader, wanted))
        if view.axis == "epoch"
        else None,
        is_log=view.is_log,
    )
    if places is None:
        return {"points": int(curve.steps.size), "no_epochs": True}
    identity = f"{curve.revision}/{places.origin!r}/{places.unit!r}"
    return _Placed(curve, places, identity, _ends(reader, wanted, curve) if view.axis == "relative" else {})


def _ends(reader: CurveReader, wanted: Wanted, curve: Curve) -> dict[str, float]:
    """Where each seed of a mean stands at its last step: in time they are not at the same place."""
    begun = [run for run in wanted.seeds if (points := reader.series(run, wanted.tag)) and points.steps.size]
    return dict(zip(begun, curve.ends, strict=False))


def _single(reader: CurveReader, curves: GrowingCurves, run: str, wanted: Wanted, view: View) -> Curve | None:
    points = reader.series(run, wanted.tag)
    if points is None or not points.steps.size:
        return None
    return curves.curve((run, wanted.tag), points, view.smoothing)


def _mean(reader: CurveReader, curves: GrowingCurves, wanted: Wanted, view: View) -> Curve | None:
    """The mean of those seeds that have begun."""
    begun = {run: curve for run in wanted.seeds if (curve := _single(reader, curves, run, wanted, view))}
    if not begun:
        return None
    starts = [_run_start(reader, run, wanted.tag, curve) for run, curve in begun.items()]
    names = [(run, wanted.tag) for run in begun]
    return curves.mean(names, list(begun.values()), starts, view.smoothing)


def _siblings(run: str) -> list[str]:
    folder, _, part = run.rpartition("/")
    return [f"{folder}/{name}" for name in _PARTS] if part in _PARTS else [run]


def _run_start(reader: CurveReader, run: str, tag: str, curve: Curve) -> float:
    """When the run began, so that its validation does not start at 0 beside its training."""
    siblings = (reader.series(part, tag) for part in _siblings(run))
    starts = [float(one.wall_times[0]) for one in siblings if one is not None and one.steps.size]
    return min([*starts, float(curve.times[0])])


def _steps_per_epoch(reader: CurveReader, wanted: Wanted) -> float | None:
    """Validation is written at the end of every epoch, at that step."""
    for tag in (wanted.tag, *_EPOCH_TAGS):
        validation = reader.series(_siblings(wanted.run)[-1], tag)
        if validation is not None and validation.steps.size and wanted.run.endswith(_PARTS):
            return float(validation.steps[-1]) / validation.steps.size
    return None


def _level(placed: Sequence[_Placed], view: View) -> int:
    """One level for all curves of a chart, from what it shows at most, in the units of its buckets."""
    if not placed:
        return 0
    if view.range:
        extent = max(
            one.places.bucket_of(view.range[1]) - one.places.bucket_of(view.range[0]) for one in placed
        )
    else:
        # An epoch may have another length in each run.
        unit = max(placed, key=lambda one: one.places.unit).places
        shown = [one.places for one in placed if one.places.hidden < one.places.native.size]
        ends = [_plain(places.x(index)) for places in shown for index in (places.hidden, -1)]
        extent = unit.bucket_of(max(ends)) - unit.bucket_of(min(ends)) if ends else 0.0
    return level_for(float(extent), view.columns, finest=placed[0].places.finest)


def _answer(placed: _Placed, have: str, view: View, level: int) -> dict[str, Any]:
    curve, places = placed.curve, placed.places
    count = int(curve.steps.size)
    identity = f"{placed.identity}/{level}"
    known = _known(have, identity, count)
    answer: dict[str, Any] = {
        "points": count,
        "have": f"{identity}:{count}",
        "extent": [_plain(places.x(min(places.hidden, count - 1))), _plain(places.x(-1))],
        "last": _point(placed, count - 1),
        "not_finite": {"count": curve.not_finite, "step": curve.first_not_finite},
    }
    if curve.is_mean:
        answer["seeds"] = curve.seeds
        answer["ends"] = placed.ends
    if known == count:
        return answer
    begin, end = _shown(places, view, level, count)
    if view.clip:
        answer["clip"] = _clip(curve, begin, end)
    answer["from"] = None
    if known > places.hidden:
        resent = places.first_from(bucket_start(float(places.buckets(known - 1)), level))
        answer["from"] = _plain(places.x(resent))
        begin = min(max(begin, resent), end)
    answer["x"], answer["y"] = _thinned(places, curve.values, begin, end, level)
    if view.smoothing:
        answer["sx"], answer["sy"] = _thinned(places, curve.smoothed, begin, end, level)
    if curve.deviation is not None:
        low, high = _edges(curve)
        answer["hx"], answer["hy"] = _thinned(places, high, begin, end, level)
        answer["lx"], answer["ly"] = _thinned(places, low, begin, end, level)
    return answer


def _edges(curve: Curve) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What is drawn boldly, and of a mean one standard deviation below and above it."""
    if curve.deviation is None:
        return curve.smoothed, curve.smoothed
    return curve.smoothed - curve.deviation, curve.smoothed + curve.deviation


def _clip(curve: Curve, begin: int, end: int) -> list[float] | None:
    """Between which values the points shown are drawn when outliers are cut off; None where none is finite."""
    low, high = (edge[begin:end] for edge in _edges(curve))
    low, high = low[np.isfinite(low)], high[np.isfinite(high)]
    if not low.size or not high.size:
        return None
    return [float(np.quantile(low, _CLIPPED[0])), float(np.quantile(high, _CLIPPED[1]))]


def _known(have: str, identity: str, count: int) -> int:
    """How many points stood behind the client's last answer; 0 where that answer is of no use any more."""
    said, _, number = have.rpartition(":")
    known = int(number) if said == identity and number.isascii() and number.isdigit() else 0
    return known if known <= count else 0


def _shown(places: Positions, view: View, level: int, count: int) -> tuple[int, int]:
    """The points of all buckets in view, and of the next on either side, so that lines leave the picture."""
    if view.range is None or places.hidden == count:
        return places.hidden, count
    left, right = (bucket_start(places.bucket_of(edge), level) for edge in view.range)
    width = 2.0**level
    before = max(places.hidden, places.first_from(left) - 1)
    behind = min(count - 1, places.first_from(right + width))
    begin = places.first_from(bucket_start(float(places.buckets(before)), level))
    end = places.first_from(bucket_start(float(places.buckets(behind)), level) + width)
    return begin, end


def _thinned(
    places: Positions, values: NDArray[np.float64], begin: int, end: int, level: int
) -> tuple[list[float], list[float | None]]:
    piece = slice(begin, end)
    x = np.asarray(places.buckets(piece), np.float64)
    chosen = begin + thin(x, values[piece], level, first=begin == places.hidden, last=end == values.size)
    return places.x(chosen).tolist(), _numbers(values[chosen])


def _nearest(placed: _Placed, at: float) -> dict[str, Any] | None:
    places, count = placed.places, placed.curve.steps.size
    behind = places.first_from(places.bucket_of(at))
    if behind == 0 or behind == count:
        edge = min(behind, count - 1)
        gap = abs(places.x(edge) - at)
        reach = max(_plain(places.x(-1)) - _plain(places.x(0)), 0) / max(count - 1, 1)
        return _point(placed, edge) if gap <= reach else None
    nearest = behind if places.x(behind) - at < at - places.x(behind - 1) else behind - 1
    return _point(placed, nearest)


def _point(placed: _Placed, index: int) -> dict[str, Any]:
    curve = placed.curve
    value, smooth = _numbers(np.array([curve.values[index], curve.smoothed[index]]))
    point = {"step": int(curve.steps[index]), "x": _plain(placed.places.x(index)), "y": value, "s": smooth}
    if curve.deviation is not None:
        point["d"] = _numbers(curve.deviation[index : index + 1])[0]
    return point


def _numbers(values: NDArray[np.float64]) -> list[float | None]:
    numbers: list[float | None] = values.tolist()
    if not np.isfinite(values).all():
        return [number if number is not None and math.isfinite(number) else None for number in numbers]
    return numbers


def _plain(number: Any) -> float | int:
    plain: float | int = number.item() if isinstance(number, np.generic) else number
    return plain
