"""The importer of training examples: the same as Rasa's own, but in seconds; broken files are named."""

from pathlib import Path

import pytest
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.importers.rasa import RasaFileImporter

from components.importer import BrokenExamples, Example, ExamplesImporter, examples_in

ROOT = Path(__file__).resolve().parents[2]


def test_the_same_examples_as_rasas_own_reader() -> None:
    folder = str(ROOT / "data" / "nlu" / "am")
    of_rasa = RasaFileImporter(training_data_paths=[folder]).get_nlu_data()
    ours = ExamplesImporter(training_data_paths=[folder]).get_nlu_data()
    assert {(e.get("intent"), e.get("text")) for e in ours.intent_examples} == {
        (e.get("intent"), e.get("text")) for e in of_rasa.intent_examples
    }
    assert len(ours.intent_examples) > 1000


def test_the_configuration_names_the_importer() -> None:
    importer = TrainingDataImporter.load_from_config(
        str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "data" / "nlu" / "en"), str(ROOT / "data" / "rules")]
    )
    examples = importer.get_nlu_data().intent_examples
    assert examples
    assert all(isinstance(example, Example) for example in examples if example.get("text"))


def test_an_example_knows_its_language() -> None:
    data = ExamplesImporter(training_data_paths=[str(ROOT / "data" / "nlu" / "am")]).get_nlu_data()
    assert {example.get("language") for example in data.intent_examples} == {"am"}


def test_an_example_twice_counts_once_and_another_intent_is_another_example() -> None:
    assert len({Example("help", "a"), Example("help", "a"), Example("help", "b")}) == 2


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
    with pytest.raises(BrokenExamples) as raised:
        examples_in(path)
    assert str(path) in str(raised.value)
    assert said in str(raised.value)
