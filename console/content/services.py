"""Loading the repository's answers, and publishing what the console holds."""

from __future__ import annotations

import hashlib
import json
import logging
from contextvars import ContextVar
from dataclasses import asdict
from datetime import date, datetime
from functools import cache

from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from wagtail.models import Locale

from console.content.models import Answer, LeftOut, Unpublished
from console.content.packing import Fault, content_now
from console.deletions import Deletions
from safar import answers as shared
from safar.answers import GENERAL
from safar.bundle import Bundle, open_archive, pack, repository_answers, sha256, with_descriptions
from safar.bundle_store import BundleReader, BundleStore, signing_key
from safar.errors import BundleError
from safar.languages import DEFAULT, languages
from safar.settings import settings

logger = logging.getLogger(__name__)
is_loading: ContextVar[bool] = ContextVar("is_loading", default=False)  # what is published comes from the repository
DELETED = Deletions("content.deleted", "answer")  # keys: topic, country and language
_SHOWN = 5  # entries that cannot be packed, named on each page of the console


def publish() -> str:
    """Build, sign and switch to a bundle of what the console holds now; return its digest.

    A row that cannot be packed is left out or stays as it was, which is logged and shown (`LeftOut`).

    Raises:
        Exception: whatever was in the way, such as a full disk; the bundle before stays in use.
    """
    known = settings()
    store = BundleStore(known.bundles)
    with store.publishing():
        waiting = list(Unpublished.objects.values_list("pk", flat=True))  # read before the content: it has these changes
        content = content_now(cache(_last_bundle))
        data = pack(content.answers, with_descriptions(content.contacts), content.notices)
        open_archive(data, sha256(data))  # what no reader could open must not replace what they have
        digest = store.publish(data, signing_key(known.var / "keys"))
        _note(waiting, content.faults)
    logger.info("bundle.published digest=%s", digest[:12])
    return digest


def _last_bundle() -> Bundle | None:
    known = settings()
    try:
        return BundleReader(BundleStore(known.bundles), known.bundle_public_key).current()
    except BundleError:
        return None


@transaction.atomic
def _note(published: list[int], faults: list[Fault]) -> None:
    """Keep what is still not published: nothing of these changes, but these rows."""
    for fault in faults:
        logger.error("bundle.left_out place=%r kept=%s error=%s", fault.place, fault.is_kept, fault.error)
    Unpublished.objects.filter(pk__in=published).delete()
    LeftOut.objects.all().delete()
    LeftOut.objects.bulk_create(
        LeftOut(place=fault.place[:200], error=fault.error[:300], is_kept=fault.is_kept) for fault in faults
    )


def publish_or_remember() -> str | None:
    """Publish; when that fails, log it and keep why for the console, and leave it to `publish_what_waits`.

    Returns:
        The digest, or None when it failed.
    """
    try:
        return publish()
    except Exception as error:  # a process edge: what was saved is saved, and whoever saved it is told instead of refused
        logger.exception("bundle.not_published")
        _remember(error)
        return None


def _remember(error: Exception) -> None:
    text = (str(error) or type(error).__name__)[:300]
    try:
        if not Unpublished.objects.update(error=text):
            Unpublished.objects.create(since=timezone.now(), error=text)
    except DatabaseError:
        logger.exception("bundle.failure_not_remembered")


def publish_what_waits() -> str | None:
    """Try again what was saved and is not published, also when the process that should have done so has died.

    Returns:
        The digest, or None when nothing waits or it failed again.
    """
    return publish_or_remember() if Unpublished.objects.exists() else None


def unpublished(now: datetime) -> list[str]:
    """What editors have saved and people do not see, a sentence each; empty when people see everything."""
    found = []
    if late := Unpublished.objects.late(now).order_by("-error").first():
        reason = late.error or "publishing it has not ended"
        found.append(f"Saved, but people do not see it yet: {reason.rstrip('.')}. We try again every minute.")
    left_out = list(LeftOut.objects.all())
    found += [_without(row) for row in left_out[:_SHOWN]]
    if len(left_out) > _SHOWN:
        found.append(f"{len(left_out) - _SHOWN} more entries are not shown as they are saved; the log names them.")
    return found


def _without(row: LeftOut) -> str:
    seen = "the version before" if row.is_kept else "nothing of it"
    return f"Saved, but people do not see {row.place}: {row.error.rstrip('.')}. They see {seen}. Correct it and save it."


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
    version = answer.version
    if answer.is_english:
        if answer.meaning_unchanged and answer.published_version:
            _translations(answer).filter(source_version=answer.published_version).update(source_version=version)
        changes = {"published_version": version, "meaning_unchanged": False}
    else:
        live = Answer.objects.filter(translation_key=answer.translation_key, locale__language_code=DEFAULT, live=True)
        english = live.defer("checked_on").first()  # an English text with a bad date stops none of its translations
        changes = {"published_version": version, "source_version": english.version if english else ""}
    Answer.objects.filter(pk=answer.pk).update(**changes)


def _translations(answer: Answer) -> QuerySet[Answer]:
    return Answer.objects.filter(translation_key=answer.translation_key).exclude(pk=answer.pk)
