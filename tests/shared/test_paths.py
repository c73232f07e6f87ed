"""The tables of paths name tests that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("e2e", "assistant", "web", "shared")


def names_by_file() -> "dict[str, set[str]]":
    """Each test file, by its name with and without its folder, to the names of its tests."""
    found: dict[str, set[str]] = {}
    for folder in FOLDERS:
        for path in (ROOT / "tests" / folder).glob("test_*.py"):
            names = set(re.findall(r"^(?:async )?def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))
            found |= {f"{folder}/{path.name}": names, f"tests/{folder}/{path.name}": names}
            found.setdefault(path.name, set()).update(names)
    return found


@pytest.mark.parametrize(("table", "default"), [("paths.md", "test_first_contact.py"), ("conversations.md", "test_complaint.py")])
def test_every_test_that_a_table_of_paths_names_is_there(table: str, default: str) -> None:
    known, last = names_by_file(), default
    text = (ROOT / "docs" / table).read_text(encoding="utf-8")
    named = re.findall(r"`((?:\w+/)*test_\w+\.py)?(::)?(test_\w+)?`", text)
    assert len(named) > 15
    for path, joined, test in named:
        last = path or last  # `::test_x` stands after the file it is in
        file = path or (last if joined else default)
        assert file in known, f"{table}: there is no {file}"
        assert not test or test in known[file], f"{table}: there is no {test} in {file}"
