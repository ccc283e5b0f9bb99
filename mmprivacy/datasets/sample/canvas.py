"""The surface on which every element is drawn.

Drawn at twice the wanted size, in premultiplied float, and reduced at the end. An
element works in its own unit: 1 is the height it was laid out for, x grows to the
right and y downwards from the top left corner.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import cv2
import numpy as np

from . import geometry, lettering
from .cutout import cut_out, warp_reduced
from .geometry import Points
from .paint import Color, Paint, colours, flat
from .sprite import Sprite, Text


@dataclass(frozen=True)
class Region:
    """A shape on the canvas: (h, w) uint8 mask with its top and left, in pixels."""

    mask: np.ndarray
    top: int
    left: int

    @property
    def window(self) -> tuple[slice, slice]:
        """Rows and columns of the canvas."""
        height, width = self.mask.shape
        return (
            slice(self.top, self.top + height),
            slice(self.left, self.left + width),
        )


class Canvas:
    """A drawing of one element.

    Args:
        rng: What the element draws its choices from. The canvas takes one number from
            it for its own ``noise`` (textures, details that depend on the size), so
            that an element looks the same at every height.
        height: Height of the finished sprite in pixels.
        aspect: Width of the drawing area in units of its height.

    Convention:
        ``planes`` is (4, rows, cols) float32: red, green, blue premultiplied, 0..255,
        and alpha, 0..1. Colours are RGB.
    """

    def __init__(self, rng: np.random.Generator, height: int, aspect: float):
        self.rng = rng
        self.noise = np.random.default_rng(int(rng.integers(1 << 62)))
        self.height = max(8, int(height))
        self.unit = float(np.clip(2 * self.height, 96, max(1100, 1.2 * self.height)))
        rows, cols = round(self.unit) + 4, round(self.unit * aspect) + 4
        self.planes = np.zeros((4, rows, cols), np.float32)
        self._tags = np.zeros((rows, cols), np.uint8)
        self._tag_ids: dict[str, int] = {}
        self._parts: dict[str, np.ndarray] = {}
        self._texts: list[Text] = []
        self._frame = np.array([[self.unit, 0, 2], [0, self.unit, 2]], np.float64)
        self.scale = self.unit  # pixels of one unit in the current frame

    @contextmanager
    def placed(
        self, x: float, y: float, scale: float = 1.0, angle: float = 0.0, flip=False
    ) -> Iterator[None]:
        """Draw in a frame whose origin is at (x, y), scaled and turned (radians)."""
        saved, before = self._frame, self.scale
        cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
        turn = np.array([[-cos if flip else cos, -sin], [-sin if flip else sin, cos]])
        origin = saved[:, :2] @ (x, y) + saved[:, 2]
        self._frame = np.concatenate([saved[:, :2] @ turn, origin[:, None]], 1)
        self.scale = before * scale
        try:
            yield
        finally:
            self._frame, self.scale = saved, before

    def to_pixels(self, points: Points) -> np.ndarray:
        """Points (N, 2) of the current frame in canvas pixels."""
        pts = np.asarray(points, np.float64)
        return pts @ self._frame[:, :2].T + self._frame[:, 2]

    # shapes

    def polygon(self, points: Points, paint: Paint, tag: str = '') -> Region | None:
        """Fill a polygon with straight edges."""
        rows, cols = self._tags.shape
        found = geometry.polygon_mask(self.to_pixels(points), rows, cols)
        return self._fill(found, paint, tag)

    def blob(self, points: Points, paint: Paint, tag: str = '') -> Region | None:
        """Fill a closed smooth curve through the points."""
        return self.polygon(geometry.smooth(points), paint, tag)

    def ellipse(
        self, cx: float, cy: float, rx: float, ry: float, paint: Paint, tag: str = '',
        angle: float = 0.0,
    ) -> Region | None:  # fmt: skip
        """Fill an ellipse."""
        return self.polygon(geometry.ellipse(cx, cy, rx, ry, angle), paint, tag)

    def rect(
        self, x0: float, y0: float, x1: float, y1: float, paint: Paint,
        radius: float = 0.0, tag: str = '',
    ) -> Region | None:  # fmt: skip
        """Fill a rectangle, with round corners if wanted."""
        return self.polygon(geometry.rounded_rect(x0, y0, x1, y1, radius), paint, tag)

    def stroke(
        self, points: Points, widths: float | tuple[float, ...], paint: Paint,
        tag: str = '', curved: bool = True,
    ) -> Region | None:  # fmt: skip
        """Draw a round stroke; ``widths`` is the thickness, one or one per point."""
        pts = np.asarray(points, np.float64)
        if isinstance(widths, float):
            if curved:
                pts = geometry.smooth(pts, closed=False)
            return self.lines([pts], widths, paint, tag)
        wide = np.broadcast_to(np.asarray(widths, np.float64), (len(pts),))
        if curved and len(pts) > 2:
            at = np.linspace(0, len(pts) - 1, 6 * (len(pts) - 1) + 1)
            wide = np.interp(at, np.arange(len(pts)), wide)
            pts = geometry.smooth(pts, closed=False)
        rows, cols = self._tags.shape
        radii = wide * self.scale / 2
        found = geometry.stroke_mask(self.to_pixels(pts), radii, rows, cols)
        return self._fill(found, paint, tag)

    def lines(
        self, lines: Iterable[Points], width: float, paint: Paint, tag: str = ''
    ) -> Region | None:
        """Draw many lines of one thickness at once, as one shape."""
        rows, cols = self._tags.shape
        pixels = [self.to_pixels(line) for line in lines]
        found = geometry.line_mask(pixels, width * self.scale, rows, cols)
        return self._fill(found, paint, tag)

    def _fill(
        self, found: tuple[np.ndarray, int, int] | None, paint: Paint, tag: str
    ) -> Region | None:
        if found is None:
            return None
        region = Region(*found)
        if paint.blur:
            region = self._soften(region, paint.blur * self.scale)
        self._blend(region, paint)
        if tag:
            number = self._tag_ids.setdefault(tag, len(self._tag_ids) + 1)
            self._tags[region.window][region.mask > 127] = number
        return region

    def _soften(self, region: Region, sigma: float) -> Region:
        pad = int(2 * sigma) + 1
        rows, cols = self._tags.shape
        mask = cv2.copyMakeBorder(region.mask, pad, pad, pad, pad, cv2.BORDER_CONSTANT)
        shrink = 0.5 ** max(0, int(np.log2(max(sigma, 1) / 2)))
        size = mask.shape[::-1]
        if shrink < 1:
            mask = cv2.resize(mask, None, fx=shrink, fy=shrink, interpolation=3)
        mask = cv2.GaussianBlur(mask, (0, 0), max(0.5, sigma * shrink))
        mask = cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR)
        top, left = region.top - pad, region.left - pad
        cut_y, cut_x = max(0, -top), max(0, -left)
        mask = mask[cut_y : rows - top, cut_x : cols - left]
        return Region(mask, top + cut_y, left + cut_x)

    def _blend(self, region: Region, paint: Paint) -> None:
        rows, cols = region.window
        target = self.planes[:, rows, cols]
        cover = region.mask * np.float32(paint.opacity / 255)
        if paint.inside:
            cover *= target[3]
        if paint.over:
            number = self._tag_ids.get(paint.over, 0)
            cover *= self._tags[rows, cols] == number
        fill = colours(self.noise, region.mask, paint, self.scale)
        target *= 1 - cover
        for plane, colour in zip(target, fill):
            plane += colour * cover
        target[3] += cover

    # text and pictures

    def text(
        self, x: float, y: float, content: str, size: float, color: Color,
        font: str = 'sans', anchor: str = 'l', attrs: Iterable[str] = (),
        record: bool | None = None, max_width: float | None = None,
        opacity: float = 1.0,
    ) -> Region | None:  # fmt: skip
        """Write a line; the current frame must not be turned.

        Args:
            x: Pen position: left end, middle or right end, by ``anchor``.
            y: Top of the line (ascender).
            content: What to write.
            size: Em size in units.
            color: Ink.
            font: Role, see :mod:`.lettering`.
            anchor: 'l', 'm' or 'r'.
            attrs: Attribute ids that the text shows.
            record: List the text in the sprite; by default if it shows an attribute.
            max_width: Reduce the size until the line fits, in units.
            opacity: 0 to 1.

        Returns:
            The region of the ink.
        """
        pixels = max(5, round(size * self.scale))
        wide = lettering.text_width(content, font, pixels)
        if max_width is not None and wide > max_width * self.scale:
            pixels = max(4, int(pixels * max_width * self.scale / wide))
            wide = lettering.text_width(content, font, pixels)
        mask, left, top = lettering.text_mask(content, font, pixels)
        pen = self.to_pixels([(x, y)])[0]
        pen_x = pen[0] - wide * {'l': 0.0, 'm': 0.5, 'r': 1.0}[anchor]
        region = self._clipped(mask, round(pen[1]) + top, round(pen_x) + left)
        if region is None:
            return None
        self._blend(region, flat(color, opacity))
        attrs = tuple(attrs)
        rows_in, cols_in = region.window
        if attrs if record is None else record:
            box = (cols_in.start, rows_in.start, cols_in.stop, rows_in.stop)
            self._texts.append(Text(content, box))
        self._mark_window(attrs, rows_in, cols_in)
        return region

    def _clipped(self, mask: np.ndarray, top: int, left: int) -> Region | None:
        rows, cols = self._tags.shape
        cut_y, cut_x = max(0, -top), max(0, -left)
        mask = mask[cut_y : max(0, rows - top), cut_x : max(0, cols - left)]
        return Region(mask, top + cut_y, left + cut_x) if mask.size else None

    def note(self, content: str, x0: float, y0: float, x1: float, y1: float) -> None:
        """List a text drawn by other means (strokes) with its box in units."""
        (left, top), (right, bottom) = self.to_pixels([(x0, y0), (x1, y1)])
        self._texts.append(Text(content, (left, top, right, bottom)))

    def paste(self, sprite: Sprite, quad: Points, tag: str = '') -> None:
        """Put a sprite on the canvas, its corners (tl, tr, br, bl) on ``quad``.

        Its attribute parts and texts come along.
        """
        height, width = sprite.rgba.shape[:2]
        corners = np.array(
            [(0, 0), (width, 0), (width, height), (0, height)], np.float32
        )
        goal = self.to_pixels(quad).astype(np.float32)
        full = cv2.getPerspectiveTransform(corners - 0.5, goal - 0.5)
        low = np.maximum(np.floor(goal.min(0)).astype(int) - 1, 0)
        high = np.ceil(goal.max(0)).astype(int) + 2
        high = np.minimum(high, self._tags.shape[::-1])
        cols, rows = (int(v) for v in high - low)
        window = (slice(low[1], low[1] + rows), slice(low[0], low[0] + cols))
        matrix = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1.0]]) @ full
        layer = sprite.rgba.astype(np.float32)
        layer[..., 3] /= 255
        layer[..., :3] *= layer[..., 3:]
        layer = warp_reduced(layer, goal, matrix, (cols, rows))
        target = self.planes[:, window[0], window[1]]
        target *= 1 - layer[..., 3]
        target += layer.transpose(2, 0, 1)
        if tag:
            number = self._tag_ids.setdefault(tag, len(self._tag_ids) + 1)
            self._tags[window][layer[..., 3] > 0.5] = number
        for name, part in sprite.parts.items():
            moved = cv2.warpPerspective(part.astype(np.uint8), matrix, (cols, rows))
            known = self._parts.setdefault(name, np.zeros(self._tags.shape, bool))
            known[window] |= moved > 0
        for text in sprite.texts:
            x0, y0, x1, y1 = text.box
            box = np.array([[(x0, y0), (x1, y0), (x1, y1), (x0, y1)]], np.float32)
            moved = cv2.perspectiveTransform(box, full.astype(np.float32))[0]
            bounds = (*moved.min(0).tolist(), *moved.max(0).tolist())
            self._texts.append(Text(text.content, bounds))

    # attributes

    def visible(self, *tags: str) -> np.ndarray:
        """(rows, cols) bool: where the topmost tagged shape has one of the tags."""
        wanted = np.zeros(256, bool)
        wanted[[self._tag_ids[tag] for tag in tags if tag in self._tag_ids]] = True
        return wanted[self._tags]

    @property
    def solid(self) -> np.ndarray:
        """(rows, cols) bool: where anything has been painted."""
        return self.planes[3] > 0.5

    def mark(self, attrs: Iterable[str], where: np.ndarray) -> None:
        """Declare that the attributes show where the (rows, cols) mask is True."""
        for name in attrs:
            known = self._parts.get(name)
            self._parts[name] = where.copy() if known is None else known | where

    def mark_box(
        self, attrs: Iterable[str], x0: float, y0: float, x1: float, y1: float
    ) -> None:
        """Declare that the attributes show in a box, in units."""
        corners = self.to_pixels([(x0, y0), (x1, y1)])
        low, high = np.floor(corners[0]).astype(int), np.ceil(corners[1]).astype(int)
        low = np.maximum(low, 0)
        self._mark_window(attrs, slice(low[1], high[1]), slice(low[0], high[0]))

    def _mark_window(self, attrs: Iterable[str], rows: slice, cols: slice) -> None:
        for name in attrs:
            part = self._parts.setdefault(name, np.zeros(self._tags.shape, bool))
            part[rows, cols] = True

    def hide(self, where: np.ndarray) -> None:
        """Forget all attributes there: something opaque has been drawn over them."""
        for part in self._parts.values():
            part &= ~where

    def finish(self) -> Sprite:
        """Cut the drawing out and reduce it to the wanted height."""
        return cut_out(self.planes, self._parts, self._texts, self.height)
