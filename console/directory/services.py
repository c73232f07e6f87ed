"""Every change to the directory that is not an editor's form: loading, reports of people, checking, importing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F
from wagtail.log_actions import log

from console.deletions import Deletions
from console.directory.exchange import NUMBERS, Change, merged_row, with_id
from console.directory.models import KEEP_ALL, Contact, Task, Upload
from safar.directory import COLUMNS, read_directory, row_from_contact
from safar.directory import Contact as SharedContact

FIRST_STATE = "directory.first_state"  # what the history calls the state before anybody changed it
DELETED = Deletions("directory.deleted", "contact")  # keys: the identifier alone


def contact_values(contact: SharedContact) -> dict[str, Any]:
    """The fields of an entry, without its identifier."""
    texts = {name: value for name, value in row_from_contact(contact).items() if name != "id"}
    return {**texts, "latitude": contact.latitude, "longitude": contact.longitude}


def _digest(values: dict[str, Any]) -> str:
    """Of what is filled in: a column that a later version adds, still empty, does not look like somebody's change."""
    filled = {name: value for name, value in values.items() if value not in ("", None)}
    return hashlib.sha256(json.dumps(filled, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@transaction.atomic
def load_directory() -> dict[str, int]:
    """Bring the repository's contacts into the console; what a person has changed or removed there is never touched.

    A contact that was loaded, that nobody has changed and that the repository no longer holds goes: its number may be
    nobody's now.

    Returns:
        How many were `added`, `updated`, `kept` (changed or removed by a person), `same` and `removed`.
    """
    deleted = DELETED.keys()
    known = {row.identifier: row for row in Contact.objects.all()}
    counts = dict.fromkeys(("added", "updated", "kept", "same", "removed"), 0)
    added, updated = [], []
    for contact in read_directory():
        values = contact_values(contact)
        digest = _digest(values)
        row = known.pop(contact.id, None)
        if row is None and (contact.id,) in deleted:
            counts["kept"] += 1
        elif row is None:
            added.append(Contact(identifier=contact.id, loaded_digest=digest, **values))
            counts["added"] += 1
        elif row.loaded_digest == digest:
            counts["same"] += 1
        elif _is_changed(row):
            counts["kept"] += 1
        else:
            for name, value in values.items():
                setattr(row, name, value)
            row.loaded_digest = digest
            row.latest_revision = None  # what it holds now is no longer that state: the next change keeps this one first
            updated.append(row)
            counts["updated"] += 1
    gone = [row.pk for row in known.values() if row.loaded_digest and not _is_changed(row)]
    Contact.objects.filter(pk__in=gone).delete()
    counts["removed"] = len(gone)
    Contact.objects.bulk_create(added)
    Contact.objects.bulk_update(updated, [*[name for name in COLUMNS if name != "id"], "loaded_digest", "latest_revision"])
    return counts


def _is_changed(row: Contact) -> bool:
    """Whether somebody has changed a loaded entry in the console."""
    return _digest({name: getattr(row, name) for name in COLUMNS if name != "id"}) != row.loaded_digest


def keep_first_state(row: Contact) -> None:
    """Keep what an entry holds before its first change, so that the change can be undone. What is loaded has no history."""
    if row.pk and row.latest_revision_id is None:
        _keep_state(row, FIRST_STATE, by=None)


def save_change(row: Contact, *, by: AbstractBaseUser) -> None:
    """Save an entry that was changed outside the editor's form, with its place in the history."""
    action = "wagtail.create" if row.pk is None else "wagtail.edit"
    row.save()
    _keep_state(row, action, by=by)


def _keep_state(row: Contact, action: str, *, by: AbstractBaseUser | None) -> None:
    revision = row.save_revision(user=by, clean=False, log_action=False)
    # Wagtail shows one line of the history for each action of a request; an import changes many entries in one.
    log(instance=row, action=action, user=by, revision=revision, content_changed=True, uuid=uuid4())


@transaction.atomic
def report_number(*, contact: SharedContact, now: datetime) -> Task:
    """Somebody told that a number of this contact did not work: open a task for who keeps the entry, or count it there."""
    row = Contact.objects.filter(identifier=contact.id).first()
    task, is_new = Task.objects.select_for_update().get_or_create(
        identifier=contact.id,
        closed_at=None,
        defaults={
            "contact": row,
            "name": contact.name,
            "numbers": numbers_of(contact),
            "country": contact.country,
            "opened_at": now,
            "reported_at": now,
        },
    )
    if not is_new:
        Task.objects.filter(pk=task.pk).update(reports=F("reports") + 1, reported_at=now)
    return task


@transaction.atomic
def verify(*, contact: Contact, by: AbstractBaseUser, now: datetime) -> None:
    """Somebody called and reached it: date and confidence say so, people see it, its open tasks are done."""
    row = Contact.objects.select_for_update().get(pk=contact.pk)
    keep_first_state(row)
    row.checked_on, row.confidence = now.date().isoformat(), "high"
    save_change(row, by=by)
    close_tasks(contact=row, outcome=Task.Outcome.WORKS, by=by, now=now)


def close_tasks(*, contact: Contact, outcome: str, by: AbstractBaseUser, now: datetime) -> int:
    """Close what was reported of an entry; return how many tasks that were."""
    return Task.objects.open().filter(contact=contact).update(closed_at=now, closed_by=by, outcome=outcome)


@transaction.atomic
def close_outdated_tasks(*, contact: Contact, by: AbstractBaseUser, now: datetime) -> None:
    """Close the reports of numbers that the entry no longer has."""
    for task in Task.objects.open().filter(contact=contact):
        if task.numbers != numbers_of(contact.as_shared()):
            close_task(task=task, outcome=Task.Outcome.CHANGED, by=by, now=now)


def numbers_of(contact: SharedContact) -> str:
    """The numbers of a contact as a task keeps them."""
    return "; ".join((*contact.phones, *contact.text_channels))[:300]


@transaction.atomic
def close_task(*, task: Task, outcome: str, by: AbstractBaseUser, now: datetime) -> bool:
    """Close one task; return False when it was closed already."""
    return bool(Task.objects.open().filter(pk=task.pk).update(closed_at=now, closed_by=by, outcome=outcome))


@transaction.atomic
def import_changes(*, upload: Upload, changes: Sequence[Change], by: AbstractBaseUser) -> int:
    """Write what the preview showed, each entry with its history; rows that are wrong are left out. Return how many."""
    # Of rows with one id the preview takes the first and refuses the others.
    rows = {row["id"]: row for row in map(with_id, reversed(upload.rows))}
    wanted = [change.identifier for change in changes if change.state in ("new", "changed")]
    known = {row.identifier: row for row in Contact.objects.select_for_update().filter(identifier__in=wanted)}
    centre = None if by.has_perm(KEEP_ALL) else by.centres.first()  # type: ignore[attr-defined]
    for identifier in wanted:
        row = known.get(identifier)
        values = merged_row(rows[identifier], row)
        if row is None:
            row = Contact(identifier=identifier, centre=centre)
        else:
            keep_first_state(row)
        for name in COLUMNS:
            if name != "id":
                setattr(row, name, (float(values[name]) if values[name] else None) if name in NUMBERS else values[name])
        save_change(row, by=by)
        close_outdated_tasks(contact=row, by=by, now=upload.at)
    upload.delete()
    return len(wanted)
