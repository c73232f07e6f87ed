"""Missions from Wikidata beside what the directory holds: what is new, what is known better, who is served from next door."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from console.directory.models import Contact
from console.directory.services import contact_values
from safar.directory import contact_from_row
from safar.directory_report import world
from safar.errors import ContentError
from safar.wikidata import Mission, Row, row_of, unusable

_BATCH = 1000


@dataclass(frozen=True)
class Comparison:
    """Attributes:
    new: rows to add; `known`: already imported; `better`: the directory has an entry of its own for the same office.
    left_out: reason to number.
    """

    missions: Sequence[Mission]
    new: list[Row]
    known: int
    better: int
    left_out: Counter[str]

    def figures(self) -> dict[str, Any]:
        return {
            "missions": len(self.missions),
            "new": len(self.new),
            "with_a_telephone": sum(bool(row["phones"]) for row in self.new),
            "imported_before": self.known,
            "known_better": self.better,
            **{f"left_out_{reason.replace(' ', '_')}": count for reason, count in sorted(self.left_out.items())},
            **world((mission.sender, mission.host, mission.covers) for mission in self.missions),
        }


def compare(missions: Sequence[Mission]) -> Comparison:
    """What importing would add. An office that the directory has from a better source is not added again."""
    held = set(Contact.objects.values_list("identifier", flat=True))
    own = _own_offices()
    new: dict[str, Row] = {}
    known = better = 0
    left_out: Counter[str] = Counter()
    for mission in missions:
        reason = unusable(mission)
        row = row_of(mission)
        if not reason:
            reason = _problem(row)
        if reason:
            left_out[reason] += 1
        elif row["id"] in held:
            known += 1
        elif _marks(row) & own.get((mission.host, mission.sender), set()):
            better += 1
        else:
            new[row["id"]] = row
    return Comparison(missions, list(new.values()), known, better, left_out)


def _own_offices() -> dict[tuple[str, str], set[str]]:
    """(host, nationality) to what the directory's consulates are recognised by."""
    own: dict[tuple[str, str], set[str]] = {}
    for contact in Contact.objects.filter(kind="consulate"):
        for home in contact.serves.split(";"):
            own.setdefault((contact.country, home), set()).update(_marks(contact.row()))
    return own


def _marks(row: Row) -> set[str]:
    """Its city, its numbers, the host of its site, its name in Wikidata: one in common, and it is the same office."""
    site = (urlsplit(row["url"]).hostname or "").removeprefix("www.")
    entity = row["source_url"] if "wikidata.org" in row["source_url"] else ""
    return {mark for mark in (row["city"].casefold(), site, entity, *row["phones"].split(";")) if mark}


def _problem(row: Row) -> str:
    try:
        contact_from_row(row)
    except ContentError:
        return "refused by the directory"
    return ""


@transaction.atomic
def write(found: Comparison) -> int:
    """Add what is new, hidden until somebody has verified it, so nothing is published; return how many."""
    rows = [Contact(identifier=row["id"], **contact_values(contact_from_row(row))) for row in found.new]
    Contact.objects.bulk_create(rows, batch_size=_BATCH)
    return len(rows)
