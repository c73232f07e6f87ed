"""Pages and files that people reach without an account."""

from django.urls import path

from bot import views

urlpatterns = [
    path("", views.chat, name="chat"),
    path("widget/safar-chat.js", views.widget, name="widget"),
    path("lists/<slug:name>/<str:language>/", views.printed_list, name="list"),
    path("letters/<str:token>.pdf", views.letter, name="letter"),
    path("bundles/current", views.current, name="bundle"),
    path("bundles/<str:digest>.zip", views.archive, name="archive"),
]
