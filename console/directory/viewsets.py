"""The directory in Wagtail: list, filters, form, history and spreadsheets are Wagtail's own."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets.button import Button
from wagtail.snippets.views.snippets import EditView, IndexView, SnippetViewSet, SnippetViewSetGroup

from console.directory.models import KEEP_ALL, Centre, Contact, ContactQuerySet
from safar.directory import COLUMNS
from safar.languages import country_name

# What Wagtail's own export to CSV and XLSX writes: the columns of data/directory/, so that import takes it back.
_EXPORTED = ["identifier" if name == "id" else name for name in COLUMNS]


def country_choices() -> list[tuple[str, str]]:
    """The countries that have entries, by their English name."""
    codes = Contact.objects.order_by().values_list("country", flat=True).distinct()
    return sorted(((code, country_name(code, "en")) for code in codes), key=lambda pair: pair[1])


class ContactFilters(WagtailFilterSet):
    country = django_filters.ChoiceFilter(choices=country_choices, label=_("Country"))
    serves = django_filters.CharFilter(lookup_expr="contains", label=_("Serves citizens of (NP)"))
    has_number = django_filters.BooleanFilter(method="with_number", label=_("Has a number"))
    due = django_filters.BooleanFilter(method="only_due", label=_("To be checked again"))

    class Meta:
        model = Contact
        fields = ["country", "kind", "serves", "centre", "confidence", "free"]

    def only_due(self, rows: ContactQuerySet, name: str, value: bool) -> QuerySet[Contact]:
        due = rows.due(timezone.now().date())
        return due if value else rows.exclude(pk__in=due.values("pk"))

    def with_number(self, rows: ContactQuerySet, name: str, value: bool) -> QuerySet[Contact]:
        return rows.exclude(phones="") if value else rows.filter(phones="")


class ContactIndexView(IndexView):
    def get_edit_url(self, instance: Contact) -> str | None:
        """No link to a form that would refuse."""
        editable = self.permission_policy.user_has_permission_for_instance(self.request.user, "change", instance)
        return super().get_edit_url(instance) if editable else None


class ContactEditView(EditView):
    @cached_property
    def header_more_buttons(self) -> list[Button]:
        address = reverse("directory:call", args=[self.object.pk])
        return [Button(_("I called it today"), url=address, icon_name="check", priority=5), *super().header_more_buttons]


class CheckedColumn(Column):
    """The day of the last check, with a word when that is too long ago."""

    def get_value(self, instance: Contact) -> str:
        fresh = instance.as_shared().is_fresh(date.today())
        return instance.checked_on if fresh else f"{instance.checked_on or 'never'} · check again"


class ContactViewSet(SnippetViewSet):
    model = Contact
    icon = "mobile-alt"
    menu_label = "Entries"
    list_display = ["name", "country", "kind", "phones", "centre", "confidence", CheckedColumn("checked_on", label="Checked")]
    list_per_page = 50
    list_export = _EXPORTED
    export_headings = {"identifier": "id", **{name: name for name in COLUMNS if name != "id"}}
    export_filename = "directory"
    filterset_class = ContactFilters
    # Plain SQL: entries come by thousands from files, past the signals that keep a search index.
    search_backend_name = None
    search_fields = ["name", "name_local", "phones", "city", "identifier"]
    inspect_view_enabled = True
    index_view_class = ContactIndexView
    edit_view_class = ContactEditView


class CentreViewSet(SnippetViewSet):
    model = Centre
    icon = "group"
    menu_label = "Centres"


class ScreenItem(MenuItem):
    """A screen of the directory for everybody who may see its entries."""

    def __init__(self, label: str, name: str, icon: str, order: int) -> None:
        super().__init__(label, reverse(f"directory:{name}"), name=f"directory-{name}", icon_name=icon, order=order)

    def is_shown(self, request: Any) -> bool:
        return bool(request.user.has_perm("directory.change_contact"))


class DirectoryGroup(SnippetViewSetGroup):
    items = (ContactViewSet, CentreViewSet)
    menu_label = "Directory"
    menu_name = "directory"
    menu_icon = "mobile-alt"
    menu_order = 110

    def get_submenu_items(self) -> list[MenuItem]:
        return [
            ScreenItem("To do", "tasks", "tasks", 1),
            *super().get_submenu_items(),
            ScreenItem("Map", "map", "site", 300),
            ScreenItem("Import", "import", "upload", 310),
        ]


def may_keep_all(user: Any) -> bool:
    return bool(user.has_perm(KEEP_ALL))
