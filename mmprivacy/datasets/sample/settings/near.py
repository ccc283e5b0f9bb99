"""Near views: a desk from above, a table in a room, the capture of a screen."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from mmprivacy.datasets.sample import textures as tx
from mmprivacy.datasets.sample.settings.base import (
    Backdrop,
    Light,
    Place,
    paint_quad,
    shade,
)
from mmprivacy.datasets.sample.settings.room import indoor_light
from mmprivacy.datasets.sample.textures import Rng, hsv


def table_top(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw the top of a table: wood, cloth or laminate."""
    kind = rng.integers(4)
    if kind < 2:
        colour = hsv(
            rng.uniform(0.04, 0.1), rng.uniform(0.25, 0.65), rng.uniform(0.3, 0.85)
        )
        plank = float(h) / rng.uniform(2.5, 5) if kind else None
        return tx.wood(rng, h, w, colour, plank)
    colour = hsv(rng.random(), rng.uniform(0.05, 0.55), rng.uniform(0.3, 0.9))
    if kind == 2:
        return tx.fabric(
            rng, h, w, colour, str(rng.choice(['plain', 'stripes', 'check']))
        )
    return tx.plaster(rng, h, w, colour)


def desk(rng: Rng, h: int, w: int) -> Backdrop:
    """Draw a desk seen from above, with the light falling in from one side."""
    image = table_top(rng, h, w).astype(np.float32)
    light = indoor_light(rng)
    if rng.random() < 0.45:
        mat = tx.fabric(rng, 120, 160, hsv(rng.random(), rng.uniform(0.1, 0.5), 0.45))
        x0, y0 = rng.uniform(-0.1, 0.3) * w, rng.uniform(-0.1, 0.3) * h
        x1, y1 = x0 + w * rng.uniform(0.5, 0.9), y0 + h * rng.uniform(0.5, 0.9)
        quad = np.array([(x0, y0), (x1, y0 + 5), (x1 - 4, y1), (x0 + 3, y1 + 4)])
        shade(image, quad + 4, 0.35, 4)
        paint_quad(image, quad, mat)
    _side_light(image, rng, light)
    scale = w / rng.uniform(0.36, 0.5)
    box = (w * 0.08, h * 0.08, w * 0.92, h * 0.92)
    places = (
        Place('flat', box, (scale, scale), 0.96, True),
        Place(
            'surface',
            (w * 0.12, h * 0.4, w * 0.88, h * 0.97),
            (scale, scale),
            0.96,
            True,
        ),
    )
    return Backdrop('desk', image, light, places, -h * 4.0)


def _side_light(image: np.ndarray, rng: Rng, light: Light) -> None:
    """Light a table from one side, perhaps through the bars of a window."""
    h, w = image.shape[:2]
    x = np.linspace(-1, 1, w, dtype=np.float32)[None, :] * light.side
    y = np.linspace(1, -1, h, dtype=np.float32)[:, None]
    field = 1 + 0.16 * x + 0.1 * y
    if rng.random() < 0.3:
        t = (
            np.linspace(0, rng.uniform(4, 9), w)[None, :]
            + np.linspace(0, 3, h)[:, None]
        )
        bars = np.clip(4 * np.sin(t) + rng.uniform(0, 2), 0, 1).astype(np.float32)
        field = field * (0.78 + 0.28 * cv2.GaussianBlur(bars, (0, 0), w / 60))
    image *= field[..., None] * np.array(light.colour, np.float32)


def with_table(
    rng: Rng, h: int, w: int, setting: Callable[[Rng, int, int], Backdrop]
) -> Backdrop:
    """Draw a room out of focus behind a table that fills the lower part."""
    room = setting(rng, h // 2, w // 2)
    blurred = cv2.GaussianBlur(room.image, (0, 0), min(h, w) / rng.uniform(90, 180))
    image = cv2.resize(blurred, (w, h), interpolation=cv2.INTER_CUBIC)
    top = h * rng.uniform(0.3, 0.44)
    tilt = h * rng.uniform(-0.02, 0.02)
    inset = w * rng.uniform(0.0, 0.12)
    quad = [(-w * 0.1 + inset, top + tilt), (w * 1.1 - inset, top - tilt)]
    quad += [(w * 1.6, h * 1.02), (-w * 0.6, h * 1.02)]
    edge = [(0, top - 4), (w, top - 4), (w, top + 3), (0, top + 3)]
    shade(image, edge, 0.25, 5)
    surface = table_top(rng, int(h * 1.0), int(w * 1.1))
    layer = surface * np.array(room.light.colour, np.float32)
    paint_quad(image, quad, layer)
    y = np.clip((np.arange(h) - top) / (h - top), 0, 1).astype(np.float32)
    x = np.linspace(-1, 1, w, dtype=np.float32)[None, :] * room.light.side
    on_table = (np.arange(h) > top)[:, None]
    image *= np.where(on_table, 1.05 - 0.15 * y[:, None] + 0.12 * x, 1.0)[..., None]
    near = w / rng.uniform(0.36, 0.5)
    far = near * rng.uniform(0.62, 0.75)
    span = h - top
    places = (
        Place(
            'flat',
            (w * 0.1, top + span * 0.25, w * 0.9, h * 0.93),
            (far * 1.1, near),
            float(rng.uniform(0.6, 0.8)),
            True,
        ),
        Place(
            'surface',
            (w * 0.08, top + span * 0.1, w * 0.92, h * 0.97),
            (far, near),
            0.6,
            True,
        ),
    )
    return Backdrop(room.name, image, room.light, (*places, *_doubled(room)), top)


def _doubled(room: Backdrop) -> list[Place]:
    """List the walls of a room that was drawn at half the size."""
    return [
        Place('wall', tuple(2 * v for v in wall.box), tuple(2 * v for v in wall.scale))
        for wall in room.of('wall')
    ]


def screen_capture(rng: Rng, h: int, w: int) -> Backdrop:
    """Draw a computer screen: wallpaper, a bar, and windows that can hold content."""
    hue = rng.random()
    field = tx.fractal(rng, h, w, rng.uniform(1.2, 3), 5, rng.choice([1.0, 2.0]))
    image = tx.ramp(
        field, hsv(hue, 0.6, 0.25), hsv(hue + 0.08, 0.5, 0.6), hsv(hue + 0.2, 0.3, 0.9)
    ).astype(np.float32)
    bar = max(int(h * 0.05), 12)
    low = rng.random() < 0.6
    _taskbar(image, rng, h - bar if low else 0, bar)
    top, bottom = (8, h - bar - 8) if low else (bar + 8, h - 8)
    boxes = _window_boxes(rng, w, top, bottom)
    places = []
    for x0, y0, x1, y1 in boxes:
        content = _window(image, rng, (int(x0), int(y0), int(x1), int(y1)))
        scale = (content[3] - content[1]) / 0.5
        places.append(Place('screen', content, (scale, scale), 1.0, True))
    light = Light(0.0, (1.0, 1.0, 1.0), 0.0, False)
    return Backdrop('screen_capture', image, light, tuple(places), 0.0)


def _window_boxes(
    rng: Rng, w: int, top: int, bottom: int
) -> list[tuple[float, float, float, float]]:
    """Lay out two or three windows, side by side or one above the other."""
    h = bottom - top
    m = w * 0.02
    if w > h:
        cut = w * rng.uniform(0.42, 0.58)
        left = (
            m,
            top + rng.uniform(0, 0.06) * h,
            cut - m / 2,
            bottom - rng.uniform(0, 0.08) * h,
        )
        right = (
            cut + m / 2,
            top + rng.uniform(0, 0.06) * h,
            w - m,
            bottom - rng.uniform(0, 0.08) * h,
        )
    else:
        cut = top + h * rng.uniform(0.42, 0.58)
        left = (m + rng.uniform(0, 0.05) * w, top, w - m, cut - m / 2)
        right = (m, cut + m / 2, w - m - rng.uniform(0, 0.05) * w, bottom)
    return [left, right]


def _taskbar(image: np.ndarray, rng: Rng, y: int, bar: int) -> None:
    """Paint a bar with coloured icons and a row of marks for the clock."""
    w = image.shape[1]
    image[y : y + bar] = image[y : y + bar] * 0.25 + rng.choice([20.0, 235.0]) * 0.75
    size = bar * 0.6
    for k in range(int(rng.integers(5, 10))):
        x, c = bar * 0.4 + k * bar, y + bar / 2
        colour = hsv(
            rng.random(), rng.uniform(0.4, 0.9), rng.uniform(0.5, 0.95)
        ).tolist()
        a = (int(x), int(c - size / 2))
        b = (int(x + size), int(c + size / 2))
        if rng.random() < 0.5:
            cv2.rectangle(image, a, b, colour, -1, cv2.LINE_AA)
        else:
            centre = (int(x + size / 2), int(c))
            cv2.circle(image, centre, int(size / 2), colour, -1, cv2.LINE_AA)
    image[y + bar // 3 : y + 2 * bar // 3, w - 3 * bar : w - bar // 2 : 3] = 128


def _window(
    image: np.ndarray, rng: Rng, box: tuple[int, int, int, int]
) -> tuple[float, float, float, float]:
    """Paint an application window and return the box of its content."""
    x0, y0, x1, y1 = box
    corner = [(x0, y0 + 4), (x1, y0 + 4), (x1, y1 + 6), (x0, y1 + 6)]
    shade(image, corner, 0.45, 7)
    title = max(int((y1 - y0) * 0.07), 9)
    dark = rng.random() < 0.35
    chrome = np.full(3, 48.0 if dark else 224.0, np.float32) + rng.uniform(-8, 8, 3)
    image[y0 : y0 + title, x0:x1] = chrome
    radius = max(title // 4, 2)
    for k, hue in enumerate((0.0, 0.13, 0.35)):
        centre = (int(x1 - (k + 1) * title * 0.7), y0 + title // 2)
        cv2.circle(image, centre, radius, hsv(hue, 0.6, 0.85).tolist(), -1, cv2.LINE_AA)
    a = (x0 + title, y0 + title // 2 - radius // 2)
    b = (x0 + title + (x1 - x0) // 4, y0 + title // 2 + radius // 2)
    cv2.rectangle(image, a, b, (chrome * 0.75 + 30).tolist(), -1)
    y = y0 + title
    body = image[y:y1, x0:x1]
    colour = hsv(rng.random(), rng.uniform(0.05, 0.35), rng.uniform(0.45, 0.8))
    body[:] = cv2.GaussianBlur(tx.plaster(rng, y1 - y, x1 - x0, colour), (0, 0), 2)
    _page(body, rng, colour)
    return (float(x0), float(y), float(x1), float(y1))


def _page(body: np.ndarray, rng: Rng, colour: np.ndarray) -> None:
    """Fill a window with a column of pictures and paragraphs of grey lines."""
    h, w = body.shape[:2]
    ink = np.clip(colour * rng.uniform(0.5, 0.75), 0, 255).tolist()
    shelf = int(w * rng.uniform(0.2, 0.34))
    mirrored = rng.random() < 0.5
    body[:, :shelf] *= rng.uniform(0.8, 0.95)
    side = max(int(shelf * 0.7), 4)
    for y in range(side // 4, h - side, int(side * 1.3)):
        part = body[y : y + side, shelf // 8 : shelf // 8 + side]
        field = tx.fractal(rng, *part.shape[:2], 2, 3)
        hue = rng.random()
        part[:] = tx.ramp(field, hsv(hue, 0.5, 0.35), hsv(hue + 0.1, 0.3, 0.9))
    step = max(h // 22, 5)
    for y in range(step, h - step, step):
        if rng.random() < 0.16:
            continue
        x1 = int(shelf + (w - shelf) * rng.uniform(0.45, 0.94))
        cv2.line(body, (shelf + step, y), (x1, y), ink, max(step // 3, 1), cv2.LINE_AA)
    if mirrored:
        body[:] = body[:, ::-1].copy()
