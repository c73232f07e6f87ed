"""Lists to print, and the bundle for the assistant."""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from bot.bundles import current_bundle
from bot.letters import PDF_TYPE, Expired, as_pdf, file_name, signed_letter
from bot.pages import page
from bot.services import known_country
from safar.bundle_store import BundleStore
from safar.checklists import checklists
from safar.errors import BundleError
from safar.languages import accepted_languages, best_language, languages
from safar.replies import Composer
from safar.settings import settings

_DIGEST = re.compile(r"[0-9a-f]{64}")


@require_GET
def printed_list(request: HttpRequest, name: str, language: str) -> HttpResponse:
    """A list to print, with empty boxes: what a person has ticked is theirs and not on this page.

    `?country=` adds the numbers to have on paper.
    """
    known = checklists().get(name)
    if known is None or language not in languages():
        raise Http404
    composer = Composer(current_bundle(), language, known_country(request.GET.get("country")) or None)
    string = composer.bundle.string
    found = composer.bundle.find_contacts(("emergency", "migrant_helpline"), composer.country, None)
    context = {
        "code": language,
        "dir": languages()[language].dir,
        "title": string(f"list_{known.id}", language),
        "stages": [
            {
                "title": string(f"list_{stage.id}", language),
                "items": [string(f"list_{item.id}", language) for item in stage.items],
            }
            for stage in known.stages
        ],
        "contacts_title": string("utter_contacts", language),
        "cards": [composer.card(contact) for contact in found if contact.phones],
        "sources": known.sources,
    }
    return page(request, "bot/list.html", context)


@require_GET
def current(request: HttpRequest) -> HttpResponse:
    """Which bundle is in use, with its signature; 304 when the caller has it."""
    store = BundleStore(settings().bundles)
    known = store.current()
    if known is None:
        return JsonResponse({"error": "nothing is published; run: safar publish"}, status=503)
    etag = f'"{known["digest"]}"'
    # Compression makes an ETag weak (W/"..."); it names the same content.
    if etag in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=304)
    _, signature = store.read(known["digest"])
    return JsonResponse(
        {"digest": known["digest"], "signature": signature.hex()}, headers={"ETag": etag, "Cache-Control": "no-cache"}
    )


@require_GET
def archive(request: HttpRequest, digest: str) -> HttpResponse:
    """A bundle's bytes; they never change under this name."""
    if not _DIGEST.fullmatch(digest):
        raise Http404
    try:
        data, _ = BundleStore(settings().bundles).read(digest)
    except BundleError:
        raise Http404 from None
    return HttpResponse(data, content_type="application/zip", headers={"Cache-Control": "public, max-age=31536000, immutable"})


@require_GET
def letter(request: HttpRequest, token: str) -> HttpResponse:
    """A complaint letter on paper, made now and kept nowhere: not here, not in the browser's cache, not in a referrer."""
    try:
        found = signed_letter(token)
    except Expired:
        code = best_language(accepted_languages(request.headers.get("Accept-Language", "")))
        text = current_bundle().string("letter_link_expired", code)
        return HttpResponse(text, status=410, content_type="text/plain; charset=utf-8")
    headers = {
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
        "Content-Disposition": f'attachment; filename="{file_name(found)}"',
    }
    return HttpResponse(as_pdf(found), content_type=PDF_TYPE, headers=headers)
