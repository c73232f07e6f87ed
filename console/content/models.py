"""What editors write: answers, one snippet for each topic, country and language, and crisis notices; and what of it people
do not see yet."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.blocks import CharBlock, ChoiceBlock, StructBlock, TextBlock, URLBlock
from wagtail.fields import StreamField
from wagtail.models import DraftStateMixin, LockableMixin, RevisionMixin, TranslatableMixin, WorkflowMixin
from wagtail.search import index

from console.content.panels import EnglishTextPanel
from safar import answers as shared
from safar.languages import DEFAULT, countries, languages
from safar.proofreading import NUMBER_OR_ADDRESS
from safar.topics import catalogue

MAX_WORDS = 120
MAX_NOTICE_CHARACTERS = 500
PUBLISHING_S = 30  # a publication that takes longer has died with its process
MAX_POINTS, MAX_STEPS, MAX_FIRST_URGENT = 5, 3, 3
_NAMESPACE = uuid.UUID("6f1d8f0e-7c1b-4d1e-9a55-3f1f0c1f5afa")


def topic_choices() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ").capitalize()) for name in catalogue().topics]


def language_choices() -> list[tuple[str, str]]:
    return [(code, entry.name) for code, entry in languages().items()]


def lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


class Answer(WorkflowMixin, DraftStateMixin, LockableMixin, RevisionMixin, TranslatableMixin, index.Indexed, models.Model):
    """The answer to a topic in one language, for one country or for everywhere."""

    topic = models.CharField(max_length=64, choices=topic_choices)
    country = models.CharField(
        _("country"), max_length=2, blank=True, help_text=_("Two letters, such as QA. Empty: it holds everywhere.")
    )
    title = models.CharField(max_length=80, help_text=_("At most five words; buttons show it."))
    first = models.TextField(_("do this now"), help_text=_("One line; up to three when the topic is urgent."))
    know = models.TextField(_("good to know"), blank=True, help_text=_("One point a line, at most five."))
    next_steps = models.TextField(_("what to do next"), help_text=_("One step a line, at most three."))
    sources = StreamField(
        [("source", StructBlock([("title", CharBlock()), ("url", URLBlock())]))],
        help_text=_("The law or official body that the answer rests on."),
    )
    checked_on = models.DateField(_("checked on"), help_text=_("The day you compared this answer with its sources."))
    reviewed = models.BooleanField(
        _("read by a native speaker"),
        default=False,
        help_text=_("Until then people see that nobody has read the translation yet."),
    )
    meaning_unchanged = models.BooleanField(
        _("only the wording has changed"),
        default=False,
        help_text=_(
            "English only: translations stay in use. Otherwise they give way to English until somebody has updated them."
        ),
    )
    source_version = models.CharField(max_length=12, blank=True, editable=False)
    published_version = models.CharField(max_length=12, blank=True, editable=False)
    loaded_version = models.CharField(max_length=12, blank=True, editable=False)

    panels = [
        EnglishTextPanel(),
        MultiFieldPanel([FieldPanel("topic"), FieldPanel("country")], heading=_("What it answers")),
        MultiFieldPanel(
            [FieldPanel("title"), FieldPanel("first"), FieldPanel("know"), FieldPanel("next_steps")], heading=_("The answer")
        ),
        MultiFieldPanel([FieldPanel("sources"), FieldPanel("checked_on")], heading=_("What it rests on")),
        MultiFieldPanel([FieldPanel("reviewed"), FieldPanel("meaning_unchanged")], heading=_("Translation")),
    ]
    search_fields = [
        index.SearchField("title", boost=3),
        index.SearchField("first"),
        index.SearchField("know"),
        index.SearchField("next_steps"),
        index.AutocompleteField("title"),
        index.FilterField("topic"),
        index.FilterField("country"),
        index.FilterField("locale_id"),
    ]

    class Meta:
        ordering = ["topic", "country", "locale"]
        unique_together = [("translation_key", "locale"), ("topic", "country", "locale")]

    def __str__(self) -> str:
        place = f" ({self.country})" if self.country else ""
        return f"{self.title}{place}"

    @staticmethod
    def key_of(topic: str, country: str) -> uuid.UUID:
        """The translation key that all languages of an answer share."""
        return uuid.uuid5(_NAMESPACE, f"{topic}/{country or shared.GENERAL}")

    @property
    def is_english(self) -> bool:
        return bool(self.locale.language_code == DEFAULT)

    @property
    def version(self) -> str:
        """That of its text, whatever may be wrong with the rest."""
        return shared.Answer(self.title, lines(self.first), lines(self.know), lines(self.next_steps), (), "").version

    def as_shared(self) -> shared.Answer:
        """The answer as the bundle holds it."""
        return shared.Answer(
            title=self.title,
            first=lines(self.first),
            know=lines(self.know),
            next=lines(self.next_steps),
            sources=tuple((block.value["title"], block.value["url"]) for block in self.sources),
            checked_on=self.checked_on.isoformat(),
            source_version=self.source_version,
            reviewed=self.reviewed,
        )

    def clean(self) -> None:
        """What a linter can see: length, numbers and addresses in the text."""
        super().clean()
        problems: dict[str, Any] = {}
        topic = catalogue().topics.get(self.topic)
        limits = {"first": MAX_FIRST_URGENT if topic and topic.urgent else 1, "know": MAX_POINTS, "next_steps": MAX_STEPS}
        for name, limit in limits.items():
            found = lines(getattr(self, name))
            if len(found) > limit:
                problems[name] = _("%(found)d lines; at most %(limit)d.") % {"found": len(found), "limit": limit}
            wrong = next((match[0] for line in found if (match := NUMBER_OR_ADDRESS.search(line))), None)
            if wrong:
                problems[name] = _("“%(text)s”: numbers and addresses belong in the directory.") % {"text": wrong}
        words = sum(len(line.split()) for name in limits for line in lines(getattr(self, name)))
        if words > MAX_WORDS and self.locale_id and self.is_english:
            problems["know"] = _("%(words)d words in all; at most %(limit)d.") % {"words": words, "limit": MAX_WORDS}
        if len(self.title.split()) > MAX_POINTS and self.locale_id and self.is_english:
            problems["title"] = _("At most five words.")
        if problems:
            raise ValidationError(problems)


class Notice(RevisionMixin, models.Model):
    """What a centre has to say to everyone in a country, in front of every answer, from a moment to a moment."""

    country = models.CharField(_("country"), max_length=2, help_text=_("Two letters, such as LB: people there read it."))
    starts_at = models.DateTimeField(_("from (UTC)"))
    ends_at = models.DateTimeField(_("until (UTC)"), null=True, blank=True, help_text=_("Empty: until somebody ends it."))
    texts = StreamField(
        [
            (
                "text",
                StructBlock(
                    [
                        ("language", ChoiceBlock(choices=language_choices)),
                        ("text", TextBlock(max_length=MAX_NOTICE_CHARACTERS)),
                    ]
                ),
            )
        ],
        help_text=_("One text a language. Who reads a language that has none is shown English, or else the first text."),
    )

    panels = [
        FieldRowPanel([FieldPanel("country"), FieldPanel("starts_at"), FieldPanel("ends_at")]),
        FieldPanel("texts"),
    ]

    class Meta:
        ordering = ["-starts_at"]

    def __str__(self) -> str:
        return f"{self.country}: {next(iter(self.as_shared()['texts'].values()), '')[:60]}"

    def as_shared(self) -> dict[str, Any]:
        """The notice as the bundle holds it."""
        return {
            "country": self.country,
            "starts_at": self.starts_at.isoformat(),
            "ends_at": self.ends_at.isoformat() if self.ends_at else "",
            "texts": {block.value["language"]: block.value["text"].strip() for block in self.texts},
        }

    def clean(self) -> None:
        """The country exists, the end is after the start, each language stands once, no numbers or addresses."""
        super().clean()
        problems: dict[str, Any] = {}
        self.country = self.country.upper()
        if self.country not in countries():
            problems["country"] = _("There is no such country.")
        if self.ends_at and self.starts_at and self.ends_at <= self.starts_at:
            problems["ends_at"] = _("The end must come after the start.")
        written = [block.value["language"] for block in self.texts]
        wrong = next((match[0] for b in self.texts if (match := NUMBER_OR_ADDRESS.search(b.value["text"]))), None)
        if len(set(written)) < len(written):
            problems["texts"] = _("Each language can have one text only.")
        elif wrong:
            problems["texts"] = _("“%(text)s”: numbers and addresses belong in the directory.") % {"text": wrong}
        if problems:
            raise ValidationError(problems)


class UnpublishedQuerySet(models.QuerySet["Unpublished"]):
    def late(self, now: datetime) -> UnpublishedQuerySet:
        """Those of which a publication has failed, or should have ended by now."""
        return self.filter(~models.Q(error="") | models.Q(since__lt=now - timedelta(seconds=PUBLISHING_S)))


class Unpublished(models.Model):
    """A change that people do not see yet: written together with the change, gone with the publication that has it.

    A row for each change instead of one for all, so that editors never wait for one another.
    """

    since = models.DateTimeField()
    error = models.CharField(max_length=300, blank=True, help_text="Why the last publication failed.")

    objects = UnpublishedQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["since"]

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d %H:%M} {self.error}"


class LeftOut(models.Model):
    """A row that the current bundle does not have as it is saved, because it cannot be packed."""

    place = models.CharField(max_length=200)
    error = models.CharField(max_length=300)
    is_kept = models.BooleanField(help_text="The bundle has the version before; otherwise nothing of it.")

    class Meta:
        default_permissions = ()
        ordering = ["place"]

    def __str__(self) -> str:
        return f"{self.place}: {self.error}"
