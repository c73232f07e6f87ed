"""The state of every answer in every language, and the steps a translator takes from the table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction
from wagtail.models import Locale, WorkflowState

from console.content.models import Answer
from console.translations.models import NotNeeded
from safar.languages import DEFAULT, languages
from safar.topics import catalogue


class State(Enum):
    """What people get: from nothing in their language to a text that a native speaker has read.

    `OUTDATED` gives way to English with a notice (safar/bundle.py); `UNREVIEWED`, which no native speaker has read, is shown
    with a line that says so.
    """

    MISSING = "missing"
    DRAFT = "draft"
    IN_REVIEW = "in review"
    UNREVIEWED = "unreviewed"
    APPROVED = "approved"
    OUTDATED = "outdated"
    NOT_NEEDED = "none needed"


TO_DO = (State.MISSING, State.DRAFT, State.IN_REVIEW, State.UNREVIEWED, State.OUTDATED)


@dataclass(frozen=True)
class Cell:
    """One answer in one language.

    Attributes:
        answer: None when nobody has begun.
        made_from: version of the English text that this one says the same as; empty when there is none.
    """

    language: str
    state: State
    answer: Answer | None
    made_from: str = ""


@dataclass(frozen=True)
class Row:
    """One answer in all languages: `english` is None when there is no English text, which the others need."""

    topic: str
    country: str
    urgent: bool
    english: Answer | None
    cells: tuple[Cell, ...]


def table(chosen: Iterable[str] | None = None) -> list[Row]:
    """The states of all answers, urgent topics first, in the languages `chosen` (all but English without it)."""
    codes = [code for code in (chosen or languages()) if code != DEFAULT]
    known = {(a.topic, a.country, a.locale.language_code): a for a in Answer.objects.select_related("locale")}
    in_review = _in_review()
    unneeded = set(NotNeeded.objects.values_list("topic", "country", "language"))
    topics = catalogue().topics
    rows = []
    for topic, country in sorted({(topic, country) for topic, country, _ in known}):
        english = known.get((topic, country, DEFAULT))
        cells = []
        for code in codes:
            answer = known.get((topic, country, code))
            state = _state(answer, english, in_review) if answer else State.MISSING
            if answer is None and (topic, country, code) in unneeded:
                state = State.NOT_NEEDED
            cells.append(Cell(code, state, answer, answer.source_version if answer else ""))
        rows.append(Row(topic, country, topic in topics and topics[topic].urgent, english, tuple(cells)))
    return sorted(rows, key=lambda row: not row.urgent)


def _in_review() -> set[str]:
    waiting = WorkflowState.objects.filter(
        base_content_type__app_label="content", status__in=[WorkflowState.STATUS_IN_PROGRESS, WorkflowState.STATUS_NEEDS_CHANGES]
    )
    return set(waiting.values_list("object_id", flat=True))


def _state(answer: Answer, english: Answer | None, in_review: set[str]) -> State:
    if str(answer.pk) in in_review:
        return State.IN_REVIEW
    if not answer.live or answer.has_unpublished_changes:
        return State.DRAFT
    if english and answer.source_version != english.as_shared().version:
        return State.OUTDATED
    return State.APPROVED if answer.reviewed else State.UNREVIEWED


def summary(rows: Iterable[Row]) -> dict[str, Counter[State]]:
    """By language, how many answers are in each state."""
    counts: dict[str, Counter[State]] = {}
    for row in rows:
        for cell in row.cells:
            counts.setdefault(cell.language, Counter())[cell.state] += 1
    return counts


@transaction.atomic
def begin_translation(*, english: Answer, language: str, by: AbstractBaseUser | AnonymousUser) -> Answer:
    """A draft that holds the English text, for a translator to write over; it is not published by this.

    What was there already is returned as it is.
    """
    there = Answer.objects.filter(translation_key=english.translation_key, locale__language_code=language).first()
    if there:
        return there
    NotNeeded.objects.filter(topic=english.topic, country=english.country, language=language).delete()
    locale, _ = Locale.objects.get_or_create(language_code=language)
    draft: Answer = english.copy_for_translation(locale)
    draft.live = False
    draft.reviewed = False
    draft.source_version = english.as_shared().version
    draft.published_version = draft.loaded_version = ""
    draft.save()
    draft.save_revision(user=by)
    return draft


@transaction.atomic
def mark_needed(*, topic: str, country: str, language: str, needed: bool) -> None:
    """Say whether people need a text in this language; a text that exists is left as it is."""
    if needed:
        NotNeeded.objects.filter(topic=topic, country=country, language=language).delete()
    else:
        NotNeeded.objects.get_or_create(topic=topic, country=country, language=language)
