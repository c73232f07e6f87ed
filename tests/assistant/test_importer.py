"""The importer of training examples: the same as Rasa's own, but in seconds; broken files are named."""

from pathlib import Path

import pytest
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.importers.rasa import RasaFileImporter

from components.examples import examples_in
from components.importer import Examples, ExamplesImporter, texts_of
from safar.errors import ContentError

ROOT = Path(__file__).resolve().parents[2]
AMHARIC = str(ROOT / "data" / "nlu" / "am")


def test_the_same_examples_as_rasas_own_reader() -> None:
    of_rasa = RasaFileImporter(training_data_paths=[AMHARIC]).get_nlu_data()
    ours = ExamplesImporter(training_data_paths=[AMHARIC]).get_nlu_data()
    pairs = [(message.get("intent"), text) for message in ours.intent_examples for text in texts_of(message)]
    assert sorted(pairs) == sorted((message.get("intent"), message.get("text")) for message in of_rasa.intent_examples)
    assert len(pairs) > 1000
    assert {message.get("language") for message in ours.intent_examples} == {"am"}


def test_what_rasa_makes_of_them_still_holds_all() -> None:
    files = [str(ROOT / "data" / "nlu" / code) for code in ("en", "am")]
    importer = TrainingDataImporter.load_from_config(
        str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [*files, str(ROOT / "data" / "rules")]
    )
    messages = importer.get_nlu_data().intent_examples
    assert sum(len(texts_of(message)) for message in messages) == sum(
        len(set(texts)) for language in ("en", "am") for texts in _by_intent(ROOT / "data" / "nlu" / language).values()
    )


def _by_intent(folder: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in folder.glob("*.yml"):
        for intent, texts in examples_in(path):
            found.setdefault(intent, []).extend(texts)
    return found


def test_other_texts_have_another_fingerprint() -> None:
    assert Examples(["a", "b"], "help").fingerprint() == Examples(["a", "b"], "help").fingerprint()
    others = [
        Examples(["a"], "help"),
        Examples(["a", "c"], "help"),
        Examples(["a", "b"], "greet"),
        Examples(["a", "b"], "help", "en"),
    ]
    assert Examples(["a", "b"], "help").fingerprint() not in {other.fingerprint() for other in others}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("nlu:\n- intent: greet\n  examples: |\n    - hello [Doha](city)", "an entity is marked"),
        ("nlu: [", "cannot be read as YAML"),
        ("rules: []", "must hold a list `nlu`"),
        ("", "must hold a list `nlu`"),
        ("nlu:\n- examples: |\n    - hello", "intent"),
        ("nlu:\n- intent: greet\n  examples: |\n    hello", "under greet a line does not begin with a dash: hello"),
    ],
)
def test_a_broken_file_is_named_with_what_is_wrong(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "broken.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ContentError) as raised:
        examples_in(path)
    assert str(path) in str(raised.value)
    assert said in str(raised.value)
