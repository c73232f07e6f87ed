"""Turns answers, contacts and interface strings into messages in the person's language.

The reply generator in Rasa and the gateway's own replies (when a person has taken over, or Rasa is away) both
come from here, so that they look and read the same. Plain Python: no Rasa, no Django.

A text uses three marks and no others: a line `**Heading**`, lines that begin with `• `, lines that begin with `1. `.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any

from babel.dates import format_timedelta

from safar import languages
from safar.bundle import Bundle, FoundAnswer
from safar.cards import CardWriter, card_lines, local_date
from safar.complaints import LETTERS, SUMS_AFTER
from safar.directory import EVERYONE, FOR_CITIZENS, Contact, library_emergency
from safar.geography import Position
from safar.lookup import Seeker, is_here
from safar.places import city_name, find_city, position_of
from safar.topics import catalogue

# Kinds shown before anything else when somebody may be in danger; a topic's own kinds follow.
DANGER_KINDS = ("emergency",)
# Lines that answers about danger tell people to call.
_LINES_IN_DANGER = ("trafficking_hotline", "gender_violence_hotline", "child_helpline", "crisis_mental_health")

Message = dict[str, Any]
Button = dict[str, str]


@dataclass(frozen=True)
class Composer:
    """Writes messages in one language for a person of whom this much is known.

    Attributes:
        language: code of a language that Safar speaks.
        country: ISO 3166 country the person is in, or None.
        nationality: ISO 3166 country they come from, or None.
        city: the name of a city of that country in `safar.places`, or None.
    """

    bundle: Bundle
    language: str
    country: str | None = None
    nationality: str | None = None
    city: str | None = None

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
        return self.message(self._text(key, **values), buttons=list(buttons))

    def answer(self, topic: str, *, with_steps: bool = True, with_buttons: bool = True) -> list[Message]:
        """The answer to a topic, after a notice when it is not in the language asked for; empty when there is none.

        Args:
            with_steps: False leaves out what to do next: `next_steps` says it, after the contacts.
        """
        found = self.bundle.answer(topic, self.language, self.country)
        if found is None:
            return []
        steps = [self._steps(found)] if with_steps else []
        body = "\n\n".join([self._first_lines(found), *self._points(found), *steps, self._footer(found)])
        message = self._answer_message(topic, found, body)
        return [*self._notice(found), message if with_buttons else {**message, "buttons": []}]

    def next_steps(self, topic: str) -> list[Message]:
        """What to do next, the end of an answer that was begun without it; empty when there is no answer."""
        found = self.bundle.answer(topic, self.language, self.country)
        if found is None:
            return []
        return [{**self._answer_message(topic, found, self._steps(found)), "sources": []}]

    def first_hours(self, topic: str, place: int) -> list[Message]:
        """What to do now and next, one thing at a time, for who cannot take in a page; empty when there is no answer.

        Args:
            place: which of the steps, from 0; beyond the last it is the last.
        """
        found = self.bundle.answer(topic, self.language, self.country)
        if found is None:
            return []
        steps = [*found.answer.first, *found.answer.next]
        place = min(place, len(steps) - 1)
        onward = [self.button("button_next_item", _first_hours(topic, place + 1))] if place + 1 < len(steps) else []
        text = f"**{self.bundle.title(topic, found.language)}** · {place + 1}/{len(steps)}\n\n{steps[place]}"
        message = self._answer_message(topic, found, text)
        buttons = [*onward, self.button("button_person", "/talk_to_human"), self.button("button_menu", "/help_menu")]
        return [*(self._notice(found) if place == 0 else ()), {**message, "buttons": buttons, "sources": []}]

    def answer_briefly(self, topic: str) -> list[Message]:
        """Only what to do now, for who asked to have it said more simply; empty when there is no answer."""
        found = self.bundle.answer(topic, self.language, self.country)
        if found is None:
            return []
        return [*self._notice(found), self._answer_message(topic, found, self._first_lines(found))]

    def contacts(self, contacts: Sequence[Contact], missing: Sequence[str] = (), *, urgent: bool = False) -> list[Message]:
        """Contact cards under a heading; embassies in a message of their own, after the warning for who fled their state.

        Args:
            missing: kinds that were looked for first and that the country lacks: that is said.
        """
        missions = [contact for contact in contacts if contact.kind in FOR_CITIZENS]
        others = [contact for contact in contacts if contact.kind not in FOR_CITIZENS]
        messages = []
        if others:
            messages.append(self._cards(others, [self._heading(missing)], urgent=urgent))
        if missions:
            headings = [] if urgent else [self._heading(() if others else missing)]
            if not any(is_here(contact, self._seeker()) for contact in missions) and self.nationality:
                headings = [self._text("utter_no_consulate")]
            warning = self.bundle.string("contact_consulate_warning", self.language)
            messages.append(self._cards(missions, [warning, *headings], urgent=urgent))
        return messages[::-1] if contacts and contacts[0].kind in FOR_CITIZENS else messages

    def _cards(self, contacts: Iterable[Contact], texts: Iterable[str], *, urgent: bool = False) -> Message:
        return self.message("\n\n".join(texts), contacts=[self.card(contact) for contact in contacts], urgent=urgent)

    def _heading(self, missing: Sequence[str]) -> str:
        if not missing:
            return self._text("utter_contacts")
        kinds = [self.bundle.string(f"kind_{kind}", self.language) for kind in missing]
        return self._text("utter_contacts_instead", kinds=", ".join(kinds))

    def _text(self, key: str, **values: object) -> str:
        return self.bundle.string(key, self.language, **{**self.names(), **values})

    def danger(self, kinds: Sequence[str] = ()) -> Message:
        """The numbers for somebody who may be in danger: emergency first, then `kinds` without embassies.

        Without a country there is no number that is right: the message says so and offers countries.
        """
        wanted = [kind for kind in dict.fromkeys([*DANGER_KINDS, *kinds]) if kind not in FOR_CITIZENS]
        found = self.find(wanted)
        if self.country and not found:
            found = self.find_nearest(wanted)
        if not found:
            return {**self.say("utter_danger_no_country", buttons=self.country_buttons()), "urgent": True}
        return self._cards(found, [self._text("utter_danger_first")], urgent=True)

    def danger_in_full(self, kinds: Sequence[str]) -> list[Message]:
        """The message of `danger`, who may help instead of a line that the country lacks, then the embassies among `kinds`."""
        first = self.danger(kinds)
        messages = [first]
        shown = {card["id"]: card["kind"] for card in first["contacts"]}
        missing = [kind for kind in kinds if kind in _LINES_IN_DANGER and kind not in shown.values()]
        instead = [contact for contact in self.find_nearest(missing) if contact.id not in shown] if missing and shown else []
        if instead:
            messages.append(self._cards(instead, [self._heading(missing)], urgent=True))
        missions = self.find([kind for kind in kinds if kind in FOR_CITIZENS])
        return [*messages, *self.contacts(missions, urgent=True)]

    def find(self, kinds: Sequence[str], limit_per_kind: int = 3) -> list[Contact]:
        """The contacts of these kinds for this person; see `safar.lookup.Lookup.find`."""
        return self.bundle.lookup.find(kinds, self._seeker(), limit_per_kind=limit_per_kind)

    def find_nearest(self, missing: Sequence[str]) -> list[Contact]:
        """The contacts that come nearest to kinds the country lacks."""
        return self.bundle.lookup.nearest_kinds(missing, self._seeker())

    def _seeker(self) -> Seeker:
        return Seeker(self.country, self.nationality, self.language, self.position)

    def with_numbers(self, key: str, kinds: Sequence[str] = (), **values: Any) -> list[Message]:
        """An interface string with the emergency numbers and `kinds` under it; without a country, the question for one."""
        numbers, said = self.danger(kinds), self.say(key, **values)
        return [{**numbers, "text": said["text"]}] if numbers["contacts"] else [said, numbers]

    def wait(self, seconds: float) -> str:
        """A length of time in the person's words, such as "14 hours": exact enough to plan with, and free of time zones."""
        return str(format_timedelta(timedelta(seconds=max(seconds, 60)), threshold=1.5, locale=self.language))

    def sources(self, topic: str) -> Message:
        """What an answer rests on, as text and as links."""
        found = self.bundle.answer(topic, self.language, self.country)
        if found is None:
            return self.say("utter_no_sources")
        lines = "\n".join(f"• {title}" for title, _ in found.answer.sources)
        heading = self.say("utter_sources")
        return {**heading, "text": f"{heading['text']}\n{lines}", "sources": self._links(found)}

    def notices(self, now: datetime) -> list[Message]:
        """What centres have to say to everyone in the person's country at this moment; empty without a country."""
        return [self._notice_of(notice) for notice in self.bundle.notices_for(self.country, now)]

    def _notice_of(self, notice: Mapping[str, Any]) -> Message:
        texts = notice["texts"]
        language = next(code for code in (*languages.fallbacks(self.language), *texts) if code in texts)
        heading = self.bundle.string("notice_heading", language)
        return self.message(f"**{heading}**\n{texts[language]}", language=language, urgent=True)

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
            buttons=self.after_answer_buttons(topic),
        )

    @staticmethod
    def _first_lines(found: FoundAnswer) -> str:
        return "\n".join(found.answer.first)

    def _points(self, found: FoundAnswer) -> list[str]:
        lines = [f"• {line}" for line in found.answer.know]
        return ["\n".join([f"**{self.bundle.string('answer_know', found.language)}**", *lines])] if lines else []

    def _steps(self, found: FoundAnswer) -> str:
        steps = (f"{number}. {line}" for number, line in enumerate(found.answer.next, start=1))
        return "\n".join([f"**{self.bundle.string('answer_next', found.language)}**", *steps])

    def _footer(self, found: FoundAnswer) -> str:
        string = partial(self.bundle.string, language=found.language)
        footer = string("answer_checked", date=local_date(found.answer.checked_on, found.language))
        if not found.answer.reviewed and found.language != languages.DEFAULT:
            footer += "\n" + string("answer_unreviewed")
        return footer

    @staticmethod
    def _links(found: FoundAnswer) -> list[dict[str, str]]:
        return [{"title": title, "url": url} for title, url in found.answer.sources]

    # --- contact cards ---

    def card(self, contact: Contact) -> dict[str, Any]:
        """A contact as the person sees it, with "open now" for this moment; see `safar.cards`."""
        moment = datetime.now(timezone.utc)
        return CardWriter(self.bundle, self.language, self.country, self.nationality, self.position, moment).card(contact)

    @property
    def position(self) -> Position | None:
        """The middle of the person's city, when that is known."""
        return position_of(self.country, self.city) if self.city else None

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

    def after_answer_buttons(self, topic: str) -> list[Button]:
        """What a person can do after an answer: what the topic offers, a person, a verdict, the menu."""
        known = catalogue().topics.get(topic)
        return [
            *([self.button("button_first_hours", _first_hours(topic, 0))] if known and known.urgent else ()),
            *(self._offer(name) for name in (known.offers if known else ())),
            *self._complaint_buttons(topic),
            self.button("button_person", "/talk_to_human"),
            self.button("button_good", "/feedback_good"),
            self.button("button_bad", "/feedback_bad"),
            self.button("button_menu", "/help_menu"),
        ]

    def _offer(self, name: str) -> Button:
        if name.startswith("list_"):
            return self.button(name, f'/checklist{{"step":"{name.removeprefix("list_")}"}}')
        return self.button(f"button_{name}", f"/{name}")

    def after_report_buttons(self) -> list[Button]:
        return [self.button("button_person", "/talk_to_human"), self.button("button_menu", "/help_menu")]

    def _complaint_buttons(self, topic: str) -> list[Button]:
        """A letter and a sum, where an answer makes people ask for them."""
        letter = self.button("button_complaint", f'/complaint{{"complaint_step":"start","complaint_part":"{topic}"}}')
        sums = self.button("button_sum", '/complaint{"complaint_step":"sums"}')
        return [*([letter] if topic in LETTERS else []), *([sums] if topic in SUMS_AFTER else [])]

    def language_buttons(self) -> list[Button]:
        return [
            {"title": entry.name, "payload": f'/change_language{{"language":"{code}"}}'}
            for code, entry in languages.languages().items()
        ]

    def country_buttons(self, countries: Sequence[str] = ()) -> list[Button]:
        """These countries, or else the likely ones, named in the person's language."""
        return [
            {"title": languages.country_name(code, self.language), "payload": f'/change_country{{"country":"{code}"}}'}
            for code in countries or self.likely_countries()
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

    def names(self) -> dict[str, str]:
        """The language and, as far as known, the countries of the person, in their words."""
        names = {"language_name": languages.language_name(self.language, self.language)}
        if self.country:
            names["country_name"] = languages.country_name(self.country, self.language)
        city = find_city(self.country, self.city) if self.city else None
        if city:
            names["city_name"] = city_name(city, self.language)
        if self.nationality:
            names["nationality_name"] = languages.country_name(self.nationality, self.language)
        return names


def _first_hours(topic: str, place: int) -> str:
    return f'/checklist{{"step":"hours:{topic}/{place}"}}'


def as_plain_text(message: Message) -> str:
    """A message as text alone, for channels that show nothing else: contacts and their numbers go below the text."""
    lines = [message["text"].replace("**", "")]
    for card in message["contacts"]:
        lines += ["", *card_lines(card)]
    return "\n".join(lines)


def _library_contact(name: str) -> Contact | None:
    country, _, rest = name.partition("-")
    return library_emergency(country.upper()) if rest == "emergency-library" else None
