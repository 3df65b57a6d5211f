"""The task classify: train a network to name what an image shows."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pydantic

from trainers.specs.settings import applies, setting, settings


class ClassifySpec(pydantic.BaseModel):
    """Train a network to name what an image shows."""

    model_config = pydantic.ConfigDict(
        frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False
    )

    task: Literal["classify"] = "classify"
    dataset: Literal["mnist-5k", "mnist", "fashion-mnist"] = setting(
        "mnist-5k",
        label="Data set",
        description="The images to learn: 5,000 bundled digits, all 70,000 digits, or 70,000 pieces of clothing",
        group="common",
    )
    model: Literal["softmax", "mlp", "simple_cnn"] = setting(
        "softmax",
        label="Model",
        description="The network: one softmax layer, a multilayer perceptron, or two convolutions and a dense layer",
        group="common",
    )
    activation: Literal["relu", "sigmoid", "tanh"] = setting(
        "relu",
        label="Activation",
        description="The non-linearity after each hidden layer",
        group="common",
        only_for={"model": ("mlp", "simple_cnn")},
    )
    epochs: int = setting(
        5,
        label="Epochs",
        description="How often the network sees every training image",
        group="common",
        ge=1,
        le=10_000,
    )
    learning_rate: float = setting(
        1e-3,
        label="Learning rate",
        description="The step size of the optimizer Adam",
        group="common",
        logarithmic=True,
        gt=0,
        le=1e7,
    )
    batch_size: int = setting(
        128,
        label="Batch size",
        description="How many images one training step sees",
        unit="images",
        group="common",
        ge=1,
        le=60_000,
    )
    depth: int = setting(
        2,
        label="Depth",
        description="How many hidden layers the perceptron has",
        unit="layers",
        group="network",
        only_for={"model": ("mlp",)},
        ge=1,
        le=50,
    )
    width: int = setting(
        128,
        label="Width",
        description="How many neurons each hidden layer of the perceptron has",
        unit="neurons",
        group="network",
        only_for={"model": ("mlp",)},
        ge=1,
        le=4096,
    )
    dropout: float = setting(
        0.5,
        label="Dropout",
        description="The share of the dense layer's outputs that each training step switches off",
        group="network",
        only_for={"model": ("simple_cnn",)},
        ge=0,
        lt=1,
    )
    seed: int = setting(
        1,
        label="Seed",
        description="The start of all random numbers: the same seed gives the same curve",
        group="training",
        ge=0,
        le=2**31 - 1,
    )
    pace: float = setting(
        0.0,
        label="Pace",
        description="Slow the training down so that it can be watched; 0 is as fast as possible",
        unit="steps/s",
        group="training",
        ge=0,
        le=100_000,
    )
    mnist_file: Path | None = setting(
        None,
        label="MNIST file",
        description="A file mnist.npz in Keras' layout to use instead of a download",
        group="machine",
        only_for={"dataset": ("mnist",)},
    )
    threads: int = setting(
        0,
        label="Threads",
        description="How many processor threads this run may use; 0 lets TensorFlow decide",
        unit="threads",
        group="machine",
        ge=0,
        le=1024,
    )
    gpu_memory: int = setting(
        0,
        label="GPU memory",
        description="The most graphics memory this run may take; 0 takes it on demand as it is needed",
        unit="MiB",
        group="machine",
        ge=0,
        le=1_048_576,
    )

    @pydantic.model_validator(mode="after")
    def _has_an_effect(self) -> ClassifySpec:
        for one in settings(type(self)):
            if getattr(self, one.name) == one.default or applies(one, self):
                continue
            field, values = next(iter(one.only_for.items()))
            raise ValueError(
                f"{one.label} has no effect with {field} {getattr(self, field)}: "
                f"leave it out or choose {' or '.join(values)}."
            )
        return self
