"""keras.io's example mnist_convnet, trained by `fit` until it passes an accuracy: the other side of `time_to_accuracy`.

    python -m tests.benchmarks.keras_convnet --mnist FILE --seed 1 --until 0.9907

The network, the batch size, the optimizer and the validation split are those of
https://keras.io/examples/vision/mnist_convnet/ (F. Chollet, 2015). After each epoch the test images are looked at,
and the time of that look is not counted. The last line of standard output is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

MOST_EPOCHS = 30


def main() -> None:
    """Trains and prints what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mnist", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--until", type=float, default=0.9907)
    chosen = parser.parse_args()
    began = time.monotonic()
    import keras

    imported = time.monotonic()
    keras.utils.set_random_seed(chosen.seed)
    with np.load(chosen.mnist, allow_pickle=False) as file:
        data = {name: file[name] for name in file.files}
    images = {name: data[name].astype("float32")[..., np.newaxis] / 255 for name in ("x_train", "x_test")}
    labels = {name: keras.utils.to_categorical(data[name], 10) for name in ("y_train", "y_test")}
    network = convnet(keras)
    seconds, epochs, accuracy = time.monotonic() - imported, 0, 0.0
    while accuracy < chosen.until and epochs < MOST_EPOCHS:
        started = time.monotonic()
        network.fit(
            images["x_train"], labels["y_train"], batch_size=128, epochs=1, validation_split=0.1, verbose=0
        )
        seconds += time.monotonic() - started
        epochs += 1
        accuracy = float(network.evaluate(images["x_test"], labels["y_test"], verbose=0)[1])
    print(
        json.dumps(
            {"import_seconds": imported - began, "seconds": seconds, "epochs": epochs, "accuracy": accuracy}
        )
    )


def convnet(keras):  # type: ignore[no-untyped-def]
    """The example's network, compiled as there."""
    network = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
            keras.layers.MaxPooling2D(pool_size=(2, 2)),
            keras.layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
            keras.layers.MaxPooling2D(pool_size=(2, 2)),
            keras.layers.Flatten(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    network.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return network


if __name__ == "__main__":
    main()
