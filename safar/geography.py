"""Distances over the globe."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

Position = tuple[float, float]  # latitude, longitude, in degrees (WGS 84)
_EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG


def distance_km(one: Position, other: Position) -> float:
    """The great-circle distance in kilometres by the haversine formula: within 0.6 % of the true one."""
    latitude, longitude = radians(other[0] - one[0]), radians(other[1] - one[1])
    half = sin(latitude / 2) ** 2 + cos(radians(one[0])) * cos(radians(other[0])) * sin(longitude / 2) ** 2
    return 2 * _EARTH_RADIUS_KM * asin(min(1.0, sqrt(half)))
