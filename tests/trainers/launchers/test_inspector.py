"""What would be built, told by the real helper, which may be killed at any time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.running import REPOSITORY, wait_until
from trainers.launchers import Description, Failed, Inspector, Pending
from trainers.specs import ClassifySpec

SOFTMAX = ClassifySpec()
MLP = ClassifySpec(model="mlp", depth=1, width=10)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inspector]:
    inspector = Inspector(tmp_path_factory.mktemp("state"))
    yield inspector
    inspector.close()


def described(inspector: Inspector, spec: ClassifySpec) -> Description:
    answer = wait_until(
        lambda: not isinstance(answer := inspector.describe(spec, wait_seconds=1), Pending) and answer,
        seconds=120,
        what="a description",
    )
    assert isinstance(answer, Description), answer
    return answer


def test_the_first_question_is_answered_at_once_with_pending(real: Inspector) -> None:
    """TensorFlow takes seconds to import, so an answer now can only mean that nobody waited for it."""
    assert real.helper_pid is None, "nothing runs before somebody asks"
    assert real.describe(SOFTMAX) == Pending(starting=True)


def test_softmax_has_a_weight_for_every_pixel_and_class(real: Inspector) -> None:
    told = described(real, SOFTMAX)
    assert told.parameters == 28 * 28 * 10 + 10
    assert told.multiply_adds == 28 * 28 * 10
    assert sum(layer.parameters for layer in told.layers) == told.parameters
    assert told.layers[-1].output_shape == (10,)
    assert told.device
    assert told.device_reason


def answered(inspector: Inspector, request: str, spec: ClassifySpec) -> Mapping[str, Any]:
    answer = wait_until(
        lambda: not isinstance(answer := inspector.ask(request, spec, wait_seconds=1), Pending) and answer,
        seconds=60,
        what=request,
    )
    assert isinstance(answer, Mapping), answer
    return answer


def test_the_real_helper_draws_schedules_too(real: Inspector) -> None:
    """Keras' ExponentialDecay: the rate times decay_rate for every decay_epochs."""
    spec = ClassifySpec(schedule="exponential", learning_rate=0.1, decay_rate=0.5, decay_epochs=2, epochs=6)
    told = answered(real, "schedule", spec)
    for epoch, rate in zip(told["epochs"], told["rates"], strict=True):
        assert rate == pytest.approx(0.1 * 0.5 ** (epoch / 2), rel=1e-4)


def test_a_request_that_nobody_knows_is_answered_with_a_sentence(real: Inspector) -> None:
    answer = wait_until(
        lambda: not isinstance(answer := real.ask("fly", SOFTMAX, wait_seconds=1), Pending) and answer
    )
    assert answer == Failed(
        "The helper does not know this request: it knows describe, schedule, augmentation, precision, "
        "own_images, csv_columns, preview, fit, sample, fetch."
    )


def test_a_killed_helper_is_replaced_and_asked_again(real: Inspector) -> None:
    described(real, SOFTMAX)
    killed = real.helper_pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    assert described(real, MLP).parameters == 784 * 10 + 10 + 10 * 10 + 10
    assert real.helper_pid not in (None, killed)


def test_a_setting_that_cannot_be_is_answered_with_its_sentence(real: Inspector) -> None:
    wrong = SOFTMAX.model_copy(update={"epochs": -1})
    answer = wait_until(
        lambda: not isinstance(answer := real.describe(wrong, wait_seconds=1), Pending) and answer, seconds=60
    )
    assert answer == Failed("Epochs cannot be -1: it must be a whole number, at least 1 and at most 10000.")


def helper(code: str) -> tuple[str, ...]:
    """A small real program in the place of `python -m trainers`."""
    return (sys.executable, "-c", "import json, sys, time\n" + code)


ANSWER = {
    "example": "image",
    "input_shape": [28, 28, 1],
    "layers": [],
    "parameters": 1,
    "multiply_adds": 1,
    "device": "CPU",
    "device_reason": "none",
}
ANSWERING = """
print("a library's greeting")
for line in sys.stdin:
    with open(NOTES, "a") as notes:
        notes.write(line)
    print(json.dumps({"id": json.loads(line)["id"], "answer": ANSWER}), flush=True)
"""


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return tmp_path / "notes"


def answering(notes: Path) -> tuple[str, ...]:
    return helper(f"NOTES, ANSWER = {str(notes)!r}, {ANSWER}\n{ANSWERING}")


def test_each_spec_is_asked_once_and_remembered_on_the_disk(tmp_path: Path, notes: Path) -> None:
    inspector = Inspector(tmp_path, answering(notes))
    for _ in range(3):
        assert described(inspector, SOFTMAX).parameters == 1
    inspector.close()
    assert len(notes.read_text().splitlines()) == 1

    later = Inspector(tmp_path, ("/nowhere/helper",))
    assert later.describe(SOFTMAX) == Description(**ANSWER)
    assert later.helper_pid is None, "a known answer needs no helper"
    later.close()


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\x00", b'{"layers": 7}', b" " * 5_000_000])
def test_a_damaged_cache_is_asked_anew(tmp_path: Path, notes: Path, content: bytes) -> None:
    inspector = Inspector(tmp_path, answering(notes))
    described(inspector, SOFTMAX)
    inspector.close()
    (kept,) = (tmp_path / "cache" / "descriptions").glob("*.json")
    kept.write_bytes(content)

    again = Inspector(tmp_path, answering(notes))
    described(again, SOFTMAX)
    again.close()
    assert len(notes.read_text().splitlines()) == 2
    assert json.loads(kept.read_bytes())["parameters"] == 1


def test_requests_about_one_spec_have_answers_of_their_own(tmp_path: Path) -> None:
    """Answers other than descriptions are not kept on the disk: pictures are large and quickly made again."""
    telling = helper(
        "for line in sys.stdin:\n"
        "    asked = json.loads(line)\n"
        f"    answer = {ANSWER} if asked['request'] == 'describe' else {{'told': asked['request']}}\n"
        "    print(json.dumps({'id': asked['id'], 'answer': answer}), flush=True)"
    )
    inspector = Inspector(tmp_path, telling)
    assert answered(inspector, "schedule", SOFTMAX) == {"told": "schedule"}
    assert answered(inspector, "augmentation", SOFTMAX) == {"told": "augmentation"}
    assert described(inspector, SOFTMAX) == Description(**ANSWER)
    assert inspector.ask("schedule", SOFTMAX) == {"told": "schedule"}
    inspector.close()
    (kept,) = (tmp_path / "cache").rglob("*.json")
    assert json.loads(kept.read_bytes()) == ANSWER


@pytest.mark.parametrize(("request_", "told"), [("describe", {"layers": 7}), ("schedule", [1, 2])])
def test_an_answer_that_cannot_be_understood_is_a_sentence(
    tmp_path: Path, request_: str, told: object
) -> None:
    inspector = Inspector(
        tmp_path, helper(f"ANSWER = {told!r}\nNOTES = {str(tmp_path / 'n')!r}\n{ANSWERING}")
    )
    answer = wait_until(
        lambda: not isinstance(answer := inspector.ask(request_, SOFTMAX, wait_seconds=1), Pending) and answer
    )
    assert answer == Failed("The helper process gave an answer that cannot be understood: see its log.")
    inspector.close()


def test_many_pages_ask_one_helper(tmp_path: Path, notes: Path) -> None:
    inspector = Inspector(tmp_path, answering(notes))
    specs = [ClassifySpec(epochs=number) for number in range(1, 9)]
    threads = [threading.Thread(target=described, args=(inspector, spec)) for spec in specs * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    inspector.close()
    asked = [json.loads(line)["spec"]["epochs"] for line in notes.read_text().splitlines()]
    assert sorted(asked) == [spec.epochs for spec in specs], "each once, by one helper"


def test_a_helper_that_always_dies_is_a_sentence_and_not_a_storm(tmp_path: Path) -> None:
    births = tmp_path / "births"
    dying = helper(f"open({str(births)!r}, 'a').write('born\\n'); sys.stdin.readline()")
    inspector = Inspector(tmp_path, dying)
    answer = wait_until(
        lambda: not isinstance(answer := inspector.describe(SOFTMAX, wait_seconds=1), Pending) and answer
    )
    assert answer == Failed(
        f"The helper process ended before it answered: see {tmp_path / 'inspector.log'} and try again."
    )
    born = births.read_text().count("born")
    for _ in range(20):
        assert inspector.describe(SOFTMAX) == answer
    inspector.close()
    assert born == births.read_text().count("born") == 2


def test_a_refusal_is_asked_again_after_a_while(
    tmp_path: Path, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was missing may have come meanwhile."""
    refusing = helper(
        "from pathlib import Path\n"
        "for line in sys.stdin:\n"
        f"    told = {{'answer': {ANSWER}}} if Path({str(notes)!r}).exists() else {{'error': 'No file.'}}\n"
        "    print(json.dumps({'id': json.loads(line)['id'], **told}), flush=True)"
    )
    monkeypatch.setattr("trainers.launchers.inspector._SECONDS_BETWEEN_TRIES", 0.5)
    inspector = Inspector(tmp_path, refusing)
    assert wait_until(lambda: inspector.describe(SOFTMAX, wait_seconds=1) == Failed("No file."))
    notes.touch()
    assert wait_until(lambda: inspector.describe(SOFTMAX, wait_seconds=1) == Description(**ANSWER))
    inspector.close()


def test_a_program_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    inspector = Inspector(tmp_path, ("/nowhere/helper",))
    answer = wait_until(
        lambda: not isinstance(answer := inspector.describe(SOFTMAX, wait_seconds=1), Pending) and answer
    )
    assert isinstance(answer, Failed)
    assert "could not be started (No such file or directory)" in answer.sentence
    inspector.close()


def test_a_page_waits_no_longer_than_it_asked_for(tmp_path: Path) -> None:
    """The helper hangs, so that any longer waiting would never end."""
    inspector = Inspector(tmp_path, helper("time.sleep(600)"))
    assert isinstance(inspector.describe(SOFTMAX, wait_seconds=0.2), Pending)
    wait_until(lambda: inspector.helper_pid)
    inspector.close()
    assert inspector.helper_pid is None
    assert inspector.describe(SOFTMAX, wait_seconds=600) == Failed("BoardLab is closing.")


def test_a_full_disk_costs_the_cache_only(tmp_path: Path, notes: Path) -> None:
    (tmp_path / "cache").write_text("in the way")
    inspector = Inspector(tmp_path, answering(notes))
    assert described(inspector, SOFTMAX).parameters == 1
    inspector.close()


def test_the_helper_dies_with_a_killed_dashboard(tmp_path: Path, notes: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from trainers.launchers import Inspector\n"
        "from trainers.specs import ClassifySpec\n"
        "inspector = Inspector(Path(sys.argv[1]), sys.argv[2:])\n"
        "inspector.describe(ClassifySpec(), wait_seconds=60); print(inspector.helper_pid, flush=True)\n"
        "time.sleep(600)"
    )
    command = [sys.executable, "-c", code, str(tmp_path), *answering(notes)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE) as dashboard:
        assert dashboard.stdout is not None
        pid = int(dashboard.stdout.readline())
        dashboard.kill()
    wait_until(lambda: not lives(pid), what="the helper to see its input end")


def lives(pid: int) -> bool:
    """Whether a process runs; one whose parent was killed may wait as a zombie for an init that never comes."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_warming_up_starts_the_helper_before_anybody_asks(tmp_path: Path, notes: Path) -> None:
    inspector = Inspector(tmp_path, answering(notes))
    inspector.warm_up()
    wait_until(lambda: inspector.helper_pid)
    inspector.close()
    assert inspector.helper_pid is None
