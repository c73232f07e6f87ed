"""The bundle: everything people can be told, in one immutable, content-addressed, signed archive.

A bundle is a zip archive named by the SHA-256 of its bytes. Beside it lies an Ed25519 signature. The file
`current` names the bundle in use and the one before; replacing that file is the whole act of publishing,
and putting the former name back is the whole act of rolling back. Whoever reads a bundle checks digest
and signature first and keeps the last good one on disk.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from safar import catalogues, languages
from safar.answers import GENERAL, Answer, english_answers
from safar.directory import Contact, read_directory
from safar.errors import BundleError
from safar.geography import Position
from safar.lookup import Lookup, Seeker
from safar.topics import catalogue

logger = logging.getLogger(__name__)

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
    files["manifest.json"] = _json({"format": FORMAT, "files": {name: _sha256(data) for name, data in files.items()}})
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
    if _sha256(data) != digest:
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


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def signing_key(keys: Path) -> Ed25519PrivateKey:
    """The key that signs bundles, made at first use: `bundle.key` (owner only) and `bundle.pub` in `keys`."""
    keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = keys / "bundle.key"
    if not path.exists():
        made = Ed25519PrivateKey.generate()
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(made.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))
    key = Ed25519PrivateKey.from_private_bytes(path.read_bytes())
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    if not (keys / "bundle.pub").exists():
        _replace(keys / "bundle.pub", public)
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """Read the key that bundles are checked with.

    Raises:
        BundleError: there is none yet.
    """
    try:
        return Ed25519PublicKey.from_public_bytes(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BundleError(f"{path}: no usable key to check bundles with. Run: safar publish") from error


def _replace(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never a part."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


class BundleStore:
    """The published bundles on disk. One process publishes; any number read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def publish(self, data: bytes, key: Ed25519PrivateKey) -> str:
        """Write a bundle and make it the current one; return its digest. Publishing the current one again changes nothing."""
        self.folder.mkdir(parents=True, exist_ok=True)
        digest = _sha256(data)
        current = self.current()
        if current and current["digest"] == digest:
            return digest
        self._keep(digest, data, key.sign(digest.encode()))
        self._switch(digest, current["digest"] if current else None)
        return digest

    def roll_back(self) -> str:
        """Make the bundle before the current one the current one; return its digest.

        Raises:
            BundleError: there is none before it.
        """
        current = self.current()
        if not current or not current["previous"]:
            raise BundleError("There is no earlier bundle to go back to.")
        self._switch(current["previous"], current["digest"])
        return str(current["previous"])

    def current(self) -> dict[str, Any] | None:
        """`{"digest", "previous", "published_at"}`, or None before the first publication."""
        try:
            return dict(json.loads((self.folder / "current").read_text()))
        except (OSError, ValueError):
            return None

    def read(self, digest: str) -> tuple[bytes, bytes]:
        """The bytes and the signature of a bundle.

        Raises:
            BundleError: it is not here.
        """
        try:
            return (self.folder / f"{digest}.zip").read_bytes(), (self.folder / f"{digest}.sig").read_bytes()
        except OSError as error:
            raise BundleError(f"Bundle {digest[:12]} is not on this machine.") from error

    def adopt(self, digest: str, data: bytes, signature: bytes) -> None:
        """Keep a checked bundle that came from elsewhere, and make it the current one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        current = self.current()
        self._keep(digest, data, signature)
        self._switch(digest, current["digest"] if current else None)

    def _keep(self, digest: str, data: bytes, signature: bytes) -> None:
        _replace(self.folder / f"{digest}.zip", data)
        _replace(self.folder / f"{digest}.sig", signature)

    def _switch(self, digest: str, previous: str | None) -> None:
        _replace(
            self.folder / "current",
            json.dumps({"digest": digest, "previous": previous, "published_at": int(time.time())}).encode(),
        )
        self._remove_all_but({digest, previous})

    def _remove_all_but(self, kept: set[str | None]) -> None:
        """Old bundles go, except the five newest, so that a slow reader still finds the one it was told of."""
        archives = sorted(self.folder.glob("*.zip"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in archives[5:]:
            if path.stem not in kept:
                path.unlink(missing_ok=True)
                path.with_suffix(".sig").unlink(missing_ok=True)


class BundleReader:
    """The current bundle for a process that has the store on its own disk (the web process)."""

    def __init__(self, store: BundleStore, key: Path) -> None:
        self._store, self._key = store, key
        self._stamp: object = None
        self._bundle: Bundle | None = None

    def current(self) -> Bundle:
        """The current bundle; a new one is noticed at the next call, and a bad one leaves the last good one in use.

        Raises:
            BundleError: there was never a good one.
        """
        try:
            stamp = os.stat(self._store.folder / "current").st_mtime_ns
        except OSError:
            stamp = None
        if stamp != self._stamp or self._bundle is None:
            self._stamp = stamp
            try:
                self._bundle = self._load()
            except BundleError as error:
                logger.error("bundle.refused: %s", error)
                if self._bundle is None:
                    raise
        return self._bundle

    def _load(self) -> Bundle:
        current = self._store.current()
        if current is None:
            raise BundleError("Nothing has been published yet. Run: safar publish")
        if self._bundle and self._bundle.digest == current["digest"]:
            return self._bundle
        data, signature = self._store.read(current["digest"])
        return unpack(data, current["digest"], signature, public_key(self._key))


class BundleClient:
    """The current bundle for a process that gets it over HTTP (the assistant and its actions).

    A thread asks the web process every `interval_s` seconds with an ETag. What it gets is checked, kept on
    disk and used from the next call on. When the web process is away, or sends what does not verify, the
    last good bundle stays in use, also over a restart.
    """

    def __init__(self, url: str, folder: Path, key: Path, interval_s: float = 2.0, timeout_s: float = 5.0) -> None:
        self._url, self._store, self._key = url.rstrip("/"), BundleStore(folder), key
        self._interval_s, self._timeout_s = interval_s, timeout_s
        self._session = requests.Session()
        self._reader = BundleReader(self._store, key)
        self._refused = ""
        self._stop = threading.Event()

    def start(self) -> BundleClient:
        """Begin to ask in the background; the thread ends with the process."""
        self._try_refresh()
        threading.Thread(target=self._poll, name="bundle", daemon=True).start()
        return self

    def stop(self) -> None:
        self._stop.set()

    def current(self) -> Bundle:
        """The last good bundle.

        Raises:
            BundleError: there was never one, neither on disk nor over HTTP.
        """
        return self._reader.current()

    def _poll(self) -> None:
        while not self._stop.wait(self._interval_s):
            self._try_refresh()

    def _try_refresh(self) -> None:
        try:
            self.refresh()
        except (BundleError, requests.RequestException, KeyError, ValueError) as error:
            logger.warning("bundle.not_refreshed: %s", error)

    def refresh(self) -> bool:
        """Ask once; return whether another bundle than before is now in use.

        Raises:
            BundleError: what came does not verify.
            requests.RequestException: the web process did not answer.
        """
        held = self._store.current()
        headers = {"If-None-Match": f'"{held["digest"]}"'} if held else {}
        answer = self._session.get(f"{self._url}/current", headers=headers, timeout=self._timeout_s)
        if answer.status_code == 304:
            return False
        answer.raise_for_status()
        offered = answer.json()
        if offered["digest"] == self._refused or (held and offered["digest"] == held["digest"]):
            return False
        archive = self._session.get(f"{self._url}/{offered['digest']}.zip", timeout=self._timeout_s)
        archive.raise_for_status()
        signature = bytes.fromhex(offered["signature"])
        try:
            unpack(archive.content, offered["digest"], signature, public_key(self._key))
        except BundleError:
            self._refused = offered["digest"]  # asked for again only when another one is offered
            raise
        self._store.adopt(offered["digest"], archive.content, signature)
        return True
