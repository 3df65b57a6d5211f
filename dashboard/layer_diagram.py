"""A picture of a network: its layers from top to bottom, arcs for what goes around them, repeated blocks once.

It is HTML of our own making and as wide as the place it stands in. Colours of text and lines are those of the page,
so it reads in both themes; words are escaped, nothing in it can run. (Streamlit takes SVG out of HTML.)
"""

from __future__ import annotations

import html
from collections.abc import Sequence

from dashboard.colours import PALETTE
from dashboard.language import _, counted
from dashboard.layer_stations import SUMS, Arc, Plan, Repeat, Shape, Station, plan
from trainers.launchers import Description, Layer

BLUE, VERMILION, GREEN, PINK, VIOLET, GREY, _RED, _LIGHT_BLUE = PALETTE
_COLOURS = {
    "Conv2D": BLUE,
    "Dense": VERMILION,
    "MaxPooling2D": GREEN,
    "GlobalAveragePooling2D": GREEN,
    "Add": PINK,
    "Concatenate": PINK,
    "SimpleRNN": VIOLET,
    "GRU": VIOLET,
    "LSTM": VIOLET,
}
_TALL, _LOW = 42, 25  # pixels: a row with two lines of text, and with one
_LANE = 15  # pixels from one arc to the next

_STYLE = """
<style>
.boardlab-network {display:grid; grid-template-columns:auto minmax(0, 1fr) auto; row-gap:9px; max-height:27rem;
  overflow:hidden auto; margin:0 -9px; padding:2px 2px 2px 0; line-height:1.3}
.boardlab-network .layer {grid-column:2; position:relative; display:flex; flex-direction:column; min-width:0;
  justify-content:center; box-sizing:border-box; padding:0 7px; border-radius:5px; font-size:12px;
  border-left:3px solid var(--colour); background:color-mix(in srgb, var(--colour) 14%, transparent)}
.boardlab-network .layer p {display:flex; justify-content:space-between; gap:5px; margin:0; font-size:inherit}
.boardlab-network .layer p > * {white-space:nowrap; overflow:hidden; text-overflow:ellipsis}
.boardlab-network .layer p > :last-child {flex:none; font-variant-numeric:tabular-nums}
.boardlab-network .layer b {font-weight:600}
.boardlab-network .layer .small {font-size:11px; opacity:.75}
.boardlab-network .straight::before {content:""; position:absolute; left:50%; top:-9px; height:9px;
  border-left:1.5px solid currentColor; opacity:.45}
.boardlab-network .straight::after {content:""; position:absolute; left:50%; top:-5px; margin-left:-2.75px;
  border:3.5px solid transparent; border-bottom-width:0; border-top:5px solid currentColor; opacity:.6}
.boardlab-network .arc {grid-column:3; position:relative; box-sizing:border-box; margin-left:1px;
  border:1.5px solid color-mix(in srgb, currentColor 45%, transparent); border-left:0; border-radius:0 9px 9px 0}
.boardlab-network .arc::after {content:""; position:absolute; left:0; bottom:-4.25px; border:3.5px solid transparent;
  border-left-width:0; border-right:5px solid currentColor; opacity:.6}
.boardlab-network .arc span {position:absolute; left:100%; top:50%; transform:translateY(-50%); padding:3px 0 3px 2px;
  writing-mode:vertical-rl; font-size:11px; white-space:nowrap; opacity:.8}
.boardlab-network .repeat {grid-column:1; display:flex; align-items:center; margin-right:4px; padding-right:2px;
  font-size:11px; font-weight:600; border:1.5px solid color-mix(in srgb, currentColor 45%, transparent);
  border-right:0; border-radius:7px 0 0 7px; padding-left:4px}
</style>
"""


def diagram(built: Description) -> str:
    """HTML that shows the network that a spec would build."""
    drawn = plan(built)
    rows = "".join(
        _row(station, number, number in drawn.straight) for number, station in enumerate(drawn.rows)
    )
    arcs = "".join(_arc(arc, drawn) for arc in drawn.arcs)
    repeats = "".join(_repeat(repeat) for repeat in drawn.repeats)
    words = html.escape(_("The layers of the network, from its input to its answer"))
    return (
        f'{_STYLE}<div class="boardlab-network" role="group" aria-label="{words}">{rows}{arcs}{repeats}</div>'
    )


def _row(station: Station, number: int, straight: bool) -> str:
    classes = "layer straight" if straight else "layer"
    style = f"grid-row:{number + 1};height:{_height(station)}px;--colour:{_colour(station)}"
    lines = f"<p><b>{html.escape(title(station))}</b><span>{size(station.shape)}</span></p>"
    if station.parameters:
        left, right = html.escape(details(station)), html.escape(parameters(station.parameters))
        lines += f'<p class="small"><span>{left}</span><span>{right}</span></p>'
    return f'<div class="{classes}" style="{style}" title="{html.escape(told(station))}">{lines}</div>'


def _arc(arc: Arc, drawn: Plan) -> str:
    # An arc begins below the middle of its first row and ends above that of its last, so that neighbours keep apart.
    begins, ends = _height(drawn.rows[arc.start]) // 2 + 4, _height(drawn.rows[arc.end]) // 2 + 4
    room = 16 if any(other.through for other in drawn.arcs) else 3
    style = (
        f"grid-row:{arc.start + 1}/{arc.end + 2};margin-top:{begins}px;margin-bottom:{ends}px;"
        f"width:{_LANE * (arc.lane + 1)}px;margin-right:{room}px"
    )
    words = ""
    if arc.through is not None:
        words = f'<span title="{html.escape(_told([arc.through]))}">{size(arc.through.window)}</span>'
    return f'<div class="arc" style="{style}">{words}</div>'


def _repeat(repeat: Repeat) -> str:
    sentence = html.escape(_("This stands {n} times, one after the other").format(n=repeat.times))
    rows = f"grid-row:{repeat.first + 1}/{repeat.last + 2}"
    return f'<div class="repeat" style="{rows}" title="{sentence}">× {repeat.times}</div>'


def _height(station: Station) -> int:
    return _TALL if station.parameters else _LOW


def _colour(station: Station) -> str:
    return _COLOURS.get(station.layers[0].kind, GREY) if station.layers else GREY


def title(station: Station) -> str:
    """What a station is: "Convolution 5 × 5"; what follows a layer without parameters stands beside it."""
    if not station.layers:
        return _("Input")
    words = _kind(station.layers[0])
    return words if station.parameters else ", ".join(filter(None, [words, details(station)]))


def details(station: Station) -> str:
    """What happens to a layer's numbers before the next one sees them: "norm · relu"."""
    words = [
        _("norm") if layer.kind == "BatchNormalization" else layer.activation for layer in station.layers
    ]
    return " · ".join(filter(None, words))


def told(station: Station) -> str:
    """A station in a sentence, for who points at it."""
    if not station.layers:
        return _("What the network sees")
    return _told(station.layers)


def _told(layers: Sequence[Layer]) -> str:
    work = sum(layer.multiply_adds for layer in layers)
    return _("{names}: {parameters}, {work}").format(
        names=", ".join(layer.name for layer in layers),
        parameters=parameters(sum(layer.parameters for layer in layers)),
        work=counted("{n} multiply-add", "{n} multiply-adds", work).format(n=f"{work:,}"),
    )


def parameters(number: int) -> str:
    """A count of weights in words: "3,136 parameters"."""
    return counted("{n} parameter", "{n} parameters", number).format(n=f"{number:,}")


def size(shape: Shape) -> str:
    """A shape without the batch: "28 × 28 × 32", with thin spaces."""
    return "\u2009×\u2009".join("?" if length is None else f"{length:,}" for length in shape)


def _kind(layer: Layer) -> str:
    """A layer's kind in words, with the size of what it looks at; Keras' name for a kind nobody put into words."""
    words = {
        "Conv2D": _("Convolution"),
        "Dense": _("Dense"),
        "MaxPooling2D": _("Max pooling"),
        "GlobalAveragePooling2D": _("Average of each channel"),
        "ZeroPadding2D": _("Blank frame"),
        "Flatten": _("Flattened"),
        "Reshape": _("Row by row"),
        "Dropout": _("Dropout"),
        "Activation": "",
        "SimpleRNN": _("Recurrent"),
        "GRU": _("GRU"),
        "LSTM": _("LSTM"),
        **dict.fromkeys(SUMS, _("Sum")),
    }
    word = words.get(layer.kind, layer.kind)
    if layer.window:
        return f"{word} {size(layer.window)}"
    return f"{word} {layer.rate:.0%}" if layer.rate else word
