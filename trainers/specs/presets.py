"""Settings that belong together under a name: what to choose to see a published number or a well-known effect.

    spec = parse_spec(with_preset("fast-cnn", {"seed": 7}))

A preset is plain data, the same on every machine. Where `fast_precision` is set, the one who starts the training may
choose bfloat16 instead of float32 if the machine computes in it; see `trainers.hardware.fast_precision`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trainers.specs.classify import ClassifySpec
from trainers.specs.settings import applies, settings


@dataclass(frozen=True)
class Preset:
    """Settings of the task classify; `explanation` is a sentence or two that say what they show, with its source.

    `fast_precision`: bfloat16 is as good where it is fast.
    """

    name: str
    title: str
    explanation: str
    settings: Mapping[str, Any]
    fast_precision: bool = False


def _reading_rows(model: str, title: str, source: str, rate: float, epochs: int) -> Preset:
    return Preset(
        name=model,
        title=f"{title} on rows",
        explanation=f"{source} reads a digit row by row, 28 numbers at a time, to 97 % and more of the test images.",
        settings={
            "dataset": "mnist",
            "model": model,
            "width": 128,
            "epochs": epochs,
            "batch_size": 128,
            "learning_rate": rate,
            "schedule": "one_cycle",
        },
    )


def _four_layers(activation: str, title: str, other: str) -> Preset:
    return Preset(
        name=activation,
        title=f"Four layers of {title}",
        explanation=f"A perceptron of four hidden layers with {title}, to be compared with the preset {other}: "
        "the notes found ReLU far ahead of sigmoid.",
        settings={
            "dataset": "mnist",
            "model": "mlp",
            "activation": activation,
            "depth": 4,
            "width": 128,
            "epochs": 5,
            "batch_size": 128,
        },
    )


_ALL = (
    Preset(
        name="notes",
        title="The notes' script",
        explanation="TensorFlow's Deep MNIST for Experts as the notes ran it, on batches of 25. Their 99 % is a mean "
        "over 1,000 training batches, here the last 1,000 of 12,000; the test accuracy stands beside it.",
        settings={
            "dataset": "mnist",
            "model": "simple_cnn",
            "batch_size": 25,
            "steps": 12_000,
            "epochs": 6,
            "dropout": 0.5,
            "learning_rate": 1e-4,
        },
    ),
    Preset(
        name="softmax-92",
        title="Softmax, 92 %",
        explanation="Softmax regression as in TensorFlow's MNIST for Beginners: a weighted sum of all pixels for each "
        "digit names 92 % of the test images.",
        settings={
            "dataset": "mnist",
            "model": "softmax",
            "epochs": 15,
            "batch_size": 128,
            "learning_rate": 0.002,
            "schedule": "cosine",
        },
    ),
    Preset(
        name="simple-cnn",
        title="Simple CNN, 99.07 %",
        explanation="The network of TensorFlow's Deep MNIST for Experts, trained to 99.07 % of the test images "
        "and more.",
        settings={
            "dataset": "mnist",
            "model": "simple_cnn",
            "epochs": 5,
            "batch_size": 128,
            "dropout": 0.5,
            "learning_rate": 0.001,
            "schedule": "one_cycle",
        },
        fast_precision=True,
    ),
    Preset(
        name="lenet5",
        title="LeNet-5, 99.2 %",
        explanation="The layout of LeCun, Bottou, Bengio and Haffner (1998) with today's training: Adam, a one-cycle "
        "schedule, label smoothing and slightly moved images.",
        settings={
            "dataset": "mnist",
            "model": "lenet5",
            "epochs": 15,
            "batch_size": 128,
            "label_smoothing": 0.1,
            "learning_rate": 0.003,
            "schedule": "one_cycle",
            "shift": 1.5,
            "rotation": 8.0,
            "scale": 0.08,
        },
    ),
    Preset(
        name="deep-cnn",
        title="Deep CNN, 99.6 %",
        explanation="More and smaller convolutions after Simonyan and Zisserman (2015), with dropout, label smoothing "
        "and slightly moved images: further than the notes' 99.38 %.",
        settings={
            "dataset": "mnist",
            "model": "deep_cnn",
            "epochs": 5,
            "batch_size": 128,
            "dropout": 0.3,
            "label_smoothing": 0.1,
            "learning_rate": 0.002,
            "schedule": "one_cycle",
            "shift": 1.5,
            "rotation": 8.0,
        },
        fast_precision=True,
    ),
    Preset(
        name="fast-cnn",
        title="Fast CNN, 99 % in seconds",
        explanation="A small network at a high learning rate that rises and falls within one epoch, after Smith and "
        "Topin (2018), Super-convergence, with label smoothing.",
        settings={
            "dataset": "mnist",
            "model": "fast_cnn",
            "epochs": 1,
            "batch_size": 256,
            "label_smoothing": 0.1,
            "beta_1": 0.7,
            "beta_2": 0.9,
            "learning_rate": 0.01,
            "schedule": "one_cycle",
        },
        fast_precision=True,
    ),
    Preset(
        name="fast-cnn-994",
        title="Fast CNN, 99.4 %",
        explanation="The small network in four epochs of slightly moved images, with label smoothing, after Szegedy "
        "and others (2016).",
        settings={
            "dataset": "mnist",
            "model": "fast_cnn",
            "epochs": 4,
            "batch_size": 256,
            "label_smoothing": 0.1,
            "beta_1": 0.7,
            "beta_2": 0.9,
            "learning_rate": 0.01,
            "schedule": "one_cycle",
            "shift": 1.0,
            "rotation": 7.0,
            "scale": 0.07,
        },
        fast_precision=True,
    ),
    Preset(
        name="mnist-5k",
        title="4,000 digits, 98.8 %",
        explanation="Few images made many by moving, turning, scaling and bending them, after Simard, Steinkraus and "
        "Platt (2003): 98.8 % and more of MNIST's 10,000 test images.",
        settings={
            "dataset": "mnist-5k",
            "model": "fast_cnn",
            "epochs": 100,
            "batch_size": 128,
            "batch_norm": True,
            "label_smoothing": 0.1,
            "learning_rate": 0.01,
            "schedule": "one_cycle",
            "shift": 1.5,
            "rotation": 10.0,
            "scale": 0.1,
            "elastic": 1.0,
        },
        fast_precision=True,
    ),
    _reading_rows("rnn", "Simple RNN", "Elman's simple recurrent network (1990)", 1e-3, epochs=10),
    _reading_rows("gru", "GRU", "The gated recurrent unit of Cho and others (2014)", 3e-3, epochs=4),
    _reading_rows(
        "lstm", "LSTM", "Long short-term memory, of Hochreiter and Schmidhuber (1997),", 3e-3, epochs=4
    ),
    Preset(
        name="vanishing",
        title="Vanishing gradients",
        explanation="Eight layers of sigmoid hardly learn, since gradients shrink from layer to layer (Glorot and "
        "Bengio, 2010): see the gradient norm of each layer in TensorBoard, then choose ReLU.",
        settings={
            "dataset": "mnist-5k",
            "model": "mlp",
            "activation": "sigmoid",
            "depth": 8,
            "width": 64,
            "epochs": 20,
            "optimizer": "sgd",
            "learning_rate": 0.1,
        },
    ),
    _four_layers("sigmoid", "sigmoid", "relu"),
    _four_layers("relu", "ReLU", "sigmoid"),
)
PRESETS = {preset.name: preset for preset in _ALL}


def with_preset(name: str, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """What was chosen, and a preset's settings beside it where nothing else was chosen.

    A setting of the preset that has no effect beside what was chosen is left out.
    """
    both = {**PRESETS[name].settings, **chosen}
    known = {one.name: both.get(one.name, one.default) for one in settings(ClassifySpec)}
    idle = {one.name for one in settings(ClassifySpec) if not applies(one, known)}
    return {name: value for name, value in both.items() if name in chosen or name not in idle}
