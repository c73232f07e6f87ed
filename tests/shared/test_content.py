"""The content files: complete, in step with one another, and free of what must not stand in them."""

import unicodedata
from collections import Counter
from pathlib import Path

import pytest
import yaml

from safar import catalogues, proofreading
from safar.answers import GENERAL, english_answers
from safar.languages import accepted_languages, best_language, countries, fallbacks, languages
from safar.settings import ROOT
from safar.topics import catalogue

TOPICS = catalogue().topics
DOMAIN = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
INTENTS = [next(iter(entry)) for entry in DOMAIN["intents"]]
MOST_WORDS = 120


def same_text(text: str) -> str:
    """The text without case, punctuation and spaces at its ends; vowel signs stay, they are marks and not punctuation."""
    kept = (" " if unicodedata.category(c)[0] in "PSZ" else c for c in text.casefold())
    return " ".join("".join(kept).split()) or text


def examples(code: str) -> list[tuple[str, str, str]]:
    """(intent, manner, text) of one language."""
    found = []
    for path in sorted((ROOT / "data" / "nlu" / code).glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            manner = block["metadata"]["manner"]
            found += [
                (block["intent"], manner, line[2:].strip()) for line in block["examples"].splitlines() if line.startswith("- ")
            ]
    return found


def test_each_topic_and_conversation_intent_is_an_intent_of_rasa() -> None:
    buttons_only = {"choose_group", "show_sources", "confirm_delete", "keep_data", "nlu_fallback"}
    buttons_only |= {"safety_check", "checklist", "complaint", "my_data", "watched_phone"}
    assert set(INTENTS) == {*TOPICS, *catalogue().conversation, *catalogue().follow_ups, *buttons_only}


def test_each_intent_has_one_rule() -> None:
    rules = [
        step["intent"]
        for path in (ROOT / "data" / "rules").glob("*.yml")
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]
        for step in rule["steps"]
        if "intent" in step
    ]
    # A button of the complaint helper opens its form, or makes it say something and close at once.
    assert Counter(rules) == Counter([*INTENTS, "complaint"])


def test_each_response_is_used_by_a_rule_or_an_action() -> None:
    rules = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "data" / "rules").glob("*.yml"))
    rooms = ("actions", "components", "safar")
    code = "".join(path.read_text(encoding="utf-8") for room in rooms for path in (ROOT / room).glob("*.py"))
    sentences = {f"utter_{name}" for name, shown in catalogue().follow_ups.items() if "sentence" in shown}
    assert sentences <= set(DOMAIN["responses"])
    others = set(DOMAIN["responses"]) - sentences
    assert [name for name in others if f"action: {name}\n" not in rules and f'"{name}"' not in code] == []


def test_each_topic_has_an_english_answer_with_sources() -> None:
    assert set(english_answers()) == set(TOPICS)
    for topic, variants in english_answers().items():
        for country, answer in variants.items():
            assert country == GENERAL or country in countries(), (topic, country)
            assert all(url.startswith(("https://", "http://")) for _, url in answer.sources), topic


@pytest.mark.parametrize("topic", list(TOPICS))
def test_english_answers_are_short(topic: str) -> None:
    for country, answer in english_answers()[topic].items():
        lines = [*answer.first, *answer.know, *answer.next]
        assert sum(len(line.split()) for line in lines) <= MOST_WORDS, country
        assert len(answer.first) <= (3 if TOPICS[topic].urgent else 1)
        assert len(answer.know) <= 5
        assert 1 <= len(answer.next) <= 3


@pytest.mark.parametrize("code", list(languages()))
def test_no_text_stands_under_two_intents(code: str) -> None:
    seen: dict[str, str] = {}
    for intent, _, text in examples(code):
        key = same_text(text)
        assert seen.setdefault(key, intent) == intent, text


@pytest.mark.parametrize("code", list(languages()))
def test_each_intent_has_enough_examples_in_four_manners(code: str) -> None:
    counts: dict[str, Counter[str]] = {}
    for intent, manner, _ in examples(code):
        counts.setdefault(intent, Counter())[manner] += 1
    for topic in TOPICS.values():
        assert sum(counts[topic.id].values()) >= (60 if topic.urgent else 40), topic.id
        assert set(counts[topic.id]) == {"plain", "hurried", "story", "mixed"}, topic.id
    for intent in catalogue().conversation:
        assert sum(counts[intent].values()) >= 20, intent
    for follow_up in catalogue().follow_ups:
        assert sum(counts[follow_up].values()) >= 40, follow_up
        assert set(counts[follow_up]) >= {"plain", "hurried", "mixed"}, follow_up


def test_held_out_messages_are_not_trained_on() -> None:
    import csv

    trained = {same_text(text) for code in languages() for _, _, text in examples(code)}
    asked = ROOT / "tests" / "nlu"
    others = [asked / f"{name}.csv" for name in ("asked", "calm", "offtopic", "chat", "talk", "after")]
    for path in [*asked.glob("heldout.*.csv"), *asked.glob("blind.*.csv"), *others]:
        with path.open(encoding="utf-8", newline="") as file:
            # A yes or a greeting can hardly be written in a way nobody has written it; a topic can.
            every = path.stem in ("offtopic", "chat", "talk", "after")
            held_out = [same_text(row["text"]) for row in csv.DictReader(file) if every or row["topic"] in TOPICS]
        assert [text for text in held_out if text in trained] == []


def test_catalogues_are_in_step_with_the_english_sources() -> None:
    assert catalogues.out_of_step() == []


@pytest.mark.parametrize("code", list(languages()))
def test_proofreading_finds_nothing(code: str) -> None:
    assert proofreading.proofread(code) == []


def test_english_answers_read_easily() -> None:
    assert proofreading.english_topics_too_hard() == {}


@pytest.mark.parametrize(
    ("text", "english", "language", "rule"),
    [
        ("Llame al {number}", "Call {phone}", "es", "placeholders differ from the English text"),
        ("خلال ٣٠ يوم", "Within 20 days", "ar", "numbers differ from the English text"),
        ("Llame al 16008 ya", "Call 16008 now", "es", "a number or address stands in the text; it belongs in the directory"),
        ("اتصل \u200fالآن", "Call now", "ar", "an invisible direction mark stands in the text; the program sets them"),
        ("Veuillez noter ceci", "Mind this", "fr", "a word of offices (data/proofreading.yml)"),
        ("mot " * 25, "a word", "fr", "a sentence is too long"),
        ("Call your embassy now today", "Call your embassy now today", "es", "left in English"),
        ("आफ्नो please call now दूतावास", "Please call your embassy", "ne", "left in English"),
        ("Call them", "Call them", "ne", "not in the script of the language"),
        ("रहदानी раहदानी", "Your passport", "ne", None),
        ("पासpोर्ट लिनुहोस्", "Take your passport", "ne", "two scripts in one word"),
        ("ለTADM ያቅርቡ", "Go to TADM", "am", None),
    ],
)
def test_proofreading_sees(text: str, english: str, language: str, rule: str | None) -> None:
    assert list(proofreading.broken_rules(text, english, language, is_answer=True)) == ([rule] if rule else [])


def test_the_language_header_of_a_catalogue_must_be_its_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from safar.errors import ContentError

    path = tmp_path / "ne" / "LC_MESSAGES" / "interface.po"
    path.parent.mkdir(parents=True)
    path.write_text((catalogues.catalogue_path("ar", "interface")).read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(catalogues, "LOCALES", tmp_path)
    with pytest.raises(ContentError, match="its Language header is 'ar', its folder says 'ne'"):
        catalogues.read_catalogue("ne", "interface")


def test_best_language_of_what_a_browser_accepts() -> None:
    assert best_language(accepted_languages("fa-IR;q=0.9, ar-EG;q=0.8, en;q=0.1")) == "ar"
    assert best_language(accepted_languages("xx, ;;q=, ne")) == "ne"
    assert best_language(accepted_languages("")) == "en"
    assert fallbacks("ne") == ["ne", "en"]
    assert fallbacks("xx") == ["en"]
