"""Comparisons worth a lesson, each a question that two networks answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trainers.comparisons.design import Comparison, comparison
from trainers.specs import parse_spec


@dataclass(frozen=True)
class ComparisonPreset:
    """What all arms share, what differs, and in a sentence or two what there is to see."""

    name: str
    title: str
    explanation: str
    shared: Mapping[str, Any]
    field: str
    values: tuple[bool | int | float | str, ...]
    tune: bool = False

    def comparison(self, seeds: int = 3) -> Comparison:
        """The comparison it asks for."""
        return comparison(parse_spec(self.shared), self.field, self.values, seeds=seeds, tune=self.tune)


# A lesson waits for its verdict: pictures of every run would take longer than these trainings do.
_NO_PICTURES = dict.fromkeys(("feature_images", "mistake_images", "precision_recall", "projector"), False)
_PERCEPTRON = {
    **_NO_PICTURES,
    "dataset": "mnist-5k",
    "model": "mlp",
    "depth": 4,
    "width": 100,
    "epochs": 10,
    "batch_size": 100,
}
_CONVOLUTIONS = {**_NO_PICTURES, "dataset": "mnist-5k", "model": "simple_cnn", "epochs": 4, "batch_size": 100}

_ALL = (
    ComparisonPreset(
        "activation",
        "Sigmoid against ReLU",
        "Four hidden layers, once with sigmoid and once with ReLU. Gradients shrink in each layer of sigmoid on their "
        "way back (Glorot, Bengio 2010): see how small they are in the first layers.",
        _PERCEPTRON,
        "activation",
        ("sigmoid", "relu"),
    ),
    ComparisonPreset(
        "depth",
        "Shallow against deep",
        "Two convolutions of 5×5 against four of 3×3, as the notes' Simple CNN and Deep CNN "
        "(Simonyan, Zisserman 2015). They have no weights of equal shape, so each starts from its own.",
        _CONVOLUTIONS,
        "model",
        ("simple_cnn", "deep_cnn"),
    ),
    ComparisonPreset(
        "dropout",
        "With and without dropout",
        "Each step switches off half of the hidden outputs, or none (Srivastava et al. 2014): look at the gap "
        "between training and validation.",
        {**_PERCEPTRON, "depth": 2, "width": 256, "epochs": 20},
        "dropout",
        (0.0, 0.5),
    ),
    ComparisonPreset(
        "features",
        "Fewer features",
        "All 784 pixels against the means of 2×2 pixels, 196 numbers: how much of a digit is in its details?",
        {**_PERCEPTRON, "depth": 2},
        "features",
        ("pixels", "pooled"),
    ),
    ComparisonPreset(
        "optimizer",
        "Adam against gradient descent",
        "Two rules by which gradients change the weights. They want other learning rates, so each arm is tuned: "
        "a comparison at one rate would be unfair.",
        {**_PERCEPTRON, "depth": 2, "learning_rate": 0.01},
        "optimizer",
        ("adam", "sgd"),
        tune=True,
    ),
    ComparisonPreset(
        "data",
        "A tenth of the data",
        "The same network learns from 400 digits and from 4,000: more data is what helps most often.",
        {**_PERCEPTRON, "depth": 2},
        "train_share",
        (0.1, 1.0),
    ),
    ComparisonPreset(
        "average",
        "Averaged weights",
        "The network is judged by its weights as they are, or by their moving average (Polyak, Juditsky 1992), "
        "which evens out the last steps.",
        {**_PERCEPTRON, "depth": 2, "learning_rate": 0.003},
        "moving_average",
        (0.0, 0.99),
    ),
)
COMPARISON_PRESETS = {preset.name: preset for preset in _ALL}
