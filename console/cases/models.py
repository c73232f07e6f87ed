"""Cases: conversations that a person should look at."""

from __future__ import annotations

from django.conf import settings as django_settings
from django.db import models

from bot.models import Conversation


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> CaseQuerySet:
        return self.exclude(status=Case.Status.CLOSED)

    def most_urgent_first(self) -> CaseQuerySet:
        """Danger before wishes before outages; the longest waiting first among equals."""
        return self.order_by("priority", "opened_at")


class Case(models.Model):
    """One reason to look at one conversation. A conversation has at most one open case."""

    class Reason(models.TextChoices):
        DANGER = "danger", "Danger"
        WISH = "wish", "Asked for a person"
        OUTAGE = "outage", "Not answered: assistant away"

    class Priority(models.IntegerChoices):
        URGENT = 1, "Urgent"
        NORMAL = 2, "Normal"
        LOW = 3, "Low"

    class Status(models.TextChoices):
        NEW = "new", "New"
        ASSIGNED = "assigned", "Assigned"
        WITH_PERSON = "with_person", "With a person"
        WAITING = "waiting", "Waiting"
        CLOSED = "closed", "Closed"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="cases")
    reason = models.CharField(max_length=16, choices=Reason)
    priority = models.PositiveSmallIntegerField(choices=Priority)
    status = models.CharField(max_length=16, choices=Status, default=Status.NEW)
    topic = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=8)
    country = models.CharField(max_length=2, blank=True)
    evidence = models.JSONField(default=list, help_text="Why the message was held to be urgent.")
    operator = models.ForeignKey(django_settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"], condition=~models.Q(status="closed"), name="one_open_case_per_conversation"
            )
        ]
        indexes = [models.Index(fields=["status", "priority", "opened_at"], name="case_queue")]

    def __str__(self) -> str:
        return f"Case {self.reference}"

    @property
    def reference(self) -> str:
        """What a person can quote; it says nothing about them."""
        return f"S{self.pk:05d}"


class CaseEvent(models.Model):
    """One step in the life of a case; never changed, never deleted before its case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="events")
    step = models.CharField(max_length=32)
    detail = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(django_settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.step} {self.at:%Y-%m-%d %H:%M}"
