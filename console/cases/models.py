"""Cases: conversations that a person should look at; desks: when there are people to look."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings as django_settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel

from bot.models import Conversation, Message
from safar.errors import ContentError
from safar.hours import Calendar, parse_hours
from safar.languages import countries

CHANGE_DESK = "cases.change_desk"


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
        COMPLAINT = "complaint", "Complaint letter"
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
    about = models.CharField(max_length=32, blank=True, help_text="The group of the menu that the person chose as the reason.")
    language = models.CharField(max_length=8)
    country = models.CharField(max_length=2, blank=True)
    evidence = models.JSONField(default=list, help_text="Why the message was held to be urgent.")
    letter = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="The letter sent with consent."
    )
    operator = models.ForeignKey(django_settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True, help_text="When the person was told that nobody has answered yet.")

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

    @property
    def held_by(self) -> AbstractBaseUser | None:
        """The operator who has the conversation now; None when the bot has it, or the operator's account is gone."""
        is_held = self.conversation.holder == Conversation.Holder.OPERATOR
        return self.conversation.operator if is_held else None

    def may_be_ended_by(self, user: AbstractBaseUser | AnonymousUser) -> bool:
        """Whether this user would not end what a colleague is in the middle of, or may: who changes the desk may."""
        return self.held_by in (None, user) or user.has_perm(CHANGE_DESK)  # type: ignore[union-attr]


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


class DeskQuerySet(models.QuerySet["Desk"]):
    def serving(self, country: str) -> Desk | None:
        """The desk of a country, else one for everywhere, else None."""
        return self.filter(country__in={country, ""}).order_by("-country", "id").first()


class Desk(models.Model):
    """When counsellors answer: the opening hours of a centre, with its days off."""

    name = models.CharField(max_length=120)
    country = models.CharField(
        max_length=2, blank=True, help_text=_("Two letters: it answers people there. Empty: people everywhere else.")
    )
    timezone = models.CharField(max_length=64, help_text=_("Such as Asia/Kathmandu."))
    hours = models.CharField(max_length=200, help_text=_("Such as Su-Fr 10:00-17:00, or 24/7."))
    holidays = models.TextField(blank=True, help_text=_("Days off, one a line, such as 2026-12-25."))

    objects = DeskQuerySet.as_manager()

    panels = [
        FieldRowPanel([FieldPanel("name"), FieldPanel("country")]),
        FieldRowPanel([FieldPanel("timezone"), FieldPanel("hours")]),
        FieldPanel("holidays"),
    ]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def calendar(self) -> Calendar:
        """The opening hours.

        Raises:
            ContentError: hours or a day off cannot be read.
            ZoneInfoNotFoundError, ValueError: there is no such time zone.
        """
        try:
            days_off = [date.fromisoformat(line.strip()) for line in self.holidays.splitlines() if line.strip()]
        except ValueError as error:
            raise ContentError(f"Days off: {error}. Write one a line, such as 2026-12-25.") from error
        return Calendar(parse_hours(self.hours), ZoneInfo(self.timezone), frozenset(days_off))

    def clean(self) -> None:
        super().clean()
        self.country = self.country.upper()
        if self.country and self.country not in countries():
            raise ValidationError({"country": _("There is no such country.")})
        try:
            self.calendar()
        except ContentError as error:
            raise ValidationError(str(error)) from error
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValidationError({"timezone": _("There is no such time zone.")}) from error
