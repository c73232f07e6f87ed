"""The catalogue of topics: what people ask (data/topics.yml)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from safar.errors import ContentError
from safar.settings import ROOT

OUT_OF_SCOPE = "out_of_scope"  # the intent of what has nothing to do with the service: idle talk
# The kinds of contact: the same words in code, data and API.
KINDS = (
    "emergency",
    "trafficking_hotline",
    "labour_complaint",
    "migrant_helpline",
    "domestic_worker_helpline",
    "gender_violence_hotline",
    "child_helpline",
    "refugee_asylum",
    "iom_office",
    "resource_centre",
    "consulate",
    "labour_attache",
    "ombuds_nhri",
    "legal_aid",
    "crisis_mental_health",
    "missing_family",
    "shelter",
    "recruitment_authority",
    "health",
)


@dataclass(frozen=True)
class Topic:
    """One thing people ask; `id` is the name of its Rasa intent and of its answer.

    Attributes:
        offers: what is offered by a button after the answer: an intent, or `list_<list>`.
    """

    id: str
    group: str
    urgent: bool
    contacts: tuple[str, ...]
    offers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """A group of the menu, in menu order."""

    id: str
    pictogram: str
    topics: tuple[Topic, ...]


@dataclass(frozen=True)
class Catalogue:
    """All that a message may be.

    Attributes:
        conversation: what people say to the assistant itself.
        follow_ups: what people write about the answer before it, and what they are shown.
    """

    groups: tuple[Group, ...]
    conversation: tuple[str, ...]
    follow_ups: dict[str, tuple[str, ...]]

    @property
    def topics(self) -> dict[str, Topic]:
        return {topic.id: topic for group in self.groups for topic in group.topics}

    @property
    def urgent(self) -> set[str]:
        """The topics of danger."""
        return {name for name, topic in self.topics.items() if topic.urgent}


@lru_cache(maxsize=1)
def catalogue(path: Path = ROOT / "data" / "topics.yml") -> Catalogue:
    """Read the catalogue.

    Raises:
        ContentError: a topic stands twice or names a kind of contact that does not exist.
    """
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    groups, seen = [], set()
    for group, entry in raw["groups"].items():
        topics = []
        for name, value in entry["topics"].items():
            unknown = set(value["contacts"]) - set(KINDS)
            if unknown:
                raise ContentError(f"{path}: {name} names unknown kinds of contact: {', '.join(sorted(unknown))}.")
            if name in seen:
                raise ContentError(f"{path}: {name} stands twice.")
            seen.add(name)
            offers = tuple(value.get("offers") or ())
            topics.append(Topic(name, group, bool(value.get("urgent", False)), tuple(value["contacts"]), offers))
        groups.append(Group(group, entry["pictogram"], tuple(topics)))
    return Catalogue(tuple(groups), tuple(raw["conversation"]), {name: tuple(shown) for name, shown in raw["follow_ups"].items()})
