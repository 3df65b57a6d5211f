import pytest

from dashboard.build_line import PATIENCE_SECONDS, RETRY_SECONDS, Refusal, ask, sentence, why
from trainers.launchers import Description, Failed, Layer, Pending
from trainers.specs import ClassifySpec

SPEC = ClassifySpec()


def layer(name, kind, shape, parameters, work, before):
    return Layer(
        name=name,
        kind=kind,
        output_shape=shape,
        parameters=parameters,
        multiply_adds=work,
        activation="",
        window=(),
        rate=0.0,
        inputs=(before,),
    )


BUILT = Description(
    example="image",
    input_shape=(28, 28, 1),
    layers=(
        layer("pixels", "Flatten", (784,), 0, 0, "image"),
        layer("hidden", "Dense", (128,), 100_352, 100_352, "pixels"),
        layer("normalised", "BatchNormalization", (128,), 512, 0, "hidden"),
        layer("classes", "Dense", (10,), 1_290, 1_280, "normalised"),
    ),
    parameters=102_154,
    multiply_adds=101_632,
    device="CPU",
    device_reason="This machine has no GPU.",
)


class Helper:
    """Stands in for the helper process, which takes seconds to start; the real one is asked in test_train."""

    def __init__(self, *answers, is_awake=True):
        self.answers = list(answers)
        self.is_awake = is_awake
        self.waited = []

    def describe(self, spec, *, wait_seconds):
        self.waited.append(wait_seconds)
        return self.answers.pop(0)


def test_a_network_is_one_line_with_layers_parameters_arithmetic_and_device():
    assert sentence(BUILT) == (
        "2 layers with weights, 102,154 parameters, 101,632 multiply-adds for one image. Device: CPU."
    )
    assert why(BUILT) == "This machine has no GPU."
    assert why(Pending(starting=True)) is None


@pytest.mark.parametrize("example", ["point", "window"])
def test_the_arithmetic_is_for_one_of_what_the_task_looks_at(example):
    assert f"multiply-adds for one {example}." in sentence(BUILT.model_copy(update={"example": example}))


@pytest.mark.parametrize(("starting", "word"), [(True, "TensorFlow"), (False, "Looking")])
def test_a_line_says_what_it_waits_for(starting, word):
    assert word in sentence(Pending(starting=starting))


def test_only_a_helper_that_is_awake_is_waited_for():
    """One that still imports TensorFlow needs seconds: the page would stand still for nothing."""
    for is_awake, patience in ((False, 0.0), (True, PATIENCE_SECONDS)):
        helper = Helper(BUILT, is_awake=is_awake)
        ask(helper, SPEC, None, lambda: 100.0)
        assert helper.waited == [patience]


def test_a_refusal_holds_for_a_while_and_is_then_asked_again():
    helper = Helper(Failed("No data."), BUILT)
    refused = ask(helper, SPEC, None, lambda: 100.0)
    assert refused == Refusal(refused.spec_hash, "No data.", 100.0)
    assert ask(helper, SPEC, refused, lambda: 100.0 + RETRY_SECONDS - 1) is refused
    assert ask(helper, SPEC, refused, lambda: 100.0 + RETRY_SECONDS) == BUILT


def test_another_spec_is_asked_at_once():
    helper = Helper(Failed("No data."), BUILT)
    refused = ask(helper, SPEC, None, lambda: 100.0)
    assert ask(helper, ClassifySpec(model="mlp"), refused, lambda: 100.0) == BUILT
