"""How many processor threads a training is best done with, where nobody chose.

    threads_for(ClassifySpec(model="softmax"))      # 1
    threads_for(ClassifySpec(model="lenet5"))       # 0: TensorFlow's choice, all cores

Threads share the work of an operation, and handing it out takes a while. With short operations that while is longer
than the work: on two cores, batches of 128 and all cores against one thread, softmax regression made 2,960 steps a
second against 5,330, a perceptron of two layers of 128 neurons 760 against 1,100, a simple recurrent network of 32
neurons 187 against 614; but a perceptron of two layers of 1,024 neurons 106 against 66, simple_cnn 20 against 12.
"""

from __future__ import annotations

from itertools import pairwise

from trainers.specs import BoundarySpec, ClassifySpec, SequenceSpec, StylizeSpec

ENOUGH_WORK = 5e7  # multiply-adds of a step, forwards, from which on threads are worth their while
_PIXELS, _SIDE, _CLASSES = 784, 28, 10  # of the data sets; what own images have is not known from a spec
_GATES = {"rnn": 1, "gru": 3, "lstm": 4}  # matrices for each cell's one state

AnySpec = ClassifySpec | BoundarySpec | SequenceSpec | StylizeSpec


def threads_for(spec: AnySpec) -> int:
    """1 where one thread is faster, else 0: all cores."""
    work = multiply_adds_of_step(spec)
    return 1 if work is not None and work < ENOUGH_WORK else 0


def multiply_adds_of_step(spec: AnySpec) -> float | None:
    """About how many multiplications (each with an addition) a training step takes forwards.

    None: convolutions, or own images, whose size a spec does not say: perhaps many.

    Told from the spec alone, for it is needed before TensorFlow may be used.
    """
    match spec:
        case BoundarySpec():
            hidden = {"logistic": 0, "one_hidden": 1, "deep": spec.depth}[spec.model]
            return spec.batch_size * _dense(2, *[spec.width] * hidden, 1)
        case SequenceSpec():
            sizes = [1, *[spec.width] * spec.depth]
            return spec.batch_size * (spec.window * _recurrent(spec.model, sizes) + spec.width)
        case StylizeSpec():
            return None
        case _:
            return _of_classify(spec)


def _of_classify(spec: ClassifySpec) -> float | None:
    if spec.dataset == "own":
        return None
    share = 1 / spec.pooling if spec.features == "pooled" else 1.0  # of an image's side
    if spec.model in ("softmax", "mlp"):
        inputs = spec.components if spec.features == "pca" else _PIXELS * share**2
        hidden = spec.depth if spec.model == "mlp" else 0
        return spec.batch_size * _dense(inputs, *[spec.width] * hidden, _CLASSES)
    if spec.model in _GATES:
        rows = columns = _SIDE * share
        return spec.batch_size * (
            rows * _recurrent(spec.model, [columns, spec.width]) + spec.width * _CLASSES
        )
    return None


def _dense(*sizes: float) -> float:
    """Multiply-adds of dense layers with so many numbers between them, for one example."""
    return sum(before * after for before, after in pairwise(sizes))


def _recurrent(cell: str, sizes: list[float]) -> float:
    """Multiply-adds of recurrent layers on each other, for one moment of one example: of inputs and of the state."""
    return _GATES[cell] * sum((before + after) * after for before, after in pairwise(sizes))
