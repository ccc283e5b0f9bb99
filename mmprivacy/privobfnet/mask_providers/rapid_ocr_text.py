"""Masks of text by RapidOCR, whose models come with its package: no download."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from mmengine.registry import TASK_UTILS

from mmprivacy.compat import require
from mmprivacy.errors import ConfigError, MissingDependencyError
from mmprivacy.privobfnet.mask_providers.base import BaseMaskProvider

_INSTALL = 'run `pip install "mmprivacy[ocr]"`'


@TASK_UTILS.register_module()
class RapidOCRText(BaseMaskProvider):
    """Fill the boxes of the text that PP-OCR detects; nothing is read.

    Args:
        model_path: An own detection model (ONNX) instead of the one in the package.
        dilate: Pixels to widen each box by, on every side.

    Raises:
        MissingDependencyError: If neither ``rapidocr`` nor its predecessor
            ``rapidocr_onnxruntime`` is installed.
        ConfigError: If ``dilate`` is negative.

    Reference:
        PrivObfNet, Sec. 3.2: text masks by PP-OCR.
    """

    def __init__(self, model_path: str | None = None, dilate: int = 0) -> None:
        if dilate < 0:
            raise ConfigError.explain(
                'RapidOCRText.dilate',
                expected='pixels, 0 or more',
                got=dilate,
                fix='correct it',
            )
        self.dilate = dilate
        try:
            self._detect = _current(model_path)
        except MissingDependencyError:
            self._detect = _predecessor(model_path)

    def __call__(self, image: np.ndarray, path: str) -> np.ndarray:
        """Make the mask of one photo; see the base class."""
        del path
        mask = np.zeros(image.shape[:2], np.uint8)
        for box in self._detect(image):
            cv2.fillPoly(mask, [np.rint(np.asarray(box)).astype(np.int32)], 1)
        if self.dilate and mask.any():
            side = 2 * self.dilate + 1
            mask = cv2.dilate(mask, np.ones((side, side), np.uint8))
        return mask > 0


def _current(model_path: str | None) -> Any:
    """Build the detector of ``rapidocr``."""
    package = require('rapidocr', 'RapidOCRText', _INSTALL)
    require('onnxruntime', 'RapidOCRText', _INSTALL)
    options = {
        'Global.use_cls': False,
        'Global.use_rec': False,
        'Global.log_level': 'error',  # that a photo has no text is no warning here
    }
    if model_path:
        options['Det.model_path'] = model_path
    engine = package.RapidOCR(params=options)

    def detect(image: np.ndarray) -> Any:
        # Without text the result is of another type, and its boxes are None.
        boxes = getattr(engine(image), 'boxes', None)
        return () if boxes is None else boxes

    return detect


def _predecessor(model_path: str | None) -> Any:
    """Build the detector of ``rapidocr_onnxruntime``."""
    package = require('rapidocr_onnxruntime', 'RapidOCRText', _INSTALL)
    options = {'det_model_path': model_path} if model_path else {}
    engine = package.RapidOCR(**options)

    def detect(image: np.ndarray) -> Any:
        boxes, _ = engine(image, use_det=True, use_cls=False, use_rec=False)
        return () if boxes is None else boxes

    return detect
