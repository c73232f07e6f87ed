"""Files of centres: what CSV, XLSX and HSDS hold, and what importing them would change. Nothing here writes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from console.directory import checks
from console.directory.models import KEEP_ALL, Contact
from safar.directory import COLUMNS, contact_from_row
from safar.directory import Contact as SharedContact
from safar.errors import ContentError
from safar.hsds import rows_from_hsds

MAX_ROWS = 5000
NUMBERS = ("latitude", "longitude")
_NEEDED = ("country", "kind", "name")

Row = dict[str, str]


@dataclass(frozen=True)
class Change:
    """What one row of a file would do.

    Attributes:
        line: where it stands in the file; the first row below the header is 2.
        state: `new`, `changed`, `same` or `wrong`.
        differences: (column, what the directory holds, what the file says).
        problems: why the row cannot be taken; only of `wrong` ones.
        warnings: what may be right and should be looked at.
    """

    line: int
    identifier: str
    name: str
    state: str
    differences: tuple[tuple[str, str, str], ...] = ()
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


# --- reading ---


def read_file(name: str, content: bytes) -> list[Row]:
    """The rows of a file, by the ending of its name.

    Raises:
        ContentError: what is wrong with the file and what to do.
    """
    readers = {".csv": _read_csv, ".xlsx": _read_xlsx, ".json": _read_hsds}
    reader = next((known for ending, known in readers.items() if name.lower().endswith(ending)), None)
    if reader is None:
        raise ContentError(
            f"{name}: only .csv, .xlsx and .json (HSDS) can be read. In a spreadsheet, choose Save as, then CSV or Excel."
        )
    rows = [row for row in reader(content) if any(row.values())]
    if not rows:
        raise ContentError(f"{name}: there is no row below the header.")
    if len(rows) > MAX_ROWS:
        raise ContentError(f"{name}: {len(rows)} rows are too many at once; divide it into files of at most {MAX_ROWS}.")
    return rows


def _read_csv(content: bytes) -> Iterator[Row]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ContentError("The file is not UTF-8. In a spreadsheet, choose Save as, then “CSV UTF-8”.") from error
    header = text.partition("\n")[0]
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=";" if header.count(";") > header.count(",") else ",")
    try:
        return _rows(list(lines))
    except csv.Error as error:
        raise ContentError(f"The file cannot be read as a table ({error}). Open it in a spreadsheet and save it anew.") from error


def _read_xlsx(content: bytes) -> Iterator[Row]:
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise ContentError("The file is not an Excel workbook (.xlsx). Open it and save it anew.") from error
    return _rows([[_cell(value) for value in line] for line in book.worksheets[0].iter_rows(values_only=True)])


def _cell(value: Any) -> str:
    """As a person reads it: 999.0 is the number 999, a date is written 2026-11-22."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return str(value)


def _read_hsds(content: bytes) -> Iterator[Row]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ContentError("The file is not JSON.") from error
    return iter(rows_from_hsds(document))


def _rows(lines: list[list[str]]) -> Iterator[Row]:
    header = [cell.strip().lower() for cell in lines[0]] if lines else []
    header = ["id" if cell == "identifier" else cell for cell in header]
    unknown = [cell for cell in header if cell and cell not in COLUMNS]
    if unknown:
        raise ContentError(f"The column '{unknown[0]}' is not known. The columns are: {', '.join(COLUMNS)}.")
    missing = [name for name in _NEEDED if name not in header]
    if missing:
        raise ContentError(f"The column '{missing[0]}' is missing. The first row must hold the names of the columns.")
    for line in lines[1:]:
        yield {name: cell.strip() for name, cell in zip(header, line, strict=False) if name}


# --- comparing ---


def preview(rows: list[Row], *, country: str, user: AbstractBaseUser) -> list[Change]:
    """What importing these rows would change, row by row.

    Args:
        country: the one country that the file is about; rows of another are wrong.
        user: only the entries of their centres can change.
    """
    prepared = [with_id(row) for row in rows]
    known = {row.identifier: row for row in Contact.objects.filter(identifier__in=[row["id"] for row in prepared])}
    own = set(Contact.objects.editable_by(user).filter(identifier__in=known).values_list("identifier", flat=True))
    lines: dict[str, int] = {}
    changes = []
    for line, row in enumerate(prepared, start=2):
        problems = _refusals(row, country, known.get(row["id"]), row["id"] in own, lines.get(row["id"]))
        lines.setdefault(row["id"], line)
        changes.append(_change(line, row, known.get(row["id"]), problems))
    return changes


def may_add(user: AbstractBaseUser) -> bool:
    return bool(user.has_perm(KEEP_ALL) or user.centres.exists())  # type: ignore[attr-defined]


def with_id(row: Row) -> Row:
    """A row without an id gets one from what it says."""
    if row.get("id"):
        return row
    words = re.sub(r"[^a-z0-9]+", "-", row.get("name", "").lower()).strip("-")[:60]
    digest = hashlib.sha256(row.get("name", "").encode()).hexdigest()[:8]
    return {**row, "id": f"{row.get('country', '').lower()}-{row.get('kind', '')}-{words or digest}"}


def _refusals(row: Row, country: str, known: Contact | None, is_own: bool, before: int | None) -> list[str]:
    """What is wrong before the content is looked at: place, owner, doubles."""
    found = []
    if before:
        found.append(f"The id '{row['id']}' stands in row {before} already.")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,120}", row["id"]):
        found.append("The id may hold letters, digits, - and _ only, at most 120.")
    if row.get("country", "").upper() != country:
        found.append(f"This row is of '{row.get('country', '')}', but the import is for {country}.")
    if known and known.country != country:
        found.append(f"The entry '{row['id']}' belongs to {known.country}, not to {country}.")
    if known and not is_own:
        found.append("This entry belongs to another centre.")
    return found


def _change(line: int, row: Row, known: Contact | None, problems: list[str]) -> Change:
    merged = merged_row(row, known)
    contact, wrong = _checked(merged)
    problems = [*problems, *wrong]
    if problems or contact is None:
        return Change(line, row["id"], row.get("name", ""), "wrong", problems=tuple(problems))
    before = known.row() if known else dict.fromkeys(COLUMNS, "")
    differences = tuple((name, before[name], merged[name]) for name in COLUMNS if name != "id" and before[name] != merged[name])
    state = "new" if known is None else "changed" if differences else "same"
    warnings = tuple(checks.warnings(contact)) if differences else ()
    return Change(line, row["id"], row.get("name", ""), state, differences, warnings=warnings)


def merged_row(row: Row, known: Contact | None) -> Row:
    """The whole row: columns that the file does not have stay as they are, and have their usual value in a new entry."""
    usual = {**dict.fromkeys(COLUMNS, ""), "serves": "*", "free": "unknown", "confidence": "medium"}
    given = {**row, "country": row.get("country", "").upper()}
    given.update({name: _plain_number(given[name]) for name in NUMBERS if given.get(name)})
    return {**(known.row() if known else usual), **given}


def _plain_number(text: str) -> str:
    """25.290 and 25.29 are the same place."""
    try:
        return str(float(text.replace(",", ".")))
    except ValueError:
        return text


def _checked(row: Row) -> tuple[SharedContact | None, list[str]]:
    wrong = [f"{name}: '{row[name]}' is not a number." for name in NUMBERS if row[name] and not _is_number(row[name])]
    too_long = [f"{name}: {len(row[name])} characters; at most {limit}." for name, limit in _limits() if len(row[name]) > limit]
    if wrong or too_long:
        return None, [*wrong, *too_long]
    try:
        contact = contact_from_row(row)
    except ContentError as error:
        return None, [str(error).partition(": ")[2] or str(error)]
    return contact, checks.problems(contact)


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"-?\d+(\.\d+)?", text))


def _limits() -> Iterator[tuple[str, int]]:
    for name in COLUMNS:
        limit = getattr(Contact._meta.get_field("identifier" if name == "id" else name), "max_length", None)
        if limit:
            yield name, limit


def digest(changes: Iterable[Change]) -> str:
    """Of a preview: what is written must be what was shown."""
    return hashlib.sha256(json.dumps([asdict(change) for change in changes]).encode()).hexdigest()


# --- writing files ---


def as_csv(rows: Iterable[Row]) -> bytes:
    """Rows as the repository keeps them, and as spreadsheets read them (UTF-8 with its mark)."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Iterable[Row]) -> bytes:
    """Rows as a workbook; every cell is text, so that no number loses its + or its zeros."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("directory")
    sheet.append(COLUMNS)
    for row in rows:
        sheet.append([row[name] for name in COLUMNS])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
