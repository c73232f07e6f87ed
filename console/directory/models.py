"""The directory as centres keep it: one row a contact."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.search import index

from safar import directory as shared
from safar.errors import ContentError
from safar.topics import KINDS


def kind_choices() -> list[tuple[str, str]]:
    return [(kind, kind.replace("_", " ").capitalize()) for kind in KINDS]


class Contact(index.Indexed, models.Model):
    """One way to reach help. Fields with several values separate them by semicolons, as in data/directory/."""

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

    panels = [
        MultiFieldPanel(
            [
                FieldPanel("identifier"),
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
    search_fields = [
        index.SearchField("name"),
        index.SearchField("phones"),
        index.SearchField("city"),
        index.AutocompleteField("name"),
        index.FilterField("country"),
        index.FilterField("kind"),
        index.FilterField("confidence"),
    ]

    class Meta:
        ordering = ["country", "kind", "identifier"]

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
            self.as_shared()
        except ContentError as error:
            raise ValidationError(str(error)) from error
