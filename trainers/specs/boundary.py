"""The task boundary: train a network to tell two kinds of points in a plane apart."""

from __future__ import annotations

from typing import Literal

import pydantic

from trainers.specs import every_task
from trainers.specs.settings import setting

WITH_HIDDEN_LAYER = ("one_hidden", "deep")


class BoundarySpec(pydantic.BaseModel):
    """Train a network to tell two kinds of points in a plane apart, and watch the boundary it draws."""

    model_config = pydantic.ConfigDict(
        frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False
    )

    task: Literal["boundary"] = "boundary"
    dataset: Literal["xor", "circles", "moons", "spirals", "blobs"] = setting(
        "xor",
        label="Data set",
        description="How the two kinds of points lie: at opposite corners, one within the other, entwined or apart",
        group="common",
    )
    model: Literal["logistic", "one_hidden", "deep"] = setting(
        "one_hidden",
        label="Model",
        description="The network: a straight line (logistic regression), one hidden layer, or several",
        group="common",
    )
    activation: Literal["tanh", "relu", "sigmoid", "leaky_relu", "elu", "gelu", "swish"] = setting(
        "tanh",
        label="Activation",
        description="The non-linearity after each hidden layer",
        group="common",
        only_for={"model": WITH_HIDDEN_LAYER},
    )
    epochs: int = setting(
        60,
        label="Epochs",
        description="How often the network sees every point; few points go round until an epoch has 50 steps",
        group="common",
        ge=1,
        le=10_000,
    )
    learning_rate: float = setting(
        1e-2,
        label="Learning rate",
        description="The step size of the optimizer",
        group="common",
        logarithmic=True,
        gt=0,
        le=1e7,
    )
    batch_size: int = setting(
        32,
        label="Batch size",
        description="How many points one training step sees; as many as there are, where there are less",
        unit="points",
        group="common",
        ge=1,
        le=60_000,
    )
    width: int = setting(
        8,
        label="Width",
        description="How many neurons each hidden layer has",
        unit="neurons",
        group="network",
        only_for={"model": WITH_HIDDEN_LAYER},
        ge=1,
        le=1024,
    )
    depth: int = setting(
        3,
        label="Depth",
        description="How many hidden layers the deep network has",
        unit="layers",
        group="network",
        only_for={"model": ("deep",)},
        ge=2,
        le=20,
    )
    optimizer: every_task.Optimizer = every_task.OPTIMIZER
    momentum: float = every_task.MOMENTUM
    beta_1: float = every_task.BETA_1
    beta_2: float = every_task.BETA_2
    weight_decay: float = every_task.WEIGHT_DECAY
    early_stopping: int = every_task.EARLY_STOPPING
    seed: int = every_task.SEED
    deterministic: bool = every_task.DETERMINISTIC
    pace: float = every_task.PACE
    points: int = setting(
        400,
        label="Points",
        description="How many points the network learns from",
        unit="points",
        group="data",
        ge=4,
        le=20_000,
    )
    noise: float = setting(
        0.15,
        label="Noise",
        description="How far points are scattered at random, as a standard deviation; 0 scatters none",
        group="data",
        ge=0,
        le=5,
    )
    histograms: bool = every_task.HISTOGRAMS
    norms: bool = every_task.NORMS
    surface_images: bool = setting(
        True,
        label="Decision surface",
        description="Write pictures of the decision surface for TensorBoard while it is learned",
        group="summaries",
    )
    device: Literal["best", "cpu", "gpu"] = every_task.DEVICE
    threads: int = every_task.THREADS
    gpu: int = every_task.GPU
    gpu_memory: int = every_task.GPU_MEMORY

    @pydantic.model_validator(mode="after")
    def _has_an_effect(self) -> BoundarySpec:
        return every_task.refuse_without_effect(self)
