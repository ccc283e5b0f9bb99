"""The twelve settings of a scene."""

from __future__ import annotations

from collections.abc import Callable

from mmprivacy.datasets.sample.settings import indoor, near, outdoor, rooms, venues
from mmprivacy.datasets.sample.settings.base import Backdrop, Light, Place
from mmprivacy.datasets.sample.textures import Rng

#: Painters by name of the setting: ``(rng, h, w) -> Backdrop``.
SETTINGS: dict[str, Callable[[Rng, int, int], Backdrop]] = {
    'street': outdoor.street,
    'beach': outdoor.beach,
    'park': outdoor.park,
    'bedroom': indoor.bedroom,
    'office': rooms.office,
    'hospital_ward': indoor.hospital,
    'concert': venues.concert,
    'shop': rooms.shop,
    'kitchen': rooms.kitchen,
    'car_park': venues.car_park,
    'desk': near.desk,
    'screen_capture': near.screen_capture,
}


def draw_backdrop(name: str, rng: Rng, h: int, w: int, table: bool) -> Backdrop:
    """Draw a setting.

    Args:
        name: One of :data:`SETTINGS`.
        rng: Source of randomness.
        h: Height in pixels.
        w: Width in pixels.
        table: Whether to draw a room as the blurred background of a near table.

    Returns:
        The backdrop.
    """
    if table:
        return near.with_table(rng, h, w, SETTINGS[name])
    return SETTINGS[name](rng, h, w)


__all__ = ['SETTINGS', 'Backdrop', 'Light', 'Place', 'draw_backdrop']
