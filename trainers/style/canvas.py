"""The picture that is painted: at one size at a time, with what it is compared with, and how it is changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from trainers.specs import StylizeSpec
from trainers.style import colours, scales
from trainers.style.descent import Adam, Descent, Lbfgs
from trainers.style.inputs import Inputs, check_size
from trainers.style.objective import Balance, Objective, Target
from trainers.style.pictures import as_pixels, at_width, fitted_size, resized
from trainers.style.spectrum import evened
from trainers.style.tiles import TiledObjective


@dataclass
class _Sized:
    """What pictures of one size are compared with; `mask` float32 [h, w, 1] in 0 to 1, None where all is painted."""

    photo: np.ndarray
    mask: np.ndarray | None
    features: tuple[tf.Tensor, ...]
    grams: list[tuple[tf.Tensor, ...]]
    target: Target


class Canvas:
    """A picture on its way. `passes` is how many it has had, `styles` the paintings as they are shown beside it."""

    def __init__(self, spec: StylizeSpec, given: Inputs, objective: Objective) -> None:
        self.passes = 0
        self._given = given
        self._objective = TiledObjective(objective) if spec.tiles else objective
        self._spec, self._balance, self._size = spec, _balance(spec), self._full_size(spec)
        self._stages = scales.stages(spec, min(self._size))
        self._enlarged = False  # by a person, while it was painted: from then on it has its full size
        self._known: dict[
            tuple[tuple[int, int], bool], _Sized
        ] = {}  # by size, and whether found the quick way
        self._rate = spec.learning_rate
        first = self._size_at(0)
        self._descent = self._begin(self._initial(first))
        self._mean: np.ndarray | None = None
        self._losses = np.zeros(0, np.float32)

    @property
    def longest_side(self) -> int:
        """Of the picture as it is being painted, in pixels."""
        return max(self._descent.picture.shape)

    @property
    def photo(self) -> np.ndarray:
        """The photo at full size, uint8 [h, w, 3]."""
        return resized(self._given.photo, self._size)

    @property
    def styles(self) -> list[np.ndarray]:
        """The paintings at the size at which they are looked at, uint8 [h, w, 3] each."""
        return self._sized_styles(self._size)

    def paint(self, step: int) -> np.ndarray:
        """One pass after `step` passes: changes the picture; the losses float32 [parts] of what was reached."""
        self._take_size(self._size_at(step))
        sized = self._sized(self._size_at(step))
        trial = self._descent.trial
        losses, gradient = self._objective.value_and_gradient(
            _composed(trial, sized), sized.target, self._balance
        )
        if sized.mask is not None:
            gradient = gradient * sized.mask
        if self._descent.learn(float(losses[0]), gradient) or not len(self._losses):
            self._losses = losses
            self._average()
        self.passes = step + 1
        return self._losses

    def finished(self) -> np.ndarray:
        """What would be saved now, at full size: uint8 [h, w, 3]."""
        picture = self._descent.picture if self._mean is None else self._mean
        picture = _at_size(picture, self._size)
        mask = self._mask(self._size)
        if mask is not None:
            photo = self.photo.astype(np.float32)
            picture = photo + mask * (picture - photo)
        pixels = as_pixels(picture)
        return colours.with_colours_of(self.photo, pixels) if self._spec.preserve_colours else pixels

    def judged(self, pixels: np.ndarray) -> dict[str, float]:
        """The losses of a picture uint8 at full size, by the names in `objective.PARTS`."""
        sized = self._sized(self._size, quick=not self._objective.is_rounded)
        return self._objective.losses(pixels, sized.target, self._balance)

    def is_sound(self) -> bool:
        """Whether all pixels are numbers."""
        return bool(np.isfinite(self._descent.picture).all())

    def choose_learning_rate(self, rate: float) -> None:
        """Changes the picture at this rate from the next pass on."""
        self._rate = self._descent.rate = rate

    def steer(self, spec: StylizeSpec) -> None:
        """Compares with this spec's weights, blend and size from the next pass on, and paints on from where it is.

        Raises PictureRefused, and changes nothing, where the size does not fit.
        """
        check_size(spec, self._given)
        before, self._spec = self._spec, spec
        self._balance = _balance(spec)
        if spec.size != before.size:
            self._size, self._enlarged = self._full_size(spec), True
            self._known.clear()
        if spec.blend != before.blend:
            for sized in self._known.values():
                sized.target = self._objective.target(sized.features, sized.grams, spec.blend)
        self._descent.forget()

    def state(self) -> dict[str, np.ndarray]:
        """The descent's arrays, the running mean and the numbers beside them."""
        numbers = {"passes": self.passes, "enlarged": self._enlarged, "size": self._size, "rate": self._rate}
        mean = {} if self._mean is None else {"mean": self._mean}
        return {
            "numbers": np.frombuffer(json.dumps(numbers).encode(), np.uint8),
            "losses": self._losses,
            **mean,
            **{f"descent/{name}": values for name, values in self._descent.state().items()},
        }

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Takes over what `state` gave; raises KeyError or ValueError where something lacks."""
        numbers = json.loads(state["numbers"].tobytes())
        self.passes, self._enlarged, self._rate = numbers["passes"], numbers["enlarged"], numbers["rate"]
        self._size = tuple(numbers["size"])
        self._losses, self._mean = state["losses"], state.get("mean")
        arrays = {
            name.removeprefix("descent/"): values
            for name, values in state.items()
            if name.startswith("descent/")
        }
        self._descent = self._begin(arrays["picture"])
        self._descent.restore(arrays)

    def _full_size(self, spec: StylizeSpec) -> tuple[int, int]:
        height, width = self._given.photo.shape[:2]
        return fitted_size(width, height, spec.size)

    def _size_at(self, step: int) -> tuple[int, int]:
        """Width and height of the picture in the pass after `step` passes."""
        scale = 1.0 if self._enlarged else scales.scale_at(self._stages, step)
        return round(self._size[0] * scale), round(self._size[1] * scale)

    def _take_size(self, size: tuple[int, int]) -> None:
        """Goes on at another size with the picture as it is; what was learned of its curvature is of no use there."""
        height, width = self._descent.picture.shape[:2]
        if (width, height) == size:
            return
        picture = _at_size(self._descent.picture if self._mean is None else self._mean, size)
        self._known = {known: sized for known, sized in self._known.items() if known[0] == self._size}
        self._descent, self._mean = self._begin(picture), None
        self._losses = self._losses[:0]

    def _begin(self, picture: np.ndarray) -> Descent:
        spec = self._spec
        if spec.mode == "fast" and spec.optimizer == "lbfgs":
            return Lbfgs(picture, spread=evened(*picture.shape[:2]), rate=self._rate)
        return Adam(
            picture,
            rate=self._rate,
            beta_1=spec.beta_1,
            beta_2=spec.beta_2,
            epsilon=spec.epsilon,
            total=spec.passes,
            clip=spec.mode == "fast",
        )

    def _initial(self, size: tuple[int, int]) -> np.ndarray:
        """What the painting starts from, float32 [h, w, 3]."""
        width, height = size
        random = np.random.default_rng(self._spec.seed)
        noise = random.uniform(0, 255, (height, width, 3)).astype(np.float32)
        share = 1.0 if self._spec.initial == "noise" else self._spec.noise_blend
        start = self._given.photo if self._given.initial is None else self._given.initial
        return share * noise + (1 - share) * resized(start, size).astype(np.float32)

    def _average(self) -> None:
        share = self._spec.average
        if share:
            picture = self._descent.picture
            self._mean = picture if self._mean is None else share * self._mean + (1 - share) * picture
            self._mean = self._mean.astype(np.float32)

    def _sized(self, size: tuple[int, int], *, quick: bool = True) -> _Sized:
        """What pictures of this size are compared with; found out once for each size and way."""
        if (size, quick) not in self._known:
            photo = resized(self._given.photo, size)
            features = self._objective.photo(photo, quick=quick)
            grams = [self._objective.grams(style, quick=quick) for style in self._sized_styles(size)]
            target = self._objective.target(features, grams, self._spec.blend)
            self._known[size, quick] = _Sized(
                photo.astype(np.float32), self._mask(size), features, grams, target
            )
        return self._known[size, quick]

    def _sized_styles(self, size: tuple[int, int]) -> list[np.ndarray]:
        return [
            at_width(style, round(scale * size[0]))
            for style, scale in zip(self._given.styles, self._spec.style_scales, strict=True)
        ]

    def _mask(self, size: tuple[int, int]) -> np.ndarray | None:
        """Where to paint, float32 [h, w, 1]: 1 all, 0 not at all."""
        if self._given.mask is None:
            return None
        return resized(self._given.mask, size).astype(np.float32)[..., None] / 255


def _balance(spec: StylizeSpec) -> Balance:
    return Balance(spec.content_weight, spec.style_weight, spec.tv_weight)


def _composed(picture: np.ndarray, sized: _Sized) -> np.ndarray:
    """The picture where the mask is white, the photo where it is black."""
    return picture if sized.mask is None else sized.photo + sized.mask * (picture - sized.photo)


def _at_size(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A picture float32 [h, w, 3] at another width and height, float32 and within the range of colours."""
    if picture.shape[1::-1] == size:
        return picture
    width, height = size
    enlarged = tf.image.resize(picture, (height, width), "bicubic", antialias=True).numpy()
    return np.clip(enlarged, 0, 255)
