"""Publishing never fails in silence: what was saved is tried again until people see it, and one bad row stops no other."""

import asyncio
import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from io import StringIO

import pytest
from asgiref.sync import sync_to_async
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from bot import api, background
from bot.background import Background
from bot.bundles import _reader, current_bundle
from console.content import services
from console.content.models import Answer, LeftOut, Notice, Unpublished
from console.content.services import publish, publish_or_remember, publish_what_waits, unpublished
from console.directory.models import Contact
from safar.settings import settings
from tests.web.test_console import answer, edit, in_bundle, person
from tests.web.test_notices import notice, shown

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("published")]

Obstacle = Callable[[], AbstractContextManager[None]]


@contextmanager
def full_disk() -> Iterator[None]:
    """No file may grow beyond 20 kB: the system refuses to write the rest of a bundle, as it does on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def no_directory() -> Iterator[None]:
    """Where the bundles should go nothing can be written, not even by root."""
    folder = settings().bundles
    away = folder.with_name("bundles.away")
    folder.rename(away)
    folder.write_text("in the way")
    try:
        yield
    finally:
        folder.unlink()
        away.rename(folder)


@contextmanager
def damaged_key() -> Iterator[None]:
    path = settings().var / "keys" / "bundle.key"
    key = path.read_bytes()
    path.write_bytes(b"")
    try:
        yield
    finally:
        path.write_bytes(key)


OBSTACLES = {full_disk: "File too large", no_directory: "File exists", damaged_key: "32 bytes"}


def contact(identifier: str, **changes: str) -> Contact:
    known = {"country": "LB", "kind": "legal_aid", "name": identifier, "phones": "+9611999999", "checked_on": "2026-11-22"}
    return Contact.objects.create(identifier=identifier, **{**known, **changes})


def contacts_in_bundle() -> dict[str, tuple[str, ...]]:
    return {entry.id: entry.phones for entry in current_bundle().contacts}


def health() -> str:
    return Client().get("/api/v1/health").content.decode()


# --- when nothing can be published ---


@pytest.mark.parametrize(("obstacle", "reason"), OBSTACLES.items(), ids=lambda value: getattr(value, "__name__", None))
def test_what_is_saved_stays_saved_is_shown_as_not_seen_and_is_tried_again(
    obstacle: Obstacle, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = person("editor", "Editors")
    row = answer()
    publish()
    digest = current_bundle().digest
    with obstacle():
        edit(row, first="Write down your hours.")
        edited = client.post(f"/console/snippets/content/notice/delete/{notice().pk}/", follow=True)
        assert publish_what_waits() is None
        for page in (edited, client.get("/console/"), client.get("/console/snippets/content/answer/")):
            assert page.status_code == 200
            text = page.content.decode()
            assert "Saved, but people do not see it yet: " in text
            assert reason in text
            assert "We try again every minute." in text
        assert '"published": false' in health()
        assert reason not in health()
    assert "bundle.not_published" in caplog.text
    row.refresh_from_db()
    assert row.first == "Write down your hours."
    assert current_bundle().digest == digest
    assert publish_what_waits() == current_bundle().digest != digest
    assert in_bundle().first == ("Write down your hours.",)
    assert "people do not see" not in client.get("/console/").content.decode()
    assert '"published": true' in health()
    assert publish_what_waits() is None


def test_a_crisis_notice_saved_in_the_console_is_accepted_while_nothing_can_be_published() -> None:
    client = person("editor", "Editors")
    form = {"country": "LB", "starts_at": "2026-11-22 00:00", "ends_at": "", "texts-count": "1", "texts-0-deleted": ""}
    text = {"texts-0-order": "0", "texts-0-type": "text", "texts-0-id": "", "texts-0-value-language": "en"}
    with full_disk():
        page = client.post(
            "/console/snippets/content/notice/add/", {**form, **text, "texts-0-value-text": "Stay at home."}, follow=True
        )
        assert page.status_code == 200
        assert page.content.decode().count("Saved, but people do not see it yet: ") == 1
    assert Notice.objects.count() == 1
    publish_what_waits()
    assert shown() == [("en", "Stay at home.")]


def test_a_publication_that_died_with_its_process_is_made_up_for() -> None:
    row = answer()
    publish()
    Answer.objects.filter(pk=row.pk).update(first="Write down your hours.")
    Unpublished.objects.create(since=timezone.now())
    assert unpublished(timezone.now()) == []  # under way
    later = unpublished(timezone.now() + timedelta(minutes=1))
    assert later == ["Saved, but people do not see it yet: publishing it has not ended. We try again every minute."]
    publish_what_waits()
    assert in_bundle().first == ("Write down your hours.",)
    assert not Unpublished.objects.exists()


def test_a_change_made_while_another_is_published_waits_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    pack = services.pack

    def pack_while_somebody_saves(*given: object) -> bytes:
        Unpublished.objects.create(since=timezone.now())
        return pack(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(services, "pack", pack_while_somebody_saves)
    Unpublished.objects.create(since=timezone.now())
    publish()
    assert Unpublished.objects.count() == 1


def test_without_the_database_nothing_is_published_over_the_last_bundle() -> None:
    contact("lb-office")
    digest = current_bundle().digest
    with connection.schema_editor() as schema:
        schema.alter_db_table(Contact, "directory_contact", "directory_elsewhere")
    try:
        assert publish_or_remember() is None
    finally:
        with connection.schema_editor() as schema:
            schema.alter_db_table(Contact, "directory_elsewhere", "directory_contact")
    assert current_bundle().digest == digest
    assert "no such table" in unpublished(timezone.now())[0]


async def test_the_web_process_tries_at_its_start_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def is_published_within(seconds: float) -> bool:
        for _ in range(int(seconds * 20)):
            await asyncio.sleep(0.05)
            if not await Unpublished.objects.aexists():
                return True
        return False

    monkeypatch.setattr(api, "_gateway", None)  # one of its own, which the end of the background work closes
    monkeypatch.setattr(background, "_PUBLISH_EVERY_S", 0.2)
    web = Background()
    with full_disk():
        await sync_to_async(notice)()
        web.start()
        try:
            assert not await is_published_within(1)
        finally:
            await web.stop()
    web.start()
    try:
        assert await is_published_within(10)
        assert await sync_to_async(shown)() == [("en", "Stay at home.")]
        with full_disk():
            await sync_to_async(notice)("QA")
            assert not await is_published_within(1)
        assert await is_published_within(10)
    finally:
        await web.stop()
    assert await sync_to_async(shown)("QA") == [("en", "Stay at home.")]


def test_the_start_goes_on_with_the_last_bundle_and_not_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "repository_answers", dict)  # the directory is enough to load, and quick
    stamp = settings().var / "loaded"
    stamp.unlink(missing_ok=True)
    said = StringIO()
    with full_disk():
        call_command("load_content", stdout=StringIO(), stderr=said)
    assert "Publishing failed. People are told what the last bundle says" in said.getvalue()
    assert not stamp.exists()  # the next start loads and publishes again
    current = settings().bundles / "current"
    last = current.read_bytes()
    current.unlink()
    _reader.cache_clear()
    try:
        with full_disk(), pytest.raises(CommandError, match="no bundle of before"):
            call_command("load_content", stdout=StringIO())
    finally:
        current.write_bytes(last)


# --- when one row cannot be packed ---


def test_a_contact_that_cannot_be_packed_stays_as_it_was_and_stops_no_crisis_notice(caplog: pytest.LogCaptureFixture) -> None:
    contact("lb-office")
    other = contact("lb-other")
    Contact.objects.filter(identifier="lb-office").update(checked_on="yesterday", phones="+9611888888")
    other.phones = "+9611777777"
    other.save()
    notice()
    assert shown() == [("en", "Stay at home.")]
    assert contacts_in_bundle() == {"lb-office": ("+9611999999",), "lb-other": ("+9611777777",)}
    assert "bundle.left_out place='the contact lb-office' kept=True error=Contact 'lb-office': checked_on must be" in caplog.text
    page = person("editor", "Editors").get("/console/").content.decode()
    assert "Saved, but people do not see the contact lb-office: " in page
    assert "They see the version before. Correct it and save it." in page
    assert '"published": false' in health()
    assert "lb-office" not in health()
    mended = Contact.objects.get(identifier="lb-office")
    mended.checked_on = "2026-11-23"
    mended.save()
    assert contacts_in_bundle()["lb-office"] == ("+9611888888",)
    assert not LeftOut.objects.exists()
    assert '"published": true' in health()


@pytest.mark.parametrize(
    ("column", "value"), [("latitude", "north"), ("kind", "friend"), ("phones", "+9612"), ("hours", "always"), ("names", "xx:y")]
)
def test_a_contact_that_was_never_published_is_left_out_loudly(column: str, value: str) -> None:
    contact("lb-other")
    Contact.objects.bulk_create([Contact(identifier="lb-new", country="LB", kind="legal_aid", name="New", phones="+9611999999")])
    with connection.cursor() as cursor:  # past every check, as a hand in the database would
        cursor.execute(f"UPDATE directory_contact SET {column} = %s WHERE identifier = 'lb-new'", [value])  # noqa: S608
    publish()
    assert list(contacts_in_bundle()) == ["lb-other"]
    assert [(row.place, row.is_kept) for row in LeftOut.objects.all()] == [("the contact lb-new", False)]
    assert "They see nothing of it." in unpublished(timezone.now())[0]


@pytest.mark.parametrize(
    ("column", "value"), [("checked_on", "2026-13-45"), ("checked_on", "soon"), ("title", ""), ("first", " \n ")]
)
def test_an_answer_that_cannot_be_packed_stays_as_it_was(column: str, value: str) -> None:
    answer()
    nepali = answer("ne", title="तलब")
    publish()
    before = in_bundle()
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE content_answer SET {column} = %s WHERE title = 'Wages not paid'",  # noqa: S608
            [value],
        )
    edit(nepali, first="लेख्नुस्।")
    assert in_bundle() == before
    assert in_bundle("ne").first == ("लेख्नुस्।",)
    assert [(row.place, row.is_kept) for row in LeftOut.objects.all()] == [("the answer wages_unpaid, en", True)]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("starts_at", "2026-13-45 10:00:00"),
        ("starts_at", "soon"),
        ("texts", "[]"),
        ("texts", '[{"type": "text", "value": {"language": "xx", "text": "Run."}}]'),
        ("texts", '[{"type": "text", "value": {"language": "en"}}]'),
    ],
)
def test_a_notice_that_cannot_be_packed_stops_no_other(column: str, value: str) -> None:
    bad = notice()
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE content_notice SET {column} = %s WHERE id = %s", [value, bad.pk])  # noqa: S608
    notice(en="Go home.")
    assert shown() == [("en", "Go home.")]
    assert [(row.place, row.is_kept) for row in LeftOut.objects.all()] == [(f"the crisis notice {bad.pk} for LB", False)]


def test_what_is_taken_down_is_not_kept() -> None:
    row = contact("lb-office")
    Contact.objects.filter(pk=row.pk).update(checked_on="yesterday")
    publish()
    assert list(contacts_in_bundle()) == ["lb-office"]
    row.delete()
    assert contacts_in_bundle() == {}
    assert not LeftOut.objects.exists()


def test_of_many_rows_that_cannot_be_packed_the_console_names_a_few() -> None:
    for number in range(7):
        contact(f"lb-{number}")
    Contact.objects.update(checked_on="yesterday")
    publish()
    told = unpublished(timezone.now())
    assert len(told) == 6
    assert told[5] == "2 more entries are not shown as they are saved; the log names them."
    assert len(contacts_in_bundle()) == 7
