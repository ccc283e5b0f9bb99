"""Protect photos from a detector, in one call."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.logging import print_log

from mmprivacy.apis.config import load_config
from mmprivacy.apis.model_loading import load_model
from mmprivacy.apis.photo_batches import check_batch_size, name_photos
from mmprivacy.apis.photo_inputs import is_single, list_photos
from mmprivacy.compat import require
from mmprivacy.datasets.image_checks import track
from mmprivacy.errors import ConfigError, DataError
from mmprivacy.visualization.file_names import unique_names

Photo = str | Path | np.ndarray


class ProtectionInferencer:
    """Write photos that a detector cannot read.

    Works with every config of mmdet whose detector has a view, see
    :func:`mmprivacy.disappearance.view_of`. Photos keep their size; what is written
    holds pixels and nothing else, no place, time or camera.

    Args:
        config: Config file of the detector.
        checkpoint: Its checkpoint file.
        attack: Options of :class:`mmprivacy.disappearance.ObjectDisappearance`; by
            default those of the hook in the config, or else the product preset.
        device: Where to compute; the first GPU if there is one, else the CPU.
        cfg_options: Overrides of the config, dotted key to value.
        sample: Use the config as ``--sample`` does, for a model trained that way.
        trust_checkpoint: Load a checkpoint that needs unrestricted pickle.
        surrogates: Other detectors that have to be fooled as well, a list of
            ``dict(config=..., checkpoint=...)``.

    Raises:
        ConfigError: If the config or an option is wrong, or no view knows the detector.
        CheckpointError: If a checkpoint cannot be loaded, or fits another model.

    Examples:
        >>> protect = ProtectionInferencer(config, checkpoint)  # doctest: +SKIP
        >>> protect('holiday.jpg', out_dir='published')['success']  # doctest: +SKIP
        True
    """

    def __init__(
        self,
        config: str | Path,
        checkpoint: str | Path,
        attack: Mapping[str, Any] | None = None,
        device: str | torch.device | None = None,
        cfg_options: Mapping[str, Any] | None = None,
        sample: bool = False,
        trust_checkpoint: bool = False,
        surrogates: Sequence[Mapping[str, str]] = (),
    ) -> None:
        require('mmdet', feature='ProtectionInferencer')
        from mmprivacy.compat import safe_load
        from mmprivacy.disappearance import ObjectDisappearance, view_of
        from mmprivacy.disappearance.loading import (
            classes_of,
            load_surrogates,
            pipeline_of,
        )

        cfg = load_config(config, cfg_options, sample, draw=False)
        options = dict(_attack_of(cfg) if attack is None else attack)
        options.pop('type', None)
        self.attack = ObjectDisappearance(**options)
        self.model = load_model(cfg, checkpoint, device, trust_checkpoint)
        state = safe_load(checkpoint, trust=trust_checkpoint)
        view = view_of(self.model, pipeline_of(cfg), classes_of(cfg, state))
        self.views = [view, *load_surrogates(surrogates, view.device)]
        self.attack.check(self.views)

    def __call__(
        self,
        photos: Photo | Iterable[Photo],
        out_dir: str | Path,
        masks: Sequence[np.ndarray] | None = None,
        batch_size: int = 1,
        show_progress: bool = True,
        skip_broken: bool = False,
        image_format: str = 'png',
        show_dir: str | Path | None = None,
    ) -> dict[str, Any] | list[dict[str, Any]]:
        """Protect photos.

        Convention:
            Arrays are **BGR** uint8 (H, W, 3).

        Args:
            photos: A file, a folder (with the folders below it), an array, or a list of
                these.
            out_dir: Where to write ``images/<stem>.png``, ``records/`` and
                ``report.jsonl``. Photos that are there already, made from the same
                file with the same options and weights, are not computed again.
            masks: For ``region='mask'``: where each photo may change, (H, W), 1 = yes.
            batch_size: Photos that are computed together.
            show_progress: Show a bar on stderr if there is more than one batch.
            skip_broken: Leave files that cannot be read out of the results, with a
                warning. A single file that is broken is an error all the same.
            image_format: ``'png'``, or ``'jpg'`` if the options say that photos have to
                survive JPEG; the file then has that quality.
            show_dir: Write a picture for each photo here, before and after, with the
                boxes of the (first) detector. It shows the original.

        Returns:
            One record for a file or an array, else a list: ``image`` (the file that was
            written), ``success``, ``psnr`` and the other figures of
            :class:`mmprivacy.disappearance.ProtectionResult`, all of them measured on
            that file, and ``clean``, what was found in the original.

        Raises:
            DataError: If a file is missing or broken, or would be overwritten.
            ShapeError: If an array is not BGR uint8 (H, W, 3).
            ConfigError: If an argument is wrong, or the folder cannot be written to.
        """
        from mmprivacy.disappearance.photo_protector import PhotoJob, PhotoProtector
        from mmprivacy.disappearance.protected_folder import ProtectedFolder

        check_batch_size(batch_size)
        single, items = is_single(photos), list_photos(photos)
        if masks is not None and len(masks) != len(items):
            raise ConfigError.explain(
                'masks',
                expected=f'one for each of {len(items)} photos',
                got=len(masks),
                fix='pass as many',
            )
        folder = ProtectedFolder(out_dir, jpeg_quality_for(image_format, self.attack))
        folder.prepare(p for p in items if isinstance(p, str))
        protector = PhotoProtector(self.attack, self.views, folder)
        keys = name_photos(items)
        names = unique_names(keys)
        jobs = [
            PhotoJob(names[key], item, None if masks is None else masks[n])
            for n, (key, item) in enumerate(zip(keys, items))
        ]
        records = []
        shown = show_progress and len(jobs) > batch_size
        for batch in self._batches(
            track(jobs, len(jobs), shown, 'Protecting photos'),
            batch_size,
            skip_broken and not single,
        ):
            finished = protector(batch)
            if show_dir is not None:
                self._show(batch, finished, folder, Path(show_dir))
            records += finished
        folder.write_report(records)
        for record in records:
            record['image'] = str(folder.root / record['image'])
        return records[0] if single else records

    def _show(
        self,
        jobs: Sequence[Any],
        records: Sequence[Mapping[str, Any]],
        folder: Any,
        show_dir: Path,
    ) -> None:
        """Write what the first detector sees before and after."""
        from mmprivacy.evaluation.functional.detections import Boxes
        from mmprivacy.visualization.detection_panels import draw_protection
        from mmprivacy.visualization.pictures import write_png

        view = self.views[0]
        for job, record in zip(jobs, records, strict=True):
            original = job.source
            if isinstance(original, str):
                original = view.pipeline.load(original)
            protected = view.pipeline.load(folder.root / record['image'])
            (found, *_), _ = self.attack.left_in([view], protected)
            clean = [
                np.asarray(record['clean'][k]) for k in ('boxes', 'labels', 'scores')
            ]
            panel = draw_protection(
                original[..., ::-1],
                protected[..., ::-1],
                Boxes(clean[0].reshape(-1, 4), *clean[1:]),
                Boxes(*(v.numpy() for v in (found.boxes, found.labels, found.scores))),
                view.classes,
                self.attack.options.score_thr,
                title=job.name,
            )
            write_png(show_dir / f'{job.name}.png', panel)

    def _batches(
        self, jobs: Iterable[Any], batch_size: int, skip_broken: bool
    ) -> Iterator[list[Any]]:
        """Group jobs, without those whose file cannot be read if asked to."""
        batch: list[Any] = []
        for job in jobs:
            if skip_broken and isinstance(job.source, str):
                try:
                    self.views[0].pipeline.load(job.source)
                except DataError as e:
                    print_log(f'left out: {e}', 'current', logging.WARNING)
                    continue
            batch.append(job)
            if len(batch) == batch_size:
                yield batch
                batch = []
        if batch:
            yield batch


def jpeg_quality_for(image_format: str, attack: Any) -> int | None:
    """Choose the quality of the files, None for PNG.

    Args:
        image_format: ``'png'``, ``'jpg'`` or ``'jpeg'``.
        attack: The algorithm, which knows what photos survive.

    Raises:
        ConfigError: If it is another format, or JPEG without an attack that survives
            it.
    """
    if image_format == 'png':
        return None
    if image_format not in ('jpg', 'jpeg'):
        raise ConfigError.explain(
            'image_format',
            expected="'png' or 'jpg'",
            got=repr(image_format),
            fix='change it',
        )
    if attack.jpeg_quality is None:
        raise ConfigError.explain(
            'image_format',
            expected="'png', for a protection that JPEG would remove",
            got=repr(image_format),
            fix="write PNG, or use the options dict(preset='jpeg')",
        )
    return attack.jpeg_quality


def _attack_of(cfg: Any) -> Mapping[str, Any]:
    """Find the options of the hook in a config."""
    for hook in cfg.get('custom_hooks') or []:
        if hook.get('type') == 'ObjectDisappearanceHook':
            return hook.get('attack') or {}
    return {}
