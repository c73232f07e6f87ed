"""What people write around their problem, whatever it is: greetings, who and where they are, thanks.

In examples a topic's words stand nearly alone, so that a classifier takes "thank you" after unpaid wages for thanks, and "I am a
housemaid" before a question for one about housemaids. So some examples are learned with such words around them.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from zlib import crc32

import yaml

from components.normalisation import normalise
from safar.errors import ContentError
from safar.settings import ROOT

FRAMES = ROOT / "data" / "frames"
PLACE = "{place}"
LISTS = ("before", "after", "place", "names", "work")
_FRAMED = 35  # of a hundred short examples
_LONGEST = 80  # characters: longer ones hold such words already, and to frame them costs a tenth of a training
_BEFORE, _AFTER, _PLACE, _WORK = 0.5, 0.6, 0.4, 0.25
_WHO_FIRST = 0.6  # otherwise one tells who and where one is after the problem
_JOINTS = (". ", ". ", ", ", " ")  # a third of people type no marks
_END_MARKS = " .,!?؟،۔।॥။፣።"


class Frames:
    """The words around a problem, in one language.

    Args:
        path: a file of lists of texts: `before`, `after`, `place` (each with `{place}`), `names` of places, and `work` (that one
            works in a household, which is also a topic of its own).

    Raises:
        ContentError: a list is missing or empty, or a text of `place` has no `{place}`.
    """

    def __init__(self, path: Path) -> None:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for name in LISTS:
            if not content.get(name):
                raise ContentError(f"{path}: the list '{name}' is missing or empty.")
        for text in content["place"]:
            if PLACE not in text:
                raise ContentError(f"{path}: '{text}' under place must hold {PLACE}.")
        self._lists = {name: [normalise(text) for text in content[name]] for name in LISTS}

    def around(self, text: str) -> str | None:
        """A normalised text with words of the language around it; None for long texts and two of three others: these stay alone.

        The same text is always framed in the same way, so that a model can be trained again.
        """
        number = crc32(text.encode())
        if len(text) > _LONGEST or number % 100 >= _FRAMED:
            return None
        dice = Random(number)  # noqa: S311 (no secret)
        before = [dice.choice(self._lists["before"])] if dice.random() < _BEFORE else []
        after = [dice.choice(self._lists["after"])] if dice.random() < _AFTER else []
        who = [dice.choice(self._lists["work"])] if dice.random() < _WORK else []
        if dice.random() < _PLACE or not before + after + who:
            who.append(dice.choice(self._lists["place"]).replace(PLACE, dice.choice(self._lists["names"])))
        if dice.random() < _WHO_FIRST:
            before += who
        else:
            after = who + after
        joined = text
        for piece in reversed(before):
            joined = piece + dice.choice(_JOINTS) + joined
        for piece in after:
            joined = joined.rstrip(_END_MARKS) + dice.choice(_JOINTS) + piece
        return joined


def all_frames(folder: Path = FRAMES) -> dict[str, Frames]:
    """The frames of all languages that have a file, by language."""
    return {path.stem: Frames(path) for path in sorted(folder.glob("*.yml"))}
