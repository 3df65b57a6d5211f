"""The networks: parameters counted by hand, shapes, and a start that follows from the seed."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from trainers import models
from trainers.specs import ClassifySpec, InvalidSpec, applies, parse_spec, settings


def dense(inputs: int, outputs: int) -> int:
    return inputs * outputs + outputs


def convolution(side: int, inputs: int, outputs: int) -> int:
    return side * side * inputs * outputs + outputs


def residual_network() -> int:
    """Two blocks a stage: He et al. 2016, with 4 numbers of batch normalisation a channel and no biases."""

    def normalised(side: int, inputs: int, outputs: int) -> int:
        return side * side * inputs * outputs + 4 * outputs

    stages = sum(
        normalised(3, before, channels)
        + 3 * normalised(3, channels, channels)
        + (normalised(1, before, channels) if before != channels else 0)
        for before, channels in ((16, 16), (16, 32), (32, 64))
    )
    return normalised(3, 1, 16) + stages + dense(64, 10)


BY_HAND = {
    "softmax": dense(784, 10),
    "mlp": dense(784, 128) + dense(128, 128) + dense(128, 10),
    "simple_cnn": convolution(5, 1, 32) + convolution(5, 32, 64) + dense(7 * 7 * 64, 1024) + dense(1024, 10),
    "deep_cnn": convolution(3, 1, 32)
    + convolution(3, 32, 32)
    + convolution(3, 32, 64)
    + convolution(3, 64, 64)
    + dense(7 * 7 * 64, 512)
    + dense(512, 10),
    "lenet5": 61_706,  # as counted everywhere for the layout in which C3 sees all maps
    "fast_cnn": convolution(5, 1, 24) + convolution(3, 24, 32) + dense(5 * 5 * 32, 256) + dense(256, 10),
    "alexnet_small": convolution(5, 1, 16)
    + convolution(3, 16, 32)
    + convolution(3, 32, 48)
    + convolution(3, 48, 48)
    + convolution(3, 48, 32)
    + dense(4 * 4 * 32, 512)
    + dense(512, 512)
    + dense(512, 10),
    "resnet_small": residual_network(),
    "rnn": 128 * (28 + 128) + 128 + dense(128, 10),
    "gru": 3 * (128 * (28 + 128) + 2 * 128) + dense(128, 10),  # Keras' gates have two biases each
    "lstm": 4 * (128 * (28 + 128) + 128) + dense(128, 10),
}
SETTINGS = {setting.name: setting for setting in settings(ClassifySpec)}
ANOTHER = {
    "activation": "tanh",
    "depth": 3,
    "width": 20,
    "dropout": 0.25,
    "batch_norm": True,
    "l2": 0.01,
    "initializer": "he_normal",
    "precision": "bfloat16",
}


def test_every_model_that_may_be_asked_for_can_be_built() -> None:
    choices = next(setting.choices for setting in settings(ClassifySpec) if setting.name == "model")
    assert set(choices) == set(models.MODELS) == set(BY_HAND)


@pytest.mark.parametrize("name", BY_HAND)
def test_parameters_are_as_counted_by_hand(name: str) -> None:
    model = models.build(parse_spec({"model": name}))
    assert model.count_params() == BY_HAND[name]
    probabilities = model(np.random.default_rng(0).random((3, 28, 28, 1), np.float32)).numpy()
    assert probabilities.shape == (3, 10)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)


def test_depth_width_and_activation_have_their_effect() -> None:
    model = models.build(ClassifySpec(model="mlp", depth=3, width=7, activation="tanh"))
    hidden = [layer for layer in model.layers if layer.name.startswith("hidden")]
    assert [layer.units for layer in hidden] == [7, 7, 7]
    assert all(layer.activation is keras.activations.tanh for layer in hidden)
    assert model.count_params() == (784 * 7 + 7) + 2 * (7 * 7 + 7) + (7 * 10 + 10)


def test_the_convolutional_network_obeys_activation_and_dropout() -> None:
    model = models.build(ClassifySpec(model="simple_cnn", activation="sigmoid", dropout=0.25))
    assert model.get_layer("dropout").rate == 0.25
    for name in ("convolution_1", "convolution_2", "dense"):
        assert model.get_layer(name).activation is keras.activations.sigmoid


def test_the_start_follows_from_the_seed() -> None:
    def weights(seed: int) -> np.ndarray:
        return models.build(ClassifySpec(model="mlp", seed=seed)).get_weights()[0]

    assert np.array_equal(weights(5), weights(5))
    assert not np.array_equal(weights(5), weights(6))


def test_each_model_is_explained() -> None:
    for name in models.MODELS:
        assert len(models.explanation(name)) > 80


@pytest.mark.parametrize("setting", ANOTHER)
@pytest.mark.parametrize("name", models.MODELS)
def test_each_setting_of_the_network_has_an_effect_where_the_form_shows_it(name: str, setting: str) -> None:
    before = parse_spec({"model": name})
    if not applies(SETTINGS[setting], before):
        with pytest.raises(InvalidSpec, match="no effect"):
            parse_spec({"model": name, setting: ANOTHER[setting]})
        return
    with keras.StatelessScope(initialize_variables=False):  # what is compared is how it is built
        one, other = (
            models.MODELS[name](spec, models.IMAGE_SHAPE, 10)
            for spec in (before, parse_spec({"model": name, setting: ANOTHER[setting]}))
        )
    assert one.get_config() != other.get_config()
    assert other.outputs[0].dtype == "float32", "probabilities are exact whatever the layers compute in"


@pytest.mark.parametrize("name", models.MODELS)
def test_the_penalty_is_the_sum_of_squares_of_all_kernels(name: str) -> None:
    model = models.build(parse_spec({"model": name, "l2": 0.5}))
    kernels = [weight.numpy() for weight in model.trainable_variables if "kernel" in weight.name]
    assert len(kernels) >= sum("bias" in weight.name for weight in model.trainable_variables) > 0
    expected = 0.5 * sum(np.square(kernel).sum() for kernel in kernels)
    np.testing.assert_allclose(float(sum(model.losses)), expected, rtol=1e-4)


def test_normalisation_knows_the_means_within_an_epoch_of_a_small_data_set() -> None:
    """4,000 digits are 32 steps."""
    model = models.build(ClassifySpec(model="mlp", batch_norm=True, depth=1))
    images = np.random.default_rng(2).random((64, 28, 28, 1), np.float32)
    for _ in range(32):
        model(images, training=True)
    sums = images.reshape(64, 784) @ model.get_layer("hidden_1").kernel.numpy()
    known = model.get_layer("hidden_1_normalised")
    np.testing.assert_allclose(known.moving_mean.numpy(), sums.mean(axis=0), rtol=0.05, atol=1e-3)


@pytest.mark.parametrize("name", ["simple_cnn", "lenet5", "fast_cnn", "alexnet_small", "resnet_small"])
def test_nothing_between_the_image_and_the_answer_goes_back_to_full_precision(name: str) -> None:
    with keras.StatelessScope(initialize_variables=False):
        model = models.MODELS[name](ClassifySpec(model=name, precision="bfloat16"), models.IMAGE_SHAPE, 10)
    *hidden, last = [layer for layer in model.layers if layer.name != "image"]
    assert {layer.output.dtype for layer in hidden} == {"bfloat16"}
    assert {variable.dtype for variable in model.weights} == {"float32"}
    assert last.output.dtype == "float32"


@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh", "leaky_relu", "elu"])
def test_pooling_before_a_rising_activation_changes_nothing(activation: str) -> None:
    model = models.build(ClassifySpec(model="fast_cnn", activation=activation))
    image = np.random.default_rng(1).random((2, 28, 28, 1), np.float32)
    before = model.get_layer("convolution_1")(image)
    rising = keras.activations.get(activation)
    activated_first = keras.layers.MaxPooling2D(2)(rising(before))
    pooled_first = rising(keras.layers.MaxPooling2D(2)(before))
    np.testing.assert_allclose(activated_first, pooled_first, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", models.MODELS)
def test_other_image_sizes_and_colours_fit_or_are_refused_in_a_sentence(name: str) -> None:
    spec = parse_spec({"model": name})
    assert models.build(spec, 3, (33, 20, 3)).output_shape == (None, 3)
    assert models.build(spec, 2, (14, 14, 1)).output_shape == (None, 2)
    if name in ("softmax", "mlp"):
        assert models.build(spec, 2, (50,)).output_shape == (None, 2)
        return
    with pytest.raises(models.NetworkDoesNotFit, match=f"{name} needs images"):
        models.build(spec, 2, (50,))


def test_a_network_whose_convolutions_do_not_fit_says_how_large_an_image_must_be() -> None:
    with pytest.raises(models.NetworkDoesNotFit, match="at least 12 × 12 pixels, and these have 7 × 7"):
        models.build(ClassifySpec(model="lenet5"), 10, (7, 7, 1))
    for name, side in (("lenet5", 12), ("fast_cnn", 10), ("simple_cnn", 4), ("deep_cnn", 4)):
        assert models.build(parse_spec({"model": name}), 10, (side, side, 1)).output_shape == (None, 10)
