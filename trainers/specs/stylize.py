"""The task stylize: paint a photo in the style of one or several paintings.

Gatys, Ecker, Bethge (2015), A neural algorithm of artistic style, arXiv:1508.06576.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pydantic

from trainers.specs import every_task
from trainers.specs.settings import Numbers, Paths, setting

MOST_STYLES = 8
SMALLEST, LARGEST = 16, 8192  # pixels of a picture's longest side
LARGEST_FILE = 64 * 2**20  # bytes of an image file
STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")  # where style is compared
CONTENT_LAYERS = ("relu1_2", "relu2_2", "relu3_2", "relu4_2", "relu5_2")  # where content can be compared
PASSES = {"classic": 1000, "fast": 100}  # where nobody says how many


class StylizeSpec(pydantic.BaseModel):
    """Paint a photo in the style of one or several paintings."""

    model_config = pydantic.ConfigDict(
        frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False
    )

    task: Literal["stylize"] = "stylize"
    content: Path | None = setting(
        None, label="Content", description="The photo to paint, as an image file", group="common"
    )
    style: Paths = setting(
        (),
        label="Style",
        description="The paintings whose style it takes, one to eight image files",
        group="common",
    )
    size: int = setting(
        512,
        label="Size",
        description="The picture's longest side",
        unit="pixels",
        group="common",
        ge=SMALLEST,
        le=LARGEST,
    )
    content_weight: float = setting(
        5.0,
        label="Content weight",
        description="How much it counts that the picture shows what the photo shows",
        group="common",
        ge=0,
        le=1e8,
    )
    style_weight: float = setting(
        500.0,
        label="Style weight",
        description="How much it counts that the picture looks as if painted like the paintings",
        group="common",
        ge=0,
        le=1e8,
    )
    tv_weight: float = setting(
        100.0,
        label="Total variation weight",
        description="How much it counts that neighbouring pixels are alike: the higher, the smoother",
        group="common",
        ge=0,
        le=1e8,
    )
    mode: Literal["fast", "classic"] = setting(
        "fast",
        label="Mode",
        description="fast: steps that know the curvature and keep colours in range; classic: the published recipe",
        group="common",
    )
    iterations: int = setting(
        0,
        label="Iterations",
        description="How many passes through the network the painting takes; 0 takes 100, and 1000 in classic mode",
        unit="passes",
        group="common",
        ge=0,
        le=100_000,
    )
    network: Literal["vgg16", "vgg19"] = setting(
        "vgg16",
        label="Network",
        description="The network that looks: VGG16 comes with the lab, VGG19 is downloaded once",
        group="network",
    )
    network_file: Path | None = setting(
        None,
        label="Network file",
        description="Your own file of the network's weights: Keras' .h5, or MatConvNet's .mat for VGG19",
        group="network",
    )
    pooling: Literal["max", "average"] = setting(
        "max",
        label="Pooling",
        description="What the network keeps of each four neighbours: the largest, or their mean",
        group="network",
    )
    content_layer: Literal["blend", "relu1_2", "relu2_2", "relu3_2", "relu4_2", "relu5_2"] = setting(
        "blend",
        label="Content layer",
        description="Where content is compared: at relu4_2 and relu5_2 by Content blend, or at one layer alone",
        group="network",
    )
    content_blend: float = setting(
        1.0,
        label="Content blend",
        description="Where content is compared: 1 at relu4_2, 0 at the more abstract relu5_2, between: at both",
        group="network",
        only_for={"content_layer": ("blend",)},
        ge=0,
        le=1,
    )
    layer_exponent: float = setting(
        1.0,
        label="Layer exponent",
        description="How much more each deeper layer counts for style than the one before it; 1: all the same",
        group="network",
        gt=0,
        le=100,
    )
    style_layers: Numbers = setting(
        (),
        label="Style layers",
        description="How much each of relu1_1 to relu5_1 counts for style, five numbers; left out, by Layer exponent",
        group="network",
    )
    optimizer: Literal["lbfgs", "adam"] = setting(
        "lbfgs",
        label="Optimizer",
        description="The rule by which the picture is changed: a quasi-Newton method, or Adam with falling rate",
        group="training",
        only_for={"mode": ("fast",)},
    )
    learning_rate: float = setting(
        10.0,
        label="Learning rate",
        description="Adam's step in pixel values of 0 to 255; lbfgs takes a tenth of it times its own step",
        group="training",
        logarithmic=True,
        gt=0,
        le=1000,
    )
    beta_1: float = setting(
        0.9,
        label="Beta 1",
        description="How much of the mean of past gradients each step of Adam keeps",
        group="training",
        ge=0,
        lt=1,
    )
    beta_2: float = setting(
        0.999,
        label="Beta 2",
        description="How much of the mean of past squared gradients each step of Adam keeps",
        group="training",
        ge=0,
        lt=1,
    )
    epsilon: float = setting(
        1e-8,
        label="Epsilon",
        description="What Adam adds to the root of its squared gradients, so that it never divides by 0",
        group="training",
        gt=0,
        le=1,
    )
    scales: int = setting(
        1,
        label="Scales",
        description="At how many sizes it is painted, each twice the one before: more make larger strokes",
        unit="sizes",
        group="training",
        only_for={"mode": ("fast",)},
        ge=1,
        le=5,
    )
    initial: Literal["best", "photo", "noise", "preview", "file"] = setting(
        "best",
        label="Initial image",
        description="What it starts from: photo, noise, preview or your own file; best: preview, in classic mode photo",
        group="training",
    )
    initial_file: Path | None = setting(
        None,
        label="Initial file",
        description="The picture that the painting starts from",
        group="training",
        only_for={"initial": ("file",)},
    )
    noise_blend: float = setting(
        0.0,
        label="Noise blend",
        description="How much noise is mixed into the initial image: 0 none, 1 nothing else",
        group="training",
        only_for={"initial": ("best", "photo", "preview", "file")},
        ge=0,
        le=1,
    )
    average: float = setting(
        0.0,
        label="Average",
        description="Save a running mean of the picture that keeps so much of itself at each pass; 0 saves the last",
        group="training",
        ge=0,
        lt=1,
    )
    early_stopping: int = setting(
        0,
        label="Early stopping",
        description="Stop when the saved picture has not got better for so many looks in a row; 0 never stops early",
        unit="looks",
        group="training",
        ge=0,
        le=10_000,
    )
    seed: int = every_task.SEED
    deterministic: bool = every_task.DETERMINISTIC
    pace: float = every_task.PACE
    style_blend: Numbers = setting(
        (),
        label="Style blend",
        description="How much each painting counts, in their order; left out, they count alike",
        group="data",
    )
    style_scale: Numbers = setting(
        (),
        label="Style scale",
        description="Each painting's width as a multiple of the picture's; one for all, or one each; left out, 1",
        group="data",
    )
    preserve_colours: bool = setting(
        False,
        label="Preserve colours",
        description="Give the finished picture the photo's colours, so that only light and dark are painted",
        group="data",
    )
    colour_matching: bool = setting(
        False,
        label="Colour matching",
        description="Give the paintings the photo's colours before painting, in mean and covariance (Gatys 2016)",
        group="data",
    )
    mask: Path | None = setting(
        None,
        label="Mask",
        description="A grey image that says where to paint: white all, black not at all",
        group="data",
    )
    checkpoint_every: int = setting(
        50,
        label="Look every",
        description="After how many passes the picture is saved, judged as it is saved, and kept if it is the best",
        unit="passes",
        group="summaries",
        ge=1,
        le=10_000,
    )
    frames: int = setting(
        200,
        label="Frames",
        description="How many intermediate pictures are kept at most, evenly over the painting; 0 keeps none",
        unit="pictures",
        group="summaries",
        ge=0,
        le=2000,
    )
    tiles: bool = setting(
        False,
        label="Tiles",
        description="Look at large pictures tile by tile: they need little memory then, and half again the time",
        group="machine",
    )
    precision: Literal["best", "float32", "bfloat16"] = setting(
        "best",
        label="Precision",
        description="The numbers of a pass: best takes bfloat16 in fast mode where the processor computes in it",
        group="machine",
    )
    device: Literal["best", "cpu", "gpu"] = every_task.DEVICE
    threads: int = every_task.THREADS
    gpu: int = every_task.GPU
    gpu_memory: int = every_task.GPU_MEMORY

    @property
    def model(self) -> str:
        """What the run is named for where nobody names it."""
        return self.network

    @property
    def passes(self) -> int:
        """How many passes the painting takes."""
        return self.iterations or PASSES[self.mode]

    @property
    def starts_from_preview(self) -> bool:
        """Whether the feed-forward network paints what the painting starts from."""
        return self.initial == "preview" or (self.initial == "best" and self.mode == "fast")

    @property
    def epochs(self) -> int:
        """How many looks it takes: what is an epoch to other tasks."""
        return -(-self.passes // self.checkpoint_every)

    @property
    def blend(self) -> tuple[float, ...]:
        """The share of each style, of sum 1."""
        given = self.style_blend or (1.0,) * len(self.style)
        return tuple(share / sum(given) for share in given)

    @property
    def style_scales(self) -> tuple[float, ...]:
        """The width of each style as a multiple of the picture's."""
        given = self.style_scale or (1.0,)
        return given * len(self.style) if len(given) == 1 else given

    @pydantic.model_validator(mode="after")
    def _makes_sense(self) -> StylizeSpec:
        every_task.refuse_without_effect(self)
        if self.content_weight == 0 and self.style_weight == 0:
            raise ValueError(
                "Content weight and Style weight cannot both be 0, since nothing would be painted: raise one."
            )
        if len(self.style) > MOST_STYLES:
            raise ValueError(f"{len(self.style)} styles are too many: give at most {MOST_STYLES}.")
        if self.style_blend and (len(self.style_blend) != len(self.style) or sum(self.style_blend) == 0):
            raise ValueError(
                f"Style blend needs one number for each of the {len(self.style)} styles, not all of them 0."
            )
        if self.style_layers and (len(self.style_layers) != len(STYLE_LAYERS) or sum(self.style_layers) == 0):
            raise ValueError(f"Style layers needs {len(STYLE_LAYERS)} numbers, not all of them 0.")
        if self.style_scale and (
            len(self.style_scale) not in (1, len(self.style))
            or 0 in self.style_scale
            or max(self.style_scale) > 16
        ):
            raise ValueError(
                f"Style scale needs one number, or one for each of the {len(self.style)} styles, above 0, at most 16."
            )
        return self
