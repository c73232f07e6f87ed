"""The web process's own view of the published bundle."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from bot.models import Conversation
from safar.bundle import Bundle
from safar.bundle_store import BundleReader, BundleStore
from safar.languages import languages
from safar.replies import Composer
from safar.settings import settings


@lru_cache(maxsize=1)
def _reader() -> BundleReader:
    return BundleReader(BundleStore(settings().bundles), settings().bundle_public_key)


def current_bundle() -> Bundle:
    """The published bundle; a new one is in use from the next call on.

    Raises:
        BundleError: nothing was ever published.
    """
    return _reader().current()


def composer_for(conversation: Conversation, after: Mapping[str, str | None] | None = None) -> Composer:
    """Writes messages for the person of this conversation.

    Args:
        after: language, country, nationality and city after a turn, when they are newer than what is stored.
    """
    names = ("language", "country", "nationality", "city")
    known = {name: (after or {}).get(name) or getattr(conversation, name) for name in names}
    nationality = known["nationality"] or languages()[known["language"]].nationality
    return Composer(current_bundle(), known["language"], known["country"] or None, nationality, known["city"] or None)
