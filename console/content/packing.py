"""What the console holds, ready to be packed: a row that cannot be packed is set aside and never stops the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from console.content.models import Answer, Notice
from console.directory.models import Contact
from safar import answers as shared
from safar import directory
from safar.answers import GENERAL
from safar.bundle import Bundle
from safar.errors import ContentError
from safar.languages import languages

# What a value that no form would have let through can raise. A database or a file that cannot be read is no fault of a row.
_UNUSABLE = (ContentError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError)


@dataclass(frozen=True)
class Fault:
    """A row that cannot be packed.

    Attributes:
        place: what it is, in words for an editor.
        is_kept: whether the bundle says of it what the one before did; otherwise it says nothing.
    """

    place: str
    error: str
    is_kept: bool


@dataclass
class Content:
    """What goes into a bundle, and what does not."""

    answers: dict[str, dict[str, dict[str, shared.Answer]]] = field(default_factory=dict)
    contacts: list[directory.Contact] = field(default_factory=list)
    notices: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def content_now(last_bundle: Callable[[], Bundle | None]) -> Content:
    """Everything that the console would have people see.

    Args:
        last_bundle: gives the one before; asked only when a row cannot be packed and what it last said of it is needed.
    """
    content = Content()
    _add_answers(content, last_bundle)
    _add_contacts(content, last_bundle)
    _add_notices(content)
    return content


def _add_answers(content: Content, last_bundle: Callable[[], Bundle | None]) -> None:
    live = Answer.objects.filter(live=True).select_related("locale")
    for (topic, country, code), row in _rows(live, "topic", "country", "locale__language_code"):
        place = country or GENERAL
        try:
            text: shared.Answer | None = _usable_answer(row())
        except _UNUSABLE as error:
            last = last_bundle()
            text = last.answers.get(topic, {}).get(place, {}).get(code) if last else None
            where = ", ".join(filter(None, (topic, country, code)))
            content.faults.append(Fault(f"the answer {where}", _words(error), text is not None))
        if text is not None:
            content.answers.setdefault(topic, {}).setdefault(place, {})[code] = text


def _add_contacts(content: Content, last_bundle: Callable[[], Bundle | None]) -> None:
    for (identifier,), row in _rows(Contact.objects.publishable(), "identifier"):
        try:
            contact: directory.Contact | None = row().as_shared()
        except _UNUSABLE as error:
            last = last_bundle()
            contact = next((known for known in last.contacts if known.id == identifier), None) if last else None
            content.faults.append(Fault(f"the contact {identifier}", _words(error), contact is not None))
        if contact is not None:
            content.contacts.append(contact)


def _add_notices(content: Content) -> None:
    for (pk, country), row in _rows(Notice.objects.all(), "pk", "country"):
        try:
            content.notices.append(_usable_notice(row()))
        except _UNUSABLE as error:
            content.faults.append(Fault(f"the crisis notice {pk} for {country}", _words(error), False))


def _rows(rows: QuerySet[Any], *names: str) -> Iterator[tuple[tuple[Any, ...], Callable[[], Any]]]:
    """The key of each row, and what gives the row; that may raise, since some values cannot even be read."""
    keys = {pk: tuple(key) for pk, *key in rows.values_list("pk", *names)}
    try:
        found = {row.pk: row for row in rows}
    except _UNUSABLE:
        # One such value hides all rows: each is read alone. One that was deleted meanwhile is no longer there.
        keys = {pk: key for pk, key in keys.items() if rows.filter(pk=pk).exists()}
        yield from ((key, lambda pk=pk: rows.get(pk=pk)) for pk, key in keys.items())
    else:
        yield from ((keys[pk], lambda row=row: row) for pk, row in found.items() if pk in keys)


def _usable_answer(row: Answer) -> shared.Answer:
    text = row.as_shared()
    if not text.title or not text.first:
        raise ContentError("it needs a title and what to do now.")
    return text


def _usable_notice(row: Notice) -> dict[str, Any]:
    notice = row.as_shared()
    if not notice["texts"] or not set(notice["texts"]) <= set(languages()):
        raise ContentError("it needs a text, and each text a language of Safar.")
    return notice


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, ContentError) else f"it holds what cannot be read ({type(error).__name__}: {error})."
