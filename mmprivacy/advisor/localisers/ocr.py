"""Text, with the networks that come inside the rapidocr package."""

from __future__ import annotations

import contextlib
import logging

import numpy as np
from mmengine.registry import TASK_UTILS

from mmprivacy.advisor.boxes import place, shrink
from mmprivacy.advisor.contracts import Photo, Region
from mmprivacy.advisor.packages import need
from mmprivacy.errors import ConfigError

_LONGEST = 60  # characters of what was read that a reason repeats
_LOWEST = 8  # pixels of height below which nobody can read


@TASK_UTILS.register_module()
class OCRLocaliser:
    """Find lines of text and read them, by PP-OCR in ONNX Runtime.

    The package ``rapidocr`` (Apache-2.0) has detector, recogniser and their weights
    inside its wheel; nothing is downloaded.

    Args:
        min_score: Lines that were read with a lower score are left out.
        min_characters: Different letters and digits that a line must have: what reads
            ``***``, ``8`` or ``AAA`` is mostly an ornament.
        max_side: Longer side in pixels that larger photos are reduced to; None for
            none.
        threads: Threads of ONNX Runtime.

    Raises:
        ConfigError: If an option is out of range.
        MissingDependencyError: If rapidocr or onnxruntime is not installed.
    """

    kinds = ('text',)
    model = 'pp-ocr'

    def __init__(
        self,
        min_score: float = 0.5,
        min_characters: int = 2,
        max_side: int | None = 2000,
        threads: int = 1,
    ) -> None:
        if not 0 < min_score < 1 or min_characters < 1 or threads < 1:
            raise ConfigError.explain(
                'OCRLocaliser',
                expected='0 < min_score < 1, min_characters and threads from 1 on',
                got=f'{min_score}, {min_characters}, {threads}',
                fix='change them',
            )
        need('onnxruntime', 'OCRLocaliser', 'rapidocr onnxruntime')
        rapidocr = need('rapidocr', 'OCRLocaliser', 'rapidocr onnxruntime')
        self.min_score = min_score
        self.min_characters = min_characters
        self.max_side = max_side
        with _quiet():
            self._engine = rapidocr.RapidOCR(
                params={
                    'Global.log_level': 'critical',
                    'Global.text_score': min_score,
                    'EngineConfig.onnxruntime.intra_op_num_threads': threads,
                    'EngineConfig.onnxruntime.inter_op_num_threads': 1,
                }
            )

    def localise(self, photo: Photo) -> list[Region]:
        """Find lines of text.

        Args:
            photo: The photo.

        Returns:
            Regions of kind ``'text'`` from top to bottom; the reason says what was
            read.
        """
        pixels, scale = shrink(photo.pixels, self.max_side)
        if min(pixels.shape[:2]) < _LOWEST:
            return []  # the detector would enlarge it a hundred times
        with _quiet():
            result = self._engine(np.ascontiguousarray(pixels[..., ::-1]))
        if result.boxes is None:
            return []
        regions = []
        for corners, text, score in zip(result.boxes, result.txts, result.scores):
            corners = np.asarray(corners, np.float64)
            ends = np.concatenate([corners.min(0), corners.max(0)])
            box = place(ends, scale, photo.size)
            letters = {c for c in text if c.isalnum()}
            if box and len(letters) >= self.min_characters:
                shown = text if len(text) <= _LONGEST else f'{text[:_LONGEST]}...'
                name = type(self).__name__
                reason = f'reads "{shown}"'
                regions.append(Region(box, 'text', float(score), name, None, reason))
        return sorted(regions, key=lambda r: (r.box[1], r.box[0]))


@contextlib.contextmanager
def _quiet():
    """Keep the package from logging: it sets up its logger again and again."""
    logger = logging.getLogger('RapidOCR')
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before
