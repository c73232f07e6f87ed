"""The web process's own view of the published bundle."""

from __future__ import annotations

from functools import lru_cache

from bot.models import Conversation
from safar.bundle import Bundle, BundleReader, BundleStore
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


def composer_for(conversation: Conversation) -> Composer:
    """Writes messages for the person of this conversation."""
    nationality = conversation.nationality or languages()[conversation.language].nationality
    country, city = conversation.country or None, conversation.city or None
    return Composer(current_bundle(), conversation.language, country, nationality, city)
