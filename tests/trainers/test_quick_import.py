"""The quick import gives the same TensorFlow, and takes nothing away for good."""

import subprocess
import sys

from tests.running import REPOSITORY

PROGRAM = """
import gc, sys
from trainers.quick_import import import_tensorflow

import_tensorflow()
assert {"tensorflow", "keras"} <= sys.modules.keys()
assert not {"sklearn", "matplotlib"} & sys.modules.keys(), "what Keras does without was imported"
assert gc.isenabled() and gc.get_freeze_count() > 100_000
import_tensorflow()  # a second time changes nothing

import keras
import numpy as np
import tensorflow as tf
from matplotlib import pyplot
from sklearn.datasets import make_moons

from trainers import boundary, classify, sequence

points, kinds = make_moons(200, noise=0.1, random_state=0)
model = keras.Sequential([keras.Input([2]), keras.layers.Dense(1, activation="sigmoid")])
model.compile(keras.optimizers.Adam(0.1), "binary_crossentropy")
losses = model.fit(points, kinds, epochs=5, verbose=0).history["loss"]
assert losses[-1] < losses[0]
print("whole")
"""


def test_keras_trains_and_what_was_kept_from_it_can_be_imported_afterwards():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "whole", done.stderr


def test_a_package_that_was_imported_before_stays():
    program = "\n".join(
        [
            "import matplotlib, sys",
            "from trainers.quick_import import _hidden",
            "with _hidden(('matplotlib', 'colorsys')):",
            "    assert sys.modules['matplotlib'] is matplotlib and sys.modules['colorsys'] is None",
            "import colorsys",
            "print('there')",
        ]
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.stdout.strip() == "there", done.stderr
