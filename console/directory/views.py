"""The directory's own screens: what is to be done, the call that verifies an entry, the map."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from console.directory import services
from console.directory.models import Contact, ContactQuerySet, Task
from console.directory.plot import plot
from console.directory.viewsets import country_choices, may_keep_all
from safar.languages import country_name, language_name
from safar.phone_numbers import dial
from safar.topics import KINDS

_PER_PAGE = 50
_ROW_NUMBER = re.compile("[0-9]{1,9}")  # what every database can hold; isdigit() takes ² as well, which int() refuses
_may_change = permission_required("directory.change_contact", login_url="wagtailadmin_login")


@_may_change
@require_GET
def task_list(request: HttpRequest) -> HttpResponse:
    """What the user's centres have to do: numbers that people say do not work, then entries to check again.

    `?country=QA` narrows it; `?centre=` does for who keeps all entries.
    """
    mine = _narrowed(request, Contact.objects.editable_by(request.user))
    reported = Task.objects.open().filter(contact__in=mine)
    if may_keep_all(request.user) and not request.GET.get("centre"):
        country = request.GET.get("country")
        orphans = Q(contact=None, country=country) if country else Q(contact=None)
        reported = Task.objects.open().filter(Q(contact__in=mine) | orphans)
    due = mine.due(timezone.now().date()).exclude(phones="", text_channels="").select_related("centre")
    ordered = sorted(due, key=lambda row: (row.confidence == "low", KINDS.index(row.kind), row.checked_on, row.country))
    page = Paginator(ordered, _PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "tasks": [
            {"task": task, "country_name": country_name(task.country, "en")} for task in reported.select_related("contact")
        ],
        "page": page,
        "rows": [_entry(row) for row in page],
        "countries": country_choices(),
        "country": request.GET.get("country", ""),
        "centres": list(request.user.centres.all()),  # type: ignore[union-attr]
        "keeps_all": may_keep_all(request.user),
    }
    return render(request, "directory/tasks.html", context)


def _narrowed(request: HttpRequest, rows: ContactQuerySet) -> ContactQuerySet:
    if request.GET.get("country"):
        rows = rows.filter(country=request.GET["country"])
    if _ROW_NUMBER.fullmatch(request.GET.get("centre", "")):
        rows = rows.filter(centre=int(request.GET["centre"]))
    return rows


def _entry(row: Contact) -> dict[str, Any]:
    numbers = [dict(zip(("label", "href"), dial(number, None), strict=True)) for number in row.phones.split(";") if number]
    return {
        "contact": row,
        "numbers": numbers,
        "country_name": country_name(row.country, "en"),
        "languages": ", ".join(language_name(code, "en") for code in row.languages.split(";") if code),
    }


@_may_change
@require_http_methods(["GET", "POST"])
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """The numbers to call; a POST says that the call reached them."""
    row = get_object_or_404(Contact.objects.editable_by(request.user), pk=pk)
    if request.method == "GET":
        return render(request, "directory/call.html", {**_entry(row), "tasks": row.tasks.open()})  # type: ignore[attr-defined]
    services.verify(contact=row, by=request.user, now=timezone.now())  # type: ignore[arg-type]
    messages.success(request, f"{row.name}: checked today.")
    return redirect(request.POST.get("next") or "directory:tasks") if _is_own(request) else redirect("directory:tasks")


def _is_own(request: HttpRequest) -> bool:
    return request.POST.get("next", "/console/").startswith("/console/")


@_may_change
@require_POST
def close_task(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody called a national number that has no entry: it works."""
    if not may_keep_all(request.user):
        return redirect("directory:tasks")
    task = get_object_or_404(Task.objects.filter(contact=None), pk=pk)
    services.close_task(task=task, outcome=Task.Outcome.WORKS, by=request.user, now=timezone.now())  # type: ignore[arg-type]
    messages.success(request, f"{task.name or task.numbers}: done.")
    return redirect("directory:tasks")


@_may_change
@require_GET
def contact_map(request: HttpRequest) -> HttpResponse:
    """Where entries are: of one country all, of the world those that people see. A dot far from the others is wrong."""
    country = request.GET.get("country", "")
    rows = Contact.objects.exclude(latitude=None).exclude(longitude=None)
    shown = rows.filter(country=country) if country else rows.exclude(confidence="low")
    context = {
        "plot": plot(list(shown), timezone.now().date(), by_country=not country),
        "country": country,
        "countries": country_choices(),
        "country_name": country_name(country, "en") if country else "",
        "without": (Contact.objects.filter(country=country) if country else Contact.objects.all()).filter(latitude=None).count(),
    }
    return render(request, "directory/map.html", context)
