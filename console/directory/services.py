"""Loading the repository's directory into the console."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import transaction

from console.directory.models import Contact
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
            updated.append(row)
            counts["updated"] += 1
    Contact.objects.bulk_create(added)
    Contact.objects.bulk_update(updated, [*[name for name in COLUMNS if name != "id"], "loaded_digest"])
    return counts
