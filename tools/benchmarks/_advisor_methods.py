"""What a photo costs in each method: models of the real size, with random weights.

Runs in child processes, one for each method, because peak memory belongs to a process.
Seconds are those of the processor, of one thread: other work on the machine does not
change them much.
"""

from __future__ import annotations

import copy
import statistics
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import torch
from _common import ROOT, peak_rss
from mmengine.dataset import pseudo_collate
from mmengine.logging import MMLogger
from mmengine.registry import MODELS, DefaultScope
from PIL import Image

from mmprivacy.apis import load_config
from mmprivacy.apis.config import drop_pretrained
from mmprivacy.apis.memory_layout import use_channels_last
from mmprivacy.apis.model_loading import inference_options
from mmprivacy.apis.photo_inputs import PhotoPipeline

METHODS: dict[str, dict[str, Any]] = {
    'DRAG': dict(target='score', config='drag/drag_r50.py'),
    'PrivAttNet': dict(target='score', config='privattnet/privattnet_r50.py'),
    'PrivObfNet': dict(target='score', config='privobfnet/privobfnet_r38d_vispr.py'),
    'object disappearance': dict(
        target='hide',
        config='disappearance/faster-rcnn_r50_fpn_coco.py',
        updates=2,
        warm_up=0,
        repeat=1,
    ),
    'ERASER': dict(
        target='erase',
        config='eraser/eraser_ffc18.py',
        sides=(256, 512),
        warm_up=0,
        repeat=1,
    ),
}
"""Method to the function of this file that measures it, and its payload."""

PHOTO = (480, 640)
"""Height and width of the photos, the most frequent of COCO."""

ENDLESS = dict(patience=None, score_thr=1e-6, stop_margin=0.0, verify=False)
"""Options with which no photo is ever done, so that every update is paid for."""


def score(payload: dict) -> dict:
    """Measure a model that judges a photo, from the pixels to the prediction.

    Args:
        payload: ``config``; ``repeat``.

    Returns:
        See :func:`_figures`; ``size`` that the network sees.
    """
    cfg, model = _model(payload)
    pipeline = PhotoPipeline(cfg)
    photo = _photo(PHOTO)
    packed = pipeline(photo)

    def judge() -> None:
        with torch.inference_mode():
            model.test_step(pseudo_collate([pipeline(photo)]))

    return _figures(judge, payload) | {'size': list(packed['inputs'].shape[1:])}


def hide(payload: dict) -> dict:
    """Measure updates of the product preset of object disappearance.

    Args:
        payload: ``config``; ``repeat``; ``updates`` that are measured.

    Returns:
        See :func:`_figures`: ``seconds`` of one update, ``rest`` of what a photo costs
        besides; ``size`` that the network sees.
    """
    from mmdet.datasets import CocoDataset

    from mmprivacy.disappearance import ObjectDisappearance
    from mmprivacy.disappearance.detector_views import view_of
    from mmprivacy.disappearance.loading import pipeline_of

    cfg, model = _model(payload)
    with torch.no_grad():  # so that it sees people everywhere
        model.roi_head.bbox_head.fc_cls.bias[0] = 5
    view = view_of(model, pipeline_of(cfg), CocoDataset.METAINFO['classes'])
    photo = _photo(PHOTO)
    size = view.pipeline.pack(photo)['inputs'].shape[1:]

    def run(updates: int) -> Callable[[], None]:
        attack = ObjectDisappearance(preset='product', **ENDLESS, max_iters=updates)

        def attack_once() -> None:
            (result,) = attack([view], [photo])
            if result.iters != updates:
                raise RuntimeError(f'{result.iters} updates instead of {updates}')

        return attack_once

    few, many = 1, 1 + payload['updates']
    first = _figures(run(few), payload)
    more = _figures(run(many), payload)
    update = (more['seconds'] - first['seconds']) / (many - few)
    rest = max(0.0, first['seconds'] - few * update)
    return more | {'seconds': update, 'rest': rest, 'size': list(size)}


def erase(payload: dict) -> dict:
    """Measure ERASER on a picture of each size, with a mask of a sixteenth of it.

    Args:
        payload: ``config``; ``repeat``; ``sides`` of the pictures. The prior costs the
            same for each and is measured once.

    Returns:
        See :func:`_figures`: ``seconds`` of both priors; ``generator``: side to the
        seconds of the generator.
    """
    from mmprivacy.eraser.palette import shrink

    _, model = _model(payload)
    sides = payload['sides']
    image = torch.from_numpy(_photo((sides[-1],) * 2)).permute(2, 0, 1)[None] / 255
    mask = torch.zeros(1, 1, *image.shape[-2:])
    start, end = sides[-1] // 4, sides[-1] // 2
    mask[..., start:end, start:end] = 1
    sketches: list[Any] = []
    generator = {}
    with torch.inference_mode():
        prior = _figures(lambda: sketches.append(model.prior(image, mask)), payload)
        for side in sides:
            given = [shrink(x, side) for x in (image, mask, *sketches[0])]
            painted = _figures(partial(model.generator, *given), payload)
            generator[str(side)] = painted['seconds']
    return painted | {'seconds': prior['seconds'], 'generator': generator}


def _model(payload: Mapping[str, Any]) -> tuple[Any, torch.nn.Module]:
    """Build the model of a config as inferencers do, but for its weights."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    MMLogger.get_current_instance().setLevel('WARNING')
    cfg = load_config(ROOT / 'configs' / payload['config'], draw=False)
    drop_pretrained(cfg)
    options = copy.deepcopy(cfg.model)
    options.update(inference_options(cfg))
    if cfg.get('data_preprocessor'):
        options.setdefault('data_preprocessor', copy.deepcopy(cfg.data_preprocessor))
    with DefaultScope.overwrite_default_scope(cfg.get('default_scope') or 'mmengine'):
        model = MODELS.build(options)
    use_channels_last(model)
    return cfg, model.eval()


def _photo(size: tuple[int, int]) -> np.ndarray:
    """Draw a photo that is as smooth as photos are, uint8 (H, W, 3)."""
    noise = np.random.default_rng(0).integers(0, 256, (24, 32, 3), np.uint8)
    return np.array(Image.fromarray(noise).resize(size[::-1], Image.BICUBIC))


def _figures(work: Callable[[], Any], payload: Mapping[str, Any]) -> dict[str, Any]:
    """Do some work on the clock of the processor, ``repeat`` times.

    Before that it is done once for practice, unless ``warm_up`` is 0.

    Returns:
        ``seconds``: the median; ``all_seconds``; ``memory_mb``: the highest so far.
    """
    for _ in range(payload.get('warm_up', 1)):
        work()
    taken = []
    for _ in range(payload['repeat']):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return {
        'seconds': statistics.median(taken),
        'all_seconds': taken,
        'memory_mb': peak_rss() / 2**20,
    }
