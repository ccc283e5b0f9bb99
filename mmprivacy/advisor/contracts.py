"""The four contracts of the advisor, and what passes between its parts.

A part is any class that is registered in MMEngine's ``TASK_UTILS`` and has the one
method of its contract; inheriting from the classes below is not needed. A config
composes parts by ``dict(type=...)``.

Shapes: ``H`` x ``W`` pixels of the upright photo.

Convention:
    Pictures are **RGB** uint8 in [0, 255], (H, W, 3), upright (the EXIF orientation is
    applied). Boxes are xyxy in pixels of that picture, right and lower edges excluded,
    float. Masks are true where the photo is private.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np

from mmprivacy.errors import ShapeError

Box = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Photo:
    """A photo as a viewer shows it, and the file that it comes from.

    Parts must not write into ``pixels``.

    Attributes:
        pixels: The upright picture (H, W, 3) RGB uint8; transparent pixels are laid on
            white, 16-bit values are scaled to 8 bits, CMYK is converted.
        path: Where it comes from, for messages; empty for an array.
        data: The bytes of the file, for parts that look at more than pixels; None for
            an array.
        format: ``'JPEG'``, ``'PNG'``, ``'WEBP'``, ``'TIFF'``, ``'BMP'`` or ``'HEIF'``;
            empty for an array.
        mode: How the file holds its pixels, in Pillow's words and two of ours:
            ``'L'``, ``'LA'``, ``'RGB'``, ``'RGBA'``, ``'CMYK'``, ``'I;16'``,
            ``'RGB;16'``, ``'RGBA;16'``.
        orientation: The EXIF orientation, 1 to 8, that has been applied.
    """

    pixels: np.ndarray
    path: str = ''
    data: bytes | None = None
    format: str = ''
    mode: str = 'RGB'
    orientation: int = 1

    def __post_init__(self) -> None:
        pixels = self.pixels
        right = pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] == 3
        if not right or pixels.size == 0:
            raise ShapeError.explain(
                self.path or 'photo',
                expected='RGB uint8 (H, W, 3), at least one pixel',
                got=f'{pixels.dtype} {pixels.shape}',
                fix='convert it before',
            )

    @property
    def size(self) -> tuple[int, int]:
        """``(H, W)``."""
        return self.pixels.shape[:2]


@dataclass(frozen=True, eq=False)
class Region:
    """Where something private is.

    Attributes:
        box: xyxy in upright pixels.
        kind: What it is: ``'face'``, ``'text'``, ``'code'``, ``'person'``, another
            object name, or an attribute id such as ``'a105_face_all'``.
        score: How sure the source is, 0 to 1.
        source: Name of the localiser.
        mask: Which pixels of the photo it covers, (H, W) bool, or None: the whole box.
        reason: One sentence for the user, such as the text that was read. It is
            written into plans and reports, never into the protected photo.
    """

    box: Box
    kind: str
    score: float = 1.0
    source: str = ''
    mask: np.ndarray | None = None
    reason: str = ''


@dataclass(frozen=True)
class Finding:
    """One reason why a photo is private.

    Attributes:
        name: What was found, such as an attribute id.
        score: How sure, 0 to 1.
        reason: One sentence for the user.
    """

    name: str
    score: float
    reason: str = ''


@dataclass(frozen=True, eq=False)
class Assessment:
    """What an assessor says about a whole photo.

    Attributes:
        source: Name of the assessor.
        score: Privacy score, 0 (public) to 5 (most private), or None.
        private_probability: Probability that the photo is private, or None.
        findings: The reasons, the strongest first.
        heat_map: Where the judgement comes from, (h, w) float in [0, 1], of any size
            that covers the photo, or None.
    """

    source: str
    score: float | None = None
    private_probability: float | None = None
    findings: tuple[Finding, ...] = ()
    heat_map: np.ndarray | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Problem:
    """Something private that is still in a photo.

    Attributes:
        kind: What it is, in the words of :class:`Region`; ``'metadata'`` for the file.
        message: One sentence for the user.
        box: Where, xyxy in upright pixels, or None if it is not in the picture.
        score: How sure the verifier is, 0 to 1.
        source: Name of the verifier.
    """

    kind: str
    message: str
    box: Box | None = None
    score: float = 1.0
    source: str = ''


@runtime_checkable
class Assessor(Protocol):
    """Says how private a photo is.

    An assessor may also have a method ``assess_regions(photo, regions)``: the advisor
    calls it instead, with all regions that the localisers found.
    """

    def assess(self, photo: Photo) -> Assessment:
        """Judge a photo.

        Args:
            photo: The photo.

        Returns:
            The judgement. The same photo gives the same judgement.
        """


@runtime_checkable
class Localiser(Protocol):
    """Finds what is private in a photo.

    Attributes:
        kinds: Kinds of region that it can find.

    A localiser may also say by a string ``model`` what its knowledge comes from, such
    as ``'opencv-haar'``. A verifier with another ``model`` counts as independent of it;
    without one, the class name stands for it.
    """

    kinds: Sequence[str]

    def localise(self, photo: Photo) -> list[Region]:
        """Find regions.

        Args:
            photo: The photo.

        Returns:
            Regions inside the photo, each of one of ``kinds``, with scores in [0, 1].
            The same photo gives the same regions.
        """


@runtime_checkable
class Protector(Protocol):
    """Changes a picture so that regions cannot be read.

    Attributes:
        can_be_undone: Whether something of what was there can be computed from the
            result, as from a blur. False for what replaces pixels without looking at
            them.

    A protector may also have a string ``warning`` that plans, certificates and reports
    repeat, such as ``'against machines of today'``.
    """

    can_be_undone: bool

    def protect(self, image: np.ndarray, regions: Sequence[Region]) -> np.ndarray:
        """Change the regions of a picture.

        Args:
            image: The picture (H, W, 3) RGB uint8; it is left as it is.
            regions: What to change; boxes may reach out of the picture.

        Returns:
            A new picture of the same shape. Pixels outside all regions are those of
            ``image``. The same arguments give the same picture.
        """


@runtime_checkable
class Verifier(Protocol):
    """Looks for private things that are left in a protected photo.

    Attributes:
        kinds: Kinds of problem that it can find; ``('metadata',)`` for files.

    The remark on ``model`` in :class:`Localiser` holds here, too. A verifier that does
    not look everywhere says so by a string ``scope``, which certificates repeat.
    """

    kinds: Sequence[str]

    def verify(self, photo: Photo, regions: Sequence[Region]) -> list[Problem]:
        """Look at a photo that was read from the written file.

        Args:
            photo: The photo, of the written file (with ``data``), or after another
                compression, or a part of it (without).
            regions: What was protected in it, in the coordinates of ``photo``.

        Returns:
            What is left; empty if nothing was found.
        """


CONTRACTS: dict[str, type] = {
    'localise': Localiser,
    'protect': Protector,
    'verify': Verifier,
    'assess': Assessor,
}
"""Method to the contract that asks for it."""


def name_of(part: object) -> str:
    """Name a part in plans and certificates: its ``name``, else its class."""
    return getattr(part, 'name', '') or type(part).__name__


def model_of(part: object) -> str:
    """Say what a part's knowledge comes from: its ``model``, else its class."""
    return getattr(part, 'model', '') or type(part).__name__


def pixel_box(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Round a box outwards to whole pixels and cut it at the edges of the photo.

    Args:
        box: xyxy.
        size: ``(H, W)`` of the photo.

    Returns:
        ``(x0, y0, x1, y1)``, for ``image[y0:y1, x0:x1]``; empty where it is outside.
    """
    x0, y0, x1, y1 = box
    height, width = size
    low_x, low_y = (
        int(np.clip(np.floor(v), 0, m)) for v, m in ((x0, width), (y0, height))
    )
    high_x, high_y = (
        int(np.clip(np.ceil(v), 0, m)) for v, m in ((x1, width), (y1, height))
    )
    return low_x, low_y, max(high_x, low_x), max(high_y, low_y)


def covered(regions: Sequence[Region], size: tuple[int, int]) -> np.ndarray:
    """Unite regions.

    Args:
        regions: Regions; a mask counts where there is one, else the box.
        size: ``(H, W)`` of the photo.

    Returns:
        Mask (H, W) bool.

    Raises:
        ShapeError: If a mask has another size than the photo.
    """
    chosen = np.zeros(size, bool)
    for region in regions:
        if region.mask is None:
            x0, y0, x1, y1 = pixel_box(region.box, size)
            chosen[y0:y1, x0:x1] = True
        elif region.mask.shape == tuple(size):
            chosen |= region.mask.astype(bool)
        else:
            raise ShapeError.explain(
                f'mask of {region.kind!r} by {region.source}',
                expected=f'{tuple(size)}, the size of the photo',
                got=region.mask.shape,
                fix='resize the mask to the photo',
            )
    return chosen
