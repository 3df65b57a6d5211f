"""How layers become a picture: on networks made by hand, and on any chain of blocks."""

from __future__ import annotations

import hypothesis
import hypothesis.strategies as some

from dashboard.layer_stations import Plan, blocks, plan, stations
from trainers.launchers import Description, Layer


def layer(name: str, kind: str, *inputs: str, **more) -> Layer:
    given = {
        "output_shape": (8,),
        "parameters": 0,
        "multiply_adds": 0,
        "activation": "",
        "window": (),
        "rate": 0.0,
    }
    return Layer(**{**given, "name": name, "kind": kind, "inputs": inputs, **more})


def network(*layers: Layer) -> Description:
    return Description(
        example="image",
        input_shape=(28, 28, 1),
        layers=layers,
        parameters=sum(one.parameters for one in layers),
        multiply_adds=0,
        device="CPU",
        device_reason="",
    )


def chain(*parameters: int) -> Description:
    """Dense layers one after the other."""
    names = ["image", *(f"dense_{number}" for number in range(len(parameters)))]
    return network(
        *(layer(names[n + 1], "Dense", names[n], parameters=count) for n, count in enumerate(parameters))
    )


def residual(name: str, before: str, *, projected: bool) -> list[Layer]:
    """A block of the residual network, in the order in which Keras lists it."""
    return [
        layer(f"{name}_1", "Conv2D", before, window=(3, 3), parameters=9),
        layer(f"{name}_1_relu", "Activation", f"{name}_1", activation="relu"),
        layer(f"{name}_2", "Conv2D", f"{name}_1_relu", window=(3, 3), parameters=9),
        *([layer(f"{name}_way", "Conv2D", before, window=(1, 1), parameters=1)] if projected else []),
        layer(f"{name}_2_norm", "BatchNormalization", f"{name}_2", parameters=4),
        layer(f"{name}_sum", "Add", f"{name}_2_norm", f"{name}_way" if projected else before),
        layer(f"{name}_relu", "Activation", f"{name}_sum", activation="relu"),
    ]


def names(drawn: Plan) -> list[list[str]]:
    return [[one.name for one in station.layers] for station in drawn.rows]


def test_normalisation_and_activation_stand_with_the_layer_before_them():
    drawn = plan(
        network(
            layer("c", "Conv2D", "image", parameters=3),
            layer("n", "BatchNormalization", "c", parameters=4),
            layer("a", "Activation", "n"),
            layer("p", "MaxPooling2D", "a"),
        )
    )
    assert names(drawn) == [[], ["c", "n", "a"], ["p"]]
    assert drawn.rows[1].parameters == 7
    assert drawn.straight == {1, 2}
    assert not drawn.arcs


def test_an_activation_stays_apart_where_its_input_is_read_twice():
    drawn = plan(
        network(
            layer("c", "Conv2D", "image"),
            layer("a", "Activation", "c"),
            layer("s", "Add", "a", "c"),
        )
    )
    assert names(drawn) == [[], ["c"], ["a"], ["s"]]
    assert [(arc.start, arc.end) for arc in drawn.arcs] == [(1, 3)]


def test_a_skip_connection_is_an_arc_and_a_projection_is_written_at_it():
    drawn = plan(
        network(
            layer("first", "Conv2D", "image"),
            *residual("a", "first", projected=False),
            *residual("b", "a_relu", projected=True),
        )
    )
    assert names(drawn) == [
        [],
        ["first"],
        ["a_1", "a_1_relu"],
        ["a_2", "a_2_norm"],
        ["a_sum", "a_relu"],
        ["b_1", "b_1_relu"],
        ["b_2", "b_2_norm"],
        ["b_sum", "b_relu"],
    ]
    assert drawn.straight == set(range(1, 8))
    around = [(arc.start, arc.end, arc.through and arc.through.name, arc.lane) for arc in drawn.arcs]
    assert around == [(1, 4, None, 0), (4, 7, "b_way", 0)]


def test_repeated_blocks_are_drawn_once():
    blocks_of_it = [residual(str(n), f"{n - 1}_relu" if n else "first", projected=False) for n in range(50)]
    drawn = plan(
        network(
            layer("first", "Conv2D", "image"),
            *(one for block in blocks_of_it for one in block),
            layer("end", "Dense", "49_relu"),
        )
    )
    assert names(drawn)[1:] == [
        ["first"],
        ["0_1", "0_1_relu"],
        ["0_2", "0_2_norm"],
        ["0_sum", "0_relu"],
        ["end"],
    ]
    assert [(repeat.first, repeat.last, repeat.times) for repeat in drawn.repeats] == [(2, 4, 50)]
    assert [(arc.start, arc.end) for arc in drawn.arcs] == [(1, 4)]
    assert drawn.straight == set(range(1, 6))


def test_arcs_that_overlap_get_lanes_of_their_own():
    drawn = plan(
        network(
            layer("a", "Dense", "image", parameters=1),
            layer("b", "Dense", "a", parameters=2),
            layer("c", "Dense", "b", parameters=3),
            layer("inner", "Add", "c", "b"),
            layer("outer", "Add", "inner", "a"),
        )
    )
    lanes = {(arc.start, arc.end): arc.lane for arc in drawn.arcs}
    assert lanes == {(2, 4): 0, (1, 5): 1}


def test_two_layers_alike_are_both_drawn():
    assert len(plan(chain(5, 5)).rows) == 3
    assert len(plan(chain(5, 5, 5)).rows) == 2


@hypothesis.given(some.lists(some.integers(1, 3), max_size=40))
def test_folding_loses_no_layer_and_no_order(parameters: list[int]):
    found = stations(chain(*parameters))
    told = [
        found[block.start + place].parameters
        for block in blocks(found)
        for _ in range(block.times)
        for place in range(block.length)
    ]
    assert told == [0, *parameters]


@hypothesis.given(some.lists(some.integers(1, 3), max_size=40))
def test_every_row_is_reached_from_above(parameters: list[int]):
    drawn = plan(chain(*parameters))
    reached = drawn.straight | {arc.end for arc in drawn.arcs}
    assert reached == set(range(1, len(drawn.rows)))
    assert all(arc.start < arc.end for arc in drawn.arcs)
