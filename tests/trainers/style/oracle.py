"""The published objective in plain NumPy, float64, from its formulas: nothing of it is TensorFlow or our code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

BLOCKS = (2, 2, 3, 3, 3)
STYLE = ("1_1", "2_1", "3_1", "4_1", "5_1")


def convolved(values: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """A 3×3 correlation with zeros around: float64 [h, w, in] → [h, w, out], negative answers made 0."""
    padded = np.pad(values, ((1, 1), (1, 1), (0, 0)))
    height, width = values.shape[:2]
    result = np.zeros((height, width, kernel.shape[3])) + bias
    for row in range(3):
        for column in range(3):
            result += padded[row : row + height, column : column + width] @ kernel[row, column]
    return np.maximum(result, 0)


def pooled(values: np.ndarray, pooling: str) -> np.ndarray:
    """Each 2×2 neighbours by their maximum or mean; at an odd end the neighbours that there are."""
    height, width, channels = values.shape
    filled = np.full((height + height % 2, width + width % 2, channels), np.nan)
    filled[:height, :width] = values
    quarters = filled.reshape(filled.shape[0] // 2, 2, filled.shape[1] // 2, 2, channels)
    return np.nanmax(quarters, axis=(1, 3)) if pooling == "max" else np.nanmean(quarters, axis=(1, 3))


def features(
    picture: np.ndarray,
    kernels: Mapping[str, np.ndarray],
    biases: Mapping[str, np.ndarray],
    pooling: str = "max",
) -> dict[str, np.ndarray]:
    """All layers' answers to a picture [h, w, 3] in 0 to 255, by "4_2"."""
    values = picture.astype(np.float64) - np.array([123.68, 116.779, 103.939])
    found = {}
    for block, count in enumerate(BLOCKS, start=1):
        for number in range(1, count + 1):
            name = f"conv{block}_{number}"
            values = convolved(values, kernels[name].astype(np.float64), biases[name].astype(np.float64))
            found[f"{block}_{number}"] = values
        values = pooled(values, pooling)
    return found


def gram(values: np.ndarray) -> np.ndarray:
    flat = values.reshape(-1, values.shape[2])
    return flat.T @ flat / values.size


def losses(
    picture: np.ndarray,
    photo: np.ndarray,
    styles: Sequence[np.ndarray],
    weights: tuple[Mapping[str, np.ndarray], Mapping[str, np.ndarray]],
    *,
    content_weight: float = 5,
    style_weight: float = 500,
    tv_weight: float = 100,
    content_layers: Mapping[str, float] | None = None,
    exponent: float = 1,
    layers: Sequence[float] | None = None,
    blend: Sequence[float] = (1,),
    pooling: str = "max",
) -> dict[str, float]:
    """Total, content, style and total variation loss of a picture."""
    of_picture, of_photo = (features(one, *weights, pooling) for one in (picture, photo))
    content = sum(
        share * np.mean((of_picture[layer] - of_photo[layer]) ** 2)
        for layer, share in (content_layers or {"4_2": 1}).items()
    )
    shares = np.array(layers or [float(exponent) ** depth for depth in range(5)], np.float64)
    shares /= shares.sum()
    style = 0.0
    for part, painting in zip(blend, styles, strict=True):
        of_painting = features(painting, *weights, pooling)
        for share, layer in zip(shares, STYLE, strict=True):
            style += part * share * np.mean((gram(of_picture[layer]) - gram(of_painting[layer])) ** 2)
    x = picture.astype(np.float64)
    rough = np.mean(np.diff(x, axis=0) ** 2) + np.mean(np.diff(x, axis=1) ** 2)
    parts = {"content": content_weight * content, "style": style_weight * style, "tv": tv_weight * rough}
    return {"loss": sum(parts.values()), **parts}
