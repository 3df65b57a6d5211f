"""A forecast as a picture: what happened, what was said one step ahead and free-running, and how the error grows."""

from __future__ import annotations

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from tensorboard.compat.proto.summary_pb2 import Summary

from trainers.forecasting import Forecast
from trainers.summaries.images import image_value

# Okabe, Ito (2008), Color Universal Design: told apart by colour-blind people too.
_TRUTH, _AHEAD, _FREE, _BASELINE = "#656364", "#0072B2", "#D55E00", "#999999"


def forecast_picture(forecast: Forecast, part: str) -> Summary:
    """One free-running forecast beside what happened, and below it the error by the number of steps ahead."""
    figure = Figure(figsize=(9, 6), dpi=100, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    signal, errors = figure.subplots(2, 1, height_ratios=(3, 2))
    ahead = forecast.times[-forecast.horizon :]
    signal.plot(forecast.times, forecast.truth, color=_TRUTH, linewidth=2.5, alpha=0.6, label="what happened")
    signal.plot(ahead, forecast.teacher_forced, color=_AHEAD, linewidth=1.2, label="one step ahead")
    signal.plot(
        ahead, forecast.free_running, color=_FREE, linewidth=1.2, linestyle="--", label="free-running"
    )
    signal.plot(ahead, forecast.baseline, color=_BASELINE, linestyle=":", label="repeating the last value")
    signal.axvline(ahead[0] - 0.5, color=_TRUTH, linewidth=0.6)
    signal.set_xlabel("time (values of the signal)")
    signal.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=4, fontsize="small", frameon=False)
    steps = np.arange(1, forecast.horizon + 1)
    errors.plot(steps, forecast.error_by_step, color=_FREE, linestyle="--", label="free-running")
    errors.plot(
        steps, forecast.baseline_by_step, color=_BASELINE, linestyle=":", label="repeating the last value"
    )
    errors.set_xlabel("steps ahead")
    errors.set_ylabel("error (root mean square)")
    errors.set_ylim(bottom=0)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3]
    text = (
        f"A forecast of the {part} part of the signal. One step ahead, the network sees what really happened; "
        f"free-running, only its own forecasts. Errors are over {forecast.starts} forecasts."
    )
    return Summary(value=[image_value("forecast", np.ascontiguousarray(pixels), text)])
