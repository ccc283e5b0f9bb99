"""Batches of edited pictures, as a loop hands them to metrics."""

from __future__ import annotations

import numpy as np
import torch
from mmengine.dataset import pseudo_collate
from mmengine.structures import BaseDataElement


def picture(seed=0, h=40, w=48):
    import cv2

    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, (h, w, 3), dtype=np.uint8)
    return cv2.GaussianBlur(image, (0, 0), 2)


def box_mask(h=40, w=48, box=(8, 10, 30, 28)):
    mask = np.zeros((h, w), np.uint8)
    x0, y0, x1, y1 = box
    mask[y0:y1, x0:x1] = 1
    return mask


def tensor(array):
    return torch.from_numpy(np.ascontiguousarray(array.transpose(2, 0, 1)))


def batch(*edits, **meta):
    """Build a batch and predictions: ``(original, mask, result[, background])``."""
    items, samples = [], []
    for k, (original, mask, result, *background) in enumerate(edits):
        sample = BaseDataElement(metainfo=dict(img_path=f'{k}.png', **meta))
        if background:
            sample.gt_background = tensor(background[0])
        inputs = dict(img=tensor(original), mask=torch.from_numpy(mask)[None])
        items.append(dict(inputs=inputs, data_samples=sample))
        samples.append(dict(pred_img=tensor(result), img_path=f'{k}.png'))
    return pseudo_collate(items), samples


def run(metric, *edits, **meta):
    metric.process(*batch(*edits, **meta))
    return metric.evaluate(len(edits))
