"""How a network learns: one step of gradient descent, and many of them in one compiled call.

    step = training_step(model, keras.optimizers.Adam(1e-3))
    steps = compiled_steps(step, data.train, batch_size=128)
    steps(epoch_order(seed=1, epoch=0, images=4000), first=0, count=31)      # loss, accuracy, learning rate: [31, 3]

Reference: Goodfellow, Bengio, Courville (2016), Deep Learning, chapters 6 and 8.
"""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from tensorflow.types.experimental import PolymorphicFunction

from trainers.datasets import Split

MEASURES = ("loss", "accuracy", "learning_rate")
_VALIDATION_BATCH = 1_000

Steps = Callable[[tf.Tensor, tf.Tensor, tf.Tensor], tf.Tensor]


def as_input(images: tf.Tensor) -> tf.Tensor:
    """What networks are fed: images uint8 [n, 28, 28] in 0…255 become float32 [n, 28, 28, 1] in 0…1."""
    return tf.cast(images, tf.float32)[..., tf.newaxis] / 255.0


def correct(probabilities: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Which images are named correctly: probabilities float32 [n, classes], labels int64 [n] → 0 or 1, float32 [n]."""
    return tf.cast(tf.equal(tf.argmax(probabilities, axis=1), labels), tf.float32)


def training_step(model: keras.Model, optimizer: keras.optimizers.Optimizer) -> PolymorphicFunction:
    """One step of gradient descent on a batch, as a compiled function.

    It takes images uint8 [b, 28, 28] and labels int64 [b], changes the model's weights, and gives float32 [3]:
    the batch's loss and accuracy before the change, and the learning rate.

    The loss is the cross-entropy −log p(label) in nats, averaged over the batch. Keras computes it from the
    scores before the softmax, so that a network that is very sure and wrong gives no log 0.
    """
    loss_function = keras.losses.SparseCategoricalCrossentropy()
    optimizer.build(model.trainable_variables)

    @tf.function(input_signature=[tf.TensorSpec([None, 28, 28], tf.uint8), tf.TensorSpec([None], tf.int64)])
    def step(images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            probabilities = model(as_input(images), training=True)  # [b, classes]
            loss = loss_function(labels, probabilities)  # []
        gradients = tape.gradient(loss, model.trainable_variables)
        learning_rate = tf.cast(optimizer.learning_rate, tf.float32)
        optimizer.apply(gradients, model.trainable_variables)
        return tf.stack([loss, tf.reduce_mean(correct(probabilities, labels)), learning_rate])

    return step


def compiled_steps(step: PolymorphicFunction, train: Split, batch_size: int) -> Steps:
    """Many training steps in one call, as a function that gives `MEASURES` for each: float32 [count, 3].

    It takes `order` int32 [n] (the epoch's order of the images), the step `first` of the epoch to begin with,
    and the `count` of steps. All three are tensors, so it is compiled once for every length; the last batch
    of an epoch is as short as it comes. The images lie on the device once.
    """
    images = tf.constant(train.images)  # uint8 [n, 28, 28]
    labels = tf.constant(train.labels, tf.int64)  # [n]
    number = tf.TensorSpec([], tf.int32)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.int32), number, number])
    def steps(order: tf.Tensor, first: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
        measures = tf.TensorArray(tf.float32, count, element_shape=[len(MEASURES)])
        for index in tf.range(count):
            start = (first + index) * batch_size
            batch = order[start : start + batch_size]  # [b], b = batch_size but for the last
            measures = measures.write(index, step(tf.gather(images, batch), tf.gather(labels, batch)))
        return measures.stack()  # [count, 3]

    return steps


def epoch_order(seed: int, epoch: int, images: int) -> np.ndarray:
    """The order in which an epoch shows the training images: int32 [images], another each epoch.

    It follows from the seed and the epoch alone, not from what happened before.
    """
    return np.random.default_rng([seed, epoch]).permutation(images).astype(np.int32)


def compiled_validation(model: keras.Model, validation: Split) -> Callable[[], np.ndarray]:
    """A function that gives the network's mean loss and accuracy on the validation images: float64 [2]."""
    images = tf.constant(validation.images)  # uint8 [n, 28, 28]
    labels = tf.constant(validation.labels, tf.int64)  # [n]
    count = len(validation.labels)

    @tf.function
    def sums() -> tf.Tensor:
        total = tf.zeros([2])
        for start in tf.range(0, count, _VALIDATION_BATCH):  # a thousand at a time: memory stays small
            some = labels[start : start + _VALIDATION_BATCH]  # [b]
            probabilities = model(
                as_input(images[start : start + _VALIDATION_BATCH]), training=False
            )  # [b, classes]
            losses = keras.losses.sparse_categorical_crossentropy(some, probabilities)  # [b]
            total += tf.stack([tf.reduce_sum(losses), tf.reduce_sum(correct(probabilities, some))])
        return total

    # Divided here: TensorFlow would multiply by 1 / count, and 4,568 of 5,000 would not be 0.9136.
    return lambda: sums().numpy().astype(np.float64) / count
