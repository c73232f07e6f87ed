"""Conversations and their messages, as the gateway keeps them."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid

from django.conf import settings as django_settings
from django.db import models


class Conversation(models.Model):
    """One person on one channel. Nothing here names the person.

    `holder` says who answers. `epoch` grows with every change of holder, so that a reply that was begun under
    another holder is recognised and dropped.
    """

    class Holder(models.TextChoices):
        BOT = "bot"
        OPERATOR = "operator"

    class Channel(models.TextChoices):
        WEB = "web"
        TELEGRAM = "telegram"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    channel = models.CharField(max_length=16, choices=Channel)
    address = models.CharField(max_length=64, blank=True, help_text="Where the channel finds the person: Telegram's chat id.")
    token_digest = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=8)
    country = models.CharField(max_length=2, blank=True)
    nationality = models.CharField(max_length=2, blank=True)
    city = models.CharField(max_length=120, blank=True, help_text="As data/places/cities.csv names it, of that country.")
    holder = models.CharField(max_length=16, choices=Holder, default=Holder.BOT)
    operator = models.ForeignKey(django_settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    epoch = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    last_message_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "address"], condition=~models.Q(address=""), name="one_conversation_per_address"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)

    @staticmethod
    def new_token() -> tuple[str, str]:
        """A bearer token and its digest; only the digest is kept."""
        token = secrets.token_urlsafe(32)
        return token, hashlib.sha256(token.encode()).hexdigest()

    def opens_with(self, token: str) -> bool:
        digest = hashlib.sha256(token.encode()).hexdigest()
        return bool(self.token_digest) and hmac.compare_digest(self.token_digest, digest)


class Forgotten(models.Model):
    """A conversation that is deleted here and still to be deleted in the assistant, which was away."""

    conversation = models.UUIDField(primary_key=True)

    def __str__(self) -> str:
        return str(self.conversation)


class Message(models.Model):
    """One message, of whichever side. `body` holds the fields of the Conversation API beside text and author."""

    class Author(models.TextChoices):
        PERSON = "person"
        BOT = "bot"
        OPERATOR = "operator"

    class State(models.TextChoices):
        """What became of a person's message."""

        RECEIVED = "received"  # stored, not answered yet; answered later when the assistant was away
        ANSWERED = "answered"
        HELD = "held"  # a person answers

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    author = models.CharField(max_length=16, choices=Author)
    text = models.TextField()
    body = models.JSONField(default=dict)
    client_id = models.CharField(max_length=64, blank=True)
    replies_to = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="replies")
    understood = models.JSONField(null=True, blank=True)
    state = models.CharField(max_length=16, choices=State, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "client_id"], condition=~models.Q(client_id=""), name="one_message_per_client_id"
            )
        ]
        indexes = [
            models.Index(fields=["state", "tried_at"], condition=models.Q(state="received"), name="unanswered"),
            models.Index(fields=["delivered_at"], condition=models.Q(delivered_at=None), name="undelivered"),
        ]

    def __str__(self) -> str:
        return f"{self.author} {self.pk}"


class Ticks(models.Model):
    """What a person has ticked on their lists, and when they want to be reminded of one."""

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, primary_key=True, related_name="ticks")
    done = models.JSONField(default=list)
    remind_of = models.CharField(max_length=32, blank=True)
    remind_at = models.DateTimeField(null=True, blank=True, db_index=True)

    def __str__(self) -> str:
        return str(self.pk)


class Feedback(models.Model):
    """How many people said that an answer helped, or that it was not what they had asked. Nothing else is kept."""

    month = models.DateField(help_text="Its first day.")
    topic = models.CharField(max_length=64)
    language = models.CharField(max_length=8)
    helped = models.PositiveIntegerField(default=0)
    missed = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-month", "topic", "language"]
        constraints = [models.UniqueConstraint(fields=["month", "topic", "language"], name="one_count_a_month")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.topic} {self.language}"
