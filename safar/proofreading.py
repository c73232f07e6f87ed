"""Proofreads answers and translations as a careful editor would: what a program can see, before a person reads.

Numbers, links and placeholders must be those of the English text; a sentence must stay short; a text must be in its own
script. The console refuses what is wrong here, `safar proofread` lists it, and the tests fail on it.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyphen
import yaml

from safar import catalogues
from safar.answers import english_answers
from safar.languages import DEFAULT, languages
from safar.settings import ROOT

# In an answer: numbers to call and addresses come from the directory, where they are checked.
NUMBER_OR_ADDRESS = re.compile(r"https?:|www\.|\S@\S|\d{3,}")
_PLACEHOLDER = re.compile(r"{\w+}")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_DIRECTION_MARK = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SENTENCE_END = re.compile(r"(?<=[.?!؟۔।።။])\s+")
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z'-]+")
_BRACKETS = re.compile(r"\([^)]*\)")
_ABBREVIATION = re.compile(r"[A-Z]{2,}")
_ENGLISH_RUN = 3  # English words in a row
_LETTERS = {
    "Arab": re.compile(r"[\u0600-\u06ff]"),
    "Deva": re.compile(r"[\u0900-\u097f]"),
    "Beng": re.compile(r"[\u0980-\u09ff]"),
    "Ethi": re.compile(r"[\u1200-\u137f]"),
    "Mymr": re.compile(r"[\u1000-\u109f]"),
    "Latn": re.compile(r"[A-Za-z\u00c0-\u024f]"),
}
# The longest sentence, in words; in Burmese, which has no spaces between words, in characters. English is the measure:
# 16 words. The languages that need most words for the same (Urdu, Hindi) need half as many again.
LONGEST_SENTENCE = {"my": 120}
_LONGEST_ENGLISH, _LONGEST_OTHER = 16, 24


@dataclass(frozen=True)
class Finding:
    """Something to mend: in which language and message, by which rule, and the text."""

    language: str
    context: str
    rule: str
    text: str


@cache
def forbidden_words() -> dict[str, tuple[str, ...]]:
    """By language, the words of offices that no answer needs: data/proofreading.yml."""
    content = yaml.safe_load((ROOT / "data" / "proofreading.yml").read_text(encoding="utf-8"))
    return {code: tuple(words) for code, words in content["forbidden"].items()}


def proofread(language: str) -> list[Finding]:
    """All findings in one language's answers, interface strings and directory sentences."""
    return [finding for domain in catalogues.DOMAINS for finding in _of_domain(language, domain)]


def _of_domain(language: str, domain: str) -> Iterator[Finding]:
    known = catalogues.translations(language, domain)
    for message in catalogues.template(domain):
        if not message.id:
            continue
        context, english = message.context or "", str(message.id)
        text = known.get((context, english))
        rules = ["missing"] if text is None else list(broken_rules(text, english, language, is_answer=domain == "answers"))
        yield from (Finding(language, context, rule, text or english) for rule in rules)


def broken_rules(text: str, english: str, language: str, *, is_answer: bool) -> Iterator[str]:
    """The names of the rules that a text breaks, beside the English text it says the same as."""
    if sorted(_PLACEHOLDER.findall(text)) != sorted(_PLACEHOLDER.findall(english)):
        yield "placeholders differ from the English text"
    if sorted(_NUMBER.findall(text)) != sorted(_NUMBER.findall(english)):
        yield "numbers differ from the English text"
    if is_answer and NUMBER_OR_ADDRESS.search(text):
        yield "a number or address stands in the text; it belongs in the directory"
    if _DIRECTION_MARK.search(text):
        yield "an invisible direction mark stands in the text; the program sets them"
    if any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) for word in forbidden_words().get(language, ())):
        yield "a word of offices (data/proofreading.yml)"
    if is_answer and longest_sentence(text, language) > _limit(language):
        yield "a sentence is too long"
    yield from _script_rules(text, english, language)


def _script_rules(text: str, english: str, language: str) -> Iterator[str]:
    if language == DEFAULT:
        return
    script = languages()[language].scripts[0]
    if script == "Latn":
        if len(english.split()) > _ENGLISH_RUN and text == english:
            yield "left in English"
        return
    if len(english.split()) > 1 and not _LETTERS[script].search(_PLACEHOLDER.sub("", text)):
        yield "not in the script of the language"
    # Names of offices stay in Latin letters, so that they can be shown and searched for; they are written with capitals. A
    # term that offices use may follow in brackets.
    run = 0
    for word in _PLACEHOLDER.sub("", _BRACKETS.sub("", text)).split():
        run = run + 1 if word.islower() and _LATIN_WORD.fullmatch(word.strip(".,;:!?()")) else 0
        if run >= _ENGLISH_RUN:
            yield "left in English"
            return
    # A letter of another script inside a word is a slip of the keyboard that no eye sees; a prefix on an
    # abbreviation ("የDNA") is none.
    words = (_ABBREVIATION.sub("", word) for word in re.findall(r"[^\W\d_]+", text))
    if any(sum(bool(letters.search(word)) for letters in _LETTERS.values()) > 1 for word in words):
        yield "two scripts in one word"


def longest_sentence(text: str, language: str) -> int:
    """Length of the longest sentence, in words (in Burmese in characters)."""
    parts = _SENTENCE_END.split(text)
    return max(len(part) if language in LONGEST_SENTENCE else len(part.split()) for part in parts)


def _limit(language: str) -> int:
    return LONGEST_SENTENCE.get(language, _LONGEST_ENGLISH if language == DEFAULT else _LONGEST_OTHER)


def readability(language: str) -> dict[str, Any]:
    """How hard the answers of a language read.

    Returns:
        `words_a_sentence` (median and longest; in Burmese characters) for every language, and `index`, where one exists
        for the language: the reading ease from 0 (hard) to 100 (easy) after Flesch (1948, English), Fernández Huerta
        (1959, Spanish) and Kandel and Moles (1958, French). Flesch's own table: 70 to 80 for twelve-year-olds, 80 to 90 for
        eleven-year-olds.
    """
    known = catalogues.translations(language, "answers")
    lines = [known[pair] for pair in catalogues.pairs("answers") if pair in known]
    sentences = [part for line in lines for part in _SENTENCE_END.split(line) if part]
    lengths = [longest_sentence(sentence, language) for sentence in sentences]
    return {
        "unit": "characters" if language in LONGEST_SENTENCE else "words",
        "median": statistics.median(lengths) if lengths else 0,
        "longest": max(lengths, default=0),
        "index": _reading_ease(sentences, language),
    }


# Points, then what a syllable in a word and a word in a sentence cost.
_READING_EASE = {"en": (206.835, 84.6, 1.015), "es": (206.84, 60.0, 1.02), "fr": (207.0, 73.6, 1.015)}


def _reading_ease(sentences: list[str], language: str) -> float | None:
    if language not in _READING_EASE or not sentences:
        return None
    base, by_syllable, by_word = _READING_EASE[language]
    hyphenation = pyphen.Pyphen(lang=language)
    words = [word for sentence in sentences for word in re.findall(r"[^\W\d_]+", sentence)]
    syllables = sum(len(hyphenation.positions(word)) + 1 for word in words)
    return round(base - by_syllable * syllables / len(words) - by_word * len(words) / len(sentences), 1)


def english_topics_too_hard(least: float = 70.0) -> dict[str, float]:
    """The English answers that read harder than a twelve-year-old manages (Flesch 1948: 70), with their reading ease."""
    found = {}
    for topic, variants in english_answers().items():
        for country, answer in variants.items():
            lines = [part for line in (*answer.first, *answer.know, *answer.next) for part in _SENTENCE_END.split(line)]
            ease = _reading_ease(lines, DEFAULT) or 0.0
            if ease < least:
                found[f"{topic} ({country})"] = ease
    return found
