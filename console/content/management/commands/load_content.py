"""Bring the repository's answers and directory into the console and publish."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from bot.bundles import current_bundle
from console.content.models import Answer
from console.content.services import load_answers, publish
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
        self.stdout.write(f"published {publish()[:12]}")
        stamp.write_text(state)

    @staticmethod
    def _is_whole() -> bool:
        """Whether the database and the bundle of the last time are still there."""
        try:
            return Answer.objects.exists() and bool(current_bundle())
        except BundleError:
            return False
