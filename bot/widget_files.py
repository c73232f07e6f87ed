"""The widget's files. Each build is kept under its own address, so that a page may name one and its hash for good."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
import shutil
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from safar.settings import ROOT, settings

_DIST = ROOT / "widget" / "dist"
_CHAT, _MORE = "safar-chat.js", "safar-more.js"
NAMES = {_CHAT: "text/javascript", _MORE: "text/javascript", "safar-chat.css": "text/css", "page.js": "text/javascript"}
_VERSION = re.compile(r"[0-9a-f]{16}")
_KEPT_BUILDS = 50
_FOREVER = "public, max-age=31536000, immutable"
_SOON = "public, max-age=300"


@dataclass(frozen=True)
class Part:
    """One file of a build, and the same compressed."""

    data: bytes
    compressed: bytes

    def integrity(self, algorithm: Literal["sha256", "sha384"] = "sha384") -> str:
        """As in the `integrity` attribute of a script."""
        return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, self.data).digest()).decode()}"


def current_version() -> str:
    """The version of the build in dist/, which is kept from now on.

    Raises:
        Http404: the widget is not built.
    """
    try:
        stamp = (_DIST / _CHAT).stat().st_mtime_ns
    except OSError:
        raise Http404("The widget is not built. Run: make setup") from None
    return _keep_build(stamp)


@lru_cache(maxsize=1)
def _keep_build(stamp: int) -> str:
    digest = hashlib.sha256(b"".join((_DIST / name).read_bytes() for name in sorted(NAMES))).hexdigest()[:16]
    folder = _builds() / digest
    if not folder.exists():
        unfinished = folder.with_suffix(f".{stamp}")
        unfinished.mkdir(parents=True, exist_ok=True)
        for name in NAMES:
            shutil.copy(_DIST / name, unfinished / name)
        try:
            unfinished.rename(folder)
        except OSError:  # another process was first
            shutil.rmtree(unfinished, ignore_errors=True)
    _remove_oldest()
    return digest


def _builds() -> Path:
    return settings().var / "widget"


def _remove_oldest() -> None:
    builds = sorted(_builds().iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in builds[_KEPT_BUILDS:]:
        shutil.rmtree(path, ignore_errors=True)


@lru_cache(maxsize=64)
def part(version: str, name: str) -> Part:
    """A file of a kept build.

    Raises:
        Http404: there is no such build or file.
    """
    if name not in NAMES or not _VERSION.fullmatch(version):
        raise Http404
    try:
        data = (_builds() / version / name).read_bytes()
    except OSError:
        raise Http404 from None
    return Part(data, gzip.compress(data, 9, mtime=0))


@require_GET
def versioned(request: HttpRequest, version: str, name: str) -> HttpResponse:
    """A file that never changes under this address."""
    current_version()
    return _answer(request, part(version, name), name, _FOREVER)


@require_GET
def latest(request: HttpRequest, name: str) -> HttpResponse:
    """The newest build, for pages that name no version. A first part from five minutes ago still finds its second."""
    version = current_version()
    wanted = request.META.get("QUERY_STRING", "")
    if name == _MORE and wanted and part(version, name).integrity("sha256") != wanted:
        version = _version_with(wanted) or version
    return _answer(request, part(version, name), name, _SOON)


def _version_with(integrity: str) -> str | None:
    versions = (path.name for path in _builds().iterdir() if _VERSION.fullmatch(path.name))
    return next((version for version in versions if part(version, _MORE).integrity("sha256") == integrity), None)


def _answer(request: HttpRequest, file: Part, name: str, caching: str) -> HttpResponse:
    etag = f'"{hashlib.sha256(file.data).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": caching, "Cross-Origin-Resource-Policy": "cross-origin"}
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers=headers)
    compressed = re.search(r"\bgzip\b", request.headers.get("Accept-Encoding", ""))
    response = HttpResponse(
        file.compressed if compressed else file.data, content_type=f"{NAMES[name]}; charset=utf-8", headers=headers
    )
    if compressed:
        response["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def embed_code(version: str, address: str) -> str:
    """The two lines for another site: this build and its hash."""
    integrity = part(version, _CHAT).integrity()
    return (
        f'<script src="{address}/widget/{version}/{_CHAT}" integrity="{integrity}" crossorigin="anonymous" defer></script>\n'
        f'<safar-chat api="{address}/api/v1" mode="bubble"></safar-chat>'
    )
