"""The queue in Wagtail's menu, with the number of open cases."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import include, path, re_path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from console.cases import views

_urls = [
    path("", views.case_list, name="list"),
    path("<int:pk>/", views.case_detail, name="detail"),
    path("<int:pk>/messages/", views.case_messages, name="messages"),
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
