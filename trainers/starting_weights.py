"""Starting weights that two networks share wherever their shapes agree, whatever else differs between them.

Keras draws layer after layer from one stream, so that one layer more at the front changes all weights behind it, and
a comparison of two depths would also compare two draws. Here a kernel's numbers follow from the seed, its shape and
how many kernels of that shape came before it: common random numbers, as of Law (2015), Simulation Modeling and
Analysis, section 11.2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import keras
import numpy as np

_DRAWN_BY = {"kernel": "kernel_initializer", "recurrent_kernel": "recurrent_initializer"}


def drawn(model: keras.Model, seed: int) -> keras.Model:
    """The model, its kernels drawn from their own initialisers by (seed, shape, number of that shape)."""
    before: Counter[tuple[int, ...]] = Counter()
    for kernel, initializer in _kernels(model):
        shape = tuple(kernel.shape)
        kernel.assign(_seeded(initializer, _seed_of(seed, shape, before[shape]))(shape, dtype=kernel.dtype))
        before[shape] += 1
    return model


def _kernels(model: keras.Model) -> Iterator[tuple[keras.Variable, keras.initializers.Initializer]]:
    """All kernels, from the input on, each with what it is drawn by; a recurrent layer has its own in its cell."""
    for layer in model.layers:
        owner = getattr(layer, "cell", layer)
        for name, initializer in _DRAWN_BY.items():
            kernel = getattr(owner, name, None)
            if kernel is not None:
                yield kernel, getattr(owner, initializer)


def _seed_of(seed: int, shape: tuple[int, ...], number: int) -> int:
    """A seed below 2³¹, another for each shape and each kernel of it."""
    return int(np.random.SeedSequence([seed, number, *shape]).generate_state(1)[0] >> 1)


def _seeded(initializer: keras.initializers.Initializer, seed: int) -> keras.initializers.Initializer:
    config = initializer.get_config()
    return type(initializer).from_config({**config, "seed": seed}) if "seed" in config else initializer
