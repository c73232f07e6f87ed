"""A contact as the person sees it: every text in their language, numbers as they are dialled from where they are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timezone
from typing import Any
from urllib.parse import quote

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.lists import format_list
from babel.units import format_unit

from safar import languages
from safar.bundle import Bundle
from safar.directory import EVERYONE, Contact
from safar.geography import Position
from safar.hours import ALL_DAY, local_hours, local_time, parse_hours
from safar.lookup import distance_to, relation
from safar.phone_numbers import dial, is_dialable_from_abroad
from safar.places import city_name, find_city

_CHANNEL_LINKS = {
    "sms": "sms:{}",
    "whatsapp": "https://wa.me/{}",
    "viber": "viber://chat?number={}",
    "telegram": "https://t.me/{}",
}
_CHANNEL_NAMES = {"sms": "SMS", "whatsapp": "WhatsApp", "viber": "Viber", "telegram": "Telegram"}
# A distance to the middle of a city says nothing about less than this.
_LEAST_KM = 5
_RELATION_NOTES = {"covers": "contact_abroad", "home": "contact_at_home", "abroad": "contact_nearest_abroad"}

_REPORT = "/report_contact"
_REPORTED = re.compile(rf'{_REPORT}\{{"id":"([\w-]{{1,120}})"\}}')

Link = dict[str, str]


@dataclass(frozen=True)
class CardWriter:
    """Writes cards for one person.

    Attributes:
        language: code of a language that Safar speaks.
        country: ISO 3166 country the person is in, or None.
        nationality: ISO 3166 country they come from, or None.
        position: the middle of their city, or None.
        at: the moment for "open now"; None leaves it out (a card that is kept for later).
    """

    bundle: Bundle
    language: str
    country: str | None
    nationality: str | None
    position: Position | None = None
    at: datetime | None = None

    def card(self, contact: Contact) -> dict[str, Any]:
        """All fields of the Conversation API's contact; an unknown text is empty."""
        phones, only_there = self._phones(contact)
        return {
            "id": contact.id,
            "kind": contact.kind,
            "kind_label": self._say(f"kind_{contact.kind}"),
            "country": contact.country,
            "country_name": languages.country_name(contact.country, self.language),
            "name": self._in_language(contact.names) or contact.name or self._say("contact_from_library"),
            "name_local": contact.name_local,
            "does": self._in_language(contact.does_in) or contact.does,
            "phones": phones,
            "channels": [channel for text in contact.text_channels for channel in _text_channel(text)],
            "email": contact.email,
            "url": contact.url,
            "address": contact.address,
            "city": self._city(contact),
            "maps": self._maps(contact),
            "distance": self._distance(contact),
            "hours": self._hours(contact),
            "open_now": self._open_now(contact),
            "languages": self._languages(contact),
            "free": self._say({"yes": "contact_free", "no": "contact_not_free"}[contact.free])
            if contact.free in ("yes", "no")
            else "",
            "note": " · ".join(part for part in (self._where(contact), self._serves(contact), only_there) if part),
            "checked_on": contact.checked_on,
            "checked_label": self._checked(contact),
            "report": self._report(contact),
        }

    def _report(self, contact: Contact) -> dict[str, str] | None:
        """What a person presses when the number did not work; the gateway takes it (`reported_contact`)."""
        if not (contact.phones or contact.text_channels):
            return None
        return {"title": self._say("button_number_failed"), "payload": f'{_REPORT}{{"id":"{contact.id}"}}'}

    def _say(self, key: str, **values: object) -> str:
        return self.bundle.string(key, self.language, **values)

    def _in_language(self, texts: dict[str, str]) -> str:
        return next((texts[code] for code in languages.fallbacks(self.language) if code in texts), "")

    def _phones(self, contact: Contact) -> tuple[list[Link], str]:
        """The numbers that can be dialled from where the person is, and a sentence on those that cannot.

        A short code of another country would ring somebody else here, so it is no link.
        """
        is_here = relation(contact, self.country, self.nationality) == "here"
        dialled = [phone for phone in contact.phones if is_here or is_dialable_from_abroad(phone)]
        others = [phone for phone in contact.phones if phone not in dialled]
        links = [dict(zip(("label", "href"), dial(phone, self.country), strict=False)) for phone in dialled]
        if not others:
            return links, ""
        country_name = languages.country_name(contact.country, self.language)
        numbers = ", ".join(f"\u2068{dial(phone, contact.country)[0]}\u2069" for phone in others)
        return links, self._say("contact_only_there", country_name=country_name, numbers=numbers)

    def _maps(self, contact: Contact) -> list[Link]:
        """Links to its door; to a search for its address when only that is known; none to the middle of a city."""
        if contact.kind == "shelter":
            return []
        if contact.precision == "exact":
            place = f"{contact.latitude},{contact.longitude}"
            pin = f"https://www.openstreetmap.org/?mlat={contact.latitude}&mlon={contact.longitude}#map=17/"
            return [
                {"label": self._say("contact_map"), "href": pin + place.replace(",", "/")},
                {"label": self._say("contact_map_app"), "href": f"geo:{place}?q={place}"},
            ]
        if not contact.address:
            return []
        parts = [contact.address, contact.city if contact.city not in contact.address else ""]
        query = quote(", ".join(part for part in parts if part))
        return [{"label": self._say("contact_map"), "href": f"https://www.openstreetmap.org/search?query={query}"}]

    def _city(self, contact: Contact) -> str:
        city = find_city(contact.country, contact.city) if contact.city else None
        return city_name(city, self.language) if city else contact.city

    def _distance(self, contact: Contact) -> str:
        distance = distance_to(contact, self.position)
        if distance is None or distance < _LEAST_KM:
            return ""
        rounded = round(distance) if distance < 20 else round(distance, -1)
        return self._say("contact_distance", distance=format_unit(rounded, "kilometer", "short", locale=self.language))

    def _hours(self, contact: Contact) -> str:
        if contact.hours == ALL_DAY:
            return self._say("contact_open_all_day")
        if not contact.hours:
            return ""
        words = {"holidays": self._say("hours_public_holidays"), "closed": self._say("hours_closed")}
        hours = local_hours(contact.hours, self.language, **words)
        if relation(contact, self.country, self.nationality) == "here":
            return self._say("contact_hours", hours=hours)
        return self._say("contact_hours_there", hours=hours, country_name=languages.country_name(contact.country, self.language))

    def _open_now(self, contact: Contact) -> str:
        """Said with the time there, so that a card read later is not taken for news."""
        local = local_time(contact.timezone, self.at) if self.at and contact.hours not in ("", ALL_DAY) else None
        if local is None:
            return ""
        hours = parse_hours(contact.hours)
        time = f"\u2068{format_time(local, 'short', locale=self.language)}\u2069"
        if hours.is_open(local):
            return self._say("contact_open_now", time=time)
        opens = hours.next_opening(local)
        if opens is None:
            return ""
        moment = f"\u2068{format_skeleton('EEEEHm', opens, locale=self.language)}\u2069"
        return self._say("contact_closed_now", time=time, moment=moment)

    def _languages(self, contact: Contact) -> str:
        if not contact.languages:
            return ""
        names = self._listed(languages.language_name(code, self.language) for code in contact.languages)
        return self._say("contact_languages", languages=names)

    def _where(self, contact: Contact) -> str:
        """That it is not where the person is, and why it is shown all the same."""
        key = _RELATION_NOTES.get(relation(contact, self.country, self.nationality))
        if not key:
            return ""
        here = languages.country_name(self.country or "", self.language)
        return self._say(key, country_name=languages.country_name(contact.country, self.language), here_name=here)

    def _serves(self, contact: Contact) -> str:
        if EVERYONE in contact.serves:
            return ""
        names = self._listed(languages.country_name(code, self.language) for code in contact.serves)
        return self._say("contact_serves", nationality_name=names)

    def _listed(self, names: Iterable[str]) -> str:
        """Names with the language's own commas and its "and". Of CLDR's styles only `standard` is whole in every language."""
        return str(format_list(list(names), style="standard", locale=self.language))

    def _checked(self, contact: Contact) -> str:
        if contact.is_national_emergency:
            return ""
        fresh = contact.is_fresh((self.at or datetime.now(timezone.utc)).date())
        if not (contact.phones or contact.text_channels) and (fresh or not contact.checked_on):
            return ""
        if not contact.checked_on:
            return self._say("contact_not_checked")
        key = "contact_checked" if fresh else "contact_not_checked_since"
        return self._say(key, date=local_date(contact.checked_on, self.language))


def reported_contact(payload: str) -> str | None:
    """The id of the contact that a pressed "This number did not work" means; None for every other payload."""
    found = _REPORTED.fullmatch(payload)
    return found[1] if found else None


def local_date(text: str, language: str) -> str:
    """`2026-11-22`, `2026-11` or `2026` in the words of a language."""
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 1:
        return text
    moment = date(parts[0], parts[1], parts[2] if len(parts) > 2 else 1)
    if len(parts) == 2:
        return str(format_date(moment, "MMMM y", locale=Locale.parse(language)))
    return str(format_date(moment, "long", locale=Locale.parse(language)))


def card_lines(card: dict[str, Any]) -> list[str]:
    """A card as lines of text, for channels that show nothing else."""
    lines = [f"{card['kind_label']}: {card['name']}".rstrip(": ")]
    lines += [card[part] for part in ("note", "does", "hours", "open_now", "distance", "languages", "free") if card[part]]
    lines += [f"☎ \u2068{phone['label']}\u2069" for phone in card["phones"]]
    lines += [channel["label"] for channel in card["channels"]]
    lines += [card[part] for part in ("email", "url", "address") if card[part]]
    lines += [f"{link['label']}: {link['href']}" for link in card["maps"] if link["href"].startswith("https:")]
    return lines + ([card["checked_label"]] if card["checked_label"] else [])


def _text_channel(text: str) -> list[Link]:
    scheme, _, target = text.partition(":")
    if scheme not in _CHANNEL_LINKS:
        return []
    link = _CHANNEL_LINKS[scheme].format(target.lstrip("+") if scheme == "whatsapp" else target)
    return [{"label": f"{_CHANNEL_NAMES[scheme]} {target}", "href": link}]
