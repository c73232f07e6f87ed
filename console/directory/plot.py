"""A map without a map: entries by their coordinates, as SVG of our own. No tile server learns what we look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, cos, floor, log10, radians

from console.directory.models import Contact
from safar.languages import country_name

WIDTH = 1000.0  # units of the picture; it scales with the screen
_MOST_HEIGHT = 560.0
_LETTER, _LINE = 7.5, 15.0  # about the size of a letter of the labels
_MARGIN_DEG = 0.05
_LEAST_SPAN_DEG = 0.4
_LINES = 6


@dataclass(frozen=True)
class Dot:
    """One entry at its place; entries at the same place stand in a circle around it."""

    x: float
    y: float
    state: str
    title: str
    pk: int


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    text: str
    code: str = ""


@dataclass(frozen=True)
class Plot:
    height: float
    dots: list[Dot]
    labels: list[Label]
    meridians: list[Label]
    parallels: list[Label]
    width: float = WIDTH


def plot(rows: Sequence[Contact], today: date, *, by_country: bool) -> Plot | None:
    """Where entries with coordinates are; None without any.

    Args:
        by_country: label countries (a view of the world) instead of cities.
    """
    if not rows:
        return None
    frame = _Frame([(row.latitude or 0.0, row.longitude or 0.0) for row in rows])
    return Plot(
        height=frame.height,
        dots=_dots(rows, frame, today),
        labels=_labels(rows, frame, by_country=by_country),
        meridians=[Label(frame.x(degrees), frame.height, f"{degrees:g}°") for degrees in _steps(frame.west, frame.east)],
        parallels=[Label(0, frame.y(degrees), f"{degrees:g}°") for degrees in _steps(frame.south, frame.north)],
    )


class _Frame:
    """Plate carrée, stretched so that distances are right in the middle."""

    def __init__(self, places: list[tuple[float, float]]) -> None:
        latitudes, longitudes = zip(*places, strict=True)
        self.south, self.north = _widened(min(latitudes), max(latitudes))
        west, east = _widened(min(longitudes), max(longitudes))
        squeeze = max(cos(radians((self.south + self.north) / 2)), 0.3)
        # A tall country gets more of its neighbours to the left and right, not a picture of two screens.
        missing = max((self.north - self.south) * WIDTH / (_MOST_HEIGHT * squeeze) - (east - west), 0.0) / 2
        self.west, self.east = west - missing, east + missing
        self.scale = WIDTH / (self.east - self.west)
        self.stretch = self.scale / squeeze
        self.height = round((self.north - self.south) * self.stretch, 1)

    def x(self, longitude: float) -> float:
        return round((longitude - self.west) * self.scale, 1)

    def y(self, latitude: float) -> float:
        return round((self.north - latitude) * self.stretch, 1)


def _widened(low: float, high: float) -> tuple[float, float]:
    missing = max(_LEAST_SPAN_DEG - (high - low), 0.0) / 2
    margin = (high - low + 2 * missing) * _MARGIN_DEG
    return low - missing - margin, high + missing + margin


def _steps(low: float, high: float) -> list[float]:
    """Round degrees between two values, about six of them."""
    rough = (high - low) / _LINES
    power = 10 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    return [round(step * number, 6) for number in range(ceil(low / step), floor(high / step) + 1)]


def _dots(rows: Sequence[Contact], frame: _Frame, today: date) -> list[Dot]:
    seen: dict[tuple[float, float], int] = {}
    dots = []
    for row in rows:
        place = (frame.x(row.longitude or 0.0), frame.y(row.latitude or 0.0))
        number = seen[place] = seen.get(place, -1) + 1
        # Rings of six, then twelve: what shares a city stays apart and can be pressed.
        ring, step = (0, 0) if number == 0 else (1, number - 1) if number <= 6 else (2, number - 7)
        turn = radians(step * 60 / (ring or 1))
        dots.append(
            Dot(
                x=round(place[0] + ring * 11 * cos(turn), 1),
                y=round(place[1] + ring * 11 * cos(turn - radians(90)), 1),
                state="low" if row.confidence == "low" else "fresh" if row.as_shared().is_fresh(today) else "due",
                title=f"{row.name} · {row.get_kind_display()} · {row.city or row.country} · checked {row.checked_on or 'never'}",
                pk=row.pk,
            )
        )
    return dots


def _labels(rows: Sequence[Contact], frame: _Frame, *, by_country: bool) -> list[Label]:
    places: dict[str, list[Contact]] = {}
    for row in rows:
        name = row.country if by_country else row.city
        if name:
            places.setdefault(name, []).append(row)
    labels: list[Label] = []
    for name, listed in sorted(places.items(), key=lambda item: -len(item[1])):
        text = f"{country_name(name, 'en') if by_country else name} ({len(listed)})"
        x = frame.x(sum(row.longitude or 0.0 for row in listed) / len(listed))
        y = frame.y(sum(row.latitude or 0.0 for row in listed) / len(listed))
        label = Label(min(x, WIDTH - _LETTER * len(text)), max(y, 2 * _LINE), text, name if by_country else "")
        # Where many are close, the place with most entries is named; the others say their name under the mouse.
        if not any(_overlap(label, other) for other in labels):
            labels.append(label)
    return labels


def _overlap(one: Label, other: Label) -> bool:
    first, second = sorted((one, other), key=lambda label: label.x)
    return abs(one.y - other.y) < _LINE and second.x < first.x + _LETTER * len(first.text)
