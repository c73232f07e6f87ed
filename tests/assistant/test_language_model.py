"""Languages are learned by another process while Rasa starts; what it learned is the same."""

from collections.abc import Iterator

import numpy as np
import pytest

from components import language_model
from components.language_model import learn_ahead, learned
from safar.errors import ContentError

TEXTS = {
    "en": ["my boss keeps my passport", "when is my salary paid"] * 6,
    "es": ["mi jefe tiene mi pasaporte", "cuando me pagan"] * 6,
}


@pytest.fixture
def two_languages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(language_model, "texts_of", lambda code: TEXTS.get(code, []))
    yield
    assert not language_model._ahead


@pytest.mark.usefixtures("two_languages")
def test_another_process_learns_the_same() -> None:
    here = learned()
    learn_ahead()
    there = learned()
    assert here.labels == there.labels == ["en", "es"]
    asked = ["salary paid", "mi jefe", "when"]
    assert (here.probabilities(asked) == there.probabilities(asked)).all()
    assert [here.labels[number] for number in np.argmax(here.probabilities(asked), axis=1)] == ["en", "es", "en"]


@pytest.mark.usefixtures("two_languages")
def test_a_file_that_cannot_be_read_is_named_from_there_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(code: str) -> list[str]:
        raise ContentError(f"data/nlu/{code}/rights.yml cannot be read")

    monkeypatch.setattr(language_model, "texts_of", broken)
    learn_ahead()
    with pytest.raises(ContentError, match=r"rights\.yml cannot be read"):
        learned()
