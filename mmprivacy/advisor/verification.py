"""Run verifiers on what was written, as it is and as others may compress it.

Convention:
    Pictures are RGB uint8 (H, W, 3); boxes xyxy in pixels of the upright photo.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from mmprivacy.advisor.contracts import Photo, Problem, Region, Verifier, pixel_box
from mmprivacy.advisor.policy import KEEP, Policy, is_same_place
from mmprivacy.advisor.residue import is_blank

PixelBox = tuple[int, int, int, int]

_BLOCK = 16  # pixels of a JPEG block with halved chroma
_CONTEXT = 64  # pixels around a region that a verifier sees at least
_WHOLE = 0.5  # share of the photo from which parts are not worth while


@dataclass(frozen=True)
class Check:
    """What one verifier said.

    Attributes:
        name: Its name in the config.
        kinds: What it looks for.
        on: Where it looked: ``'file'``, ``'jpeg90'``, ...
        problems: What counts of what it found.
        allowed: How many findings do not count: they are blank, or may stay.
    """

    name: str
    kinds: tuple[str, ...]
    on: tuple[str, ...]
    problems: tuple[Problem, ...]
    allowed: int = 0


class Verification:
    """All verifiers, on all views of a photo.

    The written file is looked at as a whole. Compressing it again changes nothing but
    what was protected (the rest is the original's), so that after compression the
    surroundings of the regions are looked at, as they come out of the whole photo.

    Args:
        verifiers: Name to verifier.
        policy: Says what may stay.
        recompress: Qualities of JPEG.
        whole_photo: Look at the whole photo after compression, too.
    """

    def __init__(
        self,
        verifiers: Mapping[str, Verifier],
        policy: Policy,
        recompress: Sequence[int] = (90, 75),
        whole_photo: bool = False,
    ) -> None:
        self.verifiers = verifiers
        self.policy = policy
        self.recompress = tuple(recompress)
        self.whole_photo = whole_photo

    def __call__(
        self,
        photo: Photo,
        name: str,
        regions: Sequence[Region],
        kept: Sequence[Region] = (),
    ) -> list[Check]:
        """Look at a photo that was read from its file.

        Args:
            photo: The photo, with ``data``.
            name: Its path below the input folder.
            regions: What was protected in it.
            kept: What may stay in it.

        Returns:
            One check a verifier, in the order of the config.
        """
        found: dict[str, list[tuple[str, Problem]]] = {n: [] for n in self.verifiers}
        seen = ['file']
        for view, part, origin, inside in self._views(photo, regions):
            seen += [view] if view not in seen else []
            for verifier_name, verifier in self.verifiers.items():
                if view != 'file' and tuple(verifier.kinds) == ('metadata',):
                    continue
                for problem in verifier.verify(part, inside):
                    moved = _moved(problem, origin)
                    found[verifier_name].append((view, moved))
        checks = []
        for verifier_name, verifier in self.verifiers.items():
            problems, allowed = [], 0
            for view, problem in found[verifier_name]:
                if self._is_allowed(problem, verifier_name, photo, name, kept):
                    allowed += 1
                else:
                    problems.append(_named(problem, verifier_name, view))
            kinds = tuple(verifier.kinds)
            on = ('file',) if kinds == ('metadata',) else tuple(seen)
            checks.append(Check(verifier_name, kinds, on, tuple(problems), allowed))
        return checks

    def _views(
        self, photo: Photo, regions: Sequence[Region]
    ) -> Iterator[tuple[str, Photo, PixelBox, list[Region]]]:
        """Yield name, photo or part, its place, and the regions in it."""
        whole = (0, 0, photo.size[1], photo.size[0])
        yield 'file', photo, whole, list(regions)
        boxes = [whole] if self.whole_photo else surroundings(regions, photo.size)
        for quality in self.recompress:
            for box in boxes:
                x0, y0, x1, y1 = box
                pixels = _compressed(photo.pixels[y0:y1, x0:x1], quality)
                part = Photo(pixels, path=photo.path)
                yield f'jpeg{quality}', part, box, _inside(regions, box)

    def _is_allowed(
        self,
        problem: Problem,
        verifier: str,
        photo: Photo,
        name: str,
        kept: Sequence[Region],
    ) -> bool:
        rule = self.policy.rule_for(problem.kind)
        if rule.method == KEEP:
            return True
        if rule.verifiers is not None and verifier not in rule.verifiers:
            return True
        if problem.box is None:
            return False
        region = Region(problem.box, problem.kind)
        if self.policy.method_of(region, name) == KEEP:
            return True
        if any(
            k.kind == problem.kind and is_same_place(problem.box, k.box) for k in kept
        ):
            return True
        return is_blank(photo.pixels, pixel_box(problem.box, photo.size))


def surroundings(regions: Sequence[Region], size: tuple[int, int]) -> list[PixelBox]:
    """Choose parts of a photo that show its regions with what is around them.

    Args:
        regions: The regions.
        size: ``(H, W)`` of the photo.

    Returns:
        Boxes that do not overlap, three times as large as the regions, at the raster
        of JPEG; the whole photo if they would be most of it.
    """
    height, width = size
    boxes: list[PixelBox] = []
    for region in regions:
        x0, y0, x1, y1 = region.box
        dx, dy = max(x1 - x0, _CONTEXT), max(y1 - y0, _CONTEXT)
        box = pixel_box((x0 - dx, y0 - dy, x1 + dx, y1 + dy), size)
        box = (box[0] // _BLOCK * _BLOCK, box[1] // _BLOCK * _BLOCK, *box[2:])
        while True:
            near = [b for b in boxes if _overlap(b, box)]
            if not near:
                break
            boxes = [b for b in boxes if b not in near]
            corners = np.array([box, *near])
            box = (*corners[:, :2].min(axis=0), *corners[:, 2:].max(axis=0))
        boxes.append(tuple(int(v) for v in box))
    area = sum((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in boxes)
    return [(0, 0, width, height)] if area > _WHOLE * height * width else boxes


def _overlap(a: PixelBox, b: PixelBox) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _compressed(pixels: np.ndarray, quality: int) -> np.ndarray:
    bgr = np.ascontiguousarray(pixels[..., ::-1])
    data = cv2.imencode('.jpg', bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])


def _inside(regions: Sequence[Region], box: PixelBox) -> list[Region]:
    """Give the regions of a part in its coordinates."""
    x0, y0, x1, y1 = box
    found = []
    for region in regions:
        u0, v0, u1, v1 = region.box
        if u0 < x1 and x0 < u1 and v0 < y1 and y0 < v1:
            moved = (u0 - x0, v0 - y0, u1 - x0, v1 - y0)
            mask = None if region.mask is None else region.mask[y0:y1, x0:x1]
            found.append(replace(region, box=moved, mask=mask))
    return found


def _moved(problem: Problem, origin: PixelBox) -> Problem:
    if problem.box is None:
        return problem
    x, y = origin[:2]
    x0, y0, x1, y1 = (float(v) for v in problem.box)
    return replace(problem, box=(x0 + x, y0 + y, x1 + x, y1 + y))


def _named(problem: Problem, verifier: str, view: str) -> Problem:
    where = '' if view == 'file' else f' (after {view[:4].upper()} {view[4:]})'
    return replace(problem, source=verifier, message=problem.message + where)
