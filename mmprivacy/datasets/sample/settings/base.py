"""What every setting is built with: a pinhole view, places, and painters.

Convention:
    Images are RGB float32 ``(h, w, 3)`` in [0, 255]. The world is in metres: X to the
    right, Y up from the ground, Z away from the camera, the optical axis horizontal.
    Image points are ``(x, y)`` in pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from mmprivacy.datasets.sample.textures import Rng


@dataclass(frozen=True)
class Light:
    """Light of a scene.

    Attributes:
        side: Where it comes from, -1 (left) to 1 (right).
        colour: Multiplier per RGB channel.
        shadow: Strength of shadows, 0 to 1.
        hard: True for the sun (cast shadows), False for diffuse light.
    """

    side: float
    colour: tuple[float, float, float]
    shadow: float
    hard: bool


@dataclass(frozen=True)
class Place:
    """A region of the image where elements of one kind can be put.

    Attributes:
        support: ``'ground'``, ``'surface'``, ``'flat'``, ``'wall'`` or ``'screen'``.
        box: Where anchor points may lie, xyxy. The anchor is the middle of the lower
            edge of what stands, and the centre of what lies, hangs or is shown.
        scale: Pixels per metre at the upper and at the lower edge of the box.
        squash: Height over width of a square lying there (1 = seen from above).
        close: True for a near view, in which small and large things are nearer in
            size than in reality (the photographer moves up to small ones).
    """

    support: str
    box: tuple[float, float, float, float]
    scale: tuple[float, float]
    squash: float = 1.0
    close: bool = False


@dataclass
class Backdrop:
    """A setting without elements.

    Attributes:
        name: Name of the setting.
        image: Picture, RGB float32 ``(h, w, 3)`` in [0, 255].
        light: Its light.
        places: Where elements can go.
        horizon: Row of the horizon in pixels.
        blocked: Boxes (xyxy, pixels) of furniture: nothing can stand there.
    """

    name: str
    image: np.ndarray
    light: Light
    places: tuple[Place, ...] = field(default_factory=tuple)
    horizon: float = 0.0
    blocked: tuple[tuple[float, float, float, float], ...] = ()

    def of(self, support: str) -> list[Place]:
        """List the places of one kind of support."""
        return [place for place in self.places if place.support == support]


@dataclass(frozen=True)
class View:
    """A level pinhole camera.

    Attributes:
        h: Height of the image in pixels.
        w: Width of the image in pixels.
        horizon: Row of the horizon in pixels.
        height: Height of the camera above the ground in metres.
        focal: Focal length in pixels.
        centre: Column of the optical axis in pixels.
    """

    h: int
    w: int
    horizon: float
    height: float
    focal: float
    centre: float

    def point(self, x: float, y: float, z: float) -> tuple[float, float]:
        """Project a point of the world, metres to pixels."""
        z = max(z, 0.05)
        return (
            self.centre + self.focal * x / z,
            self.horizon + self.focal * (self.height - y) / z,
        )

    def scale(self, row: float) -> float:
        """Pixels per metre of what stands on the ground at an image row."""
        return max(row - self.horizon, 1.0) / self.height

    def depth(self, row: float) -> float:
        """Distance of the ground at an image row, in metres."""
        return self.focal / self.scale(row)

    def half_width(self, z: float) -> float:
        """Half of the width that is visible at a distance, in metres."""
        return max(self.centre, self.w - self.centre) * z / self.focal

    def ground(self, far_row: float, near: float = 1.3) -> Place:
        """The ground from ``far_row`` to ``near`` times the image height."""
        low = self.h * near
        box = (self.w * 0.06, far_row, self.w * 0.94, low)
        return Place('ground', box, (self.scale(far_row), self.scale(low)))


def draw_view(rng: Rng, h: int, w: int, horizon: tuple[float, float]) -> View:
    """Draw a camera: height of a person's eyes, horizon in a range of the height."""
    return View(
        h=h,
        w=w,
        horizon=h * rng.uniform(*horizon),
        height=rng.uniform(1.35, 1.75),
        focal=max(h, w) * rng.uniform(0.8, 1.05),
        centre=w * rng.uniform(0.4, 0.6),
    )


def paint_mask(image: np.ndarray, mask: np.ndarray, what: np.ndarray) -> None:
    """Blend a colour or a texture into an image, in place, by a uint8 mask."""
    ys, xs = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if len(ys) == 0:
        return
    part = (slice(ys[0], ys[-1] + 1), slice(xs[0], xs[-1] + 1))
    alpha = mask[part].astype(np.float32)[..., None] / 255
    what = what[part] if what.ndim == 3 else what
    image[part] += (what - image[part]) * alpha


def paint_polygon(image: np.ndarray, points: object, what: np.ndarray) -> None:
    """Fill a polygon (smooth edges) with an RGB colour or an image-sized texture."""
    mask = np.zeros(image.shape[:2], np.uint8)
    fixed = np.round(np.clip(np.array(points), -8e3, 8e3) * 16).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, 4)
    paint_mask(image, mask, what)


def paint_quad(image: np.ndarray, quad: object, texture: np.ndarray) -> None:
    """Map a texture onto a quadrangle, in place.

    Args:
        image: Picture, float32 ``(h, w, 3)``.
        quad: Corners upper left, upper right, lower right, lower left, ``(4, 2)``.
        texture: float32 ``(h', w', 3)``.
    """
    quad = np.array(quad, np.float32)
    h, w = image.shape[:2]
    x0, y0 = np.maximum(np.floor(quad.min(0)).astype(int) - 1, 0)
    x1, y1 = np.minimum(np.ceil(quad.max(0)).astype(int) + 2, (w, h))
    if x1 <= x0 or y1 <= y0:
        return
    quad = quad - (x0, y0)
    th, tw = texture.shape[:2]
    shrink = min((x1 - x0) / tw, (y1 - y0) / th)
    if shrink < 0.6:
        size = (max(int(tw * shrink * 1.3), 2), max(int(th * shrink * 1.3), 2))
        texture = cv2.resize(texture, size, interpolation=cv2.INTER_AREA)
        th, tw = texture.shape[:2]
    corners = np.array([[0, 0], [tw, 0], [tw, th], [0, th]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, quad.astype(np.float32))
    size = (int(x1 - x0), int(y1 - y0))
    warped = cv2.warpPerspective(
        texture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    mask = np.zeros(size[::-1], np.uint8)
    fixed = np.round(np.clip(quad, -8e3, 8e3) * 16).astype(np.int32)
    cv2.fillConvexPoly(mask, fixed, 255, cv2.LINE_AA, 4)
    alpha = mask.astype(np.float32)[..., None] / 255
    part = image[y0:y1, x0:x1]
    part += (warped - part) * alpha


def paint_ground(
    image: np.ndarray, view: View, texture: np.ndarray, ppm: float
) -> None:
    """Lay a texture on the ground below the horizon, ``ppm`` texture pixels a metre."""
    top = int(np.ceil(view.horizon)) + 1
    if top >= view.h:
        return
    rows = np.arange(top, view.h, dtype=np.float32)[:, None]
    metres = view.height / (rows - view.horizon)
    cols = np.arange(view.w, dtype=np.float32)[None, :] - view.centre
    u = cols * metres * ppm + texture.shape[1] * 3.3
    v = np.broadcast_to(view.focal * metres * ppm, u.shape)
    small = cv2.resize(texture, None, fx=0.2, fy=0.2, interpolation=cv2.INTER_AREA)
    edge = cv2.BORDER_REFLECT
    near = cv2.remap(
        texture, u, v.astype(np.float32), cv2.INTER_LINEAR, borderMode=edge
    )
    far = cv2.remap(
        small, u / 5, (v / 5).astype(np.float32), cv2.INTER_LINEAR, borderMode=edge
    )
    t = np.clip(metres * ppm - 0.8, 0, 1)[..., None]
    haze = np.clip((metres * ppm - 6) / 14, 0, 1)[..., None]
    mean = texture.mean((0, 1))
    image[top:] = (near * (1 - t) + far * t) * (1 - haze) + mean * haze


def paint_box(
    image: np.ndarray,
    view: View,
    span: tuple[float, float, float, float, float, float],
    front: np.ndarray,
    top: np.ndarray | None = None,
) -> None:
    """Paint a cuboid in perspective: its sides, top and front.

    Args:
        image: Picture, float32 ``(h, w, 3)``.
        view: The camera.
        span: ``(x0, x1, y0, y1, z0, z1)`` in metres.
        front: Texture of the front; the sides take its mean, darkened.
        top: Texture of the top; lightened mean of the front if not given.
    """
    x0, x1, y0, y1, z0, z1 = span
    p = view.point
    mean = front.mean((0, 1))
    if x0 > 0:
        side = [p(x0, y1, z0), p(x0, y1, z1), p(x0, y0, z1), p(x0, y0, z0)]
        paint_polygon(image, side, mean * 0.72)
    elif x1 < 0:
        side = [p(x1, y1, z1), p(x1, y1, z0), p(x1, y0, z0), p(x1, y0, z1)]
        paint_polygon(image, side, mean * 0.8)
    if y1 < view.height:
        quad = [p(x0, y1, z1), p(x1, y1, z1), p(x1, y1, z0), p(x0, y1, z0)]
        if top is None:
            paint_polygon(image, quad, np.clip(mean * 1.18, 0, 250))
        else:
            paint_quad(image, quad, top)
    paint_quad(
        image, [p(x0, y1, z0), p(x1, y1, z0), p(x1, y0, z0), p(x0, y0, z0)], front
    )


def shade(image: np.ndarray, points: object, strength: float, blur: float) -> None:
    """Darken a polygon softly, in place: a shadow on what has been painted."""
    h, w = image.shape[:2]
    fixed = np.round(np.clip(np.array(points), -8e3, 8e3)).astype(np.int32)
    blur = max(float(blur), 0.6)
    reach = int(3 * blur) + 2
    x0, y0 = np.maximum(fixed.min(0) - reach, 0)
    x1, y1 = np.minimum(fixed.max(0) + reach, (w, h))
    if x1 <= x0 or y1 <= y0:
        return
    mask = np.zeros((y1 - y0, x1 - x0), np.float32)
    cv2.fillPoly(mask, [fixed - np.array((x0, y0), np.int32)], 1.0)
    mask = cv2.GaussianBlur(mask, (0, 0), blur, borderType=cv2.BORDER_REPLICATE)
    image[y0:y1, x0:x1] *= (1 - strength * mask)[..., None]


def glow(image: np.ndarray, light: Light, falloff: float = 0.35) -> None:
    """Light a room from one side, in place, and darken its far corners a little."""
    h, w = image.shape[:2]
    x = np.linspace(-1, 1, w, dtype=np.float32)[None, :]
    y = np.linspace(0, 1, h, dtype=np.float32)[:, None]
    field = 1 + falloff * 0.5 * (light.side * x) - falloff * 0.35 * (y - 0.4) ** 2
    image *= field[..., None] * np.array(light.colour, np.float32)


def footprint(
    view: View, x0: float, x1: float, z0: float, z1: float
) -> tuple[float, float, float, float]:
    """Box (xyxy, pixels) where feet would be on or behind furniture; metres."""
    low = view.point(0, 0, z0)[1]
    near = [view.point(x, 0, z)[0] for x in (x0, x1) for z in (z0, z1)]
    return min(near), view.horizon, max(near), low + 2


def shadow_under(
    image: np.ndarray,
    view: View,
    span: tuple[float, float, float, float],
    strength: float,
) -> None:
    """Darken the ground under furniture; ``span`` is ``(x0, x1, z0, z1)`` in metres."""
    x0, x1, z0, z1 = span
    p = view.point
    quad = [p(x0, 0, z1), p(x1, 0, z1), p(x1, 0, z0), p(x0, 0, z0)]
    blur = view.focal / max(z0, 0.5) * 0.06
    shade(image, quad, strength, blur)
