"""The bundle: everything people can be told, in one immutable, content-addressed, signed archive.

A bundle is a zip archive named by the SHA-256 of its bytes. Whoever reads one checks digest and signature first.
Where bundles lie and how they travel: `safar.bundle_store`.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from safar import catalogues, languages
from safar.answers import GENERAL, Answer, english_answers
from safar.directory import Contact, read_directory
from safar.errors import BundleError
from safar.geography import Position
from safar.lookup import Lookup, Seeker
from safar.topics import catalogue

FORMAT = 1
_FILES = ("answers.json", "strings.json", "contacts.json", "notices.json", "topics.json")
_ZIP_DATE = (2020, 1, 1, 0, 0, 0)  # fixed, so that equal content gives equal bytes

AnswerTable = Mapping[str, Mapping[str, Mapping[str, Answer]]]


@dataclass(frozen=True)
class FoundAnswer:
    """An answer and how it was found.

    Attributes:
        language: the language it is in, which may be a fallback.
        country: ISO 3166 country it is written for, or `*`.
        reason: empty, or why it is not in the language asked for: `missing` or `outdated`.
    """

    answer: Answer
    language: str
    country: str
    reason: str


class Bundle:
    """One publication, ready for lookups. Never changed after it was made."""

    def __init__(self, digest: str, content: Mapping[str, Any]) -> None:
        self.digest = digest
        self.answers: dict[str, dict[str, dict[str, Answer]]] = {
            topic: {
                country: {language: Answer.from_json(value) for language, value in texts.items()}
                for country, texts in variants.items()
            }
            for topic, variants in content["answers.json"].items()
        }
        self.strings: dict[str, dict[str, str]] = content["strings.json"]
        self.contacts = [Contact.from_json(value) for value in content["contacts.json"]]
        self.lookup = Lookup(self.contacts)
        self.notices: list[dict[str, Any]] = content["notices.json"]

    def answer(self, topic: str, language: str, country: str | None) -> FoundAnswer | None:
        """The best answer: in the language asked for before another, and for the country before the general one.

        A translation made from an older English text than the one published is not used: it gives way to
        the next language, and `reason` says so.
        """
        variants = self.answers.get(topic, {})
        reason = ""
        for candidate in languages.fallbacks(language):
            for place in (country, GENERAL):
                texts = variants.get(place or "", {})
                answer = texts.get(candidate)
                if answer is None:
                    continue
                english = texts.get(languages.DEFAULT)
                if answer.source_version and english and answer.source_version != english.version:
                    reason = "outdated"
                    continue
                return FoundAnswer(answer, candidate, place or GENERAL, reason)
            reason = reason or "missing"
        return None

    def string(self, key: str, language: str, **values: object) -> str:
        """An interface string in a language or its fallbacks, with its placeholders filled in.

        Raises:
            KeyError: no language has this key.
        """
        for candidate in languages.fallbacks(language):
            text = self.strings.get(candidate, {}).get(key)
            if text is not None:
                return text.format(**values) if values else text
        raise KeyError(key)

    def title(self, topic: str, language: str) -> str:
        """The short name of a topic for a button; its id when it has no answer in any language."""
        found = self.answer(topic, language, None)
        return found.answer.title if found else topic.replace("_", " ").capitalize()

    def notices_for(self, country: str | None, now: datetime) -> list[dict[str, Any]]:
        """The notices of centres that hold in a country at this moment, the one that began first first."""
        return [
            notice
            for notice in self.notices
            if notice["texts"]
            and notice["country"] == country
            and datetime.fromisoformat(notice["starts_at"]) <= now
            and (not notice["ends_at"] or now < datetime.fromisoformat(notice["ends_at"]))
        ]

    def find_contacts(
        self,
        kinds: Iterable[str],
        country: str | None,
        nationality: str | None,
        limit_per_kind: int = 3,
        *,
        language: str | None = None,
        position: Position | None = None,
        at: datetime | None = None,
    ) -> list[Contact]:
        """See `safar.lookup.Lookup.find`."""
        seeker = Seeker(country, nationality, language, position)
        return self.lookup.find(tuple(kinds), seeker, limit_per_kind=limit_per_kind, at=at)


def repository_answers() -> dict[str, dict[str, dict[str, Answer]]]:
    """Topic, country, language to answer, from the repository's own files."""
    table: dict[str, dict[str, dict[str, Answer]]] = {}
    for topic, variants in english_answers().items():
        for country, english in variants.items():
            texts = {code: catalogues.answer_in(code, topic, english) for code in languages.languages()}
            table.setdefault(topic, {})[country] = {code: text for code, text in texts.items() if text is not None}
    return table


def repository_contacts() -> list[Contact]:
    """The repository's directory with its one-sentence descriptions in every language that has them."""
    return with_descriptions(read_directory())


def with_descriptions(contacts: Iterable[Contact]) -> list[Contact]:
    """The contacts, each with the translations of what it does."""
    tables = {code: catalogues.translations(code, "directory") for code in languages.languages()}
    result = []
    for contact in contacts:
        known = {code: table.get((catalogues.DOES, contact.does)) for code, table in tables.items()}
        described = {code: text for code, text in known.items() if text}
        result.append(Contact(**{**contact.__dict__, "does_in": described}))
    return result


def pack(answers: AnswerTable, contacts: Iterable[Contact], notices: Iterable[Mapping[str, Any]] = ()) -> bytes:
    """The bytes of a bundle. The same content always gives the same bytes.

    Args:
        notices: each `{"country", "starts_at", "ends_at", "texts"}`: ISO 3166, ISO 8601 with a zone (the end may be empty),
            language to text.
    """
    content: dict[str, Any] = {
        "answers.json": {
            topic: {
                country: {language: answer.to_json() for language, answer in texts.items()} for country, texts in variants.items()
            }
            for topic, variants in answers.items()
        },
        "strings.json": {code: catalogues.strings(code) for code in languages.languages()},
        "contacts.json": [contact.to_json() for contact in sorted(contacts, key=lambda contact: contact.id)],
        "notices.json": sorted(notices, key=lambda notice: (notice["starts_at"], notice["country"])),
        "topics.json": {
            topic.id: {"group": topic.group, "urgent": topic.urgent, "contacts": topic.contacts}
            for topic in catalogue().topics.values()
        },
    }
    files = {name: _json(value) for name, value in content.items()}
    files["manifest.json"] = _json({"format": FORMAT, "files": {name: sha256(data) for name, data in files.items()}})
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _ZIP_DATE), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def unpack(data: bytes, digest: str, signature: bytes, key: Ed25519PublicKey) -> Bundle:
    """Check and open a bundle.

    Raises:
        BundleError: the bytes are not those that were signed, or not of a format this release reads.
    """
    if sha256(data) != digest:
        raise BundleError(f"Bundle {digest[:12]}: its bytes do not match its name. It was damaged; publish again.")
    try:
        key.verify(signature, digest.encode())
    except InvalidSignature:
        raise BundleError(f"Bundle {digest[:12]}: not signed by our key. It is refused.") from None
    return open_archive(data, digest)


def open_archive(data: bytes, digest: str) -> Bundle:
    """Open a bundle without checking where it comes from; `unpack` is for those that came from elsewhere.

    Raises:
        BundleError: not of a format this release reads.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            manifest = json.loads(archive.read("manifest.json"))
            if manifest["format"] != FORMAT:
                raise BundleError(
                    f"Bundle {digest[:12]}: format {manifest['format']}, this release reads {FORMAT}. Update Safar."
                )
            return Bundle(digest, {name: json.loads(archive.read(name)) for name in _FILES})
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise BundleError(f"Bundle {digest[:12]}: cannot be read ({error}). Publish again.") from error


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256(data: bytes) -> str:
    """The name of a bundle: the SHA-256 of its bytes."""
    return hashlib.sha256(data).hexdigest()
