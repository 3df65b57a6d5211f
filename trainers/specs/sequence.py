"""The task sequence: train a recurrent network to go on with a signal."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

import pydantic

from trainers.specs import every_task
from trainers.specs.settings import setting

GENERATED = ("sine", "mackey_glass")
LARGEST_FILE = 100_000_000  # bytes of a CSV file


class Parts(NamedTuple):
    """Where a signal of n values is divided, in time: training, then validation, then test."""

    train_until: int
    validation_until: int
    length: int


class SequenceSpec(pydantic.BaseModel):
    """Train a recurrent network to forecast a signal, one step ahead and on its own."""

    model_config = pydantic.ConfigDict(
        frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False
    )

    task: Literal["sequence"] = "sequence"
    signal: Literal["sine", "mackey_glass", "csv"] = setting(
        "sine",
        label="Signal",
        description="What to forecast: a mixture of sines, the chaotic Mackey-Glass equation, or a column of your file",
        group="common",
    )
    csv_file: Path | None = setting(
        None,
        label="CSV file",
        description="A text file with a column of numbers, in the order of time",
        group="common",
        only_for={"signal": ("csv",)},
    )
    column: str = setting(
        "",
        label="Column",
        description="The column's name in the first line, or its number from 1; empty takes the first with numbers",
        group="common",
        only_for={"signal": ("csv",)},
        max_length=200,
    )
    model: Literal["rnn", "gru", "lstm"] = setting(
        "gru",
        label="Model",
        description="The recurrent cell: simple, gated (GRU), or long short-term memory (LSTM)",
        group="common",
    )
    epochs: int = setting(
        20,
        label="Epochs",
        description="How often the network sees every window of the training part",
        group="common",
        ge=1,
        le=10_000,
    )
    learning_rate: float = setting(
        3e-3,
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
        description="How many windows one training step sees; as many as there are, where there are less",
        unit="windows",
        group="common",
        ge=1,
        le=60_000,
    )
    width: int = setting(
        32,
        label="Width",
        description="How many numbers each recurrent layer remembers",
        unit="neurons",
        group="network",
        ge=1,
        le=1024,
    )
    depth: int = setting(
        1,
        label="Depth",
        description="How many recurrent layers stand on each other",
        unit="layers",
        group="network",
        ge=1,
        le=8,
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
    length: int = setting(
        1_500,
        label="Length",
        description="How many values of the signal there are, for training, validation and test together",
        unit="values",
        group="data",
        only_for={"signal": GENERATED},
        ge=50,
        le=20_000,
    )
    noise: float = setting(
        0.0,
        label="Noise",
        description="Random scatter added to every value, as a share of the signal's own standard deviation",
        group="data",
        only_for={"signal": GENERATED},
        ge=0,
        le=5,
    )
    window: int = setting(
        40,
        label="Window",
        description="How many values the network sees before it says the next one",
        unit="values",
        group="data",
        ge=1,
        le=1_000,
    )
    horizon: int = setting(
        100,
        label="Horizon",
        description="How far ahead it forecasts when it goes on by itself from its own forecasts",
        unit="values",
        group="data",
        ge=1,
        le=1_000,
    )
    train_share: float = setting(
        0.7,
        label="Share of the training data",
        description="The first part of the signal, to learn from; the rest is for validation, then for test, half each",
        group="data",
        ge=0.05,
        le=0.95,
    )
    histograms: bool = every_task.HISTOGRAMS
    norms: bool = every_task.NORMS
    forecast_images: bool = setting(
        True,
        label="Forecast",
        description="Write pictures of the forecast for TensorBoard while it is learned",
        group="summaries",
    )
    device: Literal["best", "cpu", "gpu"] = every_task.DEVICE
    threads: int = every_task.THREADS
    gpu: int = every_task.GPU
    gpu_memory: int = every_task.GPU_MEMORY

    @pydantic.model_validator(mode="after")
    def _makes_sense(self) -> SequenceSpec:
        every_task.refuse_without_effect(self)
        if self.signal == "csv" and self.csv_file is None:
            raise ValueError("The signal csv needs a file: name it with CSV file (--csv-file FILE.csv).")
        if self.signal != "csv" and (problem := self.problem_with(self.length)):
            raise ValueError(problem)
        return self

    def parts(self, length: int) -> Parts:
        """How a signal of so many values is divided."""
        train_until = round(length * self.train_share)
        return Parts(train_until, train_until + (length - train_until) // 2, length)

    def problem_with(self, length: int) -> str:
        """Why a signal of so many values is too short for these settings, in one sentence; "" where it is not."""
        parts = self.parts(length)
        if parts.train_until <= self.window:
            return (
                f"The training part has {parts.train_until:,} of the signal's {length:,} values, which is too short "
                f"for a window of {self.window:,}: choose a shorter window or a longer signal."
            )
        # The validation part is never the longer one.
        if (shortest := parts.validation_until - parts.train_until) < self.horizon:
            return (
                f"The validation part has {shortest:,} of the signal's {length:,} values, which is too short "
                f"for a horizon of {self.horizon:,}: choose a shorter horizon, a smaller share of the training "
                "data or a longer signal."
            )
        return ""
