"""What the page is told of a CSV file: ready for JSON, and short however long the file is."""

from __future__ import annotations

import json

from trainers.csv_look import POINTS, look


def test_a_look_tells_the_columns_and_what_is_left_out(tmp_path):
    path = tmp_path / "水位.csv"
    lines = [f"2020-01-01,{place / 3},{place}" for place in range(1_000)]
    path.write_text("\n".join(["day,水位,place", *lines]), encoding="utf-8")
    told = json.loads(json.dumps(look(path), allow_nan=False))
    level, place = told["columns"]
    assert (level["word"], level["number"], level["count"]) == ("水位", 2, 1_000)
    assert (level["lowest"], level["highest"]) == (0, 333)
    assert level["first"][:3] == [0, 0.333333, 0.666667] and len(level["first"]) == POINTS
    assert place["word"] == "place"
    [[name, reason]] = told["refused"]
    assert name == "day" and reason.startswith("has no number in line 2 ('2020-01-01')")
    assert told["passed_over"] == 0
