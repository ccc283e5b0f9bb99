"""Models that try to recognise what was to be removed, for RegionRecallMetric.

Registered in MMEngine's root registry TASK_UTILS; the hosts are imported when one is
built.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.dataset import pseudo_collate
from mmengine.registry import TASK_UTILS

from mmprivacy.apis.config import load_config
from mmprivacy.apis.model_loading import load_model
from mmprivacy.apis.photo_inputs import PhotoPipeline
from mmprivacy.compat import require, safe_load
from mmprivacy.errors import ConfigError
from mmprivacy.evaluation.functional.detections import Boxes

CONTEXT = 0.1
"""Border around a region that a classifier sees, as a share of its sides."""


@TASK_UTILS.register_module()
class DetectorAdversary:
    """A detector of mmdet.

    Args:
        config: Its config file.
        checkpoint: Its checkpoint file.
        cfg_options: Overrides of the config, dotted key to value.
        sample: Use the config as ``--sample`` does.
        device: Where to compute; the first GPU if there is one, else the CPU.

    Raises:
        ConfigError: If the config is wrong, or names no classes.
        CheckpointError: If the checkpoint cannot be loaded, or fits another model.
    """

    def __init__(
        self,
        config: str | Path,
        checkpoint: str | Path,
        cfg_options: Mapping[str, Any] | None = None,
        sample: bool = False,
        device: str | None = None,
    ) -> None:
        require('mmdet', feature='DetectorAdversary')
        from mmprivacy.disappearance.loading import classes_of, pipeline_of

        cfg = load_config(config, cfg_options, sample, draw=False)
        self.model = load_model(cfg, checkpoint, device)
        self.pipeline = pipeline_of(cfg)
        self.classes = _checked(classes_of(cfg, safe_load(checkpoint)), config)

    @torch.no_grad()
    def __call__(self, image: np.ndarray, boxes: np.ndarray) -> Boxes:
        """Detect objects.

        Args:
            image: Picture (H, W, 3) uint8 RGB.
            boxes: Not used: it looks everywhere.

        Returns:
            What it finds, in pixels of the picture.
        """
        del boxes
        packed = self.pipeline.pack(np.ascontiguousarray(image[..., ::-1]))
        (sample,) = self.model.test_step(pseudo_collate([packed]))
        found = sample.pred_instances
        return Boxes(
            found.bboxes.cpu().numpy().astype(np.float64).reshape(-1, 4),
            found.labels.cpu().numpy().astype(np.int64),
            found.scores.cpu().numpy().astype(np.float64),
        )


@TASK_UTILS.register_module()
class ClassifierAdversary:
    """A classifier of mmpretrain, which is shown each region by itself.

    It sees the box of the region and a border of a tenth of its sides.

    Args:
        config: Its config file, whose test pipeline begins with ``LoadPhoto``.
        checkpoint: Its checkpoint file.
        classes: Names of its classes, in order; by default, those in the checkpoint.
        cfg_options: Overrides of the config, dotted key to value.
        sample: Use the config as ``--sample`` does.
        device: Where to compute; the first GPU if there is one, else the CPU.

    Raises:
        ConfigError: If the config is wrong, or there are no names of classes.
        CheckpointError: If the checkpoint cannot be loaded, or fits another model.
    """

    def __init__(
        self,
        config: str | Path,
        checkpoint: str | Path,
        classes: Sequence[str] | None = None,
        cfg_options: Mapping[str, Any] | None = None,
        sample: bool = False,
        device: str | None = None,
    ) -> None:
        require('mmpretrain', feature='ClassifierAdversary')
        cfg = load_config(config, cfg_options, sample, draw=False)
        self.model = load_model(cfg, checkpoint, device)
        self.pipeline = PhotoPipeline(cfg)
        if classes is None:
            meta = safe_load(checkpoint).get('meta') or {}
            classes = (meta.get('dataset_meta') or {}).get('classes')
        self.classes = _checked(classes, config)

    @torch.no_grad()
    def __call__(self, image: np.ndarray, boxes: np.ndarray) -> Boxes:
        """Classify regions.

        Args:
            image: Picture (H, W, 3) uint8 RGB.
            boxes: The regions (M, 4) xyxy in pixels.

        Returns:
            The regions with the most likely class and its probability.
        """
        boxes = np.asarray(boxes, np.float64).reshape(-1, 4)
        if not len(boxes):
            return Boxes(boxes, np.zeros(0, np.int64), np.zeros(0))
        packed = [self.pipeline(_crop(image, box)) for box in boxes]
        samples = self.model.test_step(pseudo_collate(packed))
        scores = np.stack([s.pred_score.cpu().numpy() for s in samples])
        best = scores.argmax(1).astype(np.int64)
        return Boxes(boxes, best, scores.max(1).astype(np.float64))


def _crop(image: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Cut a region and a border out of an RGB picture, as BGR; at least a pixel."""
    h, w = image.shape[:2]
    x0, y0, x1, y1 = box
    dx, dy = CONTEXT * (x1 - x0), CONTEXT * (y1 - y0)
    left = int(np.clip(np.floor(x0 - dx), 0, w - 1))
    top = int(np.clip(np.floor(y0 - dy), 0, h - 1))
    right = int(np.clip(np.ceil(x1 + dx), left + 1, w))
    bottom = int(np.clip(np.ceil(y1 + dy), top + 1, h))
    return np.ascontiguousarray(image[top:bottom, left:right, ::-1])


def _checked(classes: Sequence[str] | None, config: str | Path) -> tuple[str, ...]:
    if not classes:
        raise ConfigError.explain(
            config,
            expected='names of the classes, in the checkpoint or the config',
            got='none',
            fix='name them',
        )
    return tuple(classes)
