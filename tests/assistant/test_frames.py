"""Words around a problem, which tell nothing of it: the same each time, in every language, and learned as such."""

from pathlib import Path

import pytest

from components.examples import Block
from components.frames import FRAMES, Frames, all_frames
from components.normalisation import normalise
from components.topic_model import lessons
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


def test_topics_are_learned_with_words_around_them_and_greetings_are_not() -> None:
    about, greetings = TEXTS[:30], [f"hello number {number}" for number in range(30)]
    blocks = [
        Block("en", "wages_unpaid", tuple(about)),
        Block("en", "greet", tuple(greetings)),
        Block("xx", "deportation", tuple(about)),
    ]
    texts, intents, lighter = lessons(blocks)
    assert texts == [*about, *greetings, *about]
    assert intents == ["wages_unpaid"] * 30 + ["greet"] * 30 + ["deportation"] * 30
    assert sum(map(bool, lighter[:30])) > 4
    assert all(text in framed for text, parts in zip(about, lighter, strict=False) for framed in parts)
    assert not any(lighter[30:])  # a language without words to put around


def test_sentences_of_a_story_are_learned_as_well() -> None:
    story = "they sent us here in march. nobody has paid us since. the boss says wait"
    _, _, lighter = lessons([Block("en", "wages_unpaid", (story,))])
    assert lighter == [["they sent us here in march", "nobody has paid us since", "the boss says wait"]]
