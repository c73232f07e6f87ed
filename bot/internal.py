"""What the action server asks of the web process: cases, lists, letters, what is known about a person, feedback."""

from __future__ import annotations

import hmac
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, NinjaAPI, Schema
from ninja.errors import HttpError
from ninja.security import HttpBearer

from bot import services
from bot.lists import change_lists
from bot.models import Conversation
from console.cases.models import Case
from console.cases.services import delete_letters, open_case
from console.cases.waiting import duty
from safar.languages import languages
from safar.settings import settings
from safar.topics import catalogue

MAX_EVIDENCE = 20


class InternalToken(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> str | None:
        return token if hmac.compare_digest(token.encode(), settings().internal_token.encode()) else None


internal = NinjaAPI(
    title="Safar internal", version="1", urls_namespace="internal", docs_url=None, openapi_url=None, auth=InternalToken()
)


class NewCase(Schema):
    conversation: UUID
    reason: str
    topic: str | None = None
    urgent: bool = False
    evidence: list[str] = []
    about: str = Field("", max_length=32)


class ListChange(Schema):
    """At most one of `tick`, `untick` and `remind`; `remind` is a list, or an empty text to end reminders."""

    conversation: UUID
    tick: str = ""
    untick: str = ""
    remind: str | None = None


class Whose(Schema):
    conversation: UUID


class Verdict(Schema):
    topic: str
    language: str
    helped: bool


async def _conversation(identity: UUID) -> Conversation:
    conversation = await Conversation.objects.filter(pk=identity).afirst()
    if conversation is None:
        raise HttpError(404, "no such conversation")
    return conversation


@internal.post("/cases", response=dict)
async def create_case(request: HttpRequest, wanted: NewCase) -> dict[str, Any]:
    """Open a case, and tell when somebody will answer."""
    if wanted.reason not in Case.Reason.values:
        raise HttpError(422, f"reason must be one of {', '.join(Case.Reason.values)}")
    conversation = await _conversation(wanted.conversation)
    case, is_new = await sync_to_async(open_case)(
        conversation=conversation,
        reason=wanted.reason,
        topic=wanted.topic,
        urgent=wanted.urgent,
        evidence=wanted.evidence[:MAX_EVIDENCE],
        now=timezone.now(),
        about=wanted.about,
    )
    there = await sync_to_async(duty)(conversation.country, timezone.now())
    known = {"is_on_duty": there.is_open, "wait_s": there.wait.total_seconds()} if there else {}
    return {"reference": case.reference, "is_new": is_new, **known}


@internal.post("/lists", response=dict)
async def lists(request: HttpRequest, wanted: ListChange) -> dict[str, Any]:
    """What is ticked, after a change when one is asked for."""
    return await sync_to_async(change_lists)(
        conversation=await _conversation(wanted.conversation),
        now=timezone.now(),
        tick=wanted.tick,
        untick=wanted.untick,
        remind=wanted.remind,
    )


@internal.post("/letters/delete", response=dict)
async def no_letters(request: HttpRequest, wanted: Whose) -> dict[str, Any]:
    """Delete the letters of a complaint that the person deleted."""
    await sync_to_async(delete_letters)(conversation=await _conversation(wanted.conversation), now=timezone.now())
    await sync_to_async(services.empty_write_ahead_log)()
    return {}


@internal.post("/known", response=dict)
async def known(request: HttpRequest, wanted: Whose) -> dict[str, Any]:
    """What is kept about a person."""
    return await sync_to_async(services.known_about)(conversation=await _conversation(wanted.conversation))


@internal.post("/feedback", response=dict)
async def feedback(request: HttpRequest, wanted: Verdict) -> dict[str, Any]:
    """Count a verdict on an answer; who gave it is not told and not kept."""
    if wanted.topic not in catalogue().topics or wanted.language not in languages():
        raise HttpError(422, "no such topic or language")
    await sync_to_async(services.count_feedback)(
        topic=wanted.topic, language=wanted.language, helped=wanted.helped, now=timezone.now()
    )
    return {}
