"""`safar directory`: report, export, import, missions from Wikidata."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from console.directory import exchange, missions, services
from console.directory.models import Centre, Contact, Task, Upload
from safar import directory_report, wikidata
from safar.directory import read_directory
from safar.errors import SafarError
from safar.hsds import to_hsds
from safar.languages import countries
from safar.settings import settings


class Command(BaseCommand):
    help = "The directory of contacts: what it covers, files in and out, embassies and consulates from Wikidata."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True)
        found = commands.add_parser(
            "report", help="coverage, age, confidence, numbers that do not parse, what centres have to do"
        )
        found.add_argument("--json", action="store_true")
        out = commands.add_parser("export", help="write a file: .csv, .xlsx or .json (HSDS 3)")
        out.add_argument("file", type=Path)
        out.add_argument("--country", type=str.upper)
        out.add_argument("--for-staff", action="store_true", help="HSDS: with notes and with what waits to be verified")
        into = commands.add_parser("import", help="show what a file of one country would change; write it with --write")
        into.add_argument("file", type=Path)
        into.add_argument("--country", type=str.upper, required=True)
        into.add_argument("--write", action="store_true")
        into.add_argument("--user", default="admin", help="in whose name the changes stand in the history")
        away = commands.add_parser("wikidata", help="fetch embassies and consulates, go on where the last run stopped")
        away.add_argument(
            "--sender", action="append", type=str.upper, help="only what this country keeps abroad; may be repeated"
        )
        away.add_argument("--again", action="store_true", help="ask also for countries that are kept already")
        away.add_argument("--table", type=Path, help="read missions from a CSV instead of asking Wikidata")
        away.add_argument("--write", action="store_true", help="add what is new to the directory, hidden until verified")
        away.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['what']}")(options)
        except (SafarError, OSError) as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(f"The database cannot be used ({error}). Is it made? Start Safar once with: make run") from error

    def _say(self, text: str) -> None:
        self.stderr.write(text)  # type: ignore[no-untyped-call]

    # --- report ---

    def _report(self, options: dict[str, Any]) -> None:
        today = timezone.now().date()
        try:
            contacts = [row.as_shared() for row in Contact.objects.all()]
            found = directory_report.report(contacts or read_directory(), today)
            found["centres"] = self._centres() if contacts else []
        except DatabaseError:  # nothing was ever started here: the repository's files are all there is
            found = directory_report.report(read_directory(), today)
        text = json.dumps(found, ensure_ascii=False, indent=2) if options["json"] else directory_report.as_text(found)
        self.stdout.write(text)

    @staticmethod
    def _centres() -> list[dict[str, Any]]:
        today = timezone.now().date()
        rows = []
        for centre in [*Centre.objects.all(), None]:
            own = Contact.objects.filter(centre=centre)
            rows.append(
                {
                    "name": centre.name if centre else "(no centre)",
                    "entries": own.count(),
                    "reported": Task.objects.open().filter(contact__in=own).count(),
                    "due": own.due(today).exclude(phones="", text_channels="").count(),
                    "hidden": own.filter(confidence="low").count(),
                }
            )
        return rows

    # --- files ---

    def _export(self, options: dict[str, Any]) -> None:
        rows = [row.row() for row in Contact.objects.all() if options["country"] in (None, row.country)]
        writers: dict[str, Callable[[list[exchange.Row]], bytes]] = {
            ".csv": exchange.as_csv,
            ".xlsx": exchange.as_xlsx,
            ".json": partial(_as_hsds, for_staff=options["for_staff"]),
        }
        path: Path = options["file"]
        if path.suffix not in writers:
            raise CommandError(f"{path}: the name must end in {', '.join(writers)}.")
        path.write_bytes(writers[path.suffix](rows))
        self.stdout.write(f"{path}: {len(rows)} entries")

    def _import(self, options: dict[str, Any]) -> None:
        path, country = options["file"], options["country"]
        if country not in countries():
            raise CommandError(f"'{country}' is not a country. Use two letters of ISO 3166, such as QA.")
        user = get_user_model().objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user '{options['user']}'. Name one with --user.")
        rows = exchange.read_file(path.name, path.read_bytes())
        changes = exchange.preview(rows, country=country, user=user)
        self._show(changes)
        if not options["write"]:
            self.stdout.write("Nothing was written. To write it, add --write.")
            return
        upload = Upload(name=path.name, country=country, rows=rows, by=user, at=timezone.now())
        upload.save()
        self.stdout.write(f"{services.import_changes(upload=upload, changes=changes, by=user)} entries written.")

    def _show(self, changes: Sequence[exchange.Change]) -> None:
        for change in changes:
            if change.state == "same":
                continue
            self.stdout.write(f"row {change.line}  {change.state:8} {change.identifier}")
            for text in (*change.problems, *change.warnings):
                self.stdout.write(f"    {text}")
            for column, before, after in change.differences if change.state == "changed" else ():
                self.stdout.write(f"    {column}: {before or '(empty)'} -> {after or '(empty)'}")
        counts = Counter(change.state for change in changes)
        self.stdout.write(", ".join(f"{counts[state]} {state}" for state in ("new", "changed", "same", "wrong")))

    # --- Wikidata ---

    def _wikidata(self, options: dict[str, Any]) -> None:
        began = time.monotonic()
        if options["table"]:
            listed = list(wikidata.missions_in_table(options["table"]))
        else:
            folder = settings().var / "wikidata"
            senders = options["sender"] or sorted(countries())
            wikidata.fetch(folder, senders, say=self._say, again=options["again"])
            listed = list(wikidata.kept_missions(folder))
        if options["sender"]:
            listed = [mission for mission in listed if mission.sender in options["sender"]]
        found = missions.compare(listed)
        figures = {**found.figures(), "written": missions.write(found) if options["write"] else 0}
        figures["seconds"] = round(time.monotonic() - began, 1)
        if options["json"]:
            self.stdout.write(json.dumps(figures, indent=2))
            return
        for name, value in figures.items():
            self.stdout.write(f"{name.replace('_', ' '):36}{value:>8}")
        if not options["write"]:
            self.stdout.write("Nothing was written. To add what is new, hidden until verified, add --write.")


def _as_hsds(rows: list[exchange.Row], *, for_staff: bool) -> bytes:
    return json.dumps(to_hsds(rows, for_staff=for_staff), ensure_ascii=False, indent=1).encode()
