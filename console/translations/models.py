"""Which translations nobody needs."""

from __future__ import annotations

from django.db import models


class NotNeeded(models.Model):
    """An answer that needs no text in a language, such as the rule of a country where nobody speaks it."""

    topic = models.CharField(max_length=64)
    country = models.CharField(max_length=2, blank=True)
    language = models.CharField(max_length=3)

    class Meta:
        ordering = ["topic", "country", "language"]
        constraints = [models.UniqueConstraint(fields=["topic", "country", "language"], name="one_mark_for_each_translation")]
        verbose_name = "translation that is not needed"
        verbose_name_plural = "translations that are not needed"

    def __str__(self) -> str:
        return f"{self.topic} {self.country} {self.language}".replace("  ", " ")
