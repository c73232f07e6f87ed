"""Import in the console: a file, a preview of every change, then a yes."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from console.directory import exchange, services
from console.directory.models import Upload
from safar.directory import COLUMNS
from safar.errors import ContentError
from safar.languages import countries, country_name

_MAX_BYTES = 5_000_000
_KEEP = timedelta(days=1)
_may_add = permission_required(("directory.add_contact", "directory.change_contact"), login_url="wagtailadmin_login")


def _countries() -> list[tuple[str, str]]:
    named = sorted(((code, country_name(code, "en")) for code in countries()), key=lambda pair: pair[1])
    return [("", "Choose"), *named]


class UploadForm(forms.Form):
    country = forms.ChoiceField(choices=_countries, help_text="Rows of any other country are refused.")
    file = forms.FileField(help_text="CSV, Excel (.xlsx) or HSDS (.json).")

    def clean(self) -> dict[str, object]:
        """Adds `rows`, or says what is wrong with the file."""
        values: dict[str, object] = super().clean() or {}
        file = self.cleaned_data.get("file")
        if file is None:
            return values
        if file.size > _MAX_BYTES:
            self.add_error("file", f"The file is larger than {_MAX_BYTES // 1_000_000} MB. Divide it by country.")
            return values
        try:
            values["rows"] = exchange.read_file(file.name, file.read())
        except ContentError as error:
            self.add_error("file", str(error))
        return values


@_may_add
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    if not exchange.may_add(request.user):  # type: ignore[arg-type]
        messages.error(request, "You belong to no centre yet. Ask an administrator to add you to one.")
    elif request.method == "POST" and form.is_valid():
        now = timezone.now()
        Upload.objects.filter(at__lt=now - _KEEP).delete()
        made = Upload.objects.create(
            name=form.cleaned_data["file"].name[:200],
            country=form.cleaned_data["country"],
            rows=form.cleaned_data["rows"],
            by=request.user,  # type: ignore[misc]
            at=now,
        )
        return redirect("directory:preview", pk=made.pk)
    return render(request, "directory/import.html", {"form": form, "columns": COLUMNS})


@_may_add
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Every change that the file would make; a POST with the preview's digest makes them."""
    waiting = get_object_or_404(Upload.objects.filter(by=request.user), pk=pk)  # type: ignore[misc]
    changes = exchange.preview(waiting.rows, country=waiting.country, user=waiting.by)
    digest = exchange.digest(changes)
    counts = Counter(change.state for change in changes)
    if request.method == "POST" and request.POST.get("digest") == digest:
        services.import_changes(upload=waiting, changes=changes, by=waiting.by)
        messages.success(request, f"Imported: {counts['new']} new, {counts['changed']} changed.")
        return redirect("wagtailsnippets_directory_contact:list")
    if request.method == "POST":
        messages.error(request, "The directory has changed since this preview. Nothing was written; look at it again.")
    context = {
        "upload": waiting,
        "country_name": country_name(waiting.country, "en"),
        "changes": [change for change in changes if change.state != "same"],
        "counts": {state: counts[state] for state in ("new", "changed", "same", "wrong")},
        "digest": digest,
        "writes": counts["new"] + counts["changed"],
    }
    return render(request, "directory/preview.html", context)
