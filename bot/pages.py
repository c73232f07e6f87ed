"""The full page: opens without a network, can be put on the home screen, and shows how others embed the widget."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache

from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_GET

from bot.bundles import current_bundle
from bot.widget_files import NAMES, current_version, embed_code, part
from safar.languages import accepted_languages, best_language, languages
from safar.settings import LOGO_TYPES, ROOT, settings

_ICONS = {"192x192": "bot/icon-192.png", "512x512": "bot/icon-512.png"}
_FAVICON = "bot/favicon.ico"
_STYLES = ("bot/chat.css", "bot/ask.css")
# Nothing from elsewhere, no inline code; the widget styles itself through constructed style sheets.
_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; style-src 'self'; manifest-src 'self'; "
    "worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)


def page(request: HttpRequest, template: str, context: Mapping[str, object], status: int = 200) -> HttpResponse:
    """A page of ours under the strict policy, with `code` and `dir` of its language in `context`."""
    response = render(request, template, dict(context), status=status)
    response["Content-Security-Policy"] = _POLICY
    response["Vary"] = "Accept-Language"
    return response


def wanted_language(request: HttpRequest) -> str:
    """What the address asks for, else what the browser does."""
    asked = request.GET.get("language", "")
    return best_language([asked] if asked in languages() else accepted_languages(request.headers.get("Accept-Language", "")))


@require_GET
def chat(request: HttpRequest) -> HttpResponse:
    """The whole page: the chat and nothing else; without JavaScript it leads to the simple page."""
    return page(request, "bot/chat.html", _context(request))


@require_GET
def demo(request: HttpRequest) -> HttpResponse:
    """The widget on the site of an organisation that does not exist, with colours, name and logo of its own."""
    version = current_version()
    return page(request, "bot/demo.html", {**_context(request), "embed": embed_code(version, settings().public_url)})


def _context(request: HttpRequest) -> dict[str, object]:
    code = wanted_language(request)
    bundle, version = current_bundle(), current_version()
    return {
        "code": code,
        "dir": languages()[code].dir,
        "asked": request.GET.get("language") == code,
        "version": version,
        "integrity": part(version, "safar-chat.js").integrity(),
        "title": bundle.string("widget_title", code),
        "simple": bundle.string("ask_simple", code),
        "numbers": bundle.string("widget_emergency", code),
        "organisation": settings().organisation,
        "has_logo": settings().logo is not None,
    }


@require_GET
def logo(request: HttpRequest) -> HttpResponse:
    """The picture of the organisation that runs Safar."""
    path = settings().logo
    if path is None:
        raise Http404
    headers = {
        "Cache-Control": "public, max-age=3600",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    }
    return HttpResponse(path.read_bytes(), content_type=LOGO_TYPES[path.suffix.lower()], headers=headers)


@require_GET
def manifest(request: HttpRequest) -> JsonResponse:
    """What a phone needs to put the page on its home screen."""
    code = wanted_language(request)
    content = {
        "name": current_bundle().string("widget_title", code),
        "short_name": "Safar",
        "lang": code,
        "dir": languages()[code].dir,
        "id": "/",
        "start_url": reverse("chat"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0b5872",
        "icons": [
            {"src": static(path), "sizes": size, "type": "image/png", "purpose": "any maskable"} for size, path in _ICONS.items()
        ],
    }
    return JsonResponse(content, content_type="application/manifest+json", headers={"Vary": "Accept-Language"})


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, with the addresses of the files it keeps; it changes with a release, not with each publication."""
    version = current_version()
    files = [
        reverse("chat"),
        reverse("ask-numbers"),
        reverse("manifest"),
        *(reverse("widget-version", args=[version, name]) for name in NAMES),
        *(static(path) for path in (*_STYLES, *_ICONS.values())),
    ]
    digest = hashlib.sha256(f"{version} {_pages_digest()} {files}".encode()).hexdigest()[:16]
    code = (ROOT / "widget" / "dist" / "worker.js").read_text(encoding="utf-8")
    filled = code.replace("__VERSION__", digest).replace("__FILES__", " ".join(files))
    return HttpResponse(filled, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


@lru_cache(maxsize=1)
def _pages_digest() -> str:
    """Of our templates and styles, which only a new release changes."""
    folder = ROOT / "bot"
    paths = sorted([*folder.glob("templates/bot/*.html"), *folder.glob("static/bot/*")])
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


@require_GET
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for it at this address on every page, the console's too."""
    with open(str(finders.find(_FAVICON)), "rb") as file:
        return HttpResponse(file.read(), content_type="image/x-icon", headers={"Cache-Control": "public, max-age=604800"})
