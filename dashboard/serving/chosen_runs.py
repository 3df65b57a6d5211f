"""TensorBoard for some runs only: the path names them, and TensorBoard carries them as its experiment.

`…/tensorboard/only/<token>/data/…` is asked of TensorBoard as `…/tensorboard/data/…` for the experiment `<token>`,
which `ChosenRunsProvider` obeys.
"""

from __future__ import annotations

import re

from starlette.types import Scope

# Where TensorBoard takes its experiment from when a path does not say: tensorboard/backend/experiment_id.py.
_HEADER = b"tensorboard-experiment-id"
# Its page asks for some data below "experiment/…" by itself.
_ONLY = re.compile(r"/only/(?P<token>[A-Za-z0-9_-]+)(?:/experiment/[^/]*)?(?P<rest>/.*)")


def with_chosen_runs(scope: Scope, prefix: str) -> Scope:
    """The request without the part of its path that names runs, which becomes TensorBoard's experiment."""
    found = _ONLY.fullmatch(str(scope["path"]).removeprefix(prefix))
    if found is None:
        return scope
    path = prefix + found["rest"]
    headers = [*scope["headers"], (_HEADER, found["token"].encode())]
    return {**scope, "path": path, "raw_path": path.encode(), "headers": headers}
