"""A new bundle after everything that an editor publishes, takes down or deletes."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone
from wagtail.signals import published, unpublished

from console.content.models import Answer, Notice, Unpublished
from console.content.services import DELETED, after_publication, is_loading, publish_or_remember
from console.directory.models import Contact


@receiver(published)
def on_published(sender: type, instance: Any, **kwargs: Any) -> None:
    if not isinstance(instance, Answer) or kwargs.get("revision") is None:
        return
    if is_loading.get():
        return  # load_content publishes once at its end
    after_publication(instance)
    publish_on_commit()


@receiver(unpublished)
def on_unpublished(sender: type, instance: Any, **kwargs: Any) -> None:
    if isinstance(instance, Answer):
        publish_on_commit()


@receiver(post_delete, sender=Answer)
def on_deleted(sender: type, instance: Answer, **kwargs: Any) -> None:
    if instance.loaded_version:
        DELETED.remember(instance, instance.topic, instance.country, instance.locale.language_code)
    publish_on_commit()


@receiver([post_save, post_delete], sender=Contact)
@receiver([post_save, post_delete], sender=Notice)
def on_changed(sender: type, instance: Contact | Notice, **kwargs: Any) -> None:
    publish_on_commit()


def publish_on_commit() -> None:
    """Once a transaction: an import changes hundreds of entries in one. Should publishing fail, it is tried again."""
    if all(function is not publish_or_remember for _, function, *_ in connection.run_on_commit):
        Unpublished.objects.create(since=timezone.now())
        transaction.on_commit(publish_or_remember)
