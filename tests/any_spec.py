"""Any spec that may be asked for: for tests of what must hold whatever a person chose."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from trainers.specs import SPECS, Setting, Spec, applies, parse_spec, settings
from trainers.specs.classify import ON_VECTORS


def values_of(setting: Setting) -> st.SearchStrategy[Any]:
    """Any legal value of one setting."""
    if setting.kind == "choice":
        return st.sampled_from(setting.choices)
    if setting.kind == "bool":
        return st.booleans()
    if setting.kind == "text":
        return st.text(max_size=20)
    if setting.kind == "path":
        return st.none() | st.just("/data/mnist.npz")
    assert setting.minimum is not None and setting.maximum is not None
    if setting.kind == "int":
        return st.integers(int(setting.minimum), int(setting.maximum))
    return st.floats(
        setting.minimum,
        setting.maximum,
        exclude_min=setting.exclusive_minimum,
        exclude_max=setting.exclusive_maximum,
    )


@st.composite
def specs(draw: st.DrawFn, task: str = "classify") -> Spec:
    """Any spec of a task, with only the settings that have an effect beside each other."""
    choices = settings(SPECS[task])
    known = {setting.name: draw(values_of(setting)) for setting in choices}
    if known.get("features") == "pca" and known["model"] not in ON_VECTORS:
        known["features"] = "pixels"
    if known.get("dataset") == "own":
        known["data_path"] = known["data_path"] or "/data/pets"
    return parse_spec({"task": task, **{one.name: known[one.name] for one in choices if applies(one, known)}})
