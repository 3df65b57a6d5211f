"""What the drawings of a form depend on."""

from __future__ import annotations

from hypothesis import given

from dashboard.previews import _OF_AUGMENTATION, _OF_SCHEDULE, about, is_augmented
from tests.any_spec import specs
from trainers.specs import ClassifySpec


@given(specs())
def test_a_drawing_is_of_a_spec_that_can_be_asked_for(spec):
    of_schedule, of_augmentation = about(spec, _OF_SCHEDULE), about(spec, _OF_AUGMENTATION)
    assert (of_schedule.schedule, of_schedule.epochs) == (spec.schedule, spec.epochs)
    assert is_augmented(of_augmentation) == is_augmented(spec)


def test_another_model_leaves_the_drawings_as_they_are():
    one, other = (ClassifySpec(model=model, schedule="cosine", shift=2) for model in ("softmax", "lenet5"))
    assert about(one, _OF_SCHEDULE) == about(other, _OF_SCHEDULE)
    assert about(one, _OF_AUGMENTATION) == about(other, _OF_AUGMENTATION)


def test_pooled_images_are_drawn_as_the_network_sees_them():
    drawn = about(ClassifySpec(features="pooled", pooling=4, shift=2), _OF_AUGMENTATION)
    assert (drawn.features, drawn.pooling) == ("pooled", 4)


def test_any_of_the_four_changes_images():
    assert not is_augmented(ClassifySpec())
    for name in ("shift", "rotation", "scale", "elastic"):
        assert is_augmented(ClassifySpec(**{name: 0.5})), name
