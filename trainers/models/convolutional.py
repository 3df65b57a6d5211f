"""Networks of convolutions, one after the other, from LeCun's of 1998 to a small one of AlexNet's shape."""

from __future__ import annotations

import keras
from keras import layers

from trainers.models import blocks
from trainers.models.fitting import needs_images
from trainers.specs import ClassifySpec


def simple_cnn(spec: ClassifySpec, input_shape: tuple[int, ...], classes: int) -> keras.Model:
    """Two convolutions of 5×5, each followed by a pooling, and a dense layer of 1024 neurons.

    The network of TensorFlow's classic "Deep MNIST for Experts", after LeCun et al. (1998), whose dense layer
    has dropout after Srivastava et al. (2014), Dropout: a simple way to prevent neural networks from overfitting.
    """
    needs_images("simple_cnn", input_shape, 4)
    return keras.Sequential(
        [
            keras.Input(input_shape, name="image"),  # [n, 28, 28, 1]
            *blocks.convolution(spec, 32, 5, "convolution_1"),  # [n, 28, 28, 32]
            blocks.pooling(spec, "pooling_1"),  # [n, 14, 14, 32]
            *blocks.convolution(spec, 64, 5, "convolution_2"),  # [n, 14, 14, 64]
            blocks.pooling(spec, "pooling_2"),  # [n, 7, 7, 64]
            layers.Flatten(name="features", dtype=blocks.arithmetic(spec)),  # [n, 3136]
            *blocks.dense(spec, 1024, "dense"),  # [n, 1024]
            *blocks.dropout(spec),
            blocks.probabilities(spec, classes),  # [n, 10]
        ],
        name="simple_cnn",
    )


def deep_cnn(spec: ClassifySpec, input_shape: tuple[int, ...], classes: int) -> keras.Model:
    """Four convolutions of 3×3 in two pairs, each pair followed by a pooling, and a dense layer of 512 neurons.

    Two convolutions of 3×3 see as far as one of 5×5, with fewer weights and one more non-linearity: Simonyan,
    Zisserman (2015), Very deep convolutional networks for large-scale image recognition. Dropout stands after
    each pooling and after the dense layer.
    """
    needs_images("deep_cnn", input_shape, 4)
    return keras.Sequential(
        [
            keras.Input(input_shape, name="image"),  # [n, 28, 28, 1]
            *blocks.convolution(spec, 32, 3, "convolution_1"),  # [n, 28, 28, 32]
            *blocks.convolution(spec, 32, 3, "convolution_2"),
            blocks.pooling(spec, "pooling_1"),  # [n, 14, 14, 32]
            *blocks.dropout(spec, "dropout_1"),
            *blocks.convolution(spec, 64, 3, "convolution_3"),  # [n, 14, 14, 64]
            *blocks.convolution(spec, 64, 3, "convolution_4"),
            blocks.pooling(spec, "pooling_2"),  # [n, 7, 7, 64]
            *blocks.dropout(spec, "dropout_2"),
            layers.Flatten(name="features", dtype=blocks.arithmetic(spec)),  # [n, 3136]
            *blocks.dense(spec, 512, "dense"),  # [n, 512]
            *blocks.dropout(spec, "dropout_3"),
            blocks.probabilities(spec, classes),  # [n, 10]
        ],
        name="deep_cnn",
    )


def lenet5(spec: ClassifySpec, input_shape: tuple[int, ...], classes: int) -> keras.Model:
    """LeNet-5: the layers C1 to F6 of LeCun, Bottou, Bengio, Haffner (1998), trained as one trains today.

    Gradient-based learning applied to document recognition, figure 2. As there, images are framed by two blank
    pixels. Otherwise than there, C3 sees all maps of S2, pooling takes the maximum, and the last layer is a softmax.
    """
    needs_images("lenet5", input_shape, 12)
    return keras.Sequential(
        [
            keras.Input(input_shape, name="image"),  # [n, 28, 28, 1]
            layers.ZeroPadding2D(2, name="frame", dtype=blocks.arithmetic(spec)),  # [n, 32, 32, 1]
            *blocks.convolution(spec, 6, 5, "C1", padding="valid"),  # [n, 28, 28, 6]
            blocks.pooling(spec, "S2"),  # [n, 14, 14, 6]
            *blocks.convolution(spec, 16, 5, "C3", padding="valid"),  # [n, 10, 10, 16]
            blocks.pooling(spec, "S4"),  # [n, 5, 5, 16]
            layers.Flatten(name="features", dtype=blocks.arithmetic(spec)),  # [n, 400]
            *blocks.dense(spec, 120, "C5"),  # [n, 120]
            *blocks.dense(spec, 84, "F6"),  # [n, 84]
            *blocks.dropout(spec),
            blocks.probabilities(spec, classes),  # [n, 10]
        ],
        name="lenet5",
    )


def fast_cnn(spec: ClassifySpec, input_shape: tuple[int, ...], classes: int) -> keras.Model:
    """The quickest road to 99 %: two narrow convolutions that pool before the activation.

    The largest of four activations is the activation of the largest, as long as a larger input gives a larger
    output (all activations here but gelu and swish): pooling first saves three quarters of them. The second
    convolution takes no values beyond the edge, so that it has fewer places to look at. It is meant for few steps at a
    high learning rate, where Adam does well with β 0.7 and 0.9, which forget sooner (the preset fast-cnn).
    """
    needs_images("fast_cnn", input_shape, 10)
    return keras.Sequential(
        [
            keras.Input(input_shape, name="image"),  # [n, 28, 28, 1]
            *blocks.convolution(
                spec, 24, 5, "convolution_1", padding="valid", activated=False
            ),  # [n, 24, 24, 24]
            blocks.pooling(spec, "pooling_1"),  # [n, 12, 12, 24]
            *_after_pooling(spec, "convolution_1"),
            *blocks.convolution(
                spec, 32, 3, "convolution_2", padding="valid", activated=False
            ),  # [n, 10, 10, 32]
            blocks.pooling(spec, "pooling_2", padding="same"),  # [n, 5, 5, 32]
            *_after_pooling(spec, "convolution_2"),
            layers.Flatten(name="features", dtype=blocks.arithmetic(spec)),  # [n, 800]
            *blocks.dense(spec, 256, "dense"),  # [n, 256]
            *blocks.dropout(spec),
            blocks.probabilities(spec, classes),  # [n, 10]
        ],
        name="fast_cnn",
    )


def _after_pooling(spec: ClassifySpec, name: str) -> list[keras.Layer]:
    return blocks.normalised(spec, name) if spec.batch_norm else [blocks.activation(spec, name)]


def alexnet_small(spec: ClassifySpec, input_shape: tuple[int, ...], classes: int) -> keras.Model:
    """AlexNet's shape for small images: five convolutions, overlapping poolings and two dense layers.

    Krizhevsky, Sutskever, Hinton (2012), ImageNet classification with deep convolutional neural networks, with
    an eighth of its filters and kernels of 5×5 and 3×3; dropout on both dense layers as there.
    """
    needs_images("alexnet_small", input_shape, 4)
    filters = (16, 32, 48, 48, 32)
    convolutions = [
        blocks.convolution(spec, count, 5 if number == 1 else 3, f"convolution_{number}")
        for number, count in enumerate(filters, start=1)
    ]
    poolings = [blocks.pooling(spec, f"pooling_{n}", side=3, padding="same") for n in (1, 2, 3)]
    return keras.Sequential(
        [
            keras.Input(input_shape, name="image"),  # [n, 28, 28, 1]
            *convolutions[0],  # [n, 28, 28, 16]
            poolings[0],  # [n, 14, 14, 16]
            *convolutions[1],  # [n, 14, 14, 32]
            poolings[1],  # [n, 7, 7, 32]
            *convolutions[2],  # [n, 7, 7, 48]
            *convolutions[3],
            *convolutions[4],  # [n, 7, 7, 32]
            poolings[2],  # [n, 4, 4, 32]
            layers.Flatten(name="features", dtype=blocks.arithmetic(spec)),  # [n, 512]
            *blocks.dense(spec, 512, "dense_1"),  # [n, 512]
            *blocks.dropout(spec, "dropout_1"),
            *blocks.dense(spec, 512, "dense_2"),
            *blocks.dropout(spec, "dropout_2"),
            blocks.probabilities(spec, classes),  # [n, 10]
        ],
        name="alexnet_small",
    )
