"""Pages and files that people reach without an account."""

from django.urls import path

from bot import ask, pages, views, widget_files

urlpatterns = [
    path("", pages.chat, name="chat"),
    path("demo", pages.demo, name="demo"),
    path("worker.js", pages.worker, name="worker"),
    path("manifest.webmanifest", pages.manifest, name="manifest"),
    path("logo", pages.logo, name="logo"),
    path("favicon.ico", pages.favicon, name="favicon"),
    path("ask", ask.ask, name="ask"),
    path("ask/numbers", ask.numbers, name="ask-numbers"),
    path("widget/<str:name>", widget_files.latest, name="widget"),
    path("widget/<str:version>/<str:name>", widget_files.versioned, name="widget-version"),
    path("lists/<slug:name>/<str:language>/", views.printed_list, name="list"),
    path("letters/<str:token>.pdf", views.letter, name="letter"),
    path("bundles/current", views.current, name="bundle"),
    path("bundles/<str:digest>.zip", views.archive, name="archive"),
]
