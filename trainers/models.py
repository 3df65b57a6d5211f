"""The networks one can train: one function and one line of `MODELS` each.

    model = build(ClassifySpec(model="mlp", activation="sigmoid"))
    model.summary()

Every model takes images float32 [n, 28, 28, 1] in 0…1 and gives probabilities float32 [n, 10].
"""

from __future__ import annotations

import inspect
from collections.abc import Callable

import keras
from keras import layers

from trainers.specs import ClassifySpec

IMAGE_SHAPE = (28, 28, 1)  # height, width, channels


def softmax(spec: ClassifySpec, classes: int) -> keras.Model:
    """Multinomial logistic regression: one score a class, a weighted sum of all pixels.

    p = softmax(Wx + b); see Bishop (2006), Pattern Recognition and Machine Learning, section 4.3.4.
    """
    return keras.Sequential(
        [
            keras.Input(IMAGE_SHAPE, name="image"),  # [n, 28, 28, 1]
            layers.Flatten(name="pixels"),  # [n, 784]
            layers.Dense(classes, activation="softmax", name="classes"),  # [n, 10]
        ],
        name="softmax",
    )


def mlp(spec: ClassifySpec, classes: int) -> keras.Model:
    """A multilayer perceptron: `depth` hidden layers of `width` neurons with one non-linearity.

    Rumelhart, Hinton, Williams (1986), Learning representations by back-propagating errors.
    """
    hidden = [
        layers.Dense(spec.width, activation=spec.activation, name=f"hidden_{number}")
        for number in range(1, spec.depth + 1)
    ]
    return keras.Sequential(
        [
            keras.Input(IMAGE_SHAPE, name="image"),  # [n, 28, 28, 1]
            layers.Flatten(name="pixels"),  # [n, 784]
            *hidden,  # [n, width]
            layers.Dense(classes, activation="softmax", name="classes"),  # [n, 10]
        ],
        name="mlp",
    )


def simple_cnn(spec: ClassifySpec, classes: int) -> keras.Model:
    """Two convolutions of 5×5, each followed by a pooling, and a dense layer of 1024 neurons with dropout.

    The network of TensorFlow's classic "Deep MNIST for Experts", after LeCun et al. (1998); dropout after
    Srivastava et al. (2014), Dropout: a simple way to prevent neural networks from overfitting.
    """
    return keras.Sequential(
        [
            keras.Input(IMAGE_SHAPE, name="image"),  # [n, 28, 28, 1]
            layers.Conv2D(
                32, 5, padding="same", activation=spec.activation, name="convolution_1"
            ),  # [n, 28, 28, 32]
            layers.MaxPooling2D(2, name="pooling_1"),  # [n, 14, 14, 32]
            layers.Conv2D(
                64, 5, padding="same", activation=spec.activation, name="convolution_2"
            ),  # [n, 14, 14, 64]
            layers.MaxPooling2D(2, name="pooling_2"),  # [n, 7, 7, 64]
            layers.Flatten(name="features"),  # [n, 3136]
            layers.Dense(1024, activation=spec.activation, name="dense"),  # [n, 1024]
            layers.Dropout(spec.dropout, name="dropout"),
            layers.Dense(classes, activation="softmax", name="classes"),  # [n, 10]
        ],
        name="simple_cnn",
    )


MODELS: dict[str, Callable[[ClassifySpec, int], keras.Model]] = {
    "softmax": softmax,
    "mlp": mlp,
    "simple_cnn": simple_cnn,
}


def build(spec: ClassifySpec, classes: int = 10) -> keras.Model:
    """The network a spec asks for with its starting weights, which follow from the seed alone."""
    keras.utils.set_random_seed(spec.seed)
    return MODELS[spec.model](spec, classes)


def explanation(name: str) -> str:
    """What a model is, in the words of its function's docstring."""
    return inspect.cleandoc(MODELS[name].__doc__ or "")
