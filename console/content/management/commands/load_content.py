"""Bring the repository's answers and directory into the console and publish."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from console.content.services import load_answers, publish
from console.directory.services import load_directory


class Command(BaseCommand):
    help = "Load the answers and contacts that come with Safar; what people have changed in the console stays. Then publish."

    def handle(self, *args: Any, **options: Any) -> None:
        for name, load in (("answers", load_answers), ("contacts", load_directory)):
            counts = load()
            self.stdout.write(f"{name}: " + ", ".join(f"{count} {state}" for state, count in counts.items()))
        self.stdout.write(f"published {publish()[:12]}")
