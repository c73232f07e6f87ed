"""The addresses of the web process."""

from django.urls import include, path
from wagtail.admin import urls as wagtail_admin

from bot import urls as bot
from bot.api import api
from bot.directory_api import router
from bot.internal import internal

api.add_router("", router)

urlpatterns = [
    path("api/v1/", api.urls),
    path("internal/v1/", internal.urls),
    path("console/", include(wagtail_admin)),
    path("", include(bot)),
]
