"""Every change to the directory that is not an editor's form: loading, reports of people, checking, importing."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F
from wagtail.log_actions import log

from console.directory.models import Contact, Task
from safar.directory import COLUMNS, read_directory, row_from_contact
from safar.directory import Contact as SharedContact


def _values(contact: SharedContact) -> dict[str, Any]:
    texts = {name: value for name, value in row_from_contact(contact).items() if name != "id"}
    return {**texts, "latitude": contact.latitude, "longitude": contact.longitude}


def _digest(values: dict[str, Any]) -> str:
    """Of what is filled in: a column that a later version adds, still empty, does not look like somebody's change."""
    filled = {name: value for name, value in values.items() if value not in ("", None)}
    return hashlib.sha256(json.dumps(filled, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@transaction.atomic
def load_directory() -> dict[str, int]:
    """Bring the repository's contacts into the console; what a person has changed there is never touched.

    Returns:
        How many were `added`, `updated`, `kept` (changed by a person) and `same`.
    """
    known = {row.identifier: row for row in Contact.objects.all()}
    counts = dict.fromkeys(("added", "updated", "kept", "same"), 0)
    added, updated = [], []
    for contact in read_directory():
        values = _values(contact)
        digest = _digest(values)
        row = known.get(contact.id)
        if row is None:
            added.append(Contact(identifier=contact.id, loaded_digest=digest, **values))
            counts["added"] += 1
        elif row.loaded_digest == digest:
            counts["same"] += 1
        elif _digest({name: getattr(row, name) for name in values}) != row.loaded_digest:
            counts["kept"] += 1
        else:
            for name, value in values.items():
                setattr(row, name, value)
            row.loaded_digest = digest
            row.latest_revision = None  # what it holds now is no longer that state: the next change keeps this one first
            updated.append(row)
            counts["updated"] += 1
    Contact.objects.bulk_create(added)
    Contact.objects.bulk_update(updated, [*[name for name in COLUMNS if name != "id"], "loaded_digest", "latest_revision"])
    return counts


def keep_first_state(row: Contact) -> None:
    """Keep what an entry holds before its first change, so that the change can be undone. What is loaded has no history."""
    if row.pk and row.latest_revision_id is None:
        row.save_revision(clean=False, changed=False, log_action=False)


def save_change(row: Contact, *, by: AbstractBaseUser) -> None:
    """Save an entry that was changed outside the editor's form, with its place in the history."""
    is_new = row.pk is None
    row.save()
    row.save_revision(user=by, clean=False, changed=not is_new, log_action=False)
    log(instance=row, action="wagtail.create" if is_new else "wagtail.edit", user=by)


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
            "numbers": "; ".join((*contact.phones, *contact.text_channels))[:300],
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
def close_task(*, task: Task, outcome: str, by: AbstractBaseUser, now: datetime) -> bool:
    """Close one task; return False when it was closed already."""
    return bool(Task.objects.open().filter(pk=task.pk).update(closed_at=now, closed_by=by, outcome=outcome))
