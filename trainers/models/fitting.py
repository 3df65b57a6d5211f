"""Whether a network can take images of a size."""

from __future__ import annotations

from trainers.loop import TrainingFailed


class NetworkDoesNotFit(TrainingFailed):
    """A network that cannot take inputs of this shape; its text is one sentence."""


def needs_images(model: str, input_shape: tuple[int, ...], least_side: int = 1) -> None:
    """Raises NetworkDoesNotFit unless the inputs are images of at least so many pixels a side."""
    if len(input_shape) != 3:
        raise NetworkDoesNotFit(
            f"The network {model} needs images, and these inputs are {input_shape[0]} numbers each: "
            "choose the model softmax or mlp, or other features."
        )
    height, width, _channels = input_shape
    if min(height, width) < least_side:
        raise NetworkDoesNotFit(
            f"The network {model} needs images of at least {least_side} × {least_side} pixels, and these have "
            f"{height} × {width}: pool fewer pixels or choose another model."
        )
