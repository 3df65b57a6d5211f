"""The task stylize: a photo painted in the style of paintings, as the one loop of all trainings drives it.

A step is a pass through the network, an epoch the passes between two looks; a look saves the picture, judges it as it
is saved (8 bits, full size) and keeps it if it is the best. What people change meanwhile acts from the next pass on.
"""

from __future__ import annotations

import inspect
import json
import logging
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import tensorflow as tf
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

from trainers import hardware
from trainers.dataset_errors import PictureRefused
from trainers.loop import Plan, TrainingFailed
from trainers.runs import Run, state_folder
from trainers.specs import InvalidSpec, StylizeSpec, parse_spec
from trainers.specs.stylize import STYLE_LAYERS
from trainers.style import inputs, network, objective, weights
from trainers.style.canvas import Canvas
from trainers.style.delivery import RESULT
from trainers.style.frames import Frames
from trainers.style.pictures import save, strip
from trainers.summaries import Journal, settings
from trainers.summaries.images import image_value
from trainers.summaries.intervals import Interval

MEASURES = {
    "loss": "Total loss: content, style and total variation, each times its weight",
    "content_loss": "How far the picture is from what the photo shows, times the content weight",
    "style_loss": "How far the picture is from how the paintings are painted, times the style weight",
    "tv_loss": "How rough the picture is (total variation), times its weight",
    **{f"style/{layer}": f"The style loss of layer {layer}" for layer in STYLE_LAYERS},
    "size": "The picture's longest side at this pass (pixels)",
    "seconds_per_pass": "How long the pass took (seconds)",
    "learning_rate": "Step size: pixel values for Adam, ten times the share of its own step for L-BFGS",
}
VALIDATION_MEASURES = {
    "loss": "Total loss of the picture as it is saved, in 8 bits and at full size",
    "content_loss": "Content loss of the picture as it is saved",
    "style_loss": "Style loss of the picture as it is saved",
    "tv_loss": "Total variation loss of the picture as it is saved",
}
SECONDS_BETWEEN_PICTURES = 5.0  # of TensorBoard's time slider
SHARE_OF_TIME = 0.02
LARGEST_SHOWN = 512  # pixels of a picture in TensorBoard
STRIP = "strip.png"

logger = logging.getLogger(__name__)


def prepare(run: Run, spec: StylizeSpec, journal: Journal) -> Painting:
    """Pictures, network and canvas; raises DatasetMissing, PictureRefused or StorageFailed."""
    with ThreadPoolExecutor(1) as beside:  # the first frame is waited for
        loading = beside.submit(
            weights.load, spec.network, spec.network_file, state_folder(run.logdir) / "networks"
        )
        given = inputs.kept(run, spec)
        found = loading.result()
    logger.info("Painting with %s; %s.", found.source, weights.CREDIT)
    way = quick_way(spec)
    logger.info("A pass computes in %s.", "bfloat16" if way == "bfloat16" else "float32")
    vgg = network.Network(spec.network, found, pooling=spec.pooling, quick=way)
    judge = objective.Objective(
        vgg,
        content_blend=spec.content_blend,
        layer_exponent=spec.layer_exponent,
        content_layer=spec.content_layer,
        style_layers=spec.style_layers,
    )
    if not spec.tiles:
        threading.Thread(target=judge.compile, name="compiling", daemon=True).start()
    journal.about_run(settings.hyperparameters(run, spec))
    explanation = f"{inspect.cleandoc(StylizeSpec.__doc__ or '')}\n\n{weights.CREDIT}"
    journal.about_run(settings.text(spec, explanation))
    return Painting(run, spec, Canvas(spec, given, judge))


def quick_way(spec: StylizeSpec) -> network.Quick | None:
    """How the passes of a painting look at it where that need not be the plain way; what is judged always is."""
    if spec.precision == "bfloat16":
        return "bfloat16"
    # A graphics card's library has such ways of its own, and the published recipe stays as it was published.
    if spec.mode == "classic" or tf.config.get_visible_devices("GPU"):
        return None
    if spec.precision == "best" and hardware.bfloat16_instructions():
        return "bfloat16"
    return "winograd"


class Painting:
    """A picture that is painted: `training.Learner`, and `training.Steerable`."""

    measures = tuple(MEASURES)
    validation_measures = tuple(VALIDATION_MEASURES)

    def __init__(self, run: Run, spec: StylizeSpec, canvas: Canvas) -> None:
        self.plan = Plan(
            epochs=spec.epochs,
            steps_per_epoch=spec.checkpoint_every,
            images_per_epoch=spec.checkpoint_every,
            batch_size=1,
            pace=spec.pace,
            steps=spec.passes,
        )
        self._run, self._spec, self._canvas = run, spec, canvas
        self._rate = spec.learning_rate
        self._frames = Frames(run.artifacts, spec.frames)
        self._pictures_interval = Interval(SECONDS_BETWEEN_PICTURES, share=SHARE_OF_TIME)
        self._best: tuple[np.ndarray, dict[str, float]] | None = None  # as saved, uint8, with its losses

    def run_chunk(self, epoch: int, first: int, count: int) -> np.ndarray:
        """Runs `count` passes."""
        begun = epoch * self.plan.steps_per_epoch + first
        rows = []
        for step in range(begun, begun + count):
            began = time.monotonic()
            losses = self._canvas.paint(step)
            seconds = time.monotonic() - began
            rows.append([*losses, self._canvas.longest_side, seconds, self._rate])
            if self._frames.is_due(step + 1):
                self._frames.keep(step + 1, self._canvas.finished())
                if self._frames.notice:
                    logger.warning("%s", self._frames.notice)
        return np.array(rows, np.float32)  # [count, measures]

    def run_epochs(self, epoch: int, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Never asked for: a pass takes so long that several looks at once would be seldom."""
        raise NotImplementedError

    def validate(self) -> dict[str, float]:
        """Judges the picture as it would be saved now, and keeps it where it is the best so far."""
        pixels = self._canvas.finished()
        losses = self._canvas.judged(pixels)
        if self._best is None or losses["loss"] < self._best[1]["loss"]:
            self._best = (pixels, losses)
        return {
            "loss": losses["loss"],
            **{f"{name}_loss": losses[name] for name in ("content", "style", "tv")},
        }

    def graphs(self) -> list[Event]:
        """None: what is trained here is a picture."""
        return []

    def state(self) -> dict[str, np.ndarray]:
        """The canvas, the best picture so far, and what people changed."""
        told = json.dumps({"spec": self._spec.model_dump(mode="json"), "rate": self._rate})
        best: dict[str, np.ndarray] = {}
        if self._best is not None:
            losses = json.dumps(self._best[1])
            best = {"best/pixels": self._best[0], "best/losses": np.frombuffer(losses.encode(), np.uint8)}
        return {
            "settings": np.frombuffer(told.encode(), np.uint8),
            **best,
            **{f"canvas/{name}": values for name, values in self._canvas.state().items()},
        }

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Takes over what `state` gave; raises TrainingFailed where it is of another painting."""
        try:
            told = json.loads(state["settings"].tobytes())
            self._spec, self._rate = parse_spec(told["spec"]), told["rate"]
            self._best = None
            if "best/pixels" in state:
                self._best = (state["best/pixels"], json.loads(state["best/losses"].tobytes()))
            self._canvas.steer(self._spec)
            self._canvas.restore(
                {
                    name.removeprefix("canvas/"): values
                    for name, values in state.items()
                    if name.startswith("canvas/")
                }
            )
        except (KeyError, ValueError) as error:
            raise TrainingFailed(
                "The checkpoint is of another painting than spec.json asks for: start a new run instead."
            ) from error
        self._frames.begin_at(self._canvas.passes)

    def choose_learning_rate(self, rate: float | None) -> None:
        """Paints at this rate from the next pass on; None goes back to the spec's."""
        self._rate = self._spec.learning_rate if rate is None else rate
        self._canvas.choose_learning_rate(self._rate)

    def steer(self, spec: StylizeSpec) -> None:
        """Paints with the weights, the blend and the size of this spec from the next pass on; raises InvalidSpec."""
        try:
            self._canvas.steer(spec)
        except PictureRefused as error:
            raise InvalidSpec(str(error)) from error
        self._spec = spec
        self._best = None  # it was the best under another loss

    def first_broken_layer(self) -> str | None:
        """The picture itself, where a pixel is no number."""
        return None if self._canvas.is_sound() else "of the picture's pixels"

    def observe(self, journal: Journal, step: int, *, last: bool) -> None:
        """Saves the best picture so far, and shows where the painting is; raises StorageFailed."""
        if self._best is not None:
            save(self._run.artifacts / RESULT, self._best[0])
        if last or self._pictures_interval.is_due():
            with self._pictures_interval.taken():
                self._show(journal, "picture", self._canvas.finished(), "The picture on its way.", step)

    def conclude(self, journal: Journal, step: int) -> dict[str, float]:
        """Saves the best picture and the strip content | style | result; gives the losses of what was saved."""
        if self._best is None:
            self.validate()
        assert self._best is not None
        pixels, losses = self._best
        save(self._run.artifacts / RESULT, pixels)
        side_by_side = strip([self._canvas.photo, *self._canvas.styles, pixels])
        save(self._run.artifacts / STRIP, side_by_side)
        shown = image_value(
            "content, style, result", _small(side_by_side, 3), "The photo, the paintings, the result."
        )
        journal.about_run(Summary(value=[shown]), step)
        journal.about_run(settings.ended())
        height, width = pixels.shape[:2]
        return {**objective.totals(losses), "passes": step, "width": width, "height": height}

    def _show(self, journal: Journal, tag: str, pixels: np.ndarray, description: str, step: int) -> None:
        journal.of_training(Summary(value=[image_value(tag, _small(pixels), description)]), step)


def _small(pixels: np.ndarray, pictures: int = 1) -> np.ndarray:
    """A picture no larger than TensorBoard needs: every pixel, or every second one, or every third."""
    stride = -(-max(pixels.shape[0], pixels.shape[1] // pictures) // LARGEST_SHOWN)
    return np.ascontiguousarray(pixels[::stride, ::stride])
