"""The directory as centres keep it: one row a contact."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings as django_settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import CheckboxSelectMultiple
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.models import RevisionMixin

from console.directory import checks
from safar import directory as shared
from safar.errors import ContentError
from safar.topics import KINDS

KEEP_ALL = "directory.keep_every_contact"


def kind_choices() -> list[tuple[str, str]]:
    return [(kind, kind.replace("_", " ").capitalize()) for kind in KINDS]


class Centre(models.Model):
    """A resource centre that keeps entries of the directory. Its members change its own entries and no others."""

    name = models.CharField(max_length=120, unique=True)
    members = models.ManyToManyField(django_settings.AUTH_USER_MODEL, blank=True, related_name="centres")

    panels = [FieldPanel("name"), FieldPanel("members", widget=CheckboxSelectMultiple)]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ContactQuerySet(models.QuerySet["Contact"]):
    def editable_by(self, user: AbstractBaseUser | AnonymousUser) -> ContactQuerySet:
        """The only door for changes: those of the user's centres, or all with the permission to keep every entry."""
        if not user.has_perm("directory.change_contact"):  # type: ignore[union-attr]
            return self.none()
        if user.has_perm(KEEP_ALL):  # type: ignore[union-attr]
            return self
        return self.filter(centre__members=user.pk)

    def publishable(self) -> ContactQuerySet:
        """What leaves the console. Hidden entries stay here, except emergency numbers, which libphonenumber may confirm."""
        return self.exclude(models.Q(confidence="low") & ~models.Q(kind="emergency"))

    def due(self, today: date) -> ContactQuerySet:
        """Entries that nobody has checked for longer than their kind allows, or ever; as `safar.directory` counts."""
        due = models.Q(checked_on="")
        ordinary = models.Q()
        for kind in shared.SPECIAL_FRESH_DAYS:
            due |= models.Q(kind=kind) & _checked_before(today - timedelta(days=shared.fresh_days(kind)))
            ordinary &= ~models.Q(kind=kind)
        return self.filter(due | (ordinary & _checked_before(today - timedelta(days=shared.fresh_days("")))))


def _checked_before(limit: date) -> models.Q:
    """Dates are texts, also incomplete ones (`2026-05`), which count from their earliest day."""
    text = limit.isoformat()
    whole = [text[:7]] * text.endswith("-01") + [text[:4]] * text.endswith("-01-01")
    return models.Q(checked_on__lt=text) & ~models.Q(checked_on__in=whole)


class Contact(RevisionMixin, models.Model):
    """One way to reach help. Fields with several values separate them by semicolons, as in data/directory/."""

    centre = models.ForeignKey(
        Centre, null=True, blank=True, on_delete=models.SET_NULL, related_name="contacts", help_text=_("Who keeps this entry.")
    )
    identifier = models.SlugField(max_length=120, unique=True, allow_unicode=False)
    country = models.CharField(max_length=2)
    serves = models.CharField(max_length=200, default=shared.EVERYONE, help_text=_("* or countries, such as NP;BD."))
    covers = models.CharField(
        max_length=200, blank=True, help_text=_("Countries it serves as well without being there, such as BH;OM.")
    )
    kind = models.CharField(max_length=32, choices=kind_choices)
    name = models.CharField(max_length=200)
    name_local = models.CharField(max_length=200, blank=True)
    names = models.CharField(max_length=500, blank=True, help_text=_("Its name in other languages: ne:...;ar:..."))
    phones = models.CharField(max_length=300, blank=True, help_text=_("+97440280660 or a short code; several with ; between."))
    text_channels = models.CharField(max_length=300, blank=True, help_text=_("sms:92727 or whatsapp:+974...; several with ;"))
    email = models.CharField(max_length=200, blank=True)
    url = models.URLField(max_length=500, blank=True)
    address = models.CharField(max_length=300, blank=True)
    city = models.CharField(max_length=200, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    precision = models.CharField(
        max_length=8,
        choices=[("exact", _("its door")), ("city", _("its city"))],
        blank=True,
        help_text=_("What the place shows."),
    )
    timezone = models.CharField(max_length=64, blank=True)
    hours = models.CharField(max_length=200, blank=True, help_text=_("24/7 or Mo-Fr 08:00-17:00"))
    languages = models.CharField(max_length=200, blank=True)
    free = models.CharField(
        max_length=8, choices=[("yes", _("yes")), ("no", _("no")), ("unknown", _("unknown"))], default="unknown"
    )
    does = models.CharField(max_length=200, blank=True, help_text=_("One English sentence: what it does for a migrant."))
    note = models.TextField(blank=True, help_text=_("For staff; never shown."))
    source_url = models.URLField(max_length=1000, blank=True)
    source_title = models.CharField(max_length=300, blank=True)
    checked_on = models.CharField(max_length=10, blank=True, help_text=_("2026-11-22: the day somebody made sure of the number."))
    confidence = models.CharField(
        max_length=8, choices=[(c, c) for c in shared.CONFIDENCES], default="medium", help_text=_("low: shown to staff only.")
    )
    loaded_digest = models.CharField(max_length=64, blank=True, editable=False)

    objects = ContactQuerySet.as_manager()

    panels = [
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("identifier"), FieldPanel("centre", permission=KEEP_ALL)]),
                FieldRowPanel([FieldPanel("country"), FieldPanel("serves"), FieldPanel("covers"), FieldPanel("kind")]),
                FieldPanel("name"),
                FieldPanel("name_local"),
                FieldPanel("names"),
                FieldPanel("does"),
            ],
            heading=_("What it is"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("phones"),
                FieldPanel("text_channels"),
                FieldRowPanel([FieldPanel("email"), FieldPanel("url")]),
                FieldRowPanel([FieldPanel("address"), FieldPanel("city")]),
                FieldRowPanel([FieldPanel("latitude"), FieldPanel("longitude"), FieldPanel("precision"), FieldPanel("timezone")]),
                FieldRowPanel([FieldPanel("hours"), FieldPanel("languages"), FieldPanel("free")]),
            ],
            heading=_("How to reach it"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("checked_on"), FieldPanel("confidence")]),
                FieldPanel("source_url"),
                FieldPanel("source_title"),
                FieldPanel("note"),
            ],
            heading=_("How we know"),
        ),
    ]

    class Meta:
        ordering = ["country", "kind", "identifier"]
        permissions = [("keep_every_contact", "Can change the entries of every centre")]

    def __str__(self) -> str:
        return f"{self.name} ({self.country})"

    def row(self) -> dict[str, str]:
        """As a row of data/directory/."""
        values: dict[str, Any] = {name: getattr(self, name) for name in shared.COLUMNS if name != "id"}
        return {"id": self.identifier, **{name: "" if value is None else str(value) for name, value in values.items()}}

    def as_shared(self) -> shared.Contact:
        """As the bundle holds it.

        Raises:
            ContentError: something cannot be used, such as a number that does not exist.
        """
        return shared.contact_from_row(self.row())

    def clean(self) -> None:
        super().clean()
        try:
            wrong = checks.problems(self.as_shared())
        except (ContentError, ValueError) as error:
            raise ValidationError(str(error)) from error
        if wrong:
            raise ValidationError(wrong)


class TaskQuerySet(models.QuerySet["Task"]):
    def open(self) -> TaskQuerySet:
        return self.filter(closed_at=None)


class Task(models.Model):
    """People told that a number did not work. Nothing here says who they are.

    A national emergency number that comes from libphonenumber has no entry in the directory: then `contact` is empty, and
    `identifier`, `name` and `country` say what was meant.
    """

    class Outcome(models.TextChoices):
        WORKS = "works", _("Called: it works")
        CHANGED = "changed", _("The entry was changed")
        REMOVED = "removed", _("The entry was removed")

    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="tasks")
    identifier = models.CharField(max_length=120)
    name = models.CharField(max_length=200)
    numbers = models.CharField(max_length=300, blank=True)
    country = models.CharField(max_length=2)
    reports = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField()
    reported_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(django_settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["-reports", "opened_at"]
        constraints = [
            models.UniqueConstraint(fields=["identifier"], condition=models.Q(closed_at=None), name="one_open_task_per_contact")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.country})"


class Upload(models.Model):
    """A file that somebody wants to import, between its preview and their yes."""

    name = models.CharField(max_length=200)
    country = models.CharField(max_length=2)
    rows = models.JSONField()
    by = models.ForeignKey(django_settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
