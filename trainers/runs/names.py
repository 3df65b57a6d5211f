"""Names that may become folders: no traversal, no hidden folders, portable between machines."""

from __future__ import annotations

import re
import unicodedata

from trainers.runs.errors import InvalidName

LONGEST_NAME = 80
_ALLOWED = re.compile(r"\w[\w .,+=@-]*")


def checked_name(name: str, what: str = "run") -> str:
    """The name in normal form (NFC, outer spaces gone); raises InvalidName with what to change.

    Letters and digits of any script are welcome. 80 characters of four bytes stay below the 255-byte
    file-name limit only up to 63, so bytes are checked too.
    """
    normal = unicodedata.normalize("NFC", name.strip())
    if not normal:
        raise InvalidName(f"The name of the {what} is empty: give it a name such as sigmoid-1.")
    if len(normal) > LONGEST_NAME or len(normal.encode()) > 240:
        raise InvalidName(f"The name of the {what} is too long: use at most {LONGEST_NAME} characters.")
    if not _ALLOWED.fullmatch(normal) or ".." in normal or normal.endswith((".", " ")):
        raise InvalidName(
            f"The {what} cannot be called {normal!r}: start with a letter or digit and use only letters, "
            "digits, spaces and . , + = @ _ -"
        )
    if "tfevents" in normal:
        raise InvalidName(
            f"The {what} cannot be called {normal!r}: tfevents is a word TensorBoard keeps for its files."
        )
    return normal
