"""The embedding projector: what the last hidden layer makes of some test images, to be seen as points in space.

TensorBoard reads it from files and not from events: vectors and words as tab-separated tables, and one picture with
all images. It looks for them in the folders that hold events, and reads a folder's `projector_config.pbtxt` only when
it first sees that folder. So each embedding has a folder of its own, whose event file comes last.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from google.protobuf import text_format
from tensorboard.plugins.projector.projector_config_pb2 import EmbeddingInfo, ProjectorConfig, SpriteMetadata

from trainers.runs import storage_failed, write_atomically
from trainers.summaries.events import EventFile
from trainers.summaries.images import as_png, fitted
from trainers.summaries.names import shown

DIMENSIONS = 100
LARGEST_SPRITE = 48  # pixels a side

logger = logging.getLogger(__name__)


def write_projector(
    folder: Path,
    name: str,
    vectors: np.ndarray,
    images: np.ndarray,
    columns: dict[str, Sequence[str]],
) -> None:
    """Writes an embedding: vectors float32 [n, d], images uint8 [n, h, w] or [n, h, w, 3], words for each image.

    `name` is what the embedding is called, the keys of `columns` are what the words mean. Raises StorageFailed.
    """
    if not np.isfinite(vectors).all():
        logger.warning("No embedding is written: the last hidden layer gives values that are no numbers.")
        return
    if vectors.shape[1] > DIMENSIONS:
        name = f"{name}, {DIMENSIONS} principal components of {vectors.shape[1]:,} outputs"
        vectors = principal_components(vectors, DIMENSIONS)
    side = min(LARGEST_SPRITE, max(images.shape[1:3]))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_failed(folder, error) from error
    write_atomically(folder / "vectors.tsv", _table(vectors))
    write_atomically(folder / "words.tsv", _words(columns))
    write_atomically(folder / "images.png", as_png(sprite(images, side)))
    info = EmbeddingInfo(
        tensor_name=name,
        tensor_shape=vectors.shape,
        tensor_path="vectors.tsv",
        metadata_path="words.tsv",
        sprite=SpriteMetadata(image_path="images.png", single_image_dim=[side, side]),
    )
    config = text_format.MessageToString(ProjectorConfig(embeddings=[info]))
    write_atomically(folder / "projector_config.pbtxt", config.encode())
    EventFile(folder).close()


def principal_components(vectors: np.ndarray, count: int) -> np.ndarray:
    """The `count` directions in which vectors [n, d] differ most: float32 [n, at most count].

    TensorBoard itself projects what has more than 200 dimensions at random before it computes anything.
    """
    centred = (vectors - vectors.mean(axis=0)).astype(np.float64)
    # Of the products of some hundred vectors: a fraction of the work of a decomposition of the vectors themselves.
    squares, directions = np.linalg.eigh(centred @ centred.T)  # ascending
    return np.asarray(directions * np.sqrt(np.maximum(squares, 0)), np.float32)[:, ::-1][:, :count]


def sprite(images: np.ndarray, side: int) -> np.ndarray:
    """All images in one square picture, row by row, as TensorBoard cuts it: uint8 [height, width(, 3)].

    Square even where rows stay empty: it shows nothing for the images of the last row of another form.
    """
    columns = int(np.ceil(np.sqrt(len(images))))
    sheet = np.zeros((columns * side, columns * side, *images.shape[3:]), np.uint8)
    for place, image in enumerate(images):
        top, left = place // columns * side, place % columns * side
        sheet[top : top + side, left : left + side] = fitted(image, side)
    return sheet


def _table(vectors: np.ndarray) -> bytes:
    file = io.StringIO()
    np.savetxt(file, vectors, fmt="%.5g", delimiter="\t")
    return file.getvalue().encode()


def _words(columns: dict[str, Sequence[str]]) -> bytes:
    """A table with a head line; a name can hold neither a tab nor the end of a line."""
    lines = [list(columns), *zip(*columns.values(), strict=True)]
    return "".join("\t".join(map(shown, line)) + "\n" for line in lines).encode()
