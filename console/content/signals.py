"""A new bundle after everything that an editor publishes or takes down."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from wagtail.signals import published, unpublished

from console.content.models import Answer, Notice
from console.content.services import after_publication, publish
from console.directory.models import Contact


@receiver(published)
def on_published(sender: type, instance: Any, **kwargs: Any) -> None:
    if not isinstance(instance, Answer) or kwargs.get("revision") is None:
        return
    if instance.loaded_version == instance.as_shared().version:
        return  # just loaded from the repository; load_content publishes once at its end
    after_publication(instance)
    transaction.on_commit(publish)


@receiver(unpublished)
def on_unpublished(sender: type, instance: Any, **kwargs: Any) -> None:
    if isinstance(instance, Answer):
        transaction.on_commit(publish)


@receiver([post_save, post_delete], sender=Contact)
@receiver([post_save, post_delete], sender=Notice)
def on_changed(sender: type, instance: Contact | Notice, **kwargs: Any) -> None:
    transaction.on_commit(publish)
