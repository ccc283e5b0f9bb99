"""Faces, with the cascades that come inside OpenCV's wheel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from mmengine.registry import TASK_UTILS

from mmprivacy.advisor.boxes import iou, merge, place, shrink
from mmprivacy.advisor.contracts import Photo, Region
from mmprivacy.errors import ConfigError, MissingDependencyError, nearest

Hit = tuple[tuple[float, float, float, float], float]


@TASK_UTILS.register_module()
class FaceCascadeLocaliser:
    """Find frontal faces and profiles by Haar cascades (Viola and Jones 2001).

    It needs nothing that is not installed with mmcv, and takes a fraction of a second
    a megapixel. A detector that was trained on photos of people in every pose
    (:class:`CenterFaceLocaliser`) finds more.

    A cascade answers a face many times, in neighbouring places and sizes. The score is
    ``n / (n + min_hits)`` for ``n`` answers, so that ``min_hits`` of them give 0.5. The
    default of 6 is one more than any false face got in 22 photos without people.

    Args:
        cascades: Names of OpenCV's cascades, without ``haarcascade_``. Those for
            profiles know one side, and look at the mirrored photo as well.
        min_hits: Answers that make a face.
        min_score: Faces with a lower score are left out. Lower finds more.
        min_face: Smallest face in pixels, after the photo is made smaller.
        max_side: Longer side in pixels that larger photos are reduced to; None to
            look at all pixels.
        mirrored: Believe a cascade only as far as it answers the mirrored photo, too:
            fewer false faces, in twice the time.

    Raises:
        ConfigError: If an option is out of range, or no cascade has the name.
        MissingDependencyError: If OpenCV came without cascades (from version 5 on).
    """

    kinds = ('face',)

    def __init__(
        self,
        cascades: Sequence[str] = (
            'frontalface_alt',
            'frontalface_alt2',
            'profileface',
        ),
        min_hits: int = 6,
        min_score: float = 0.5,
        min_face: int = 24,
        max_side: int | None = 1280,
        mirrored: bool = False,
    ) -> None:
        for name, right in (
            ('cascades', len(cascades) >= 1),
            ('min_hits', min_hits >= 1),
            ('min_score', 0 < min_score < 1),
            ('min_face', min_face >= 1),
            ('max_side', max_side is None or max_side >= 1),
        ):
            if not right:
                raise ConfigError.explain(
                    f'FaceCascadeLocaliser.{name}',
                    expected='between 0 and 1' if name == 'min_score' else '1 or more',
                    got=locals()[name],
                    fix='change it',
                )
        self.cascades = {name: load_cascade(name) for name in cascades}
        self.min_hits = min_hits
        self.min_score = min_score
        self.min_face = min_face
        self.max_side = max_side
        self.mirrored = mirrored
        # Cascades of one family were trained by the same people on the same faces.
        family = cascades[0].removeprefix('frontalface_')
        self.model = f'opencv-haar {"alt" if family.startswith("alt") else family}'

    def localise(self, photo: Photo) -> list[Region]:
        """Find faces.

        Args:
            photo: The photo.

        Returns:
            Regions of kind ``'face'``, the surest first; one for each face.
        """
        gray = cv2.cvtColor(photo.pixels, cv2.COLOR_RGB2GRAY)
        gray, scale = shrink(gray, self.max_side)
        flipped = np.ascontiguousarray(gray[:, ::-1])
        found: list[Hit] = []
        for name, cascade in self.cascades.items():
            hits = self._hits(cascade, gray)
            other = []
            if self.mirrored or 'profile' in name:
                other = [
                    ((gray.shape[1] - x1, y0, gray.shape[1] - x0, y1), n)
                    for (x0, y0, x1, y1), n in self._hits(cascade, flipped)
                ]
            found += agreed(hits, other) if self.mirrored else hits + other
        scored = [(box, n / (n + self.min_hits)) for box, n in found]
        kept = [(box, s) for box, s in scored if s >= self.min_score]
        placed = [(place(b, scale, photo.size), s) for b, s in merge(kept)]
        return [
            Region(box, 'face', score, type(self).__name__, reason='a face')
            for box, score in placed
            if box is not None
        ]

    def _hits(self, cascade: cv2.CascadeClassifier, gray: np.ndarray) -> list[Hit]:
        """Run a cascade; boxes xyxy with the number of answers."""
        if min(gray.shape) < self.min_face:
            return []
        # Fewer answers than these cannot reach the score, in either version.
        least = self.min_hits * self.min_score / (1 - self.min_score)
        boxes, counts = cascade.detectMultiScale2(
            gray,
            scaleFactor=1.1,
            minNeighbors=max(1, int(np.ceil(least - 1e-9)) - 1),
            minSize=(self.min_face, self.min_face),
        )
        return [
            ((float(x), float(y), float(x + w), float(y + h)), float(n))
            for (x, y, w, h), n in zip(boxes, counts)
        ]


def agreed(hits: Sequence[Hit], mirrored: Sequence[Hit]) -> list[Hit]:
    """Keep what was found both ways, with the lower number of answers.

    Args:
        hits: Boxes xyxy and answers in the photo.
        mirrored: The same of the mirrored photo, turned back.

    Returns:
        Those of the photo that overlap one of the mirrored by half.
    """
    kept = []
    for box, count in hits:
        others = [n for other, n in mirrored if iou(box, other) >= 0.5]
        if others:
            kept.append((box, min(count, max(others))))
    return kept


def load_cascade(name: str) -> cv2.CascadeClassifier:
    """Read a cascade of OpenCV's wheel.

    Args:
        name: Its name without ``haarcascade_`` and ``.xml``.

    Returns:
        The cascade.

    Raises:
        ConfigError: If there is none of the name.
        MissingDependencyError: If this OpenCV has no cascades.
    """
    folder = getattr(getattr(cv2, 'data', None), 'haarcascades', '')
    known = sorted(
        p.stem.removeprefix('haarcascade_')
        for p in Path(folder or '/nowhere').glob('haarcascade_*.xml')
    )
    if not known or not hasattr(cv2, 'CascadeClassifier'):
        raise MissingDependencyError.explain(
            'FaceCascadeLocaliser',
            expected="OpenCV's cascades inside its package",
            got=f'OpenCV {cv2.__version__} without them',
            fix='run `pip install "opencv-python-headless<5"`',
        )
    if name not in known:
        raise ConfigError.explain(
            'FaceCascadeLocaliser.cascades',
            expected='the name of a cascade',
            got=repr(name),
            fix=nearest(name, known),
        )
    return cv2.CascadeClassifier(str(Path(folder, f'haarcascade_{name}.xml')))
