"""Writing that is left, found by the shapes of letters, without any network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from mmengine.registry import TASK_UTILS

from mmprivacy.advisor.boxes import merge, place, shrink
from mmprivacy.advisor.contracts import Photo, Problem, Region
from mmprivacy.errors import ConfigError

_SMALLEST, _LARGEST = 7, 120  # height of a letter in pixels
_WINDOWS = (15, 41)  # side of the surroundings a pixel is compared with
_CONTRAST = 12  # gray levels between a stroke and its surroundings


@TASK_UTILS.register_module()
class StrokeVerifier:
    """Find rows of letters: small shapes of one height and shade on one line.

    It cannot read, and it knows nothing about photos, so it is independent of every
    OCR network: it finds printed lines that a network missed or that stick out of a
    protected box. Ornaments that look like writing deceive it, such as the roofs of
    temples; so it looks around protected text only, unless it is told otherwise.

    Args:
        min_letters: Shapes in a row that make a line of writing.
        near: Look only so far around regions of kind ``'text'``, as a multiple of their
            height; everywhere if None.
        max_side: Longer side in pixels that larger photos are reduced to; None for
            none.

    Raises:
        ConfigError: If an option is out of range.
    """

    kinds = ('text',)
    model = 'strokes'

    def __init__(
        self,
        min_letters: int = 6,
        near: float | None = 1.0,
        max_side: int | None = 1600,
    ) -> None:
        if min_letters < 2 or (near is not None and near < 0):
            raise ConfigError.explain(
                'StrokeVerifier',
                expected='min_letters from 2 on, and near 0 or more',
                got=f'{min_letters}, {near}',
                fix='change them',
            )
        self.min_letters = min_letters
        self.near = near
        self.scope = '' if near is None else 'around protected text'
        self.max_side = max_side

    def verify(self, photo: Photo, regions: Sequence[Region]) -> list[Problem]:
        """Look for writing.

        Args:
            photo: The protected photo.
            regions: What was protected in it.

        Returns:
            A problem for each line of writing.
        """
        gray = cv2.cvtColor(photo.pixels, cv2.COLOR_RGB2GRAY)
        gray, scale = shrink(gray, self.max_side)
        lines = merge(list(self._lines(gray)))
        placed = ((place(box, scale, photo.size), score) for box, score in lines)
        around = None if self.near is None else list(_around(regions, self.near))
        name = type(self).__name__
        return [
            Problem('text', 'something that looks like writing', box, score, name)
            for box, score in placed
            if box and (around is None or any(_touch(box, a) for a in around))
        ]

    def _lines(self, gray: np.ndarray) -> Iterator[tuple[np.ndarray, float]]:
        """Find rows of letters, dark and bright ones."""
        if min(gray.shape) < _SMALLEST:
            return
        for window in _WINDOWS:
            for picture in (gray, 255 - gray):
                letters = _letters(picture, window)
                for row in _rows(letters):
                    if len(row) >= self.min_letters:
                        ends = [row[:, :2].min(0), row[:, 2:4].max(0)]
                        score = len(row) / (len(row) + self.min_letters / 2)
                        yield np.concatenate(ends), score


def _letters(gray: np.ndarray, window: int) -> np.ndarray:
    """Find dark shapes that could be letters: x0, y0, x1, y1, shade, fill (N, 6)."""
    dark = cv2.adaptiveThreshold(
        gray,
        255,
        cv2.ADAPTIVE_THRESH_MEAN_C,
        cv2.THRESH_BINARY_INV,
        window,
        _CONTRAST,
    )
    number, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    x, y, width, height, area = stats[1:].T.astype(np.float64)
    fill = area / np.maximum(width * height, 1)
    right = (height >= _SMALLEST) & (height <= _LARGEST)
    right &= (width >= 2) & (width <= 1.6 * height) & (fill >= 0.18)
    right &= (fill <= 0.9) | (width <= 0.35 * height)  # l and 1 are all stroke
    if not right.any():
        return np.zeros((0, 6))
    sums = np.bincount(labels.ravel(), gray.ravel().astype(np.float64), number)
    shade = sums[1:] / np.maximum(area, 1)
    found = np.stack([x, y, x + width, y + height, shade, fill], 1)[right]
    return found[np.lexsort((found[:, 1], found[:, 0]))]


def _rows(letters: np.ndarray) -> list[np.ndarray]:
    """Chain letters from left to right: neighbours of one height, line and shade."""
    count = len(letters)
    if count < 2:
        return []
    x0, y0, x1, y1, shade, _ = letters.T
    height, middle = y1 - y0, (y0 + y1) / 2
    follower = np.full(count, -1)
    taken = np.zeros(count, bool)
    starts = np.searchsorted(x0, x0, side='right')
    ends = np.searchsorted(x0, x1 + 1.2 * height, side='right')
    for n in range(count):
        near = np.arange(starts[n], ends[n])
        near = near[~taken[near]]
        gap = x0[near] - x1[n]
        alike = np.maximum(height[near], height[n]) <= 1.9 * np.minimum(
            height[near], height[n]
        )
        alike &= np.abs(middle[near] - middle[n]) <= 0.35 * height[n]
        alike &= (np.abs(shade[near] - shade[n]) <= 35) & (gap >= -0.3 * height[n])
        near, gap = near[alike], gap[alike]
        if len(near):
            follower[n] = near[np.argmin(gap)]
            taken[follower[n]] = True
    rows = []
    for n in np.flatnonzero(~taken & (follower >= 0)):
        row = [n]
        while follower[row[-1]] >= 0:
            row.append(follower[row[-1]])
        rows.append(letters[row])
    return [row for row in rows if _straight(row)]


def _straight(row: np.ndarray) -> bool:
    """Tell whether letters stand on a line, and are not all one shape (a pattern)."""
    x0, y0, x1, y1, _, fill = row.T
    centres, height = (x0 + x1) / 2, np.median(y1 - y0)
    line = np.polynomial.polynomial.polyfit(centres, y1, 1)
    rest = np.abs(y1 - np.polynomial.polynomial.polyval(centres, line))
    on_line = np.mean(rest <= 0.15 * height) >= 0.75 and abs(line[1]) <= 0.4
    return on_line and ((x1 - x0).std() > 0.06 * height or fill.std() > 0.03)


def _around(regions: Sequence[Region], near: float) -> Iterator[np.ndarray]:
    for region in regions:
        if region.kind == 'text':
            x0, y0, x1, y1 = region.box
            margin = near * (y1 - y0)
            yield np.array([x0 - margin, y0 - margin, x1 + margin, y1 + margin])


def _touch(box: Sequence[float], other: Sequence[float]) -> bool:
    return (
        box[0] < other[2]
        and other[0] < box[2]
        and box[1] < other[3]
        and other[1] < box[3]
    )
