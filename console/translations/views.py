"""The translators' table: languages by answers, each cell with its state and the way to mend it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from console.content.models import Answer
from console.translations import services
from console.translations.services import TO_DO, Cell, Row, State
from safar.languages import DEFAULT, language_name, languages

_may_translate = permission_required("content.change_answer", login_url="wagtailadmin_login")


@_may_translate
@require_GET
def translation_table(request: HttpRequest) -> HttpResponse:
    """`?language=ne` shows one language; `?state=outdated` only the answers that have a text in that state."""
    language = request.GET.get("language") if request.GET.get("language") in languages() else None
    wanted = next((state for state in State if state.value == request.GET.get("state")), None)
    rows = services.table([language] if language else None)
    counts = services.summary(rows)
    shown = [row for row in rows if wanted is None or any(cell.state is wanted for cell in row.cells)]
    codes = [cell.language for cell in rows[0].cells] if rows else []
    context = {
        "codes": [{"code": code, "name": language_name(code, DEFAULT)} for code in codes],
        "rows": [_row(row) for row in shown],
        "totals": [{"state": state.value, "counts": [counts[code][state] for code in codes]} for state in State],
        "languages": [{"code": code, "name": language_name(code, DEFAULT)} for code in languages() if code != DEFAULT],
        "states": [state.value for state in State],
        "language": language or "",
        "state": wanted.value if wanted else "",
        "to_do": sum(counts[code][state] for code in codes for state in TO_DO),
    }
    return render(request, "translations/table.html", context)


def _row(row: Row) -> dict[str, Any]:
    return {
        "topic": row.topic,
        "country": row.country,
        "urgent": row.urgent,
        "english": row.english,
        "english_url": _edit_url(row.english) if row.english else "",
        "cells": [_cell(cell) for cell in row.cells],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "language": cell.language,
        "state": cell.state.value,
        "css": cell.state.name.lower(),
        "url": _edit_url(cell.answer) if cell.answer else "",
        "needed": cell.state is not State.NOT_NEEDED,
        "made_from": cell.made_from,
    }


def _edit_url(answer: Answer) -> str:
    return reverse(answer.snippet_viewset.get_url_name("edit"), args=[answer.pk])


@_may_translate
@require_POST
def begin(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """Make the draft of a translation and open it."""
    english = get_object_or_404(Answer, pk=pk, locale__language_code=DEFAULT)
    if language not in languages() or language == DEFAULT:
        messages.error(request, f"'{language}' is no language of Safar.")
        return redirect("translations:table")
    draft = services.begin_translation(english=english, language=language, by=request.user)
    return redirect(_edit_url(draft))


@_may_translate
@require_POST
def needed(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """Mark a translation as not needed (`needed=0`) or needed again."""
    english = get_object_or_404(Answer, pk=pk, locale__language_code=DEFAULT)
    services.mark_needed(
        topic=english.topic, country=english.country, language=language, needed=request.POST.get("needed") != "0"
    )
    return redirect(f"{reverse('translations:table')}?language={language}")
