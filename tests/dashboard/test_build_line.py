import pytest

from dashboard.build_line import RETRY_SECONDS, Refusal, ask, output_shape, sentence
from trainers.launchers import Description, Failed, Layer, Pending
from trainers.specs import ClassifySpec

SPEC = ClassifySpec()
BUILT = Description(
    layers=(
        Layer(name="pixels", kind="Flatten", output_shape=(784,), parameters=0),
        Layer(name="hidden", kind="Dense", output_shape=(128,), parameters=100_480),
        Layer(name="classes", kind="Dense", output_shape=(10,), parameters=1_290),
    ),
    parameters=101_770,
    multiply_adds=101_632,
    device="CPU",
    device_reason="This machine has no GPU.",
)


class Helper:
    """Stands in for the helper process, which takes seconds to start; the real one is asked in test_train."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def describe(self, spec, *, wait_seconds):
        return self.answers.pop(0)


def test_a_network_is_one_line_with_layers_parameters_device_and_reason():
    assert sentence(BUILT) == (
        "2 layers with weights, 101,770 parameters. Device: CPU. This machine has no GPU."
    )


@pytest.mark.parametrize(("starting", "word"), [(True, "TensorFlow"), (False, "Looking")])
def test_a_line_says_what_it_waits_for(starting, word):
    assert word in sentence(Pending(starting=starting))


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


def test_shapes_read_as_sizes():
    layer = Layer(name="c", kind="Conv2D", output_shape=(28, None, 32), parameters=1)
    assert output_shape(layer) == "28 × ? × 32"
