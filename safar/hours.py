"""Opening hours: what of OpenStreetMap's opening_hours syntax the directory uses, whether it is open now, local words.

Understood: `24/7`; rules separated by `;`, each with days (`Mo-Fr`, `Mo,We`, `PH` for public holidays) and times
(`08:00-12:00,13:00-17:00`, also over midnight) or `off`. A later rule wins on the days it names. See
docs/decisions/0020-opening-hours.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import get_day_names

from safar.errors import ContentError

ALL_DAY = "24/7"
HOLIDAYS, CLOSED = "PH", "off"
_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_DAY = re.compile(r"\b(Mo|Tu|We|Th|Fr|Sa|Su)\b")
_DAY_LIST = r"(?:(?:Mo|Tu|We|Th|Fr|Sa|Su)(?:-(?:Mo|Tu|We|Th|Fr|Sa|Su))?|PH)"
_SPAN = r"(?:[01]\d|2[0-4]):[0-5]\d-(?:[01]\d|2[0-4]):[0-5]\d"
_RULE = re.compile(rf"(?:(?P<days>{_DAY_LIST}(?:,{_DAY_LIST})*) )?(?P<times>{_SPAN}(?:,{_SPAN})*|off)")
_MINUTES_A_DAY = 24 * 60
_MOST_OPENINGS_A_DAY = 6

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class OpeningHours:
    """A week of opening hours.

    Attributes:
        week: for each day from Monday the spans it is open, in minutes since that day's midnight; a span that ends
            after midnight ends after 1440.
    """

    week: tuple[Spans, ...]

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at a moment given in its own time zone. Public holidays are not known."""
        minute = at.hour * 60 + at.minute
        today, yesterday = self.week[at.weekday()], self.week[at.weekday() - 1]
        return any(start <= minute < end for start, end in today) or any(minute + _MINUTES_A_DAY < end for _, end in yesterday)

    def next_opening(self, at: datetime) -> datetime | None:
        """The first moment after `at` (its own time zone) when it opens; None when it never does."""
        midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
        for days in range(8):
            for start, _ in sorted(self.week[(at.weekday() + days) % 7]):
                moment = midnight + timedelta(days=days, minutes=start)
                if moment > at:
                    return moment
        return None


@lru_cache(maxsize=4096)
def parse_hours(hours: str) -> OpeningHours:
    """Read opening hours.

    Raises:
        ContentError: they are not in the part of the syntax that is understood.
    """
    if hours == ALL_DAY:
        return OpeningHours((((0, _MINUTES_A_DAY),),) * 7)
    week: list[Spans] = [()] * 7
    for rule in hours.split(";"):
        read = _RULE.fullmatch(rule.strip())
        if not read:
            raise ContentError(f"Opening hours must read like 'Mo-Fr 08:00-17:00; PH off' or '24/7', not '{hours}'.")
        spans = () if read["times"] == CLOSED else tuple(_span(part) for part in read["times"].split(","))
        for day in days_named(read["days"]):
            week[day] = spans
    return OpeningHours(tuple(week))


def days_named(listed: str | None) -> set[int]:
    """The days (0 is Monday) of `Mo-Fr,Su`; of `PH` none; without a list all."""
    if not listed:
        return set(range(7))
    days: set[int] = set()
    for part in listed.split(","):
        if part == HOLIDAYS:
            continue
        first, _, last = part.partition("-")
        begin, end = _DAYS.index(first), _DAYS.index(last or first)
        days |= {day % 7 for day in range(begin, end + 1 if end >= begin else end + 8)}
    return days


def _span(text: str) -> tuple[int, int]:
    start, end = (int(part[:2]) * 60 + int(part[3:]) for part in text.split("-"))
    return start, end if end > start else end + _MINUTES_A_DAY


def local_time(timezone: str, at: datetime) -> datetime | None:
    """A moment in a time zone; None when the zone is unknown or empty."""
    try:
        return at.astimezone(ZoneInfo(timezone)) if timezone else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def local_hours(hours: str, language: str, *, holidays: str, closed: str) -> str:
    """The days of `Mo-Fr 08:00-17:00; PH off` named in a language, the times left as they are and kept left to right.

    `24/7` is returned unchanged: it has a sentence of its own among the interface strings.

    Args:
        holidays: the word for public holidays.
        closed: the word for being closed.
    """
    if hours == ALL_DAY:
        return hours
    names = get_day_names("abbreviated", locale=language)
    text = _DAY.sub(lambda match: names[_DAYS.index(match[1])], hours)
    text = re.sub(r"\bPH (?=off)", f"{holidays}: ", text)
    text = re.sub(r"\bPH\b", holidays, text)
    text = re.sub(r"\boff\b", closed, text)
    # FSI ... PDI: the times must not be turned round in right-to-left text.
    return re.sub(r"\d\d:\d\d-\d\d:\d\d", lambda match: f"\u2068{match[0].replace('-', '–')}\u2069", text)


@dataclass(frozen=True)
class Calendar:
    """When somebody is there: opening hours in a time zone, and never on the days off."""

    hours: OpeningHours
    zone: ZoneInfo
    days_off: frozenset[date] = frozenset()

    def is_open(self, at: datetime) -> bool:
        """Whether somebody is there at a moment (with any time zone)."""
        local = at.astimezone(self.zone)
        return local.date() not in self.days_off and self.hours.is_open(local)

    def opens_after(self, at: datetime) -> datetime | None:
        """The moment itself when open, else the next opening that is not on a day off; None when there is none."""
        if self.is_open(at):
            return at
        moment: datetime | None = at.astimezone(self.zone)
        for _ in range(len(self.days_off) * _MOST_OPENINGS_A_DAY + 1):
            moment = self.hours.next_opening(moment) if moment else None
            if moment and moment.date() not in self.days_off:
                return moment
        return None
