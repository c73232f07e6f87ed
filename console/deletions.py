"""What somebody deleted in the console stays deleted, although each start loads the repository's content again."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry


@dataclass(frozen=True)
class Deletions:
    """The deletions of one kind of entry, in Wagtail's log, which outlives the entries.

    Attributes:
        action: what the log calls it.
        name: under which the data of a line holds the key of the entry.
    """

    action: str
    name: str

    def remember(self, row: Model, *key: str, by: AbstractBaseUser | None = None) -> None:
        """An entry that came from the repository is going; without `by` it is whoever Wagtail knows to be at work."""
        log(row, self.action, user=by, data={self.name: list(key)})

    def keys(self) -> set[tuple[str, ...]]:
        """The keys of all that was remembered. Lines of earlier releases hold a key of one part as a bare text."""
        found = (entry.data[self.name] for entry in ModelLogEntry.objects.filter(action=self.action))
        return {(key,) if isinstance(key, str) else tuple(key) for key in found}
