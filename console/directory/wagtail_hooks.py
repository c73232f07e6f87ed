"""What the directory adds to Wagtail: its menu, its own screens, ownership, the first state of the history."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import include, path
from django.utils import timezone
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from console.directory import import_views, services, views
from console.directory.models import Contact, Task
from console.directory.viewsets import DirectoryGroup, may_keep_all

register_snippet(DirectoryGroup)

_urls = [
    path("", views.task_list, name="tasks"),
    path("<int:pk>/call/", views.call, name="call"),
    path("tasks/<int:pk>/close/", views.close_task, name="close"),
    path("map/", views.contact_map, name="map"),
    path("import/", import_views.upload, name="import"),
    path("import/<int:pk>/", import_views.preview, name="preview"),
]


@hooks.register("register_admin_urls")
def directory_urls() -> list[Any]:
    return [path("directory/", include((_urls, "directory"), namespace="directory"))]


@hooks.register("register_log_actions")
def name_the_first_state(actions: Any) -> None:
    actions.register_action(services.FIRST_STATE, "Before the first change", "As it was before the first change")
    actions.register_action(services.DELETED.action, "Keep removed", "Removed: it is not loaded again")


@hooks.register("before_create_snippet")
def only_members_add(request: HttpRequest, model: type) -> None:
    if model is Contact and not may_keep_all(request.user) and not request.user.centres.exists():  # type: ignore[union-attr]
        raise PermissionDenied


@hooks.register("after_create_snippet")
def give_to_centre(request: HttpRequest, instance: Any) -> None:
    """What a member of a centre adds belongs to that centre; with several, to the first by name."""
    if isinstance(instance, Contact) and not instance.centre_id and not may_keep_all(request.user):
        instance.centre = request.user.centres.first()  # type: ignore[union-attr]
        services.save_change(instance, by=request.user)  # type: ignore[arg-type]


@hooks.register("before_edit_snippet")
def only_own_entries(request: HttpRequest, instance: Any) -> None:
    """Wagtail's form asks for the right to the model only; whose entry it is, is asked here."""
    if not isinstance(instance, Contact):
        return
    if not Contact.objects.editable_by(request.user).filter(pk=instance.pk).exists():
        raise PermissionDenied
    if request.method == "POST":
        services.keep_first_state(Contact.objects.get(pk=instance.pk))


@hooks.register("before_delete_snippet")
def only_own_deletions(request: HttpRequest, instances: list[Any]) -> None:
    for instance in instances:
        only_own_entries(request, instance)
    for instance in instances if request.method == "POST" else ():
        if isinstance(instance, Contact) and instance.loaded_digest:
            services.DELETED.remember(instance, instance.identifier, by=request.user)  # type: ignore[arg-type]


@hooks.register("after_edit_snippet")
def close_what_was_changed(request: HttpRequest, instance: Any) -> None:
    """A new number answers the report that the old one did not work."""
    if isinstance(instance, Contact):
        services.close_outdated_tasks(contact=instance, by=request.user, now=timezone.now())  # type: ignore[arg-type]


@hooks.register("after_delete_snippet")
def close_what_was_removed(request: HttpRequest, instances: list[Any]) -> None:
    gone = [instance.identifier for instance in instances if isinstance(instance, Contact)]
    for task in Task.objects.open().filter(identifier__in=gone):
        services.close_task(task=task, outcome=Task.Outcome.REMOVED, by=request.user, now=timezone.now())  # type: ignore[arg-type]
