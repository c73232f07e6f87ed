"""The directory in Wagtail's menu."""

from __future__ import annotations

from wagtail.admin.filters import WagtailFilterSet
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from console.directory.models import Contact


class ContactFilters(WagtailFilterSet):
    class Meta:
        model = Contact
        fields = ["country", "kind", "confidence"]


class ContactViewSet(SnippetViewSet):
    model = Contact
    icon = "mobile-alt"
    menu_label = "Directory"
    menu_name = "directory"
    menu_order = 110
    add_to_admin_menu = True
    list_display = ["name", "country", "kind", "phones", "confidence", "checked_on"]
    list_per_page = 50
    filterset_class = ContactFilters
    search_fields = ["name", "phones", "city"]


register_snippet(ContactViewSet)
