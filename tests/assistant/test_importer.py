"""The importer of training examples: the same as Rasa's own, but in seconds; broken files are named."""

from pathlib import Path

import pytest
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.importers.rasa import RasaFileImporter

from components.examples import Block, blocks_in
from components.importer import Examples, ExamplesImporter, blocks_of
from safar.errors import ContentError

ROOT = Path(__file__).resolve().parents[2]
AMHARIC = ROOT / "data" / "nlu" / "am"


def test_the_same_examples_as_rasas_own_reader() -> None:
    of_rasa = RasaFileImporter(training_data_paths=[str(AMHARIC)]).get_nlu_data()
    blocks = blocks_of(ExamplesImporter(training_data_paths=[str(AMHARIC)]).get_nlu_data())
    pairs = [(block.intent, text) for block in blocks for text in block.texts]
    assert sorted(pairs) == sorted((message.get("intent"), message.get("text")) for message in of_rasa.intent_examples)
    assert len(pairs) > 1000
    assert {block.language for block in blocks} == {"am"}


def test_what_another_importer_reads_can_be_learned_too() -> None:
    of_rasa = blocks_of(RasaFileImporter(training_data_paths=[str(AMHARIC / "contacts.yml")]).get_nlu_data())
    ours = blocks_in([AMHARIC / "contacts.yml"])
    assert sorted((block.intent, *block.texts) for block in of_rasa) == sorted(
        (block.intent, text) for block in ours for text in block.texts
    )


def test_what_rasa_makes_of_them_is_what_was_read() -> None:
    folders = [ROOT / "data" / "nlu" / code for code in ("en", "am")]
    importer = TrainingDataImporter.load_from_config(
        str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [*map(str, folders), str(ROOT / "data" / "rules")]
    )
    assert blocks_of(importer.get_nlu_data()) == blocks_in(path for folder in folders for path in folder.glob("*.yml"))


def test_other_texts_have_another_fingerprint() -> None:
    block = Block("en", "help", ("a", "b"))
    others = [block._replace(language="fr"), block._replace(intent="greet"), block._replace(texts=("a",))]
    assert Examples(block).fingerprint() == Examples(block).fingerprint()
    assert Examples(block).fingerprint() not in {Examples(other).fingerprint() for other in others}


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "xx" / "work.yml"
    path.parent.mkdir()
    for text in ("hello", "hello there"):
        path.write_text(f"nlu:\n- intent: greet\n  examples: |\n    - {text}\n    - {text}\n", encoding="utf-8")
        assert blocks_in([path]) == [Block("xx", "greet", (text,))]


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
        blocks_in([path])
    assert str(path) in str(raised.value)
    assert said in str(raised.value)
