"""How an address inside TensorBoard names the runs that it is about: `…/tensorboard/only/<token>/`.

TensorBoard's own run filter hides rows on one of its tabs only, and ticks no run at all where there are more than 500
(166 of ours): the curves of the one run that a link names would stay empty. So the path says which runs exist there.
The token is base64 of the keys, since a run's name may hold any character and proxies rewrite escaped slashes.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable


def token_of(keys: Iterable[str]) -> str:
    """The runs of these keys ("experiment/run") as one part of a path: letters, digits, "-" and "_" only."""
    text = json.dumps(list(keys), ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def keys_of(token: str) -> list[str]:
    """The keys that a token names; none for what is no token."""
    try:
        keys = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (binascii.Error, ValueError):
        return []
    return [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else []


def belongs(tensorboard_run: str, keys: Iterable[str]) -> bool:
    """Whether a run as TensorBoard names it ("experiment/run/train") is part of one of these runs."""
    return any(tensorboard_run == key or tensorboard_run.startswith(f"{key}/") for key in keys)
