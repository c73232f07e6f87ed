"""Which room may import what. The assistant's environment has no Django, the web environment no Rasa."""

import ast
from pathlib import Path

import pytest

from safar.settings import ROOT

FORBIDDEN = {
    "safar": {"django", "wagtail", "rasa", "rasa_sdk", "telegram", "bot", "console", "components", "actions"},
    "components": {"django", "wagtail", "telegram", "bot", "console", "actions"},
    "actions": {"django", "wagtail", "telegram", "bot", "console", "rasa"},
    "bot": {"rasa", "rasa_sdk", "components", "actions"},
    "console": {"rasa", "rasa_sdk", "components", "actions", "telegram"},
}


def imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("room", list(FORBIDDEN))
def test_no_import_crosses_a_border(room: str) -> None:
    files = list((ROOT / room).rglob("*.py"))
    assert len(files) > 3
    crossing = {str(path.relative_to(ROOT)): imports(path) & FORBIDDEN[room] for path in files}
    assert {path: names for path, names in crossing.items() if names} == {}


def test_lock_files_hold_hashes_and_no_addresses() -> None:
    locks = list((ROOT / "requirements").glob("*.txt"))
    assert len(locks) == 5
    for lock in locks:
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text, lock.name
        assert text.count("--hash=sha256:") > 0, lock.name
    assert '"resolved"' not in (ROOT / "widget" / "package-lock.json").read_text(encoding="utf-8")


def test_every_setting_is_documented() -> None:
    import re

    code = (ROOT / "safar" / "settings.py").read_text(encoding="utf-8")
    names = set(re.findall(r'"((?:SAFAR|TELEGRAM|DATABASE)_[A-Z_]+)"', code))
    documented = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    inside_only = {"SAFAR_ACTIONS_URL", "SAFAR_TRACKER_DB"}  # set by the supervisor for its children
    assert names - inside_only
    assert {name for name in names - inside_only if f"`{name}`" not in documented} == set()


def test_every_make_target_is_documented() -> None:
    import re

    targets = re.findall(r"^([a-z-]+):.*?(##.*)?$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(targets) > 5
    assert [name for name, help_text in targets if not help_text] == []
