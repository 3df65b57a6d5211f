"""The losses are the published ones: equal to the formulas in plain NumPy, and their gradient is theirs."""

from __future__ import annotations

import numpy as np
import pytest

from tests.trainers.style import oracle, procedural
from trainers.style.network import Network
from trainers.style.objective import Balance, Objective, gram, named

PHOTO, WAVES, MOSAIC = procedural.scene(34, 25), procedural.waves(34, 28), procedural.mosaic(40, 25)
PICTURE = np.random.default_rng(5).integers(0, 256, PHOTO.shape).astype(np.uint8)
PUBLISHED = Balance(5, 500, 100)


def judged(objective, balance=PUBLISHED, styles=(WAVES,), blend=(1.0,), picture=PICTURE):
    target = objective.target(objective.photo(PHOTO), [objective.grams(one) for one in styles], blend)
    return objective.losses(picture, target, balance)


def expected(vgg16, styles=(WAVES,), **settings):
    return oracle.losses(PICTURE, PHOTO, styles, (vgg16.kernels, vgg16.biases), **settings)


def test_the_published_objective_equals_the_formulas_in_numpy(objective, vgg16):
    ours, theirs = judged(objective), expected(vgg16)
    for name, value in theirs.items():
        assert ours[name] == pytest.approx(value, rel=1e-4), name
    assert sum(value for name, value in ours.items() if name.startswith("style/")) == pytest.approx(
        ours["style"]
    )


def test_blends_of_styles_and_layers_and_average_pooling_equal_them_too(vgg16):
    objective = Objective(Network("vgg16", vgg16, pooling="average"), content_blend=0.3, layer_exponent=2)
    ours = judged(objective, Balance(7, 20, 3), (WAVES, MOSAIC), (0.25, 0.75))
    theirs = expected(
        vgg16,
        (WAVES, MOSAIC),
        content_weight=7,
        style_weight=20,
        tv_weight=3,
        content_layers={"4_2": 0.3, "5_2": 0.7},
        exponent=2,
        blend=(0.25, 0.75),
        pooling="average",
    )
    for name, value in theirs.items():
        assert ours[name] == pytest.approx(value, rel=1e-4), name


def test_content_of_one_layer_and_style_of_some_equal_them_too(vgg16):
    objective = Objective(Network("vgg16", vgg16), content_layer="relu2_2", style_layers=(1, 3, 0, 0, 0))
    ours = judged(objective)
    theirs = expected(vgg16, content_layers={"2_2": 1}, layers=(1, 3, 0, 0, 0))
    for name, value in theirs.items():
        assert ours[name] == pytest.approx(value, rel=1e-4), name
    assert [ours[f"style/relu{block}_1"] > 0 for block in range(1, 6)] == [True, True, False, False, False]
    target = objective.target(objective.photo(PHOTO), [objective.grams(WAVES)], (1.0,))
    losses, gradient = objective.value_and_gradient(PICTURE, target, PUBLISHED)
    assert losses[0] == pytest.approx(theirs["loss"], rel=1e-4) and gradient.shape == PICTURE.shape


def test_the_gradient_is_the_slope_of_the_formulas(objective, vgg16):
    """Along a random direction, by central differences of the oracle in float64."""
    start = PICTURE.astype(np.float64)
    direction = np.random.default_rng(8).normal(size=start.shape)
    target = objective.target(objective.photo(PHOTO), [objective.grams(WAVES)], (1.0,))
    _losses, gradient = objective.value_and_gradient(start, target, PUBLISHED)
    width = 1e-3
    ends = [
        oracle.losses(start + sign * width * direction, PHOTO, [WAVES], (vgg16.kernels, vgg16.biases))["loss"]
        for sign in (-1, 1)
    ]
    assert float((gradient * direction).sum()) == pytest.approx((ends[1] - ends[0]) / (2 * width), rel=2e-3)


def test_the_quick_way_gives_the_same_losses_and_gradient(objective, vgg16):
    quick = Objective(Network("vgg16", vgg16, quick="winograd"))
    target = objective.target(objective.photo(PHOTO), [objective.grams(WAVES)], (1.0,))
    (losses, gradient), (quick_losses, quick_gradient) = (
        one.value_and_gradient(PICTURE, target, PUBLISHED) for one in (objective, quick)
    )
    np.testing.assert_allclose(quick_losses, losses, rtol=1e-4)
    assert np.linalg.norm(quick_gradient - gradient) < 1e-3 * np.linalg.norm(gradient)


def test_a_photo_has_no_content_loss_and_a_painting_no_style_loss(objective):
    assert judged(objective, picture=PHOTO)["content"] == pytest.approx(0, abs=1e-3)
    assert judged(objective, picture=WAVES[:25])["style"] < 0.2 * judged(objective)["style"]


def test_one_compiled_function_serves_all_sizes(objective):
    before = objective._evaluate.experimental_get_tracing_count()
    for size in ((32, 24), (47, 33)):
        photo = procedural.scene(*size)
        target = objective.target(objective.photo(photo), [objective.grams(WAVES)], (1.0,))
        objective.value_and_gradient(photo.astype(np.float32), target, PUBLISHED)
    assert objective._evaluate.experimental_get_tracing_count() <= max(before, 1)


def test_a_pass_in_bfloat16_is_close_and_what_is_judged_is_not_rounded(objective, vgg16):
    rounded = Objective(Network("vgg16", vgg16, quick="bfloat16"))
    target = objective.target(objective.photo(PHOTO), [objective.grams(WAVES)], (1.0,))
    (losses, gradient), (rough_losses, rough_gradient) = (
        one.value_and_gradient(PICTURE, target, PUBLISHED) for one in (objective, rounded)
    )
    assert rough_losses[0] == pytest.approx(losses[0], rel=0.02) and rough_losses[0] != losses[0]
    assert np.linalg.norm(rough_gradient - gradient) < 0.1 * np.linalg.norm(gradient)
    assert judged(rounded) == judged(objective)


def test_the_styles_are_told_apart_by_their_gram_matrices(objective):
    waves, mosaic, again = (objective.grams(one) for one in (WAVES, MOSAIC, procedural.waves(64, 48)))
    for ours, other, same in zip(waves, mosaic, again, strict=True):
        assert np.linalg.norm(ours - same) < 0.7 * np.linalg.norm(ours - other)


def test_a_gram_matrix_is_what_two_channels_answer_together():
    values = np.arange(24, dtype=np.float32).reshape(1, 2, 4, 3)
    np.testing.assert_allclose(gram(values), np.einsum("bhwi,bhwj->ij", values, values) / 24)


def test_losses_are_named_in_order():
    assert named(np.arange(9.0))["style/relu5_1"] == 8
