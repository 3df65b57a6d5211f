"""What people call their classes, as pictures, tags and tables can show it: own data bring any name."""

from __future__ import annotations

from collections.abc import Sequence

LONGEST_SHOWN = 24


def shown(name: str, longest: int = LONGEST_SHOWN) -> str:
    """A name on one line without invisible or direction-changing characters, shortened to a number of characters."""
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"


def class_tags(class_names: Sequence[str]) -> list[str]:
    """A part of a tag for each class, all different: its number, with its name where that says more.

    A slash would open a group on TensorBoard's pages, so it becomes a division slash.
    """
    digits = len(str(len(class_names) - 1))
    tags = []
    for label, name in enumerate(class_names):
        plain = shown(name).replace("/", "∕")
        number = f"{label:0{digits}d}"
        tags.append(number if plain in ("", str(label)) else f"{number} {plain}")
    return tags
