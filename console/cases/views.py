"""The operators' screens: the queue, a case with its conversation, and what an operator can do."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from bot.letters import PDF_TYPE, as_pdf, file_name, letters_of
from bot.models import Message
from console.cases import services
from console.cases.models import Case
from safar.languages import country_name, language_name

_may_see = permission_required("cases.view_case", login_url="wagtailadmin_login")
_may_act = permission_required("cases.change_case", login_url="wagtailadmin_login")


@_may_see
@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    """Open cases, danger first; `?closed=1` shows the closed ones, newest first."""
    closed = request.GET.get("closed") == "1"
    rows = Case.objects.select_related("conversation", "operator")
    shown = rows.filter(status=Case.Status.CLOSED).order_by("-closed_at") if closed else rows.open().most_urgent_first()
    table = [{"case": case, **_names(case)} for case in shown[:200]]
    return render(request, "cases/list.html", {"rows": table, "closed": closed})


@_may_see
@require_GET
def case_detail(request: HttpRequest, pk: int) -> HttpResponse:
    case = get_object_or_404(Case.objects.select_related("conversation__operator", "operator", "letter"), pk=pk)
    transcript = [_entry(message) for message in case.conversation.messages.all()]
    context = {
        "case": case,
        **_names(case),
        "transcript": transcript,
        "last_seen": transcript[-1]["id"] if transcript else 0,
        "events": case.events.select_related("by"),
        "letters": letters_of(case.letter) if case.letter else [],
        "held_by": case.held_by,
        "held_by_me": case.held_by == request.user,
        "may_end": case.may_be_ended_by(request.user),
        "is_open": case.status != Case.Status.CLOSED,
    }
    return render(request, "cases/detail.html", context)


@_may_see
@require_GET
def case_letter(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The letter that the person has sent with a case, in one of its languages."""
    case = get_object_or_404(Case.objects.select_related("letter"), pk=pk)
    letters = letters_of(case.letter) if case.letter else []
    if number >= len(letters):
        raise Http404
    name = f'attachment; filename="{case.reference}-{file_name(letters[number])}"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return HttpResponse(as_pdf(letters[number]), content_type=PDF_TYPE, headers=headers)


@_may_see
@require_GET
def case_messages(request: HttpRequest, pk: int) -> JsonResponse:
    """Messages after `?after=`, for the open screen to fetch."""
    case = get_object_or_404(Case.objects.select_related("conversation"), pk=pk)
    after = request.GET.get("after", "0")
    newer = case.conversation.messages.filter(pk__gt=int(after) if after.isdecimal() else 0)
    return JsonResponse({"messages": [_entry(message) for message in newer], "status": case.get_status_display()})


@_may_act
@require_POST
def case_action(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Take over, reply, hand back, close. What cannot be done is said on the screen and changes nothing."""
    case = get_object_or_404(Case, pk=pk)
    now, operator = timezone.now(), request.user
    try:
        if action == "take":
            services.take(case=case, by=operator, now=now)  # type: ignore[arg-type]
        elif action == "reply":
            services.reply(case=case, text=request.POST.get("text", ""), by=operator, now=now)  # type: ignore[arg-type]
        else:
            seen = request.POST.get("seen", "")
            services.hand_back(
                case=case,
                by=operator,  # type: ignore[arg-type]
                close=action == "close",
                now=now,
                seen=int(seen) if seen.isdecimal() else None,
            )
    except services.CaseClosed:
        messages.error(request, "This case was closed meanwhile. Nothing was changed.")
    except services.HeldByAnother as error:
        messages.error(request, _not_yours(error))
    except ValueError as error:
        messages.error(request, str(error))
    return redirect("cases:detail", pk=pk)


def _not_yours(error: services.HeldByAnother) -> str:
    if error.holder is None:
        return "You do not hold this conversation. Take it over first."
    holder = error.holder
    return f"{holder} is talking with this person. Nothing was changed. Ask {holder} to hand the conversation back first."


def _names(case: Case) -> dict[str, str]:
    return {
        "language_name": language_name(case.conversation.language, "en"),
        "country_name": country_name(case.conversation.country, "en") if case.conversation.country else "",
        "nationality_name": country_name(case.conversation.nationality, "en") if case.conversation.nationality else "",
    }


def _entry(message: Message) -> dict[str, Any]:
    """A message for the screen, with what the assistant understood of it."""
    understood = message.understood or {}
    return {
        "id": message.pk,
        "author": message.author,
        "text": message.text.replace("**", ""),
        "language": message.body.get("language", ""),
        "at": message.at.strftime("%Y-%m-%d %H:%M"),
        "contacts": [
            {"name": card["name"], "phones": ", ".join(phone["label"] for phone in card["phones"])}
            for card in message.body.get("contacts", [])
        ],
        "topic": understood.get("topic") or "",
        "confidence": f"{understood['confidence']:.0%}" if understood.get("confidence") else "",
        "urgent": bool(understood.get("urgent")),
        "evidence": ", ".join(understood.get("evidence") or []),
    }
