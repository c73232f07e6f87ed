"""Opening hours: read, open now in their own time zone, the next opening, the words of a language."""

from datetime import datetime, timezone

import pytest

from safar.directory import read_directory
from safar.errors import ContentError
from safar.hours import local_hours, local_time, parse_hours

SUNDAY = 22  # of November 2026


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute)


@pytest.mark.parametrize(
    ("hours", "moment", "is_open"),
    [
        ("24/7", at(SUNDAY, 3), True),
        ("Mo-Fr 08:00-17:00", at(SUNDAY, 12), False),
        ("Mo-Fr 08:00-17:00", at(SUNDAY + 1, 8), True),
        ("Mo-Fr 08:00-17:00", at(SUNDAY + 1, 17), False),
        ("Mo-Th,Su 08:00-12:00,13:00-16:00", at(SUNDAY, 12, 30), False),
        ("Mo-Th,Su 08:00-12:00,13:00-16:00", at(SUNDAY, 13), True),
        ("Sa-Th 08:00-14:00", at(SUNDAY, 9), True),
        ("Sa-Th 08:00-14:00", at(SUNDAY + 5, 9), False),
        ("Mo-Su 18:00-02:00", at(SUNDAY, 1), True),
        ("Sa 18:00-02:00", at(SUNDAY, 1), True),
        ("Sa 18:00-02:00", at(SUNDAY, 19), False),
        ("08:00-20:00", at(SUNDAY, 9), True),
        ("Mo-Su 08:00-20:00; Su off", at(SUNDAY, 9), False),
        ("Mo-Fr 08:00-24:00; PH off", at(SUNDAY + 1, 23, 59), True),
    ],
)
def test_open_at(hours: str, moment: datetime, *, is_open: bool) -> None:
    assert parse_hours(hours).is_open(moment) is is_open


@pytest.mark.parametrize(
    ("hours", "moment", "opens"),
    [
        ("Mo-Fr 08:00-17:00", at(SUNDAY, 12), at(SUNDAY + 1, 8)),
        ("Mo-Fr 08:00-12:00,13:00-17:00", at(SUNDAY + 1, 12, 30), at(SUNDAY + 1, 13)),
        ("Mo-Fr 08:00-17:00", at(SUNDAY + 5, 18), at(SUNDAY + 8, 8)),
        ("Su off", at(SUNDAY, 12), None),
    ],
)
def test_next_opening(hours: str, moment: datetime, opens: datetime | None) -> None:
    assert parse_hours(hours).next_opening(moment) == opens


@pytest.mark.parametrize(
    "hours", ["weekdays", "Mo-Fr", "Mo-Fr 8-17", "Mo-Fr 08:00-17:00 by appointment", "Mo-Fr 25:00-26:00", ""]
)
def test_what_is_not_understood_is_refused(hours: str) -> None:
    with pytest.raises(ContentError, match="Opening hours must read like"):
        parse_hours(hours)


def test_all_hours_and_time_zones_of_the_directory_are_understood() -> None:
    noon = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
    for contact in read_directory():
        assert local_time(contact.timezone, noon) is not None, contact.id
        assert not contact.hours or parse_hours(contact.hours).week, contact.id


def test_local_time_is_that_of_the_zone() -> None:
    noon = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
    local = local_time("Asia/Kathmandu", noon)
    assert local is not None
    assert (local.hour, local.minute) == (17, 45)
    assert local_time("Mars/Base", noon) is None
    assert local_time("", noon) is None


def test_days_in_the_words_of_a_language() -> None:
    words = {"holidays": "Jours fériés", "closed": "fermé"}
    assert local_hours("Mo-Fr 08:00-17:00; PH off", "fr", **words) == "lun.-ven. \u206808:00–17:00\u2069; Jours fériés: fermé"
    assert local_hours("24/7", "fr", **words) == "24/7"
