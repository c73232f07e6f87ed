"""Make the groups, and the first administrator with a one-time password."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand
from django.db import transaction

_EDITOR_MODELS = ("answer", "contact", "centre", "notice", "desk")
_CENTRE_PERMISSIONS = ("add_contact", "change_contact", "delete_contact", "view_contact")
_OPERATOR_PERMISSIONS = ("view_case", "change_case")


class Command(BaseCommand):
    help = "Make the groups Editors and Operators and, when there is no administrator yet, one with a one-time password."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        access = Permission.objects.get(codename="access_admin")
        editors, _ = Group.objects.get_or_create(name="Editors")
        names = [f"{verb}_{model}" for verb in ("add", "change", "delete", "view", "publish") for model in _EDITOR_MODELS]
        names += ["keep_every_contact", "view_feedback"]
        editors.permissions.add(access, *Permission.objects.filter(codename__in=names))
        centres, _ = Group.objects.get_or_create(name="Centre editors")
        centres.permissions.add(access, *Permission.objects.filter(codename__in=_CENTRE_PERMISSIONS))
        operators, _ = Group.objects.get_or_create(name="Operators")
        operators.permissions.add(access, *Permission.objects.filter(codename__in=_OPERATOR_PERMISSIONS))
        users = get_user_model()
        if users.objects.filter(is_superuser=True).exists():
            return
        password = secrets.token_urlsafe(12)
        users.objects.create_superuser("admin", password=password)
        self.stdout.write(f"administrator: admin, one-time password: {password}")
