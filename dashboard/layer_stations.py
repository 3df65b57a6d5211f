"""What a picture of a network shows: its layers drawn together into stations, and repeated blocks folded.

A station is a layer with the normalisation and the activation that follow it. A 1×1 convolution on the way around
a block is no station: it is written at the arc. Nothing here draws.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from trainers.launchers import Description, Layer

Shape = tuple[int | None, ...]

FOLLOWERS = ("BatchNormalization", "Activation")
SUMS = ("Add", "Concatenate")
LONGEST_BLOCK = 8  # stations that may be one block of a repetition


@dataclass(frozen=True)
class Way:
    """Where a station gets its numbers: the number of the station, and the layer that the way leads through, if any."""

    start: int
    through: Layer | None = None


@dataclass(frozen=True)
class Station:
    """A layer and those that only change its numbers; the first of all stands for the network's input (no layers)."""

    layers: tuple[Layer, ...]
    shape: Shape
    ways: tuple[Way, ...]

    @property
    def parameters(self) -> int:
        """Of all its layers."""
        return sum(layer.parameters for layer in self.layers)


@dataclass(frozen=True)
class Block:
    """Stations from `start` on, `length` of them, that stand `times` times one after the other."""

    start: int
    length: int
    times: int


def stations(built: Description) -> list[Station]:
    """A network's stations in order, with the ways between them."""
    readers = Counter(name for layer in built.layers for name in layer.inputs)
    names = {layer.name for layer in built.layers}
    found = [Station((), built.input_shape, ())]
    at: dict[str, int] = {}  # in which station each layer stands
    for layer in built.layers:
        starts = [at[name] if name in names else 0 for name in layer.inputs]
        if layer.kind in FOLLOWERS and starts != [0] and readers[layer.inputs[0]] == 1:
            before = found[starts[0]]
            at[layer.name] = starts[0]
            found[starts[0]] = replace(
                before, layers=(*before.layers, layer), shape=tuple(layer.output_shape)
            )
        else:
            at[layer.name] = len(found)
            ways = tuple(Way(start) for start in starts)
            found.append(Station((layer,), tuple(layer.output_shape), ways))
    return _with_ways_around(found)


def _with_ways_around(found: list[Station]) -> list[Station]:
    """Takes out the stations that stand on a way around others; the way leads through their layer."""
    around = {number for number in range(len(found)) if _is_around(found, number)}
    numbers = {old: new for new, old in enumerate(n for n in range(len(found)) if n not in around)}

    def moved(way: Way) -> Way:
        if way.start not in around:
            return Way(numbers[way.start])
        station = found[way.start]
        return Way(numbers[station.ways[0].start], station.layers[0])

    return [
        replace(station, ways=tuple(moved(way) for way in station.ways))
        for number, station in enumerate(found)
        if number not in around
    ]


def _is_around(found: list[Station], number: int) -> bool:
    """Whether a station is a convolution of single pixels that only a sum reads, past other stations."""
    station = found[number]
    readers = [other for other in found if any(way.start == number for way in other.ways)]
    return (
        number > 0
        and station.layers[0].window == (1, 1)
        and len(readers) == 1
        and readers[0].layers[0].kind in SUMS
        and station.ways[0].start < number - 1
    )


def blocks(found: Sequence[Station]) -> list[Block]:
    """All stations in order, those that repeat what stands right before them folded into one block."""
    looks = [_look(station, number) for number, station in enumerate(found)]
    folded, start = [], 0
    while start < len(looks):
        length, times = max(
            ((length, _times(looks, start, length)) for length in range(1, LONGEST_BLOCK + 1)),
            key=lambda choice: (choice[0] * (choice[1] - 1), -choice[0]),
        )
        if length * (times - 1) < 2:  # folding away a single station makes nothing shorter
            length, times = 1, 1
        folded.append(Block(start, length, times))
        start += length * times
    return folded


def _look(station: Station, number: int) -> tuple[object, ...]:
    """All that a picture says about a station, with its ways counted from where it stands."""
    layers = [layer.model_dump(exclude={"name", "inputs"}) for layer in station.layers]
    ways = [(number - way.start, way.through and way.through.window) for way in station.ways]
    return (layers, station.shape, ways)


def _times(looks: Sequence[object], start: int, length: int) -> int:
    block = looks[start : start + length]
    times = 1
    while len(block) == length and looks[start + times * length : start + (times + 1) * length] == block:
        times += 1
    return times


@dataclass(frozen=True)
class Arc:
    """A way that leaves out at least one row; rows are counted from the top."""

    start: int
    end: int
    through: Layer | None
    lane: int


@dataclass(frozen=True)
class Repeat:
    """Rows `first` to `last`, which stand for `times` times as many."""

    first: int
    last: int
    times: int


@dataclass(frozen=True)
class Plan:
    """What is drawn from top to bottom, and what is drawn beside it.

    `straight` are the rows that read the row above them.
    """

    rows: tuple[Station, ...]
    straight: frozenset[int]
    arcs: tuple[Arc, ...]
    repeats: tuple[Repeat, ...]


def plan(built: Description) -> Plan:
    """The picture of a network: each repeated block once."""
    found = stations(built)
    rows: list[Station] = []
    repeats: list[Repeat] = []
    row_of: dict[int, int] = {}
    ways: dict[int, tuple[Way, ...]] = {}
    for block in blocks(found):
        first = len(rows)
        for place in range(block.length):
            ways[len(rows)] = found[block.start + place].ways
            rows.append(found[block.start + place])
            row_of |= {
                block.start + turn * block.length + place: first + place for turn in range(block.times)
            }
        if block.times > 1:
            repeats.append(Repeat(first, len(rows) - 1, block.times))
    straight, arcs = set(), []
    for row, leading in ways.items():
        for way in leading:
            start = row_of[way.start]
            if start == row - 1 and way.through is None:
                straight.add(row)
            else:
                arcs.append(Arc(start, row, way.through, 0))
    return Plan(tuple(rows), frozenset(straight), tuple(_in_lanes(arcs)), tuple(repeats))


def _in_lanes(arcs: Sequence[Arc]) -> list[Arc]:
    """Arcs that overlap get lanes of their own, the shortest the innermost."""
    placed: list[Arc] = []
    for arc in sorted(arcs, key=lambda arc: (arc.end - arc.start, arc.start)):
        taken = {other.lane for other in placed if arc.start < other.end and other.start < arc.end}
        lane = next(lane for lane in range(len(placed) + 1) if lane not in taken)
        placed.append(replace(arc, lane=lane))
    return sorted(placed, key=lambda arc: (arc.start, arc.end))
