"""What a Rasa tracker says about a person and their last message, read in one place.

The reply generator has a `DialogueStateTracker`, an action has rasa-sdk's `Tracker`; both give slots and a parse.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from safar.languages import DEFAULT, languages
from safar.places import find_city


@dataclass(frozen=True)
class Profile:
    """Language of the answers; countries as ISO 3166, the city as `safar.places` names it; None when unknown."""

    language: str
    country: str | None
    nationality: str | None
    city: str | None = None

    @property
    def likely_nationality(self) -> str | None:
        """The nationality, or the one that nearly all speakers of the language have: enough to offer an embassy."""
        return self.nationality or languages()[self.language].nationality


def profile_from(slots: Mapping[str, Any], metadata: Mapping[str, Any] | None = None) -> Profile:
    """A city of another country than the one they are in now is no longer true and is left out.

    The slots win, since the components have put what the channel knew into them already."""
    known = {**(metadata or {}), **{name: value for name, value in slots.items() if value}}
    language = known.get("language")
    language = language if language in languages() else DEFAULT
    city = find_city(known.get("country"), known.get("city")) if known.get("city") else None
    return Profile(language, known.get("country"), known.get("nationality"), city.name if city else None)


def understood_from(parse: Mapping[str, Any]) -> dict[str, Any]:
    """What the assistant understood of a message, for the operators: topic, confidence, ranking, urgency."""
    intent = parse.get("intent") or {}
    return {
        "topic": intent.get("name"),
        "confidence": round(float(intent.get("confidence") or 0.0), 4),
        "ranking": [
            {"topic": entry["name"], "confidence": round(float(entry["confidence"]), 4)}
            for entry in (parse.get("intent_ranking") or [])[:3]
        ],
        "second_topic": (parse.get("second_topic") or {}).get("name"),
        "language": (parse.get("language") or {}).get("name"),
        "urgent": bool((parse.get("urgency") or {}).get("urgent")),
        "evidence": (parse.get("urgency") or {}).get("evidence") or [],
    }
