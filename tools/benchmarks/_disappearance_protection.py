"""Protect test photos, write them, and count what detectors find in the files.

Runs in a child process.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from _common import peak_rss
from _disappearance_methods import build_method
from mmdet.registry import DATASETS
from mmengine.logging import MMLogger
from mmengine.registry import DefaultScope

from mmprivacy.apis import ProtectionInferencer, load_config
from mmprivacy.apis.checkpoints import best_or_last
from mmprivacy.datasets.image_checks import track
from mmprivacy.disappearance.arrays import as_tensor
from mmprivacy.disappearance.mmdet_view import MMDetView
from mmprivacy.disappearance.protected_folder import write_photo
from mmprivacy.evaluation.disappearance_metric import SWEEP
from mmprivacy.evaluation.functional import (
    count_detections,
    disappearance_rates,
    l_inf,
    psnr,
    ssim,
)
from mmprivacy.evaluation.functional.detections import Boxes


class Photo(NamedTuple):
    """A photo of the test split: its pixels, BGR uint8, and what is in it."""

    name: str
    pixels: np.ndarray
    truth: Boxes


def protect_and_measure(payload: dict) -> dict:
    """Change photos with each method in turn and measure what came out.

    Args:
        payload: ``detectors``: config, checkpoint (or the folder of its training) and
            ``sample`` of each, by name; the first is attacked, and moreover those
            named in ``surrogates``. ``options``: overrides of all configs. ``photos``:
            how many, ``containing``: names of classes of which each has to have one.
            ``methods``: specs by name. ``sensitive``: names of classes, or None.
            ``jpeg``: qualities to save with as well. ``folder``: where to write.

    Returns:
        By name of the method, see :func:`_figures`.
    """
    MMLogger.get_current_instance().setLevel('WARNING')
    views = load_views(payload)
    first, *others = views
    attacked = [views[first], *(views[n] for n in payload.get('surrogates', ()))]
    photos = list(test_photos(payload, views[first]))
    chosen = payload.get('sensitive')
    if chosen is not None:
        chosen = [views[first].classes.index(name) for name in chosen]
    clean = {n: [detect(v, p.pixels) for p in photos] for n, v in views.items()}
    pixels = [photo.pixels for photo in photos]
    methods = {
        name: build_method(spec, attacked, pixels)
        for name, spec in payload['methods'].items()
    }
    rows: dict[str, list[dict]] = {name: [] for name in methods}
    for photo in track(photos, len(photos), len(photos) > 1, 'Protecting photos'):
        for name, method in methods.items():
            start = time.perf_counter()
            changed, iters = method(photo.pixels)
            row = {'seconds': time.perf_counter() - start, 'iters': iters}
            row |= _written(payload, name, photo, changed, views)
            rows[name].append(row)
    return {
        name: _figures(found, photos, clean, chosen, others)
        for name, found in rows.items()
    }


def load_views(payload: Mapping) -> dict[str, MMDetView]:
    """Load the detectors of a payload, by name."""
    views = {}
    for name, spec in payload['detectors'].items():
        checkpoint = Path(spec['checkpoint'])
        if checkpoint.is_dir():
            checkpoint = best_or_last(checkpoint)
        inferencer = ProtectionInferencer(
            spec['config'],
            checkpoint,
            attack={},
            cfg_options=payload['options'],
            sample=spec['sample'],
        )
        views[name] = inferencer.views[0]
    return views


def test_photos(payload: Mapping, view: MMDetView) -> Iterator[Photo]:
    """Give the first photos of the test split of the first detector's config."""
    spec = next(iter(payload['detectors'].values()))
    cfg = load_config(spec['config'], payload['options'], spec['sample'])
    with DefaultScope.overwrite_default_scope('mmdet'):
        dataset = DATASETS.build(cfg.test_dataloader.dataset)
    wanted = {view.classes.index(c) for c in payload.get('containing', ())}
    given = 0
    for index in range(len(dataset)):
        info = dataset.get_data_info(index)
        labels = np.array([i['bbox_label'] for i in info['instances']], np.int64)
        if given == payload['photos'] or (wanted and not wanted & set(labels)):
            continue
        boxes = np.array([i['bbox'] for i in info['instances']]).reshape(-1, 4)
        truth = Boxes(boxes, labels, np.ones(len(labels)))
        pixels = view.pipeline.load(info['img_path'])
        yield Photo(Path(info['img_path']).stem, pixels, truth)
        given += 1


def detect(view: MMDetView, photo: np.ndarray) -> Boxes:
    """Run the ordinary detector on a photo, BGR uint8 (H, W, 3)."""
    with view.frozen():
        found = view.detect(as_tensor(photo))
    return Boxes(
        found.boxes.double().numpy(),
        found.labels.numpy(),
        found.scores.double().numpy(),
    )


def _written(
    payload: Mapping,
    name: str,
    photo: Photo,
    changed: np.ndarray,
    views: Mapping[str, MMDetView],
) -> dict[str, Any]:
    """Write a photo as PNG and JPEG, and measure and detect in what is read again."""
    first = next(iter(views))
    path = Path(payload['folder'], name, f'{photo.name}.png')
    path.parent.mkdir(parents=True, exist_ok=True)
    write_photo(path, changed, None)
    saved = views[first].pipeline.load(path)
    row = {'found': {n: detect(v, saved) for n, v in views.items()}, 'jpeg': {}}
    for quality in payload.get('jpeg', ()):
        jpeg = path.with_suffix(f'.{quality}.jpg')
        write_photo(jpeg, changed, quality)
        row['jpeg'][quality] = detect(views[first], views[first].pipeline.load(jpeg))
    row['psnr'] = psnr(saved, photo.pixels)
    row['ssim'] = ssim(saved, photo.pixels)
    row['linf'] = l_inf(saved, photo.pixels)
    return row


def _figures(
    rows: Sequence[Mapping],
    photos: Sequence[Photo],
    clean: Mapping[str, Sequence[Boxes]],
    sensitive: Sequence[int] | None,
    others: Sequence[str],
) -> dict[str, Any]:
    """Put the photos of one method together.

    Returns:
        ``rates`` at each threshold, of PNG; ``jpeg`` at 0.3, by quality; ``transfer``
        at 0.3, by name of the other detectors; ``psnr`` and ``ssim`` over the photos
        that were changed; ``linf``, the largest; ``iters`` and ``seconds`` of each
        photo, means; ``seconds_total``; ``peak_rss`` of the process in bytes.
    """

    def rates(name: str, after: Sequence[Boxes], thr: float = 0.3) -> dict:
        return disappearance_rates(
            [
                count_detections(before, now, photo.truth, thr, sensitive)
                for before, now, photo in zip(clean[name], after, photos)
            ]
        )

    first = next(iter(clean))
    found = {name: [row['found'][name] for row in rows] for name in clean}
    iters = [row['iters'] for row in rows if row['iters'] is not None]
    changed = [row for row in rows if row['linf'] > 0]
    seconds = [row['seconds'] for row in rows]
    return {
        'rates': {str(t): rates(first, found[first], t) for t in SWEEP},
        'jpeg': {
            str(q): rates(first, [row['jpeg'][q] for row in rows])
            for q in (rows[0]['jpeg'] if rows else ())
        },
        'transfer': {name: rates(name, found[name]) for name in others},
        'psnr': _mean([row['psnr'] for row in changed]),
        'ssim': _mean([row['ssim'] for row in changed]),
        'linf': max((row['linf'] for row in rows), default=None),
        'iters': _mean(iters),
        'seconds': _mean(seconds),
        'seconds_total': sum(seconds),
        'peak_rss': peak_rss(),
        'photos': len(rows),
    }


def _mean(values: Sequence[float]) -> float | None:
    return statistics.fmean(values) if values else None
