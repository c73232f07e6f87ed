"""The safety check: yes-or-no questions on the published indicators of trafficking (data/safety_check.yml).

What it finds decides how soon a counsellor is called, and nothing else: help, numbers and answers are the same for everyone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from safar.errors import ContentError
from safar.settings import ROOT

DIMENSIONS = ("deceptive recruitment", "exploitative conditions of work", "coercion at destination")
# The ILO's booklet: a single indicator can be enough, and otherwise several taken together point to forced labour.
# The single ones are marked `danger` in the file; of the others two call a counsellor, since a call too many costs little.
_SEVERAL = 2


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        indicator: the published indicator it asks about.
        dimension: the part of the operational indicators of trafficking to which it belongs.
        danger: a yes alone is enough to call a counsellor.
    """

    id: str
    text: str
    indicator: str
    dimension: str
    danger: bool


@dataclass(frozen=True)
class SafetyCheck:
    """All questions in their order, and what a person can ask for; sources are pairs of title and address."""

    questions: tuple[Question, ...]
    protection: tuple[str, ...]
    sources: tuple[tuple[str, str], ...]

    def is_high(self, yes: Collection[str]) -> bool:
        """Whether these questions, answered with yes, are enough to call a counsellor."""
        found = [question for question in self.questions if question.id in yes]
        return any(question.danger for question in found) or len(found) >= _SEVERAL


@lru_cache(maxsize=1)
def safety_check(path: Path = ROOT / "data" / "safety_check.yml") -> SafetyCheck:
    """Read the questions.

    Raises:
        ContentError: a question belongs to no known dimension.
    """
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    questions = []
    for name, entry in raw["questions"].items():
        if entry["dimension"] not in DIMENSIONS:
            raise ContentError(f"{path}: {name}: the dimension is one of {', '.join(DIMENSIONS)}.")
        danger = bool(entry.get("danger", False))
        questions.append(Question(name, entry["text"], entry["indicator"], entry["dimension"], danger))
    sources = tuple((source["title"], source["url"]) for source in [*raw["sources"], *raw["protection_sources"]])
    return SafetyCheck(tuple(questions), tuple(raw["protection"]), sources)


def strings() -> dict[str, str]:
    """The English text of each question and of each line of protection, by interface key."""
    known = safety_check()
    asked = {f"safety_{question.id}": question.text for question in known.questions}
    return {**asked, **{f"safety_protection_{number}": line for number, line in enumerate(known.protection, start=1)}}
