"""Turns answers, contacts and interface strings into messages in the person's language.

The reply generator in Rasa and the gateway's own replies (when a person has taken over, or Rasa is away) both
come from here, so that they look and read the same. Plain Python: no Rasa, no Django.

A text uses three marks and no others: a line `**Heading**`, lines that begin with `• `, lines that begin with `1. `.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone
from functools import partial
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list

from safar import languages
from safar.bundle import Bundle, FoundAnswer
from safar.directory import EVERYONE, FOR_CITIZENS, Contact, library_emergency
from safar.hours import ALL_DAY, local_hours
from safar.phone_numbers import dial
from safar.topics import catalogue

# Kinds shown before anything else when somebody may be in danger; a topic's own kinds follow.
DANGER_KINDS = ("emergency",)
_CHANNEL_LINKS = {
    "sms": "sms:{}",
    "whatsapp": "https://wa.me/{}",
    "viber": "viber://chat?number={}",
    "telegram": "https://t.me/{}",
}
_CHANNEL_NAMES = {"sms": "SMS", "whatsapp": "WhatsApp", "viber": "Viber", "telegram": "Telegram"}

Message = dict[str, Any]
Button = dict[str, str]


@dataclass(frozen=True)
class Composer:
    """Writes messages in one language for a person of whom this much is known.

    Attributes:
        language: code of a language that Safar speaks.
        country: ISO 3166 country the person is in, or None.
        nationality: ISO 3166 country they come from, or None.
    """

    bundle: Bundle
    language: str
    country: str | None = None
    nationality: str | None = None

    # --- messages ---

    def message(self, text: str, **parts: Any) -> Message:
        """A message with every field of the Conversation API that the channel does not add itself."""
        language = parts.pop("language", self.language)
        return {
            "text": text,
            "language": language,
            "dir": languages.languages()[language].dir,
            "topic": None,
            "answer_version": None,
            "urgent": False,
            "buttons": [],
            "contacts": [],
            "sources": [],
            **parts,
        }

    def say(self, key: str, *, buttons: Sequence[Button] = (), **values: object) -> Message:
        """An interface string as a message; `{country_name}` and `{language_name}` fill themselves in."""
        filled = {**self._names(), **values}
        return self.message(self.bundle.string(key, self.language, **filled), buttons=list(buttons))

    def answer(self, topic: str) -> list[Message]:
        """The answer to a topic, after a notice when it is not in the language asked for; empty when there is none."""
        found = self.bundle.answer(topic, self.language, self.country)
        if found is None:
            return []
        notice = self._notice(found)
        return [*notice, self._answer_message(topic, found, self._body(found, self._first_lines(found)))]

    def answer_briefly(self, topic: str) -> list[Message]:
        """Only what to do now, for who asked to have it said more simply; empty when there is no answer."""
        found = self.bundle.answer(topic, self.language, self.country)
        if found is None:
            return []
        return [*self._notice(found), self._answer_message(topic, found, self._first_lines(found))]

    def contacts(self, contacts: Iterable[Contact], key: str = "utter_contacts", *, urgent: bool = False) -> Message:
        """Contact cards under a heading."""
        return {**self.say(key), "contacts": [self.card(contact) for contact in contacts], "urgent": urgent}

    def danger(self, kinds: Sequence[str] = ()) -> Message:
        """The numbers for somebody who may be in danger: emergency first, then `kinds`.

        Without a country there is no number that is right: the message says so and offers countries.
        """
        wanted = list(dict.fromkeys([*DANGER_KINDS, *kinds]))
        found = self.bundle.find_contacts(wanted, self.country, self.nationality, limit_per_kind=3)
        if not self.country or not found:
            return {**self.say("utter_danger_no_country", buttons=self.country_buttons()), "urgent": True}
        return self.contacts(found, "utter_danger_first", urgent=True)

    def sources(self, topic: str) -> Message:
        """What an answer rests on, as text and as links."""
        found = self.bundle.answer(topic, self.language, self.country)
        if found is None:
            return self.say("utter_no_sources")
        lines = "\n".join(f"• {title}" for title, _ in found.answer.sources)
        heading = self.say("utter_sources")
        return {**heading, "text": f"{heading['text']}\n{lines}", "sources": self._links(found)}

    # --- parts of an answer ---

    def _notice(self, found: FoundAnswer) -> list[Message]:
        if not found.reason or found.language == self.language:
            return []
        key = "utter_answer_outdated" if found.reason == "outdated" else "utter_answer_fallback"
        return [self.say(key, shown_language_name=languages.language_name(found.language, self.language))]

    def _answer_message(self, topic: str, found: FoundAnswer, text: str) -> Message:
        known = catalogue().topics
        return self.message(
            text,
            language=found.language,
            topic=topic,
            answer_version=found.answer.version,
            urgent=topic in known and known[topic].urgent,
            sources=self._links(found),
            buttons=self.after_answer_buttons(),
        )

    @staticmethod
    def _first_lines(found: FoundAnswer) -> str:
        return "\n".join(found.answer.first)

    def _body(self, found: FoundAnswer, first: str) -> str:
        string = partial(self.bundle.string, language=found.language)
        blocks = [first]
        if found.answer.know:
            blocks.append("\n".join([f"**{string('answer_know')}**", *(f"• {line}" for line in found.answer.know)]))
        steps = (f"{number}. {line}" for number, line in enumerate(found.answer.next, start=1))
        blocks.append("\n".join([f"**{string('answer_next')}**", *steps]))
        footer = string("answer_checked", date=local_date(found.answer.checked_on, found.language))
        if not found.answer.reviewed and found.language != languages.DEFAULT:
            footer += "\n" + string("answer_unreviewed")
        return "\n\n".join([*blocks, footer])

    @staticmethod
    def _links(found: FoundAnswer) -> list[dict[str, str]]:
        return [{"title": title, "url": url} for title, url in found.answer.sources]

    # --- contact cards ---

    def card(self, contact: Contact) -> dict[str, Any]:
        """A contact as the person sees it; every text is ready in their language, an unknown one is empty."""
        string = self.bundle.string
        kind = string(f"kind_{contact.kind}", self.language)
        return {
            "id": contact.id,
            "kind": contact.kind,
            "kind_label": kind,
            "country": contact.country,
            "country_name": languages.country_name(contact.country, self.language),
            "name": contact.name or string("contact_from_library", self.language),
            "name_local": contact.name_local,
            "does": self._does(contact),
            "phones": [dict(zip(("label", "href"), dial(phone, self.country), strict=False)) for phone in contact.phones],
            "channels": [channel for text in contact.text_channels for channel in _text_channel(text)],
            "email": contact.email,
            "url": contact.url,
            "address": contact.address,
            "city": contact.city,
            "hours": self._hours(contact),
            "languages": self._languages(contact),
            "free": string("contact_free", self.language) if contact.free == "yes" else "",
            "note": self._serves(contact),
            "checked_on": contact.checked_on,
            "checked_label": self._checked(contact),
        }

    def _does(self, contact: Contact) -> str:
        for code in languages.fallbacks(self.language):
            if code in contact.does_in:
                return contact.does_in[code]
        return contact.does

    def _hours(self, contact: Contact) -> str:
        if contact.hours == ALL_DAY:
            return self.bundle.string("contact_open_all_day", self.language)
        return (
            self.bundle.string("contact_hours", self.language, hours=local_hours(contact.hours, self.language))
            if contact.hours
            else ""
        )

    def _languages(self, contact: Contact) -> str:
        if not contact.languages:
            return ""
        names = self._listed(languages.language_name(code, self.language) for code in contact.languages)
        return self.bundle.string("contact_languages", self.language, languages=names)

    def _serves(self, contact: Contact) -> str:
        if EVERYONE in contact.serves:
            return ""
        names = self._listed(languages.country_name(code, self.language) for code in contact.serves)
        return self.bundle.string("contact_serves", self.language, nationality_name=names)

    def _listed(self, names: Iterable[str]) -> str:
        """Names with the language's own commas and its "and". Of CLDR's styles only `standard` is whole in every language."""
        return str(format_list(list(names), style="standard", locale=self.language))

    def _checked(self, contact: Contact) -> str:
        if contact.is_national_emergency or not (contact.phones or contact.text_channels):
            return ""
        if not contact.checked_on:
            return self.bundle.string("contact_not_checked", self.language)
        fresh = contact.is_fresh(datetime.now(timezone.utc).date())
        key = "contact_checked" if fresh else "contact_not_checked_since"
        return self.bundle.string(key, self.language, date=local_date(contact.checked_on, self.language))

    def contacts_by_id(self, ids: Iterable[str]) -> list[Contact]:
        """The contacts of this bundle with these ids, in their order; one that is gone is left out."""
        known = {contact.id: contact for contact in self.bundle.contacts}
        found = (known.get(name) or _library_contact(name) for name in ids)
        return [contact for contact in found if contact is not None]

    # --- buttons ---

    def button(self, key: str, payload: str) -> Button:
        return {"title": self.bundle.string(key, self.language), "payload": payload}

    def menu_buttons(self) -> list[Button]:
        """One button for each group that has an answer, then a person."""
        groups = [group for group in catalogue().groups if any(topic.id in self.bundle.answers for topic in group.topics)]
        buttons = [
            {
                "title": f"{group.pictogram} {self.bundle.string(f'group_{group.id}', self.language)}",
                "payload": f'/choose_group{{"group":"{group.id}"}}',
            }
            for group in groups
        ]
        return [*buttons, self.button("button_person", "/talk_to_human")]

    def group_buttons(self, group: str) -> list[Button]:
        """The topics of a group that have an answer, then the menu."""
        topics = next((entry.topics for entry in catalogue().groups if entry.id == group), ())
        listed = [topic.id for topic in topics if topic.id in self.bundle.answers]
        return [*self.topic_buttons(listed), self.button("button_menu", "/help_menu")]

    def topic_buttons(self, topics: Iterable[str]) -> list[Button]:
        return [{"title": self.bundle.title(topic, self.language), "payload": f"/{topic}"} for topic in topics]

    def after_answer_buttons(self) -> list[Button]:
        return [
            self.button("button_person", "/talk_to_human"),
            self.button("button_bad", "/feedback_bad"),
            self.button("button_menu", "/help_menu"),
        ]

    def language_buttons(self) -> list[Button]:
        return [
            {"title": entry.name, "payload": f'/change_language{{"language":"{code}"}}'}
            for code, entry in languages.languages().items()
        ]

    def country_buttons(self) -> list[Button]:
        """The likely countries, named in the person's language."""
        return [
            {"title": languages.country_name(code, self.language), "payload": f'/change_country{{"country":"{code}"}}'}
            for code in self.likely_countries()
        ]

    def nationality_buttons(self) -> list[Button]:
        """The nationalities that have a mission in the person's country, named in their language."""
        here = (contact for contact in self.bundle.contacts if contact.country == self.country and contact.kind in FOR_CITIZENS)
        codes = sorted({code for contact in here for code in contact.serves if code != EVERYONE})
        return [
            {"title": languages.country_name(code, self.language), "payload": f'/change_country{{"nationality":"{code}"}}'}
            for code in codes
        ]

    def likely_countries(self, most: int = 6) -> list[str]:
        """The countries of which the directory holds most, one's own last."""
        counts: dict[str, int] = {}
        for contact in self.bundle.contacts:
            if EVERYONE in contact.serves:
                counts[contact.country] = counts.get(contact.country, 0) + 1
        return sorted(counts, key=lambda code: (code == self.nationality, -counts[code]))[:most]

    def _names(self) -> dict[str, str]:
        names = {"language_name": languages.language_name(self.language, self.language)}
        if self.country:
            names["country_name"] = languages.country_name(self.country, self.language)
        if self.nationality:
            names["nationality_name"] = languages.country_name(self.nationality, self.language)
        return names


def local_date(text: str, language: str) -> str:
    """`2026-11-22`, `2026-11` or `2026` in the words of a language."""
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 1:
        return text
    moment = date(parts[0], parts[1], parts[2] if len(parts) > 2 else 1)
    if len(parts) == 2:
        return str(format_date(moment, "MMMM y", locale=Locale.parse(language)))
    return str(format_date(moment, "long", locale=Locale.parse(language)))


def as_plain_text(message: Message) -> str:
    """A message as text alone, for channels that show nothing else: contacts and their numbers go below the text."""
    lines = [message["text"].replace("**", "")]
    for card in message["contacts"]:
        lines += ["", f"{card['kind_label']}: {card['name']}".rstrip(": ")]
        lines += [part for part in (card["note"], card["does"], card["hours"], card["languages"], card["free"]) if part]
        lines += [f"☎ \u2068{phone['label']}\u2069" for phone in card["phones"]]
        lines += [f"{channel['label']}" for channel in card["channels"]]
        lines += [part for part in (card["email"], card["url"], card["address"], card["checked_label"]) if part]
    return "\n".join(lines)


def _text_channel(text: str) -> list[dict[str, str]]:
    scheme, _, target = text.partition(":")
    if scheme not in _CHANNEL_LINKS:
        return []
    link = _CHANNEL_LINKS[scheme].format(target.lstrip("+") if scheme == "whatsapp" else target)
    return [{"label": f"{_CHANNEL_NAMES[scheme]} {target}", "href": link}]


def _library_contact(name: str) -> Contact | None:
    country, _, rest = name.partition("-")
    return library_emergency(country.upper()) if rest == "emergency-library" else None
