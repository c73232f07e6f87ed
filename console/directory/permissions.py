"""Who may change which entry. Everybody with the right to the directory sees all of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from wagtail.permission_policies import ModelPermissionPolicy

from console.directory.models import Contact


class ContactPermissionPolicy(ModelPermissionPolicy):
    """Members of a centre change its entries; who has `keep_every_contact` changes all of them."""

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Contact) -> bool:
        if not super().user_has_permission(user, action):
            return False
        return action not in ("change", "delete") or Contact.objects.editable_by(user).filter(pk=instance.pk).exists()

    def instances_user_has_any_permission_for(self, user: Any, actions: Sequence[str]) -> QuerySet[Contact]:
        if any(action in ("add", "view") and self.user_has_permission(user, action) for action in actions):
            return Contact.objects.all()
        return Contact.objects.editable_by(user)
