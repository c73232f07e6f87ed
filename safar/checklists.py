"""Lists to tick, in stages (data/checklists.yml): going abroad, what to take to the labour office, what to keep as proof."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from safar.errors import ContentError
from safar.settings import ROOT


@dataclass(frozen=True)
class Item:
    """One thing to tick. `id` is `<list>_<stage>_<item>`: it is stored when ticked, and its text is the string `list_<id>`."""

    id: str
    text: str


@dataclass(frozen=True)
class Stage:
    """A part of a list, done in one go; its title is the string `list_<id>`."""

    id: str
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Checklist:
    """A list; its title is the string `list_<id>`, sources are pairs of title and address.

    Attributes:
        reminders: it takes weeks, so that reminders are offered.
    """

    id: str
    title: str
    stages: tuple[Stage, ...]
    sources: tuple[tuple[str, str], ...]
    reminders: bool

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for stage in self.stages for item in stage.items)

    def next_stage(self, done: Collection[str]) -> Stage | None:
        """The first stage in which something is left to do; None when all is done."""
        return next((stage for stage in self.stages if any(item.id not in done for item in stage.items)), None)

    def next_item(self, done: Collection[str]) -> Item | None:
        """The first thing left to do; None when all is done."""
        return next((item for item in self.items if item.id not in done), None)


@lru_cache(maxsize=1)
def checklists(path: Path = ROOT / "data" / "checklists.yml") -> dict[str, Checklist]:
    """All lists by id.

    Raises:
        ContentError: a list has no source or a stage no item.
    """
    result = {}
    for name, entry in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        stages = tuple(
            Stage(
                f"{name}_{stage}",
                part["title"],
                tuple(Item(f"{name}_{stage}_{item}", text) for item, text in part["items"].items()),
            )
            for stage, part in entry["stages"].items()
        )
        sources = tuple((source["title"], source["url"]) for source in entry["sources"])
        if not sources or not all(stage.items for stage in stages):
            raise ContentError(f"{path}: '{name}' needs a source, and an item in each stage.")
        result[name] = Checklist(name, entry["title"], stages, sources, bool(entry.get("reminders", False)))
    return result


def strings() -> dict[str, str]:
    """The English titles and items by interface key."""
    result = {}
    for known in checklists().values():
        result[f"list_{known.id}"] = known.title
        for stage in known.stages:
            result[f"list_{stage.id}"] = stage.title
            result.update({f"list_{item.id}": item.text for item in stage.items})
    return result
