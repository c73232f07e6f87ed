"""Bring the repository's answers and directory into the console and publish."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bot.bundles import current_bundle
from console.content.models import Answer
from console.content.services import load_answers, publish_or_remember
from console.directory.services import load_directory
from safar.errors import BundleError
from safar.model import fingerprint_of
from safar.settings import ROOT, settings

_SOURCES = ("data/answers/*.yml", "data/directory/*.csv", "data/*.yml", "locales/*/LC_MESSAGES/*.po", "domain.yml", "safar/*.py")


class Command(BaseCommand):
    help = "Load the answers and contacts that come with Safar; what people have changed in the console stays. Then publish."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-changed", action="store_true", help="only when the files have changed since the last time")

    def handle(self, *args: Any, **options: Any) -> None:
        stamp = settings().var / "loaded"
        state = fingerprint_of(path for pattern in _SOURCES for path in ROOT.glob(pattern))
        if options["if_changed"] and stamp.exists() and stamp.read_text() == state and self._is_whole():
            self.stdout.write("nothing has changed since the last time")
            return
        for name, load in (("answers", load_answers), ("contacts", load_directory)):
            counts = load()
            self.stdout.write(f"{name}: " + ", ".join(f"{count} {state}" for state, count in counts.items()))
        digest = publish_or_remember()
        if digest:
            self.stdout.write(f"published {digest[:12]}")
            stamp.write_text(state)
        elif self._has_bundle():  # people are better served from the last bundle than by nobody; the web process tries again
            self.stderr.write("Publishing failed. People are told what the last bundle says; the console shows why.")
        else:
            raise CommandError("Publishing failed, and there is no bundle of before. The log above says why.")

    def _is_whole(self) -> bool:
        """Whether the database and the bundle of the last time are still there."""
        return Answer.objects.exists() and self._has_bundle()

    @staticmethod
    def _has_bundle() -> bool:
        try:
            return bool(current_bundle())
        except BundleError:
            return False
