"""Recognises the country and city a person is in and the country they come from, by the places named in a message."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_NAME_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from components.gazetteer import CITY as CITY_KIND
from components.gazetteer import NAME, PEOPLE, Gazetteer, Mention, Place
from safar.languages import languages

COUNTRY, NATIONALITY, CITY = "country", "nationality", "city"
WHICH = "which"  # countries that an ambiguous name can mean


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class PlaceRecogniser(GraphComponent, EntityExtractorMixin):
    """Sets the entities `country`, `nationality` (ISO 3166) and `city`, from which Rasa fills the slots of those names.

    What the message says wins over what the channel knows already (`metadata.country` and so on).
    """

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> PlaceRecogniser:
        return cls(Gazetteer())

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            metadata = message.get("metadata")
            known = metadata if isinstance(metadata, dict) else {}
            intent = (message.get(INTENT) or {}).get(INTENT_NAME_KEY)
            home = known.get(NATIONALITY) or self._usual_nationality(message)
            language = (message.get("language") or {}).get("name")
            words, mentions = self._gazetteer.mentions(message.get(TEXT) or "", language)
            found = self._recognised(words, mentions, home, intent, known.get(COUNTRY))
            values = {name: found.get(name) or known.get(name) for name in (COUNTRY, NATIONALITY, CITY)}
            entities = [{"entity": name, "value": value, "start": 0, "end": 0} for name, value in values.items() if value]
            message.set("places", found, add_to_output=True)
            message.set("beside_places", _beside(words, mentions), add_to_output=True)
            message.set(ENTITIES, message.get(ENTITIES, []) + self.add_extractor_name(entities), add_to_output=True)
        return messages

    @staticmethod
    def _usual_nationality(message: Message) -> str | None:
        entry = languages().get((message.get("language") or {}).get("name") or "")
        return entry.nationality if entry else None

    def recognise(
        self,
        text: str,
        home: str | None = None,
        intent: str | None = None,
        language: str | None = None,
        host: str | None = None,
    ) -> dict[str, Any]:
        """The places a message gives for the person: `country` and `city` (where they are or go) and `nationality`.

        A name that can mean several countries, and that nothing else decides, gives none of them but `which`.

        Args:
            home: the country the person comes from, as far as known: it is not taken for the host country unless the
                message says so, and beside it another country is the host, even in "from Malaysia back to Nepal".
            host: the country they are in, as far as known: it decides what an ambiguous name means.
        """
        words, mentions = self._gazetteer.mentions(text, language)
        return self._recognised(words, mentions, home, intent, host)

    def _recognised(
        self, words: list[str], mentions: list[Mention], home: str | None, intent: str | None, host: str | None
    ) -> dict[str, Any]:
        asked = intent == "change_country"
        mentions = [mention for mention in mentions if self._counts(words, mention, asked=asked)]
        certain = {mention.place.countries[0] for mention in mentions if len(mention.place.countries) == 1}
        context = certain | {code for code in (host, home) if code}
        meant = {mention: _meant(mention, context) for mention in mentions}
        named = {country for country in meant.values() if country}
        found, unmarked = self._marked(words, meant, home)
        for country in unmarked:
            if country == home and len(named) > 1:
                found.setdefault(NATIONALITY, country)
            elif country not in (home, found.get(NATIONALITY)) or (asked and len(named) == 1):
                found.setdefault(COUNTRY, country)
        if COUNTRY in found:
            found.pop(WHICH, None)
        return found

    def _marked(self, words: list[str], meant: dict[Mention, str | None], home: str | None) -> tuple[dict[str, Any], list[str]]:
        """What the words beside the names tell, and the countries beside which no word tells anything."""
        named = {country for country in meant.values() if country}
        found: dict[str, Any] = {}
        unmarked = []
        for mention, country in meant.items():
            role = self._role(words, mention)
            if country is None:
                found.setdefault(WHICH, list(mention.place.countries))
            elif role is None:
                unmarked.append(country)
            elif role == NATIONALITY and not mention.place.is_certain and (home not in (None, country) or len(named) > 1):
                continue  # "a boat from Obock", "from Cairo to Sudan": where a way began, not the person
            elif role == NATIONALITY and not (home in named and country != home):
                found.setdefault(NATIONALITY, country)
            elif found.setdefault(COUNTRY, country) == country and mention.place.city:
                found.setdefault(CITY, mention.place.city)
        return found, unmarked

    def named(self, text: str, language: str | None = None) -> list[tuple[str, Place]]:
        """The names in a message that count as places, as they stand there, and what they stand for."""
        words, mentions = self._gazetteer.mentions(text, language)
        counted = (mention for mention in mentions if self._counts(words, mention, asked=False))
        return [(" ".join(words[mention.start : mention.end]), mention.place) for mention in counted]

    def beside(self, text: str, language: str | None = None) -> str | None:
        """The words of a message that name no place; None when it names none. Actions tell by it that there is only a place."""
        return _beside(*self._gazetteer.mentions(text, language))

    def _counts(self, words: list[str], mention: Mention, *, asked: bool) -> bool:
        """Whether a mention is meant as a place: of a name that is also an everyday word only with a marker, or alone."""
        if mention.place.is_certain or asked or mention.end - mention.start == len(words):
            return True
        if mention.affixes and not mention.affixes & self._gazetteer.markers:
            return False  # "and", "the", "like" written onto it: so begins many an everyday word
        return any(self._markers(words, mention))

    def _markers(self, words: list[str], mention: Mention) -> tuple[bool, bool]:
        """Whether words or endings beside a mention say "from" and "in"; "from" wins in "galing sa" ("from in")."""
        gazetteer = self._gazetteer
        # "galing po ako sa Nepal" is read as "galing sa Nepal".
        leading = [word for word in words[max(mention.start - 5, 0) : mention.start] if word not in gazetteer.between]
        before = {" ".join(leading[-n:]) for n in (1, 2)}
        after = {" ".join(words[mention.end : mention.end + n]) for n in (1, 2)} | mention.affixes
        from_here = bool(before & gazetteer.origin or after & gazetteer.origin_after)
        in_here = bool((before | mention.affixes) & gazetteer.host or after & gazetteer.host_after)
        return from_here, in_here

    def _role(self, words: list[str], mention: Mention) -> str | None:
        near = set(words[max(mention.start - 3, 0) : mention.end + 2])
        from_here, in_here = self._markers(words, mention)
        if mention.place.kind == PEOPLE:
            return NATIONALITY
        if near & self._gazetteer.mission and mention.place.kind == NAME:
            # "the embassy of Nepal in Qatar": the one with "in" is the host.
            return COUNTRY if in_here else NATIONALITY
        if from_here:
            return NATIONALITY
        return COUNTRY if mention.place.kind == CITY_KIND or in_here else None

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> PlaceRecogniser:
        return cls.create(config, model_storage, resource, execution_context)


def _beside(words: list[str], mentions: list[Mention]) -> str | None:
    named = {position for mention in mentions for position in range(mention.start, mention.end)}
    return " ".join(word for position, word in enumerate(words) if position not in named) if mentions else None


def _meant(mention: Mention, context: set[str]) -> str | None:
    """The country a mention means: the only one, the one that something else tells, or None."""
    choices = mention.place.countries
    if len(choices) == 1:
        return choices[0]
    told = [country for country in choices if country in context]
    return told[0] if len(told) == 1 else None
