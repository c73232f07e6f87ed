"""The answers in Wagtail's menu."""

from __future__ import annotations

from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BooleanColumn, Column, UpdatedAtColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from console.content.models import Answer


class AnswerFilters(WagtailFilterSet):
    class Meta:
        model = Answer
        fields = ["topic", "country", "reviewed", "live"]


class AnswerViewSet(SnippetViewSet):
    model = Answer
    icon = "doc-full"
    menu_label = "Answers"
    menu_name = "answers"
    menu_order = 100
    add_to_admin_menu = True
    list_display = ["title", "topic", "country", Column("locale", label="Language"), BooleanColumn("reviewed"), UpdatedAtColumn()]
    list_per_page = 50
    filterset_class = AnswerFilters
    search_fields = ["title", "first", "know", "next_steps"]
    ordering = ["topic", "country"]


register_snippet(AnswerViewSet)
