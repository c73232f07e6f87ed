"""Answers, crisis notices and feedback in Wagtail's menu."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from wagtail import hooks
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BooleanColumn, Column, UpdatedAtColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from bot.models import Feedback
from console.content import services
from console.content.models import Answer, Notice


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


class NoticeViewSet(SnippetViewSet):
    model = Notice
    icon = "warning"
    menu_label = "Crisis notices"
    menu_name = "notices"
    menu_order = 105
    add_to_admin_menu = True
    list_display = ["__str__", "country", "starts_at", "ends_at"]


register_snippet(NoticeViewSet)


class FeedbackViewSet(SnippetViewSet):
    """What people said about the answers, as counts; editors may look and not change."""

    model = Feedback
    icon = "tick"
    menu_label = "Feedback"
    menu_name = "feedback"
    menu_order = 120
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = ["month", "topic", "language", "helped", "missed"]
    list_filter = ["topic", "language"]
    list_per_page = 100


register_snippet(FeedbackViewSet)


@hooks.register("register_log_actions")
def name_the_deletion(actions: Any) -> None:
    actions.register_action(services.DELETED.action, "Keep deleted", "Deleted: it is not loaded again")


@hooks.register("construct_main_menu")
def hide_what_safar_does_not_use(request: HttpRequest, menu_items: list[Any]) -> None:
    """Safar has no pages, images or documents: an editor should not have to wonder what they are for."""
    menu_items[:] = [item for item in menu_items if item.name not in ("explorer", "images", "documents")]
