"""The helper's protocol: a line is answered by a line, whatever it says."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from trainers import hardware
from trainers.inspection import answer, answer_lines


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("no json", "not JSON"),
        ("[1, 2]", "not a JSON object"),
        ("[" * 100_000, "not JSON"),
        (
            '{"id": 1, "request": "fly"}',
            "it knows describe, schedule, augmentation, precision, own_images, "
            "csv_columns, preview, fit, sample, fetch",
        ),
        ('{"id": 1, "request": ["describe"], "spec": {}}', "does not know this request"),
        ('{"id": 1, "request": "describe"}', "lacks a spec"),
        (
            '{"id": 1, "request": "csv_columns", "spec": {"task": "sequence"}}',
            "Only a signal out of a CSV file",
        ),
        (
            '{"id": 1, "request": "csv_columns", "spec": '
            '{"task": "sequence", "signal": "csv", "csv_file": "/nowhere/x.csv"}}',
            "There is no file /nowhere/x.csv",
        ),
        ('{"id": 1, "request": "describe", "spec": {"epochs": 0}}', "Epochs cannot be 0"),
        ('{"id": 1, "request": "describe", "spec": {"task": "cook"}}', "no task 'cook'"),
        (
            '{"id": 1, "request": "describe", "spec": {"model": "lenet5", "features": "pooled", "pooling": 4}}',
            "The network lenet5 needs images of at least 12 × 12 pixels, and these have 7 × 7: "
            "pool fewer pixels or choose another model.",
        ),
    ],
)
def test_a_bad_request_is_answered_with_a_sentence(line: str, words: str) -> None:
    told = answer(line)
    assert words in told["error"]
    assert told["id"] == (1 if '"id": 1' in line else None)


@pytest.mark.parametrize(
    ("flags", "expected"),
    [("fpu sse avx2", "float32"), ("fpu avx512_bf16", "bfloat16"), ("fpu amx_bf16 amx_tile", "bfloat16")],
)
def test_the_precision_of_a_preset_is_what_the_processor_computes_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: str, expected: str
) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(f"processor : 0\nmodel name : Some Processor\nflags : {flags}\n")
    monkeypatch.setattr(hardware, "PROCESSOR", cpuinfo)
    told = answer('{"id": 1, "request": "precision", "spec": {"device": "cpu"}}')
    assert told == {"id": 1, "answer": {"precision": expected}}


def test_each_line_gets_its_answer_until_the_input_ends() -> None:
    answers = io.StringIO()
    asked = [json.dumps({"id": number, "request": "describe", "spec": {}}) for number in (1, 2)]
    answer_lines(io.StringIO("\n".join([asked[0], "", "nonsense", asked[1]]) + "\n"), answers)
    told = [json.loads(line) for line in answers.getvalue().splitlines()]
    assert [one["id"] for one in told] == [1, None, 2]
    assert told[0]["answer"] == told[2]["answer"]
