"""Who can help this person, here, now: the index of the directory and the order in which contacts are shown.

The order is that of docs/directory.md: serves this person, open now, nearest, best verified.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache, partial
from math import inf

from safar.directory import (
    AT_HOME_TOO,
    CONFIDENCES,
    EMERGENCY_SERVICES,
    EVERYONE,
    FOR_CITIZENS,
    LIBRARY_SOURCE,
    Contact,
    with_library_numbers,
)
from safar.geography import Position, distance_km
from safar.hours import local_time, parse_hours
from safar.phone_numbers import emergency_numbers, is_dialable_from_abroad
from safar.places import position_of, timezone_of

# Where to turn when a country has nobody of a kind: the kinds that come nearest to it, best first.
NEAREST_KINDS: dict[str, tuple[str, ...]] = {
    "emergency": ("migrant_helpline", "gender_violence_hotline", "trafficking_hotline", "child_helpline", "refugee_asylum"),
    "trafficking_hotline": (
        "migrant_helpline",
        "gender_violence_hotline",
        "iom_office",
        "ombuds_nhri",
        "domestic_worker_helpline",
        "legal_aid",
    ),
    "labour_complaint": ("migrant_helpline", "labour_attache", "resource_centre", "legal_aid", "ombuds_nhri"),
    "migrant_helpline": ("resource_centre", "iom_office", "refugee_asylum", "legal_aid", "ombuds_nhri"),
    "domestic_worker_helpline": ("labour_complaint", "migrant_helpline", "gender_violence_hotline", "resource_centre"),
    "gender_violence_hotline": ("trafficking_hotline", "shelter", "domestic_worker_helpline", "migrant_helpline", "legal_aid"),
    "child_helpline": ("gender_violence_hotline", "refugee_asylum", "missing_family"),
    "refugee_asylum": ("legal_aid", "iom_office", "migrant_helpline", "ombuds_nhri"),
    "iom_office": ("migrant_helpline", "resource_centre", "refugee_asylum"),
    "resource_centre": ("migrant_helpline", "legal_aid", "iom_office", "refugee_asylum"),
    "consulate": ("labour_attache", "migrant_helpline", "iom_office", "legal_aid"),
    "labour_attache": ("consulate", "labour_complaint", "migrant_helpline"),
    "ombuds_nhri": ("legal_aid", "migrant_helpline", "labour_complaint"),
    "legal_aid": ("migrant_helpline", "resource_centre", "ombuds_nhri", "refugee_asylum"),
    "crisis_mental_health": ("health", "gender_violence_hotline", "migrant_helpline"),
    "missing_family": ("child_helpline", "refugee_asylum", "iom_office"),
    "shelter": ("trafficking_hotline", "gender_violence_hotline", "domestic_worker_helpline", "iom_office"),
    "recruitment_authority": ("labour_complaint", "labour_attache", "migrant_helpline"),
    "health": ("migrant_helpline", "resource_centre", "crisis_mental_health"),
}
_SHOWN_FROM_NEXT_DOOR = 1
# Who looks for help in one of these is not sent to the other: to call or travel there may be impossible or a crime.
_APART = frozenset(map(frozenset, (("RU", "UA"), ("AM", "AZ"), ("IN", "PK"), ("KP", "KR"))))
_ISRAEL_AND_PALESTINE = frozenset({"IL", "PS"})
# Contacts nearer to each other than this are equally near: most coordinates are those of a city.
_STEP_KM = 10
_TOO_FAR_KM = 3000  # an embassy farther away is nobody to turn to
_BY_DAY = range(8, 17)  # hours


@dataclass(frozen=True)
class Seeker:
    """What is known of a person who looks for help; everything but the country may be unknown.

    Attributes:
        country: ISO 3166 country they are in, or None: then there is nothing to show here.
        nationality: ISO 3166 country they come from.
        language: the language they speak, ISO 639.
        position: where they are, or the middle of their city; without it distances play no part.
    """

    country: str | None
    nationality: str | None = None
    language: str | None = None
    position: Position | None = None


class Lookup:
    """The directory, indexed so that a lookup touches only contacts that may fit. Never changed after it was made.

    Entries of low confidence are left out, except an emergency number that libphonenumber confirms; so are missions that
    name no citizens.
    """

    def __init__(self, contacts: Iterable[Contact]) -> None:
        self._here: defaultdict[tuple[str, str, str], list[Contact]] = defaultdict(list)
        self._covering: defaultdict[tuple[str, str, str], list[Contact]] = defaultdict(list)
        self._missions: defaultdict[tuple[str, str], list[Contact]] = defaultdict(list)
        for contact in contacts:
            confirmed = contact.kind == "emergency" and contact.is_national_emergency
            if contact.confidence == "low" and not confirmed:
                continue
            for citizens in contact.serves:
                self._add(contact, citizens)

    def _add(self, contact: Contact, citizens: str) -> None:
        if contact.kind in FOR_CITIZENS:
            if citizens == EVERYONE:
                return
            self._missions[contact.kind, citizens].append(contact)
        self._here[contact.kind, contact.country, citizens].append(contact)
        for country in contact.covers:
            self._covering[contact.kind, country, citizens].append(contact)

    def find(self, kinds: Sequence[str], seeker: Seeker, *, limit_per_kind: int = 3, at: datetime | None = None) -> list[Contact]:
        """The contacts to show, in the order of `kinds`, best first within a kind.

        A contact is of the country the person is in; of a few kinds also of the country they come from, if it can be
        reached from abroad. Missions are those of their own nationality. Where the country has nobody, the contact abroad
        that covers it is shown, and of missions else the nearest. Who shows a contact of another country says so (`relation`).

        Args:
            at: the moment for "open now"; now when not given.
        """
        if seeker.country is None:
            return []
        moment = at or datetime.now(timezone.utc)
        best_first = _order(seeker, moment)
        found: list[Contact] = []
        for kind in dict.fromkeys(kinds):
            fitting = self._fitting(kind, seeker)
            if not fitting:
                found += self._next_door(kind, seeker)
                continue
            fitting.sort(key=best_first)
            found += (_without_repeats(fitting) if kind == "emergency" else fitting)[:limit_per_kind]
        return found

    def nearest_kinds(self, missing: Sequence[str], seeker: Seeker, *, limit_per_kind: int = 2) -> list[Contact]:
        """Instead of kinds that a country lacks: the kinds nearest to them that it has, and emergency when it has none."""
        wanted = dict.fromkeys(kind for lacking in missing for kind in NEAREST_KINDS.get(lacking, ()))
        kinds = [kind for kind in wanted if kind not in missing]
        found = [contact for contact in self.find(kinds, seeker, limit_per_kind=limit_per_kind) if is_here(contact, seeker)]
        return found[: 2 * limit_per_kind] or self.find(["emergency"], seeker, limit_per_kind=limit_per_kind)

    def _fitting(self, kind: str, seeker: Seeker) -> list[Contact]:
        country, nationality = seeker.country or "", seeker.nationality
        citizens = [nationality, EVERYONE] if nationality else [EVERYONE]
        fitting = [contact for who in citizens for contact in self._here.get((kind, country, who), ())]
        if kind in AT_HOME_TOO and nationality and nationality != country:
            at_home = (contact for who in citizens for contact in self._here.get((kind, nationality, who), ()))
            fitting += [contact for contact in at_home if can_be_reached_from_abroad(contact)]
        if kind == "emergency":
            fitting = with_library_numbers(fitting, country)
        return list({contact.id: contact for contact in fitting}.values())

    def _next_door(self, kind: str, seeker: Seeker) -> list[Contact]:
        """The nearest contact abroad that covers the person's country; of missions with none that does, the nearest of all."""
        citizens = [seeker.nationality or EVERYONE, EVERYONE]
        covering = [contact for who in citizens for contact in self._covering.get((kind, seeker.country or "", who), ())]
        is_away = seeker.country != seeker.nationality
        abroad = self._missions.get((kind, seeker.nationality or ""), []) if kind in FOR_CITIZENS and is_away else []
        start = seeker.position or position_of(seeker.country, None)
        distances = {contact.id: distance_to(contact, start) for contact in covering or abroad}
        placed = [
            contact
            for contact in abroad
            if (distances.get(contact.id) or inf) < _TOO_FAR_KM and not are_apart(contact.country, seeker.country or "")
        ]
        ordered = sorted(covering or placed, key=lambda contact: (distances[contact.id] or 0.0, contact.id))
        return ordered[:_SHOWN_FROM_NEXT_DOOR]


def are_apart(one: str, other: str) -> bool:
    """Whether people in one country should not be sent to the other: Israel and most of its neighbours, states at war."""
    across_israel = (one == "IL") != (other == "IL") and not {one, other} <= _ISRAEL_AND_PALESTINE
    return across_israel or frozenset({one, other}) in _APART


def is_here(contact: Contact, seeker: Seeker) -> bool:
    """Whether a contact is in the country the person is in."""
    return contact.country == seeker.country


def relation(contact: Contact, country: str | None, nationality: str | None) -> str:
    """Why a contact is shown to somebody in `country`: `here`, `covers`, `home` (where they come from) or `abroad`.

    Everything but `here` is said on the card.
    """
    if country is None or contact.country == country:
        return "here"
    if country in contact.covers:
        return "covers"
    return "home" if contact.country == nationality and contact.kind in AT_HOME_TOO else "abroad"


def can_be_reached_from_abroad(contact: Contact) -> bool:
    """Whether there is a way to it that works outside its country: a short code and many free numbers do not."""
    online = contact.email or contact.url or any(not channel.startswith("sms:") for channel in contact.text_channels)
    return bool(online) or any(is_dialable_from_abroad(phone) for phone in contact.phones)


def distance_to(contact: Contact, position: Position | None) -> float | None:
    """Kilometres from a position to a contact; None when one of the two has no place."""
    if position is None or contact.latitude is None or contact.longitude is None:
        return None
    return distance_km(position, (contact.latitude, contact.longitude))


def _order(seeker: Seeker, at: datetime) -> Callable[[Contact], tuple[object, ...]]:
    """The key to sort contacts by, the best first. A hotline without a place is as near as its telephone."""
    by_day = _is_day(seeker, at)
    closed = lru_cache(maxsize=None)(partial(_closed, at=at, by_day=by_day))

    def rank(contact: Contact) -> tuple[object, ...]:
        has_line = bool(contact.phones or contact.text_channels)
        distance = distance_to(contact, seeker.position)
        return (
            # serves this person
            not is_here(contact, seeker),
            contact.kind == "emergency" and not contact.is_national_emergency,
            _place_in_danger(contact) if contact.kind == "emergency" else 0,
            not has_line,
            EVERYONE in contact.serves and seeker.nationality is not None,
            seeker.language not in contact.languages,
            # open now
            closed(contact.hours, contact.timezone),
            # nearest
            (0 if has_line else inf) if distance is None else distance // _STEP_KM,
            # best verified
            CONFIDENCES.index(contact.confidence),
            not contact.is_fresh(at.date()),
            _newest_first(contact.checked_on),
            contact.id,
        )

    return rank


def _is_day(seeker: Seeker, at: datetime) -> bool:
    """Whether it is day where the person is. One answer for all contacts: else an office in the next time zone would come
    before the nearest one for an hour every evening."""
    local = local_time(timezone_of(seeker.country or "", seeker.position), at)
    return local is not None and local.hour in _BY_DAY


def _closed(hours: str, timezone: str, at: datetime, by_day: bool) -> int:
    """0 open, 1 not known, 2 closed. Where the hours are not known, it is taken to be open by day."""
    local = local_time(timezone, at)
    if local is None or not hours:
        return 0 if by_day else 1
    return 0 if parse_hours(hours).is_open(local) else 2


def _place_in_danger(contact: Contact) -> int:
    """The place of an emergency line by what it sends; a number for everything first, also the only one that the library has.

    Last are the numbers that only the library has, when there are others: nobody knows what they are for.
    """
    if contact.sends:
        return list(EMERGENCY_SERVICES.values()).index(contact.sends)
    if contact.source_title != LIBRARY_SOURCE:
        return len(EMERGENCY_SERVICES)
    return 0 if len(emergency_numbers(contact.country)) == 1 else len(EMERGENCY_SERVICES) + 1


def _newest_first(checked_on: str) -> int:
    """`2026-05` before `2026` before nothing: the digits of the date, negative."""
    return -int(checked_on.replace("-", "").ljust(8, "0") or 0)


def _without_repeats(contacts: Iterable[Contact]) -> list[Contact]:
    """Each number once: a second entry with no number of its own would only push others off the screen."""
    seen: set[str] = set()
    kept = []
    for contact in contacts:
        if not contact.phones or set(contact.phones) - seen:
            kept.append(contact)
        seen |= set(contact.phones)
    return kept
