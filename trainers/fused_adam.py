"""Adam's rule as one operation for each weight, which TensorFlow has, instead of the dozen that Keras writes it in.

A dozen operations go over a large weight a dozen times, and each costs a small one more time to start than to do.
`tests.benchmarks.loop_speed` measures the whole loop.
"""

from __future__ import annotations

import keras
import tensorflow as tf


class FusedAdam(keras.optimizers.Adam):  # type: ignore[misc]
    """Keras' Adam, with its variables and its numbers; AdamW where it is given a `weight_decay`.

    Kingma and Ba (2015), arXiv:1412.6980, in the shorter form at the end of their section 2.
    """

    def update_step(self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor) -> None:
        """Changes one weight, and what is remembered of its gradients; Keras calls it for each."""
        index = self._get_variable_index(variable)
        number = variable.dtype
        beta_1, beta_2 = tf.cast(self.beta_1, number), tf.cast(self.beta_2, number)
        step = tf.cast(self.iterations + 1, number)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=tf.pow(beta_1, step),
            beta2_power=tf.pow(beta_2, step),
            lr=tf.cast(learning_rate, number),
            beta1=beta_1,
            beta2=beta_2,
            epsilon=tf.cast(self.epsilon, number),
            grad=tf.cast(gradient, number),
        )
