"""The queue and the desks in Wagtail's menu."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import include, path, re_path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from console.cases import views
from console.cases.models import Desk

_urls = [
    path("", views.case_list, name="list"),
    path("<int:pk>/", views.case_detail, name="detail"),
    path("<int:pk>/messages/", views.case_messages, name="messages"),
    path("<int:pk>/letters/<int:number>.pdf", views.case_letter, name="letter"),
    re_path(r"^(?P<pk>\d+)/(?P<action>take|reply|back|close)/$", views.case_action, name="action"),
]


class CasesMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("cases.view_case"))


@hooks.register("register_admin_urls")
def case_urls() -> list[Any]:
    return [path("cases/", include((_urls, "cases"), namespace="cases"))]


@hooks.register("register_admin_menu_item")
def case_menu_item() -> MenuItem:
    return CasesMenuItem("Cases", reverse("cases:list"), name="cases", icon_name="warning", order=50)


class DeskViewSet(SnippetViewSet):
    model = Desk
    icon = "time"
    menu_label = "Opening hours"
    menu_name = "desks"
    menu_order = 115
    add_to_admin_menu = True
    list_display = ["name", "country", "timezone", "hours"]


register_snippet(DeskViewSet)
