"""The table of translations in Wagtail's menu."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import include, path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from console.translations import views

_urls = [
    path("", views.translation_table, name="table"),
    path("<int:pk>/<str:language>/begin/", views.begin, name="begin"),
    path("<int:pk>/<str:language>/needed/", views.needed, name="needed"),
]


class TranslationsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("content.change_answer"))


@hooks.register("register_admin_urls")
def translation_urls() -> list[Any]:
    return [path("translations/", include((_urls, "translations"), namespace="translations"))]


@hooks.register("register_admin_menu_item")
def translations_menu_item() -> MenuItem:
    return TranslationsMenuItem("Translations", reverse("translations:table"), name="translations", icon_name="globe", order=110)
