"""What editors have saved and people do not see, among the messages of every page of the console."""

from __future__ import annotations

from typing import Any

from django import template
from django.contrib import messages
from django.utils import timezone

from console.content.services import unpublished

register = template.Library()


@register.simple_tag(takes_context=True)
def add_unpublished_messages(context: dict[str, Any]) -> str:
    """Add them to those of this request, which the rest of the page shows: asked by a page, they are on no other request."""
    for text in unpublished(timezone.now()):
        messages.warning(context["request"], text)
    return ""
