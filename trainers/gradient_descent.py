"""How a network learns: one step of gradient descent, and many of them in one compiled call.

    learning = descent(model, spec, data.train, total_steps=155, steps_per_epoch=31)
    order = epoch_order(seed=1, epoch=0, images=4000)
    learning.run_steps(order, first=0, count=31)             # loss, accuracy, learning rate: float32 [31, 3]

Reference: Goodfellow, Bengio, Courville (2016), Deep Learning, chapters 6 to 8.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from tensorflow.types.experimental import PolymorphicFunction

from trainers import augmentation, optimizers, schedules
from trainers.datasets import Split
from trainers.specs import ClassifySpec

MEASURES = ("loss", "accuracy", "learning_rate")
ROWS = tf.TensorSpec([None], tf.int32)
_VALIDATION_BATCH = 1_000

Steps = Callable[[tf.Tensor, tf.Tensor, tf.Tensor], tf.Tensor]
Epochs = Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]
Loss = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]  # labels int64 [b], probabilities [b, classes] → []


@dataclass(frozen=True)
class Validation:
    """A look at the validation images: `sums` float32 [2] of cross-entropy and accuracy over `count` images."""

    sums: PolymorphicFunction
    count: int

    def means(self, sums: tf.Tensor) -> np.ndarray:
        """Sums float32 [..., 2] as means float64 [..., 2]."""
        # Divided here: TensorFlow would multiply by 1 / count, and 4,568 of 5,000 would not be 0.9136.
        return sums.numpy().astype(np.float64) / self.count

    def __call__(self) -> np.ndarray:
        """Mean cross-entropy and accuracy, float64 [2]."""
        return self.means(self.sums())


@dataclass(frozen=True)
class Descent:
    """All that one training needs, compiled at its first use.

    `run_steps` takes an epoch's order of the images int32 [n], the step of the epoch to begin with and a count of
    steps, and gives float32 [count, 3]: `MEASURES`. `step` is one of them, on a batch of images and labels int64 [b].
    `randomness` holds the states of all random generators in it, those of augmentation and dropout.
    """

    run_steps: Steps
    step: PolymorphicFunction
    optimizer: keras.optimizers.Optimizer
    steered: schedules.SteeredSchedule
    randomness: list[keras.Variable]


def descent(
    model: keras.Model, spec: ClassifySpec, train: Split, *, total_steps: int, steps_per_epoch: int
) -> Descent:
    """How a model learns what a spec asks for from these images; the schedule ends at `total_steps`."""
    planned = schedules.schedule(spec, total_steps=total_steps, steps_per_epoch=steps_per_epoch)
    steered = schedules.SteeredSchedule(planned)
    optimizer = optimizers.build(spec, steered)
    optimizer.build(model.trainable_variables)
    augment = augmentation.layers_for(spec, model.input_shape[1:])
    loss = loss_function(spec.label_smoothing)
    images = tf.TensorSpec([None, *train.images.shape[1:]], train.images.dtype)
    step = _training_step(model, optimizer, loss, augment, images)
    weights = {id(weight) for weight in model.weights}
    # The training images lie on the device once.
    all_images = tf.constant(train.images)  # [n, …]
    all_labels = tf.constant(train.labels, tf.int64)  # [n]
    return Descent(
        run_steps=compiled_steps(
            lambda rows: step(tf.gather(all_images, rows), tf.gather(all_labels, rows)), spec.batch_size
        ),
        step=step,
        optimizer=optimizer,
        steered=steered,
        randomness=[
            *(augment.variables if augment else []),
            *(variable for variable in model.variables if id(variable) not in weights),
        ],
    )


def as_input(images: tf.Tensor) -> tf.Tensor:
    """What networks are fed: images uint8 [n, h, w] in 0…255 become float32 [n, h, w, 1] in 0…1.

    Images float32 [n, h, w] only get the last axis, colours [n, h, w, 3] keep theirs, vectors float32 [n, k] stay.
    """
    numbers = tf.cast(images, tf.float32)
    if images.dtype == tf.uint8:
        numbers /= 255.0
    return numbers[..., tf.newaxis] if images.shape.rank == 3 else numbers


def correct(probabilities: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Which images are named correctly: probabilities float32 [n, classes], labels int64 [n] → 0 or 1, float32 [n]."""
    return tf.cast(tf.equal(tf.argmax(probabilities, axis=1), labels), tf.float32)


def loss_function(label_smoothing: float) -> Loss:
    """The cross-entropy −log p(label) in nats, averaged over the batch.

    With a label smoothing s the label is believed with a share 1 − s only, and the rest belongs to all classes alike
    (Szegedy et al. 2016, arXiv:1512.00567). Keras computes it from the scores before the softmax, so that a network
    that is very sure and wrong gives no log 0.
    """

    def loss(labels: tf.Tensor, probabilities: tf.Tensor) -> tf.Tensor:
        if label_smoothing:
            truth = tf.one_hot(labels, probabilities.shape[-1])  # [b, classes]
            losses = keras.losses.categorical_crossentropy(
                truth, probabilities, label_smoothing=label_smoothing
            )
        else:
            losses = keras.losses.sparse_categorical_crossentropy(labels, probabilities)  # [b]
        return tf.reduce_mean(losses)

    return loss


def _training_step(
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    loss_function: Loss,
    augment: keras.Sequential | None,
    images: tf.TensorSpec,
) -> PolymorphicFunction:
    """One step of gradient descent on a batch, as a compiled function.

    It takes images [b, …] and labels int64 [b], changes the model's weights, and gives float32 [3]: what the batch
    made it minimise (the loss and the penalties of the layers), the accuracy before the change, the learning rate.
    """
    signature = [images, tf.TensorSpec([None], tf.int64)]

    @tf.function(input_signature=signature, autograph=False)
    def step(images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        inputs = as_input(images)  # [b, …]
        if augment is not None:
            inputs = augment(inputs, training=True)
        with tf.GradientTape() as tape:
            probabilities = model(inputs, training=True)  # [b, classes]
            loss = tf.add_n([loss_function(labels, probabilities), *model.losses])  # []
        gradients = tape.gradient(loss, model.trainable_variables)
        learning_rate = tf.cast(optimizer.learning_rate, tf.float32)
        optimizer.apply(gradients, model.trainable_variables)
        return tf.stack([loss, tf.reduce_mean(correct(probabilities, labels)), learning_rate])

    return step


def compiled_steps(step: Callable[[tf.Tensor], tf.Tensor], batch_size: int) -> Steps:
    """Many training steps in one call: float32 [count, measures] from a `step` that takes some rows int32 [b].

    All three arguments are tensors, so it is compiled once for every length; the last batch of an order is as short
    as it comes.
    """
    number = tf.TensorSpec([], tf.int32)

    @tf.function(input_signature=[ROWS, number, number])
    def steps(order: tf.Tensor, first: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
        measures = tf.TensorArray(tf.float32, count)
        for index in tf.range(count):
            start = (first + index) * batch_size
            measures = measures.write(index, step(order[start : start + batch_size]))
        return measures.stack()  # [count, measures]

    return steps


def compiled_epochs(descent: Descent, validation: Validation, steps_per_epoch: int) -> Epochs:
    """Several whole epochs in one call, each with its look at the validation images.

    The function takes their orders int32 [epochs, n] and gives `MEASURES` float32 [epochs · steps, 3] and the sums
    of the validation float32 [epochs, 2]. Going back to Python after each epoch of a small network would cost as much
    as a tenth of the epoch.
    """

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32)])
    def epochs(orders: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        count = tf.shape(orders)[0]
        measures = tf.TensorArray(tf.float32, count, element_shape=[steps_per_epoch, len(MEASURES)])
        sums = tf.TensorArray(tf.float32, count, element_shape=[2])
        for epoch in tf.range(count):
            measures = measures.write(epoch, descent.run_steps(orders[epoch], 0, steps_per_epoch))
            sums = sums.write(epoch, validation.sums())
        return measures.concat(), sums.stack()

    return epochs


def epoch_order(seed: int, epoch: int, images: int) -> np.ndarray:
    """The order in which an epoch shows the training images: int32 [images], another each epoch.

    It follows from the seed and the epoch alone, not from what happened before.
    """
    return np.random.default_rng([seed, epoch]).permutation(images).astype(np.int32)


@contextmanager
def averaged_weights(model: keras.Model, optimizer: keras.optimizers.Optimizer) -> Iterator[None]:
    """Within it the model holds the moving averages of its weights, where the optimizer keeps any.

    Before the first step there are none. What a batch normalisation has seen is an average already and stays.
    """
    if not optimizer.use_ema or int(optimizer.iterations) == 0:
        yield
        return
    weights = model.trainable_variables
    learned = [tf.convert_to_tensor(weight) for weight in weights]
    optimizer.finalize_variable_values(weights)
    try:
        yield
    finally:
        for weight, value in zip(weights, learned, strict=True):
            weight.assign(value)


def compiled_validation(model: keras.Model, validation: Split) -> Validation:
    """A look at how well the network does on the validation images."""
    images = tf.constant(validation.images)  # [n, …]
    labels = tf.constant(validation.labels, tf.int64)  # [n]
    count = len(validation.labels)

    @tf.function
    def sums() -> tf.Tensor:
        total = tf.zeros([2])
        for start in tf.range(0, count, _VALIDATION_BATCH):  # a thousand at a time: memory stays small
            some = labels[start : start + _VALIDATION_BATCH]  # [b]
            inputs = as_input(images[start : start + _VALIDATION_BATCH])
            probabilities = model(inputs, training=False)  # [b, classes]
            losses = keras.losses.sparse_categorical_crossentropy(some, probabilities)  # [b]
            total += tf.stack([tf.reduce_sum(losses), tf.reduce_sum(correct(probabilities, some))])
        return total

    return Validation(sums, count)
