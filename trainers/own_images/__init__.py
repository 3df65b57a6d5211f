"""Somebody's own images: a folder or a .zip with a folder for each class, or an .npz with x and y.

    load(Path("pets.zip"), image_size=0, color="auto").class_names              # ("cat", "dog")

What cannot be used is left out by name and reason; what makes the whole useless raises DatasetMissing with a sentence.
"""

from trainers.own_images.keeping import check_unchanged, kept_copy, kept_place
from trainers.own_images.loading import Loaded, check, load
from trainers.own_images.sources import Refused, left_out
from trainers.own_images.survey import Survey, survey

__all__ = [
    "Loaded",
    "Refused",
    "Survey",
    "check",
    "check_unchanged",
    "kept_copy",
    "kept_place",
    "left_out",
    "load",
    "survey",
]
