"""The picture's words and places, read back from its HTML."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from dashboard.layer_diagram import diagram, size
from tests.dashboard.test_layer_stations import chain, layer, network, residual


def drawn(built) -> ET.Element:
    """The picture as a tree; being read as XML, no tag is left open."""
    markup = diagram(built)
    return ET.fromstring(markup[markup.index("<div") :])  # noqa: S314


def words(element: ET.Element) -> list[str]:
    return [text.replace("\u2009", " ") for text in element.itertext() if text]


def test_each_row_says_kind_shape_and_parameters():
    picture = drawn(
        network(
            layer(
                "c",
                "Conv2D",
                "image",
                window=(5, 5),
                output_shape=(28, 28, 32),
                parameters=832,
                activation="relu",
            ),
            layer("n", "BatchNormalization", "c", parameters=128),
            layer("p", "MaxPooling2D", "n", window=(2, 2), output_shape=(14, 14, 32)),
            layer("d", "Dropout", "p", rate=0.25, output_shape=(14, 14, 32)),
        )
    )
    rows = [words(row) for row in picture.findall("./div[@style]")]
    assert rows == [
        ["Input", "28 × 28 × 1"],
        ["Convolution 5 × 5", "8", "relu · norm", "960 parameters"],
        ["Max pooling 2 × 2", "14 × 14 × 32"],
        ["Dropout 25%", "14 × 14 × 32"],
    ]


def test_pointing_at_a_row_tells_its_layers_and_their_arithmetic():
    picture = drawn(network(layer("c", "Conv2D", "image", parameters=832, multiply_adds=627_200)))
    assert picture.findall("div")[1].get("title") == "c: 832 parameters, 627,200 multiply-adds"


def test_arcs_and_repeated_blocks_stand_beside_the_rows_they_belong_to():
    several = [residual(str(n), f"{n - 1}_relu" if n else "first", projected=False) for n in range(3)]
    picture = drawn(
        network(
            layer("first", "Conv2D", "image"),
            *(one for block in several for one in block),
            *residual("b", "2_relu", projected=True),
        )
    )
    (repeat,) = picture.findall("./div[@class='repeat']")
    assert "grid-row:3/6" in repeat.get("style", "") and words(repeat) == ["× 3"]
    arcs = picture.findall("./div[@class='arc']")
    assert [arc.get("style", "").split(";")[0] for arc in arcs] == ["grid-row:2/6", "grid-row:5/9"]
    assert [words(arc) for arc in arcs] == [[], ["1 × 1"]]
    assert arcs[1][0].get("title") == "b_way: 1 parameter, 0 multiply-adds"


def test_a_long_network_is_short_and_a_name_is_no_markup():
    assert len(drawn(chain(*[7] * 50)).findall("div")) == 3
    picture = drawn(network(layer("<b>&", "<script>", "image", activation="<i>")))
    assert words(picture.findall("div")[1]) == ["<script>, <i>", "8"]


def test_sizes_read_as_sizes():
    assert size((28, None, 3_136)).replace("\u2009", " ") == "28 × ? × 3,136"
