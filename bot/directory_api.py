"""GET /api/v1/contacts: the directory for everybody, from the published bundle."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from ninja import Query, Router, Schema
from ninja.errors import HttpError
from ninja.throttling import AnonRateThrottle

from bot.api import ContactOut, ErrorOut
from bot.bundles import current_bundle
from bot.services import known_country
from safar.bundle import Bundle
from safar.cards import CardWriter
from safar.directory import Contact
from safar.languages import best_language, country_name
from safar.settings import settings
from safar.topics import KINDS

# An address may be kept this long without asking again; a new bundle reaches everybody within it.
_MAX_AGE_S = 300
_MOST_PER_KIND = 1000

router = Router(tags=["directory"])


class PublicContact(ContactOut):
    """A contact as people see it, with where it is and where the facts are from."""

    latitude: float | None
    longitude: float | None
    source_title: str
    source_url: str


class ContactsOut(Schema):
    """`version` names the published directory; the same version and query give the same contacts."""

    version: str
    country: str
    country_name: str
    nationality: str | None
    language: str
    total: int
    contacts: list[PublicContact]


@router.get(
    "/contacts",
    response={200: ContactsOut, 304: None, 422: ErrorOut, 429: ErrorOut},
    throttle=[AnonRateThrottle(f"{settings().api_per_minute}/m")],
    openapi_extra={"security": []},
)
async def list_contacts(
    request: HttpRequest,
    country: Annotated[str, Query(description="ISO 3166 code of the country the person is in, such as QA.")],
    nationality: Annotated[
        str | None, Query(description="ISO 3166 code of the country they come from: without it there is no consulate.")
    ] = None,
    kind: Annotated[list[str], Query(description=f"One or more of {', '.join(KINDS)}; all without it.")] = [],  # noqa: B006
    language: Annotated[str, Query(description="Language of the texts, such as ne.")] = "en",
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> HttpResponse:
    """Contacts of a country, those first that the person is best served by; what waits to be verified is left out.

    Answers carry an ETag and may be kept five minutes. More requests a minute than `SAFAR_API_PER_MINUTE` from one
    address are refused with 429 and `Retry-After`.
    """
    place, home = _known(country, "country"), _known(nationality, "nationality") if nationality else None
    unknown = sorted(set(kind) - set(KINDS))
    if unknown:
        raise HttpError(422, f"'{unknown[0]}' is not a kind of contact. The kinds are: {', '.join(KINDS)}.")
    bundle = await sync_to_async(current_bundle)()
    code = best_language([language])
    # "Not checked since" depends on the day, everything else on the bundle and the query.
    parts = [bundle.digest, str(timezone.now().date()), code, place, home, sorted(set(kind)), limit, offset]
    etag = f'"{hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]}"'
    kept = get_conditional_response(request, etag=etag)
    if kept is None:
        found = _found(bundle, code, place, home, kind or KINDS, slice(offset, offset + limit))
        kept = HttpResponse(json.dumps(found, ensure_ascii=False), content_type="application/json")
    kept["ETag"], kept["Cache-Control"] = etag, f"public, max-age={_MAX_AGE_S}"
    return kept


def _known(code: str | None, name: str) -> str:
    known = known_country(code)
    if not known:
        raise HttpError(422, f"{name}: '{code}' is not a country. Use two letters of ISO 3166, such as QA.")
    return known


def _found(bundle: Bundle, language: str, country: str, nationality: str | None, kinds: Any, window: slice) -> dict[str, Any]:
    # A card without "open now": the answer is kept longer than that holds.
    writer = CardWriter(bundle, language, country, nationality)
    found = bundle.find_contacts([kind for kind in KINDS if kind in kinds], country, nationality, limit_per_kind=_MOST_PER_KIND)
    return {
        "version": bundle.digest[:16],
        "country": country,
        "country_name": country_name(country, language),
        "nationality": nationality,
        "language": language,
        "total": len(found),
        "contacts": [_public(writer, contact) for contact in found[window]],
    }


def _public(writer: CardWriter, contact: Contact) -> dict[str, Any]:
    card = writer.card(contact)
    card["report"] = None  # a report needs the conversation that it is made in
    facts = ("latitude", "longitude", "source_title", "source_url")
    return {**card, **{name: getattr(contact, name) for name in facts}}
