"""Put sprites into a scene: where, how large, how turned, with which shadow."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from mmprivacy.datasets.sample.scene import Patch
from mmprivacy.datasets.sample.settings.base import Backdrop, Light, Place
from mmprivacy.datasets.sample.sprite import ElementKind, Sprite
from mmprivacy.datasets.sample.textures import Rng

#: In near views a thing of REFERENCE metres keeps its size; others are drawn nearer
#: to it in size by this power of the ratio.
REFERENCE, COMPRESSION = 0.13, 0.55
#: Least height in pixels at which an element can be drawn.
LEAST_HEIGHT = 24
#: What is taller, in metres, stands at the far end of the ground.
FAR_HEIGHT = 5.0
#: Kinds that fill the lower edge of the picture instead of standing on the ground.
NEAR_KINDS = frozenset({'face_closeup', 'person_half', 'tattooed_arm', 'injured_arm'})


@dataclass(frozen=True)
class Spot:
    """Where a sprite goes.

    Attributes:
        mode: ``'stand'``, ``'near'``, ``'lie'``, ``'hang'`` or ``'show'``.
        x: Column of the anchor in pixels.
        y: Row of the anchor: lower edge of what stands or is near, else the centre.
        height: Height to draw in pixels.
        squash: Height over width of a lying square.
        box: For ``'show'``: the window to stay in, xyxy.
    """

    mode: str
    x: float
    y: float
    height: float
    squash: float = 1.0
    box: tuple[float, float, float, float] | None = None


def choose_place(
    rng: Rng, kind: ElementKind, backdrop: Backdrop, taken: int
) -> tuple[str, Place | None]:
    """Choose where an element of a kind can go in a backdrop.

    Args:
        rng: Source of randomness.
        kind: The kind of element.
        backdrop: The setting.
        taken: Number of windows of a screen that hold something already.

    Returns:
        Mode of :class:`Spot` and the place; ``('near', None)`` at the lower edge.
    """
    screens = backdrop.of('screen')
    if screens:
        return 'show', screens[taken % len(screens)]
    if kind.name in NEAR_KINDS:
        return 'near', None
    order = {
        'ground': ('ground', 'surface'),
        'surface': ('surface', 'flat', 'ground'),
        'flat': ('flat', 'surface'),
        'wall': ('wall', 'flat', 'ground'),
        'screen': ('flat', 'surface'),
    }[kind.support]
    modes = {'ground': 'stand', 'surface': 'stand', 'flat': 'lie', 'wall': 'hang'}
    for support in order:
        places = backdrop.of(support)
        if places:
            place = places[int(rng.integers(len(places)))]
            if support == 'surface' and kind.support in ('flat', 'screen'):
                return 'lie', place
            return modes[support], place
    return 'near', None


def find_spot(
    rng: Rng,
    kind: ElementKind,
    backdrop: Backdrop,
    choice: tuple[str, Place | None],
    size: tuple[float, float] | None,
) -> Spot:
    """Draw a spot.

    Args:
        rng: Source of randomness.
        kind: The kind of element.
        backdrop: The setting.
        choice: Result of :func:`choose_place`.
        size: Range of the size, see :data:`plans.SIZES`, or None for natural size.

    Returns:
        The spot.
    """
    mode, place = choice
    h, w = backdrop.image.shape[:2]
    real = rng.uniform(*kind.height)
    if place is None:
        share = rng.uniform(*(size or (0.35, 0.55)))
        low = h * rng.uniform(1.0, 1.06)
        return Spot('near', w * rng.uniform(0.22, 0.78), low, share * h)
    x0, y0, x1, y1 = place.box
    if mode == 'show':
        return Spot(
            'show',
            (x0 + x1) / 2,
            y1,
            (y1 - y0) * rng.uniform(0.86, 0.97),
            1.0,
            place.box,
        )
    x = rng.uniform(min(x0, x1), max(x0, x1))
    if mode == 'stand' and place.support == 'ground':
        return _on_ground(
            rng, place, x, real, None if size is None else (size[0] * h, size[1] * h)
        )
    t = rng.random()
    scale = place.scale[0] + t * (place.scale[1] - place.scale[0])
    y = y0 + t * (y1 - y0)
    if place.close:
        real = REFERENCE * (real / REFERENCE) ** COMPRESSION
    height = real * scale
    if size is not None and place.close and mode == 'stand':
        height = rng.uniform(*size) * h
    elif mode == 'hang' or not place.close:
        height *= 1.5
    if size is not None and mode == 'hang':
        height = rng.uniform(*size) * h
        y = max(y, min(height * 0.55, h * 0.4))
    return Spot(mode, x, y, height, place.squash)


def _on_ground(
    rng: Rng, place: Place, x: float, real: float, size: tuple[float, float] | None
) -> Spot:
    """Find the row of the ground where something has the wanted size."""
    _, y0, _, y1 = place.box
    if size is None:
        t = rng.random() ** 1.3 * (0.12 if real > 1.4 else 0.6)
        y = y0 + t * (y1 - y0)
        scale = place.scale[0] + t * (place.scale[1] - place.scale[0])
        return Spot('stand', x, y, real * scale)
    height = rng.uniform(*size)
    if real > FAR_HEIGHT:
        return Spot('stand', x, y0, height)
    low, high = (real * scale for scale in place.scale)
    height = float(np.clip(height, low, high * 1.25))
    t = (height / real - place.scale[0]) / max(place.scale[1] - place.scale[0], 1e-6)
    return Spot('stand', x, y0 + t * (y1 - y0), height)


def quad_of(
    rng: Rng, spot: Spot, sprite: Sprite, width: float | None = None
) -> np.ndarray:
    """Corners that a sprite is mapped to, ``(4, 2)`` float32 from the upper left.

    Args:
        rng: Source of randomness.
        spot: Where it goes.
        sprite: The sprite.
        width: Width in pixels to give to what lies, None to keep the spot's height.

    Returns:
        Corners upper left, upper right, lower right, lower left.
    """
    h, w = sprite.rgba.shape[:2]
    height = spot.height
    if width is not None:
        height = width * h / w
    half = height * w / h / 2
    if spot.mode == 'show' and spot.box is not None:
        return _in_window(spot, half * 2, height)
    if spot.mode in ('stand', 'near'):
        lean = rng.normal(0, 0.012) * height
        top, low = spot.y - height, spot.y
        quad = [(-half + lean, top), (half + lean, top), (half, low), (-half, low)]
        return np.array([(spot.x + a, b) for a, b in quad], np.float32)
    corners = np.array(
        [
            (-half, -height / 2),
            (half, -height / 2),
            (half, height / 2),
            (-half, height / 2),
        ]
    )
    angle = rng.normal(0, 0.16) if spot.mode == 'lie' else rng.normal(0, 0.02)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    corners = corners @ turn
    corners[:, 1] *= spot.squash
    reach = 0.12 * (1 - spot.squash) + rng.normal(0, 0.01)
    corners[:, 0] *= 1 + reach * corners[:, 1] / max(height, 1)
    return (corners + np.array((spot.x, spot.y))).astype(np.float32)


def _in_window(spot: Spot, width: float, height: float) -> np.ndarray:
    """Fit a sprite into a window: as large as it fits, on its lower edge."""
    x0, y0, x1, y1 = spot.box or (0.0, 0.0, 1.0, 1.0)
    scale = min((x1 - x0) * 0.94 / width, (y1 - y0) * 0.97 / height)
    half, height = width * scale / 2, height * scale
    free = (y1 - y0) - height
    low = y1 - (free * 0.5 if free > 0.25 * (y1 - y0) else 0)
    x = (x0 + x1) / 2
    quad = [
        (x - half, low - height),
        (x + half, low - height),
        (x + half, low),
        (x - half, low),
    ]
    return np.array(quad, np.float32)


def warp(
    sprite: Sprite, quad: np.ndarray, light: Light, blur: float
) -> tuple[Patch, dict[str, np.ndarray], tuple]:
    """Map a sprite onto a quadrangle and light it.

    Args:
        sprite: The sprite.
        quad: Corners from the upper left, ``(4, 2)`` float32, image pixels.
        light: Light of the scene.
        blur: Standard deviation of the blur in pixels, 0 = sharp.

    Returns:
        The patch (without a shadow), the parts ``(ph, pw)`` by attribute, the texts.
    """
    h, w = sprite.rgba.shape[:2]
    margin = 2 + int(3 * blur)
    x0, y0 = np.floor(quad.min(0)).astype(int) - margin
    x1, y1 = np.ceil(quad.max(0)).astype(int) + margin
    corners = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, (quad - (x0, y0)).astype(np.float32))
    size = (int(x1 - x0), int(y1 - y0))
    rgba = sprite.rgba.astype(np.float32)
    rgba[..., :3] *= rgba[..., 3:] / 255
    warped = cv2.warpPerspective(rgba, matrix, size, flags=cv2.INTER_LINEAR)
    if blur > 0.2:
        warped = cv2.GaussianBlur(warped, (0, 0), blur)
    alpha = warped[..., 3] / 255
    alpha[alpha < 0.01] = 0
    rgb = warped[..., :3] * (alpha > 0)[..., None]
    side = np.linspace(-1, 1, size[0], dtype=np.float32)[None, :, None] * light.side
    strength = 0.14 if light.hard else 0.08
    rgb *= (1 + strength * side) * np.array(light.colour, np.float32)
    parts = {
        name: cv2.warpPerspective(part.astype(np.uint8) * 255, matrix, size) > 127
        for name, part in sprite.parts.items()
    }
    texts = tuple((t.content, _move(t.box, matrix, x0, y0)) for t in sprite.texts)
    patch = Patch(int(x0), int(y0), rgb, alpha, np.zeros_like(alpha))
    return patch, parts, texts


def _move(
    box: tuple[float, float, float, float], matrix: np.ndarray, x0: int, y0: int
) -> tuple[float, float, float, float]:
    """Map a box by a homography and return the box around it, in image pixels."""
    a, b, c, d = box
    points = np.array([[[a, b], [c, b], [c, d], [a, d]]], np.float32)
    moved = cv2.perspectiveTransform(points, matrix)[0] + (x0, y0)
    low, high = moved.min(0), moved.max(0)
    return tuple(round(float(v), 1) for v in (*low, *high))


def cast_shadow(
    patch: Patch, parts: dict[str, np.ndarray], spot: Spot, light: Light
) -> tuple[Patch, dict[str, np.ndarray]]:
    """Add the shadow that an element throws, and enlarge the patch to hold it.

    What stands throws a short shadow on the ground, away from the light, and darkens
    the ground where it touches it; what lies or hangs throws a thin one all around.
    """
    if spot.mode in ('near', 'show') or light.shadow <= 0:
        return patch, parts
    h, w = patch.alpha.shape
    if spot.mode == 'stand':
        shadow, pad = _standing_shadow(patch.alpha, light)
    else:
        shift = max(spot.height * 0.02, 1.2)
        pad = int(4 * shift) + 2
        wide = cv2.copyMakeBorder(patch.alpha, pad, pad, pad, pad, cv2.BORDER_CONSTANT)
        move = np.array([[1, 0, -light.side * shift], [0, 1, shift]], np.float32)
        shadow = cv2.warpAffine(wide, move, (w + 2 * pad, h + 2 * pad))
        shadow = cv2.GaussianBlur(shadow, (0, 0), shift) * light.shadow
    shadow[shadow < 0.004] = 0
    widen = ((pad, pad), (pad, pad))
    patch = Patch(
        patch.x - pad,
        patch.y - pad,
        np.pad(patch.rgb, (*widen, (0, 0))),
        np.pad(patch.alpha, widen),
        np.ascontiguousarray(shadow),
    )
    return patch, {name: np.pad(part, widen) for name, part in parts.items()}


def _standing_shadow(alpha: np.ndarray, light: Light) -> tuple[np.ndarray, int]:
    """Shadow of something upright and the padding it needs."""
    h, w = alpha.shape
    rows = np.flatnonzero((alpha > 0.3).any(1))
    foot = int(rows[-1]) if len(rows) else h - 1
    pad = int(0.3 * h) + 6 if light.hard else int(0.1 * min(h, 2 * w)) + 6
    size = (w + 2 * pad, h + 2 * pad)
    low = alpha[max(foot - max(h // 12, 3), 0) : foot + 1].max(0)
    cols = np.flatnonzero(low > 0.3)
    shadow = np.zeros(size[::-1], np.float32)
    if len(cols):
        half = max((cols[-1] - cols[0]) / 2, 2) * 1.12
        centre = ((cols[0] + cols[-1]) / 2 + pad, foot + pad)
        flat = max(min(half * 0.22, h * 0.06), 1.5)
        cv2.ellipse(shadow, (centre, (2 * half, 2 * flat), 0), 1.0, -1, cv2.LINE_AA)
        shadow = cv2.GaussianBlur(shadow, (0, 0), max(flat * 0.6, 0.8))
    shadow *= min(light.shadow * 1.25, 0.8)
    if light.hard:
        lean, flat = -light.side * 0.5, 0.16
        base = foot + pad
        move = np.array(
            [[1, -lean, pad + lean * foot], [0, flat, base - flat * foot]], np.float32
        )
        cast = cv2.warpAffine(alpha, move, size)
        cast = cv2.GaussianBlur(cast, (0, 0), max(h * 0.012, 0.8))
        shadow = np.maximum(shadow, cast * light.shadow)
    return shadow, pad
