"""Opening hours (OpenStreetMap syntax) in the words of a language."""

from __future__ import annotations

import re

from babel.dates import get_day_names

ALL_DAY = "24/7"
_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_DAY = re.compile(r"\b(Mo|Tu|We|Th|Fr|Sa|Su)\b")


def local_hours(hours: str, language: str) -> str:
    """The days of `Mo-Fr 08:00-17:00` named in a language, the times left as they are and kept left to right.

    `24/7` is returned unchanged: it has a sentence of its own among the interface strings.
    """
    if hours == ALL_DAY:
        return hours
    names = get_day_names("abbreviated", locale=language)
    text = _DAY.sub(lambda match: names[_DAYS.index(match[1])], hours)
    # FSI ... PDI: the times must not be turned round in right-to-left text.
    return re.sub(r"\d\d:\d\d-\d\d:\d\d", lambda match: f"\u2068{match[0].replace('-', '–')}\u2069", text)
