"""How well a network goes on with a signal: one step ahead and by itself, beside repeating the last value."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.artifact_arrays import Arrays, read_arrays
from dashboard.language import _, counted
from dashboard.plain_text import escape_markdown
from dashboard.run_progress import goes_on
from trainers.runs import DamagedFile, Run, Status

HEIGHT, SLIDE_HEIGHT = 330, 620
_SERIES = ("truth", "teacher_forced", "free_running", "baseline", "error_by_step", "baseline_by_step")
_ARRAYS = ("times", "starts", "step", "part", "error_names", "errors", *_SERIES)
_ERRORS = ("error", "baseline_error", "free_running_error", "baseline_free_running_error")


@dataclass(frozen=True)
class Forecast:
    """A forecast after some `step`, of the "validation" or the "test" `part` of a signal.

    times int64 and truth float64 [context + horizon]; the other series are float64 [horizon]. `errors` are root mean
    squares by name, those by step over `starts` free-running forecasts.
    """

    step: int
    part: str
    starts: int
    times: NDArray[np.int64]
    truth: NDArray[np.float64]
    teacher_forced: NDArray[np.float64]
    free_running: NDArray[np.float64]
    baseline: NDArray[np.float64]
    error_by_step: NDArray[np.float64]
    baseline_by_step: NDArray[np.float64]
    errors: dict[str, float]

    @property
    def horizon(self) -> int:
        """How far the free-running forecast goes."""
        return len(self.free_running)


def read_forecast(artifacts: Path) -> Forecast | None:
    """The last forecast of a run, None where there is none (yet); raises DamagedFile."""
    problem = _("forecast.npz is damaged, so no forecast can be shown: start the run again.")
    return read_arrays(artifacts / "forecast.npz", _ARRAYS, _forecast, problem)


def _forecast(arrays: Arrays) -> Forecast:
    names, numbers = arrays["error_names"].astype(str), arrays["errors"].astype(np.float64)
    found = Forecast(
        step=int(arrays["step"]),
        part=str(arrays["part"]),
        starts=int(arrays["starts"]),
        times=arrays["times"].astype(np.int64),
        **{name: arrays[name].astype(np.float64) for name in _SERIES},
        errors={str(name): float(number) for name, number in zip(names, numbers, strict=True)},
    )
    if not _fits(found):
        raise ValueError("the arrays do not fit each other")
    return found


def _fits(found: Forecast) -> bool:
    horizon = (found.free_running.size,)
    return (
        found.part in ("validation", "test")
        and set(_ERRORS) <= set(found.errors)
        and all(getattr(found, name).shape == horizon for name in _SERIES if name != "truth")
        and found.truth.shape == found.times.shape
        and 0 < horizon[0] <= found.truth.size
        and all(np.isfinite(getattr(found, name)).all() for name in _SERIES)
    )


def draw_sequence(run: Run, status: Status, *, present: bool) -> None:
    """Draws the numbers and the forecast, anew every second while the run goes on."""
    st.fragment(_draw_forecast, run_every=1 if goes_on(status) else None)(run, present)


def _draw_forecast(run: Run, present: bool) -> None:
    try:
        forecast = read_forecast(run.artifacts)
    except DamagedFile as error:
        st.error(escape_markdown(error))
        return
    if forecast is None:
        return
    _draw_numbers(forecast)
    st.markdown("**" + _("How it goes on with the signal") + "**  \n" + part_line(forecast))
    _draw_charts(run, forecast, present)
    if not present:
        st.caption(
            _(
                "One step ahead, the network always sees what really happened. Free-running, it sees only its own "
                "forecasts, so its mistakes feed upon themselves. Repeating the last value is what a forecast has "
                "to beat."
            )
        )


def _draw_numbers(forecast: Forecast) -> None:
    ahead = _("Root mean square, in the signal's own units, over the whole part.")
    free = counted(
        "Root mean square over {horizon} steps of one forecast, in the signal's own units.",
        "Root mean square over {horizon} steps of {n} forecasts, in the signal's own units.",
        forecast.starts,
    ).format(horizon=f"{forecast.horizon:,}", n=forecast.starts)
    shown = [
        (_("Error one step ahead"), "error", "baseline_error", ahead),
        (
            _("Error free-running, {n} steps").format(n=f"{forecast.horizon:,}"),
            "free_running_error",
            "baseline_free_running_error",
            free,
        ),
    ]
    with st.container(horizontal=True, gap="medium"):
        for label, name, baseline, meaning in shown:
            error, other = forecast.errors[name], forecast.errors[baseline]
            st.metric(
                label,
                f"{error:.3g}",
                comparison(error, other),
                delta_color="normal" if error < other else "inverse",
                delta_arrow="off",
                help=meaning,
                width="content",
            )


def comparison(error: float, baseline: float) -> str:
    """An error beside that of repeating the last value: "4.2 times better than repeating the last value"."""
    if not error or not baseline:
        return _("repeating the last value: {baseline}").format(baseline=f"{baseline:.3g}")
    if f"{baseline / error:.1f}" == "1.0":
        return _("as good as repeating the last value ({baseline})").format(baseline=f"{baseline:.3g}")
    if error < baseline:
        return _("{times} times better than repeating the last value ({baseline})").format(
            times=f"{baseline / error:.1f}", baseline=f"{baseline:.3g}"
        )
    return _("{times} times worse than repeating the last value ({baseline})").format(
        times=f"{error / baseline:.1f}", baseline=f"{baseline:.3g}"
    )


def part_line(forecast: Forecast) -> str:
    """Which part of the signal is forecast, and when."""
    said = (
        _("the test part, which it never saw, after step {step}")
        if forecast.part == "test"
        else _("the validation part, which it does not learn from, after step {step}")
    )
    return said.format(step=f"{forecast.step:,}")


def _draw_charts(run: Run, forecast: Forecast, present: bool) -> None:
    # altair takes half a second to load: the first page, before any result, comes without it.
    from dashboard.charts.forecast import (
        AHEAD,
        BASELINE,
        FREE,
        TRUTH,
        error_chart,
        forecast_chart,
        forecast_lines,
    )

    lines = {
        TRUTH: forecast.truth,
        AHEAD: forecast.teacher_forced,
        FREE: forecast.free_running,
        BASELINE: forecast.baseline,
    }
    begins = float(forecast.times[-forecast.horizon]) - 0.5
    st.altair_chart(
        forecast_chart(
            forecast_lines(forecast.times, lines),
            starts=begins,
            present=present,
            height=SLIDE_HEIGHT if present else HEIGHT,
        ),
        width="stretch",
        key=f"forecast-{run.key}",
        alt=_("The signal, and what the network forecast of it one step ahead and free-running."),
    )
    if present:  # one chart is enough for a slide
        return
    st.markdown("**" + _("How the error grows with the steps ahead") + "**")
    errors = {FREE: forecast.error_by_step, BASELINE: forecast.baseline_by_step}
    steps = np.arange(1, forecast.horizon + 1)
    st.altair_chart(
        error_chart(forecast_lines(steps, errors)),
        width="stretch",
        key=f"forecast_error-{run.key}",
        alt=_("The error of free-running forecasts by the number of steps ahead."),
    )
