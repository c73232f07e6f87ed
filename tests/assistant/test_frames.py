"""Words around a problem, which tell nothing of it: the same each time, in every language, and learned as such."""

from pathlib import Path

import pytest

from components.frames import FRAMES, Frames, all_frames
from components.importer import Examples
from components.normalisation import normalise
from components.topic_classifier import TopicClassifier
from safar.errors import ContentError
from safar.languages import languages

GOOD = {"before": "[hello]", "after": "[thank you]", "place": "['I am in {place}']", "names": "[Doha]", "work": "[I am a maid]"}
TEXTS = [f"my pay for month {number} is missing" for number in range(60)]


def written(folder: Path, content: "dict[str, str]") -> Path:
    path = folder / "en.yml"
    path.write_text("".join(f"{name}: {value}\n" for name, value in content.items()), encoding="utf-8")
    return path


def test_every_language_has_frames() -> None:
    assert set(all_frames()) == set(languages())


@pytest.mark.parametrize("code", list(languages()))
def test_the_problem_stays_whole_within_them(code: str) -> None:
    frames = Frames(FRAMES / f"{code}.yml")
    framed = [(text, frames.around(text)) for text in TEXTS]
    told = [(text, around) for text, around in framed if around]
    assert 10 < len(told) < 35
    assert all(text in around and around != text for text, around in told)
    assert all(around == normalise(around) for _, around in told)
    assert framed == [(text, frames.around(text)) for text in TEXTS]


def test_all_kinds_are_used(tmp_path: Path) -> None:
    frames = Frames(written(tmp_path, GOOD))
    joined = "\n".join(frames.around(text) or "" for text in TEXTS)
    assert all(piece in joined for piece in ("hello", "thank you", "i am in doha", "i am a maid"))
    assert ".." not in joined


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({**GOOD, "work": "[]"}, "the list 'work' is missing or empty"),
        ({name: value for name, value in GOOD.items() if name != "after"}, "the list 'after' is missing"),
        ({**GOOD, "place": "[in Doha]"}, "'in Doha' under place must hold {place}"),
    ],
)
def test_a_broken_file_says_what_is_missing(tmp_path: Path, content: "dict[str, str]", said: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(ContentError) as raised:
        Frames(path)
    assert said in str(raised.value)
    assert str(path) in str(raised.value)


class Lesson:
    """Notes what a model is given to learn from."""

    def fit(self, texts: "list[str]", labels: "list[str]", lighter: "list[list[str]]") -> None:
        self.given = dict(zip(texts, lighter, strict=True))

    def save(self, folder: Path) -> None:
        """Nothing was learned."""


class Storage:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write_to(self, resource: object) -> "Storage":
        return self

    def __enter__(self) -> Path:
        return self._folder

    def __exit__(self, *error: object) -> None:
        """Nothing to close."""


def test_topics_are_learned_with_words_around_them_and_greetings_are_not(tmp_path: Path) -> None:
    lesson = Lesson()
    classifier = TopicClassifier(TopicClassifier.get_default_config(), Storage(tmp_path), None, lesson)  # type: ignore[arg-type]
    about, greetings = TEXTS[:30], [f"hello number {number}" for number in range(30)]
    examples = [Examples(about, "wages_unpaid", "en"), Examples(greetings, "greet", "en")]
    classifier.train(type("Data", (), {"intent_examples": examples})())  # type: ignore[arg-type]
    assert sum(bool(lesson.given[text]) for text in about) > 4
    assert all(text in framed for text in about for framed in lesson.given[text])
    assert not any(lesson.given[text] for text in greetings)
