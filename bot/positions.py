"""A position that a person shares becomes a country and a town; see docs/decisions/0022-positions.md."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.db import transaction

from bot import services
from bot.bundles import composer_for
from bot.models import Conversation
from bot.services import Incoming
from console.cases.models import Case
from safar.geography import Position
from safar.languages import country_name
from safar.places import city_name, country_at, nearest_city
from safar.replies import Message as Reply


@dataclass(frozen=True)
class TakenPosition:
    """What a shared position turned into.

    Attributes:
        incoming: the message for the assistant; its text is what is kept in the conversation.
        notice: tells the person their position for the rescuers.
        is_kept: the position itself is in the text, because a case of danger is open; then the notice is said.
    """

    incoming: Incoming
    notice: Reply
    is_kept: bool


@transaction.atomic
def take(*, conversation: Conversation, position: Position, client_id: str) -> TakenPosition:
    """Remember country and nearest town at once: the numbers must be right even if the assistant is away."""
    country = country_at(position)
    city = nearest_city(position, country) if country else None
    services.change_profile(conversation=conversation, country=country, city=city.name if city else None)
    named = [city_name(city, conversation.language)] if city else []
    named += [country_name(country, conversation.language)] if country else []
    is_repeated = bool(client_id) and conversation.messages.filter(client_id=client_id).exists()
    in_danger = Case.objects.filter(conversation=conversation, priority=Case.Priority.URGENT).exclude(status=Case.Status.CLOSED)
    is_kept = in_danger.exists() and not is_repeated
    coordinates = f"{position[0]:.5f}, {position[1]:.5f}"
    text = " ".join(part for part in ("📍", ", ".join(named), f"({coordinates})" if is_kept else "") if part)
    given = {"source": "position", "country": country, "city": city.name if city else None}
    payload = json.dumps({name: value for name, value in given.items() if value}, ensure_ascii=False)
    notice = composer_for(conversation).say("notice_position_kept", position=f"\u2068{coordinates}\u2069")
    return TakenPosition(Incoming(text, f"/change_country{payload}", client_id), notice, is_kept)
