"""Loading the repository's answers, and publishing what the console holds."""

from __future__ import annotations

import hashlib
import json
import logging
from contextvars import ContextVar
from dataclasses import asdict
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from wagtail.models import Locale

from console.content.models import Answer, Notice
from console.deletions import Deletions
from console.directory.models import Contact
from safar import answers as shared
from safar.answers import GENERAL
from safar.bundle import pack, repository_answers, with_descriptions
from safar.bundle_store import BundleStore, signing_key
from safar.languages import DEFAULT, languages
from safar.settings import settings

logger = logging.getLogger(__name__)
is_loading: ContextVar[bool] = ContextVar("is_loading", default=False)  # what is published comes from the repository
DELETED = Deletions("content.deleted", "answer")  # keys: topic, country and language


def published_answers() -> dict[str, dict[str, dict[str, shared.Answer]]]:
    """Topic, country, language to answer, of everything that is live in the console."""
    table: dict[str, dict[str, dict[str, shared.Answer]]] = {}
    for answer in Answer.objects.filter(live=True).select_related("locale"):
        place = table.setdefault(answer.topic, {}).setdefault(answer.country or GENERAL, {})
        place[answer.locale.language_code] = answer.as_shared()
    return table


def publish() -> str:
    """Build, sign and switch to a bundle of what the console holds now; return its digest."""
    known = settings()
    store = BundleStore(known.bundles)
    with store.publishing():
        contacts = with_descriptions(contact.as_shared() for contact in Contact.objects.publishable())
        notices = [notice.as_shared() for notice in Notice.objects.all()]
        data = pack(published_answers(), contacts, notices)
        digest = store.publish(data, signing_key(known.var / "keys"))
    logger.info("bundle.published digest=%s", digest[:12])
    return digest


@transaction.atomic
def load_answers() -> dict[str, int]:
    """Bring the repository's answers into the console.

    What a person has changed in the console is never touched: an answer is updated only while it is in everything
    what was loaded before, and one that was deleted does not come back.

    Returns:
        How many were `added`, `updated`, `kept` (changed or deleted by a person) and `same`.
    """
    locales = {code: Locale.objects.get_or_create(language_code=code)[0] for code in languages()}
    rows = Answer.objects.select_related("locale")
    known = {(a.topic, a.country, a.locale.language_code): a for a in rows}
    by_key = {(a.translation_key, a.locale.language_code): a for a in rows}  # those moved to another topic or country too
    deleted = DELETED.keys()
    counts = dict.fromkeys(("added", "updated", "kept", "same"), 0)
    for topic, variants in repository_answers().items():
        for country, texts in variants.items():
            place = "" if country == GENERAL else country
            for code, text in texts.items():
                row = known.get((topic, place, code)) or by_key.get((Answer.key_of(topic, place), code))
                if row is None and (topic, place, code) in deleted:
                    counts["kept"] += 1
                else:
                    counts[_load_one(row, topic, place, locales[code], text)] += 1
    return counts


def _load_one(row: Answer | None, topic: str, country: str, locale: Locale, text: shared.Answer) -> str:
    loaded = _digest(topic, country, text)
    if row and row.loaded_version == loaded:
        return "same"
    if row and _is_changed(row):
        return "kept"
    state = "updated" if row else "added"
    row = row or Answer(topic=topic, country=country, locale=locale, translation_key=Answer.key_of(topic, country))
    _fill(row, text)
    row.loaded_version, row.published_version = loaded, text.version
    row.save()
    _publish_loaded(row)
    return state


def _digest(topic: str, country: str, text: shared.Answer) -> str:
    """Of what is filled in: a field that a later version adds, still empty, does not look like somebody's change."""
    filled = {name: value for name, value in asdict(text).items() if value}
    return hashlib.sha256(json.dumps([topic, country, filled], sort_keys=True).encode()).hexdigest()[:12]


def _is_changed(row: Answer) -> bool:
    """Whether somebody has changed what was loaded, has begun to, or has taken it down."""
    if not row.live or row.has_unpublished_changes:
        return True
    text = row.as_shared()
    if row.loaded_version == text.version:  # loaded by an earlier release, which kept nothing but the version of the text
        return bool(row.revisions.exclude(user=None).exists())
    return row.loaded_version != _digest(row.topic, row.country, text)


def _publish_loaded(row: Answer) -> None:
    token = is_loading.set(True)
    try:
        row.save_revision(changed=False).publish(log_action=False, skip_permission_checks=True)
    finally:
        is_loading.reset(token)


def _fill(row: Answer, text: shared.Answer) -> None:
    row.title = text.title
    row.first, row.know, row.next_steps = ("\n".join(part) for part in (text.first, text.know, text.next))
    row.sources = [("source", {"title": title, "url": url}) for title, url in text.sources]
    row.checked_on = date.fromisoformat(text.checked_on)
    row.source_version, row.reviewed = text.source_version, text.reviewed


@transaction.atomic
def after_publication(answer: Answer) -> None:
    """Keep versions in step after an editor has published an answer.

    A translation published by an editor is one of the English text live now. An English text of which only the
    wording changed takes its translations along.
    """
    version = answer.as_shared().version
    if answer.is_english:
        if answer.meaning_unchanged and answer.published_version:
            _translations(answer).filter(source_version=answer.published_version).update(source_version=version)
        changes = {"published_version": version, "meaning_unchanged": False}
    else:
        english = Answer.objects.filter(translation_key=answer.translation_key, locale__language_code=DEFAULT, live=True).first()
        changes = {"published_version": version, "source_version": english.as_shared().version if english else ""}
    Answer.objects.filter(pk=answer.pk).update(**changes)


def _translations(answer: Answer) -> QuerySet[Answer]:
    return Answer.objects.filter(translation_key=answer.translation_key).exclude(pk=answer.pk)
