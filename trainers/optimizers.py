"""The rules by which gradients change the weights: Keras' presets, Adam's with TensorFlow's own operation.

    optimizer = build(ClassifySpec(optimizer="nesterov", momentum=0.95), 1e-2)

Ruder (2016), An overview of gradient descent optimization algorithms, arXiv:1609.04747, compares most of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from trainers.fused_adam import FusedAdam
from trainers.specs import ClassifySpec, Spec

Rate = float | keras.optimizers.schedules.LearningRateSchedule


def build(spec: Spec, learning_rate: Rate) -> keras.optimizers.Optimizer:
    """The optimizer a spec asks for, with moving averages of the weights where it asks for those."""
    share = spec.moving_average if isinstance(spec, ClassifySpec) else 0.0
    averaging = {"use_ema": True, "ema_momentum": share} if share else {}
    return OPTIMIZERS[spec.optimizer](spec, learning_rate=learning_rate, **averaging)


def sgd(spec: Spec, **options: Any) -> keras.optimizers.Optimizer:
    """Stochastic gradient descent: each step follows the batch's gradient (Robbins, Monro 1951)."""
    return keras.optimizers.SGD(**options)


def momentum(spec: Spec, **options: Any) -> keras.optimizers.Optimizer:
    """Each step keeps a part of the last one, like a heavy ball (Polyak 1964)."""
    return keras.optimizers.SGD(momentum=spec.momentum, **options)


def nesterov(spec: Spec, **options: Any) -> keras.optimizers.Optimizer:
    """Momentum that looks ahead to where the last step would lead (Nesterov 1983; Sutskever et al. 2013)."""
    return keras.optimizers.SGD(momentum=spec.momentum, nesterov=True, **options)


def adagrad(spec: Spec, **options: Any) -> keras.optimizers.Optimizer:
    """Smaller steps for weights that had large gradients so far (Duchi, Hazan, Singer 2011)."""
    return keras.optimizers.Adagrad(**options)


def adadelta(spec: Spec, **options: Any) -> keras.optimizers.Optimizer:
    """Steps as long as recent steps were, in the weights' own unit (Zeiler 2012, arXiv:1212.5701).

    Zeiler has no learning rate, which is one of 1 here; smaller ones learn slowly.
    """
    return keras.optimizers.Adadelta(**options)


def rmsprop(spec: Spec, **options: Any) -> keras.optimizers.Optimizer:
    """Gradients divided by their recent root mean square (Tieleman, Hinton 2012, lecture 6e)."""
    return keras.optimizers.RMSprop(**options)


def adam(spec: Spec, **options: Any) -> keras.optimizers.Optimizer:
    """Momentum over RMSprop, without the bias of their start (Kingma, Ba 2015, arXiv:1412.6980)."""
    return FusedAdam(beta_1=spec.beta_1, beta_2=spec.beta_2, name="adam", **options)


def adamw(spec: Spec, **options: Any) -> keras.optimizers.Optimizer:
    """Adam that also shrinks each weight, by a share of the rate (Loshchilov, Hutter 2019, arXiv:1711.05101)."""
    return FusedAdam(
        weight_decay=spec.weight_decay, beta_1=spec.beta_1, beta_2=spec.beta_2, name="adamw", **options
    )


def ftrl(spec: Spec, **options: Any) -> keras.optimizers.Optimizer:
    """Follows the regularised leader, made for sparse linear models (McMahan et al. 2013)."""
    return keras.optimizers.Ftrl(**options)


OPTIMIZERS: dict[str, Callable[..., keras.optimizers.Optimizer]] = {
    "sgd": sgd,
    "momentum": momentum,
    "nesterov": nesterov,
    "adagrad": adagrad,
    "adadelta": adadelta,
    "rmsprop": rmsprop,
    "adam": adam,
    "adamw": adamw,
    "ftrl": ftrl,
}
