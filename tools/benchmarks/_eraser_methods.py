"""All ways to remove something, and how they are measured: by one code for all.

A method takes a picture RGB uint8 (H, W, 3) and a mask bool (H, W), and returns a
picture of the same size.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.dataset import pseudo_collate
from mmengine.device import get_device
from mmengine.evaluator import BaseMetric
from mmengine.registry import (
    DATASETS,
    METRICS,
    MODELS,
    TASK_UTILS,
    init_default_scope,
)

from mmprivacy import obfuscation
from mmprivacy.datasets.image_checks import track
from mmprivacy.datasets.image_files import list_images
from mmprivacy.evaluation.edits import read_edits, to_tensor
from mmprivacy.evaluation.functional.detections import Boxes

STRENGTH = 8
"""Of blur and pixelation, in pixels: the paper's radius."""
Method = Callable[[np.ndarray, np.ndarray], np.ndarray]
BASELINES: dict[str, Method] = {
    'black mask': lambda image, mask: obfuscation.fill(image, mask=mask),
    f'blur({STRENGTH})': lambda x, mask: obfuscation.blur(x, STRENGTH, mask=mask),
    f'pixelate({STRENGTH})': lambda x, mask: obfuscation.pixelate(
        x, STRENGTH, mask=mask
    ),
    'Telea': lambda image, mask: obfuscation.inpaint(image, 'telea', mask=mask),
    'Navier-Stokes': lambda image, mask: obfuscation.inpaint(
        image, 'navier-stokes', mask=mask
    ),
}


class Editor:
    """ERASER with the weights of a checkpoint, as a method.

    Args:
        cfg: Its config.
        checkpoint: The file.
    """

    def __init__(self, cfg: Any, checkpoint: str | Path) -> None:
        from mmprivacy.apis.model_loading import load_model

        self.model = load_model(cfg, checkpoint)

    def __call__(self, image: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """Remove what the mask covers."""
        planes = torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1)))
        inputs = dict(img=[planes], mask=[torch.from_numpy(mask[None]).to(torch.uint8)])
        with torch.no_grad():
            (sample,) = self.model.test_step(dict(inputs=inputs))
        return sample.pred_img.cpu().numpy().transpose(1, 2, 0)


@METRICS.register_module()
class TrainedDifferenceMetric(BaseMetric):
    """What the Difference Loss of an editor's training says, key ``trained/loss``.

    Args:
        loss: Its config.
    """

    default_prefix = 'trained'

    def __init__(self, loss: dict) -> None:
        super().__init__()
        self.device = get_device()
        self.loss = MODELS.build(loss).to(self.device)

    @torch.no_grad()
    def process(self, data_batch: Any, data_samples: Sequence[Mapping]) -> None:
        """Measure the pictures of a batch."""
        for edit in read_edits(data_batch, data_samples):
            if edit.mask.any():
                pictures = (edit.result, edit.original, edit.mask)
                tensors = [to_tensor(picture, self.device) for picture in pictures]
                self.results.append(float(self.loss.difference(*tensors)))

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Average."""
        return {'loss': float(np.mean(results)) if results else float('nan')}


@TASK_UTILS.register_module()
class RememberingAdversary:
    """Looks at a picture once: the pictures before are the same for every method.

    Args:
        adversary: Config of the adversary.
    """

    def __init__(self, adversary: dict) -> None:
        self.adversary = TASK_UTILS.build(adversary)
        self.classes = self.adversary.classes
        self.seen: dict[str, Boxes] = {}

    def __call__(self, image: np.ndarray, boxes: np.ndarray) -> Boxes:
        """Look, or remember."""
        digest = hashlib.sha256(image.tobytes() + boxes.tobytes())
        key = f'{image.shape}{digest.hexdigest()}'
        if key not in self.seen:
            self.seen[key] = self.adversary(image, boxes)
        return self.seen[key]


def measure(
    data: Any,
    methods: Mapping[str, Method],
    metrics: Sequence[BaseMetric],
    what: str,
) -> dict[str, dict[str, float]]:
    """Apply all methods to all pictures, and all metrics to what comes out.

    Args:
        data: A data set with :class:`~mmprivacy.datasets.PackInpaintingInputs`.
        methods: The methods by name.
        metrics: The metrics.
        what: What is measured, for the progress bar.

    Returns:
        Figures by method.
    """
    figures = {}
    for name, method in methods.items():
        for k in track(range(len(data)), len(data), True, f'{what}: {name}'):
            batch = pseudo_collate([data[k]])
            image = batch['inputs']['img'][0].numpy().transpose(1, 2, 0)
            mask = batch['inputs']['mask'][0][0].numpy().astype(bool)
            result = np.ascontiguousarray(method(image, mask).transpose(2, 0, 1))
            samples = [dict(pred_img=torch.from_numpy(result))]
            for metric in metrics:
                metric.process(batch, samples)
        figures[name] = {}
        for metric in metrics:
            figures[name] |= metric.evaluate(len(data))
    return figures


def removal_data(cfg: Any, short_side: int | None = None) -> Any | None:
    """Build the test pictures whose sensitive regions are known.

    Args:
        cfg: The config, turned to the data.
        short_side: Size to measure at, in pixels; that of the config by default.

    Returns:
        The data set, or None if the config's test pictures have no masks of their own.
    """
    init_default_scope('mmengine')
    node = cfg.test_dataloader.dataset.to_dict()
    prefix = node.get('data_prefix')
    if not isinstance(prefix, dict) or 'mask_path' not in prefix:
        return None
    if short_side is not None:
        node['pipeline'] = _resized(node['pipeline'], short_side)
    return DATASETS.build(node)


def inpainting_data(cfg: Any) -> Any:
    """Build pictures with drawn masks: what is behind them is known.

    On drawn data these are the true backgrounds of the test pictures, with the thick
    masks of LaMa; else, the test pictures of the config.
    """
    init_default_scope('mmengine')
    node = cfg.test_dataloader.dataset.to_dict()
    prefix = node.get('data_prefix')
    if isinstance(prefix, dict) and 'background_path' in prefix:
        node |= dict(data_prefix=prefix['background_path'], region_file='')
        steps = []
        for step in node['pipeline']:
            if step['type'] == 'PackInpaintingInputs':
                steps.append(dict(type='DrawRegionMask', style='thick', seed=0))
            if step['type'] != 'LoadRegionMask':
                steps.append(step)
        node['pipeline'] = steps
    return DATASETS.build(node)


def _resized(pipeline: Sequence[dict], short_side: int) -> list[dict]:
    return [
        step | dict(scale=short_side) if step['type'] == 'ResizeWithMask' else step
        for step in pipeline
    ]


def count_photos(cfg: Any, split: str) -> dict[str, int]:
    """Count the pictures of a split."""
    node = cfg[f'{split}_dataloader'].dataset
    prefix = node.data_prefix
    prefix = prefix if isinstance(prefix, str) else prefix['img_path']
    return {'pictures': len(list_images(Path(node.data_root, prefix)))}
