"""What a phone keeps for the time without a network: the emergency numbers of every country, and packs."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router

from bot.bundles import current_bundle
from bot.services import known_country
from safar.bundle import Bundle
from safar.directory import Contact
from safar.languages import best_language, countries, country_name, languages
from safar.phone_numbers import is_short_code
from safar.replies import Composer
from safar.topics import KINDS, catalogue

router = Router()

_EMERGENCY_KINDS = ("emergency", "migrant_helpline", "trafficking_hotline")
_ALL = 1_000
# What a card of the emergency list holds; the whole card comes with the country.
_SHORT_CARD = ("id", "kind_label", "name", "phones")
# Wrong by the time it is read from the phone.
_OF_THE_MOMENT = ("open_now", "distance")
_QUOTED = re.compile(r'"[^"]*"')

# Two hundred countries take a moment, and change with the bundle only.
_lists: WeakKeyDictionary[Bundle, dict[str, list[dict[str, Any]]]] = WeakKeyDictionary()


def kept(request: HttpRequest, bundle: Bundle, what: str, content: Mapping[str, Any]) -> HttpResponse:
    """JSON that a browser keeps and asks for again with its ETag; 304 when nothing has changed."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    etag = f'"{hashlib.sha256(f"{bundle.digest}{what}{body}".encode()).hexdigest()[:24]}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    # Compression makes an ETag weak (W/"..."); it names the same content.
    if etag in _QUOTED.findall(request.headers.get("If-None-Match", "")):
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(body, content_type="application/json", headers=headers)


@router.get("/emergency")
async def emergency(request: HttpRequest, language: str = "en", country: str | None = None) -> HttpResponse:
    """Emergency contacts of a country; without one, every country with its emergency numbers, the likely ones first."""
    code, place = best_language([language]), known_country(country)
    bundle = await sync_to_async(current_bundle)()
    if not place:
        return kept(request, bundle, code, {"countries": await sync_to_async(numbers_of_all)(bundle, code)})
    composer = Composer(bundle, code, place)
    contacts = bundle.find_contacts(_EMERGENCY_KINDS, place, None)
    content = {
        "country": place,
        "country_name": country_name(place, code),
        "contacts": [_card(composer, contact) for contact in contacts],
    }
    return kept(request, bundle, code + place, content)


def numbers_of_all(bundle: Bundle, language: str) -> list[dict[str, Any]]:
    """Every country of which there is an emergency number: code, name and short cards, the likely ones first."""
    lists = _lists.setdefault(bundle, {})
    if language not in lists:
        likely = Composer(bundle, language).likely_countries(most=_ALL)
        others = sorted(countries() - set(likely), key=lambda code: country_name(code, language))
        entries = (_numbers(bundle, language, country) for country in [*likely, *others])
        lists[language] = [entry for entry in entries if entry["contacts"]]
    return lists[language]


def _numbers(bundle: Bundle, language: str, country: str) -> dict[str, Any]:
    """Short codes only: a rescue line abroad, such as that for boats, is no emergency number and needs its whole card."""
    composer = Composer(bundle, language, country)
    found = bundle.find_contacts(("emergency",), country, None)
    shown = [contact for contact in found if contact.phones and all(map(is_short_code, contact.phones))]
    cards = [composer.card(contact) for contact in shown]
    short = [{name: card[name] for name in _SHORT_CARD} for card in cards]
    return {"code": country, "name": country_name(country, language), "contacts": short}


@router.get("/packs/{country}/{language}")
async def pack(request: HttpRequest, country: str, language: str) -> HttpResponse:
    """All answers and contacts of one country in one language, for reading without a network."""
    place = known_country(country)
    if not place or language not in languages():
        raise Http404
    bundle = await sync_to_async(current_bundle)()
    content = await sync_to_async(packed)(bundle, place, language)
    return kept(request, bundle, language + place, content)


def packed(bundle: Bundle, country: str, language: str) -> dict[str, Any]:
    """The content of a pack. What is written for another country is left out."""
    composer = Composer(bundle, language, country, languages()[language].nationality)
    topics = (topic for topic in catalogue().topics.values() if topic.id in bundle.answers)
    return {
        "country": country,
        "country_name": country_name(country, language),
        "language": language,
        "answers": [
            {
                "topic": topic.id,
                "group": topic.group,
                "title": bundle.title(topic.id, language),
                "message": _message(composer, topic.id),
            }
            for topic in topics
        ],
        "contacts": [_card(composer, contact) for contact in _contacts(composer)],
    }


def _message(composer: Composer, topic: str) -> dict[str, Any]:
    answer = composer.answer(topic)[-1]
    return {name: answer[name] for name in ("text", "language", "dir", "urgent", "sources")}


def _card(composer: Composer, contact: Contact) -> dict[str, Any]:
    """A card without its empty fields, and without what is true for the moment only; the lists stay."""
    card = composer.card(contact)
    return {name: value for name, value in card.items() if (value or isinstance(value, list)) and name not in _OF_THE_MOMENT}


def _contacts(composer: Composer) -> list[Contact]:
    """First what this person would be shown, best first, then everything else of the country, such as the other embassies."""
    first = composer.bundle.find_contacts(KINDS, composer.country, composer.nationality, limit_per_kind=_ALL)
    here = (contact for contact in composer.bundle.contacts if contact.country == composer.country)
    return list(dict.fromkeys([*first, *(contact for contact in here if contact.confidence != "low")]))
