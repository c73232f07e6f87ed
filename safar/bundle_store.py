"""Bundles on disk and on their way: published in one place, read by every process, kept for when the publisher is away.

Beside each bundle lies an Ed25519 signature. The file `current` names the bundle in use and the one before; replacing that
file is the whole act of publishing, and putting the former name back is the whole act of rolling back. Every reader keeps
the last good one on disk.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from safar.bundle import Bundle, sha256, unpack
from safar.errors import BundleError

logger = logging.getLogger(__name__)


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
    """The published bundles on disk. One process at a time publishes; any number read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def publishing(self) -> Iterator[None]:
        """Hold this from reading the content to `publish`, or content read earlier replaces newer; others wait, threads too."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "publishing").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # ends with the file, also when the process dies
            yield

    def publish(self, data: bytes, key: Ed25519PrivateKey) -> str:
        """Write a bundle and make it the current one; return its digest. Publishing the current one again changes nothing."""
        self.folder.mkdir(parents=True, exist_ok=True)
        digest = sha256(data)
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
