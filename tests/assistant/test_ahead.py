"""Other processes learn while Rasa starts; what they learned is the same, and is used only for the same examples."""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest

from components import ahead, language_model, topic_model
from components.ahead import begin, learned
from components.examples import Block
from components.linear_text_model import LinearTextModel
from safar.errors import ContentError

BLOCKS = [
    Block("en", "greet", ("hello my friend", "good morning to you") * 6),
    Block("en", "wages_unpaid", ("my boss has not paid me", "when is my salary paid") * 6),
    Block("es", "wages_unpaid", ("mi jefe no me ha pagado", "cuando me pagan el sueldo") * 6),
]
ASKED = ["salary paid", "mi jefe", "hello friend"]


@pytest.fixture(autouse=True)
def few_blocks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(ahead, "all_blocks", lambda: BLOCKS)
    yield
    ahead._begun.clear()


def best(model: LinearTextModel) -> "list[str]":
    return [model.labels[number] for number in np.argmax(model.probabilities(ASKED), axis=1)]


def test_other_processes_learn_the_same() -> None:
    begin()
    for learn, expected in (
        (language_model.learn, ["en", "es", "en"]),
        (topic_model.learn, ["wages_unpaid", "wages_unpaid", "greet"]),
    ):
        there, here = learned(learn, list(BLOCKS)), learned(learn, BLOCKS)
        assert best(there) == expected
        assert (there.probabilities(ASKED) == here.probabilities(ASKED)).all()


def test_what_was_learned_of_other_examples_is_not_used() -> None:
    begin()
    model = learned(topic_model.learn, [BLOCKS[0], Block("en", "deportation", ("they will send me back", "deport") * 6)])
    assert model.labels == ["deportation", "greet"]


def ended(blocks: "list[Block]") -> LinearTextModel:
    if multiprocessing.parent_process():
        os._exit(9)  # as a system short of memory ends a process
    return topic_model.LinearTextModel()


def test_a_process_that_was_ended_is_made_up_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topic_model, "learn", ended)
    begin()
    assert learned(topic_model.learn, BLOCKS).labels == []


def broken(blocks: "list[Block]") -> LinearTextModel:
    raise ContentError(f"{blocks[0].intent} cannot be learned")


def test_what_fails_there_is_said_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topic_model, "learn", broken)
    begin()
    with pytest.raises(ContentError, match="greet cannot be learned"):
        learned(topic_model.learn, BLOCKS)


_NOBODY_ASKS = """
import os
from components import ahead
from components.examples import Block
ahead.all_blocks = lambda: [Block("en", "greet", ("hello",) * 6), Block("es", "wages_unpaid", ("no me paga",) * 6)]
ahead.begin()
ahead.end()
os._exit(0)
"""


def test_what_nobody_asked_for_is_ended() -> None:
    """A second training without a change asks for nothing; processes left behind kept its output open for ever."""
    done = subprocess.run([sys.executable, "-c", _NOBODY_ASKS], capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
