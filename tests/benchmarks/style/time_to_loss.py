"""How long it takes to paint as well as the published recipe does: that recipe, and the lab's own way.

    python -m tests.benchmarks.style.time_to_loss [--size 256] [--pairs 9] [--painting FILE] [--anew]

Every row is a fresh process, the two kinds of a pair one after the other. The published recipe is Adam at rate 10 in
float32 for 1000 passes from the photo, with a look at every 50th; its loss is that of its best look, and its time that
of the whole run. Ours is a run with the settings that a person finds, but for twice the passes and a look at every
10th; its time ends at the first look that is at least as good. All losses are those of the picture as it is saved, in
8 bits, under the published formulas in float32. At 512 pixels one pair is enough: `--size 512 --pairs 1`.

The ablation is measured for the first pair: ours with one thing changed.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring import keep_rows, kept_rows, percentile, report, table
from tests.benchmarks.style.painted import painted_apart, seconds_until
from tests.running import REPOSITORY
from trainers import hardware
from trainers.specs import StylizeSpec, parse_spec
from trainers.specs.stylize import PASSES
from trainers.style.paintings import gallery

NAME = "style_time_to_loss"
VAN_GOGH = REPOSITORY.parent / "shared" / "data" / "style-starry-night.jpg"
PHOTOS = ("china", "flower", "lake")
PAINTINGS = ("van gogh", "waves", "mosaic")
PAIRS = [(photo, painting) for painting in PAINTINGS for photo in PHOTOS]
PUBLISHED, OURS = "published", "ours"
LOOK_EVERY = 10
OUR_PASSES = 2 * PASSES["fast"]
LEAST_RATIO, LEAST_OF_ALL = 15, 8
ABLATIONS: dict[str, dict[str, Any]] = {
    "start: noise": {"initial": "noise"},
    "start: photo": {"initial": "photo"},
    "optimizer: Adam": {"optimizer": "adam"},
    "scales: 2": {"scales": 2},
    "scales: 3": {"scales": 3},
    "precision: float32": {"precision": "float32"},
}


def main() -> None:
    """Measures what is missing and prints the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=256, help="the longest side in pixels (default: 256)")
    parser.add_argument("--pairs", type=int, default=len(PAIRS), help=f"how many (default: {len(PAIRS)})")
    parser.add_argument("--painting", type=Path, default=VAN_GOGH, help="the painting (default: %(default)s)")
    parser.add_argument("--ablation", action="store_true", help="measure ours with one thing changed, too")
    parser.add_argument("--anew", action="store_true", help="forget the rows of earlier calls")
    chosen = parser.parse_args()
    name = f"{NAME}_{chosen.size}"
    rows = kept_rows(name, anew=chosen.anew)
    wanted = [(pair, kind) for pair in PAIRS[: chosen.pairs] for kind in (PUBLISHED, OURS)]
    if chosen.ablation:
        wanted += [(PAIRS[0], kind) for kind in possible_ablations()]
    with tempfile.TemporaryDirectory() as folder:
        for pair, kind in wanted:
            if any(row["pair"] == list(pair) and row["kind"] == kind for row in rows):
                continue
            spec = asked(pair, kind, chosen.size, Path(folder), chosen.painting)
            rows.append({"pair": list(pair), "kind": kind, **painted_apart(spec)})
            keep_rows(name, rows)
            print(f"{' × '.join(pair)}, {kind}: {rows[-1]['seconds']:.1f} s, {rows[-1]['best']}", flush=True)
    report("\n\n".join(part for part in (summary(rows), ablation(rows), speed(rows)) if part))


def possible_ablations() -> list[str]:
    """Those of the ablations that differ from ours here."""
    has_bfloat16 = hardware.bfloat16_instructions() != ()
    return [kind for kind, change in ABLATIONS.items() if "precision" not in change or has_bfloat16]


def asked(pair: tuple[str, str], kind: str, size: int, folder: Path, van_gogh: Path) -> StylizeSpec:
    """The spec of one row, with its pictures laid down in `folder`."""
    photo, painting = pair
    style = van_gogh if painting == PAINTINGS[0] else gallery.lay_down(painting, folder)
    values: dict[str, Any] = {"content": gallery.lay_down(photo, folder), "style": [style], "size": size}
    own = (
        {"mode": "classic"}
        if kind == PUBLISHED
        else {"checkpoint_every": LOOK_EVERY, "iterations": OUR_PASSES, **ABLATIONS.get(kind, {})}
    )
    spec = parse_spec({"task": "stylize", **values, **own})
    assert isinstance(spec, StylizeSpec)
    return spec


def summary(rows: list[dict[str, Any]]) -> str:
    """The table of the issue, one line a pair, and the ratios of all."""
    lines, ratios = [], []
    for pair in PAIRS:
        theirs, ours = (_row(rows, pair, kind) for kind in (PUBLISHED, OURS))
        if theirs is None or ours is None:
            continue
        loss = theirs["best"]["loss"]
        reached = seconds_until(ours, loss)
        if reached is not None:
            ratios.append(theirs["seconds"] / reached[1])
        lines.append(
            [
                " × ".join(pair),
                theirs["seconds"],
                *(f"{value:,.0f}" for value in theirs["best"].values()),
                *((reached[0], reached[1], ratios[-1]) if reached else ("not reached", "", "")),
                *(f"{value:,.0f}" for value in ours["best"].values()),
                ours["seconds"],
                f"{ours['memory_mb']:,.0f}",
            ]
        )
    if not lines:
        return ""
    parts = ("loss", "content", "style", "tv")
    heads = [
        "photo × painting",
        "published, whole run s",
        *(f"its best {part}" for part in parts),
        "ours: pass",
        "s until as good",
        "times faster",
        *(f"our last {part}" for part in parts),
        f"{OUR_PASSES} passes s",
        "MB",
    ]
    missed = len(lines) - len(ratios)
    found = (
        f"Median {percentile(ratios, 50):.1f} times faster, least {min(ratios):.1f}; not reached: {missed}."
        if ratios
        else f"Not reached: {missed}."
    )
    goal = f"Goal: median at least {LEAST_RATIO} times, none below {LEAST_OF_ALL}."
    return f"{table(heads, lines)}\n\n{found} {goal}"


def ablation(rows: list[dict[str, Any]]) -> str:
    """Ours with one thing changed, for the first pair: when it is as good as the published recipe's best."""
    theirs = _row(rows, PAIRS[0], PUBLISHED)
    lines = []
    for kind in (OURS, *ABLATIONS):
        row = _row(rows, PAIRS[0], kind)
        if row is not None and theirs is not None:
            reached = seconds_until(row, theirs["best"]["loss"])
            lines.append(
                [
                    kind,
                    *(reached or ("not reached", "")),
                    f"{row['best']['loss']:,.0f}",
                    row["seconds"],
                    row["pass_seconds"],
                ]
            )
    heads = ["ours, changed in", "pass", "s until as good", "best loss", "whole run s", "s a pass"]
    return table(heads, lines) if len(lines) > 1 else ""


def speed(rows: list[dict[str, Any]]) -> str:
    """A pass against what the machine's matrix products allow; a quick pass does fewer operations than are counted."""
    lines = []
    for kind in (PUBLISHED, OURS):
        row = _row(rows, PAIRS[0], kind)
        if row is not None:
            limit = row["gigaflop_of_a_pass"] / row["gigaflops_of_matrices"]
            seconds = row["pass_seconds"]
            lines.append(
                [
                    kind,
                    row["gigaflop_of_a_pass"],
                    row["gigaflops_of_matrices"],
                    limit,
                    seconds,
                    f"{limit / seconds:.0%}",
                ]
            )
    heads = ["pass", "10⁹ operations", "10⁹ a second, matrices", "limit s", "measured s", "of the limit"]
    return table(heads, lines) if lines else ""


def _row(rows: list[dict[str, Any]], pair: tuple[str, str], kind: str) -> dict[str, Any] | None:
    return next((row for row in rows if row["pair"] == list(pair) and row["kind"] == kind), None)


if __name__ == "__main__":
    main()
