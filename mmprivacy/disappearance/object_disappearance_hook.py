"""Hook that tests a detector on photos that are protected from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from mmdet.registry import HOOKS
from mmengine.dist import barrier, is_main_process
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.registry import TASK_UTILS
from mmengine.structures import InstanceData

from mmprivacy.disappearance.detection_pipeline import DetectionPipeline
from mmprivacy.disappearance.detector_views import view_of
from mmprivacy.disappearance.loading import load_surrogates
from mmprivacy.disappearance.photo_protector import PhotoJob, PhotoProtector
from mmprivacy.disappearance.protected_annotations import write_annotations
from mmprivacy.disappearance.protected_folder import ProtectedFolder
from mmprivacy.errors import ConfigError
from mmprivacy.visualization.file_names import unique_names


@HOOKS.register_module()
class ObjectDisappearanceHook(Hook):
    """Protect each test photo, write it, and let the test see the file.

    The ordinary test then measures what the detector finds in protected photos. Below
    ``out_dir`` there are ``images/``, ``records/``, ``report.jsonl`` with the figures
    of each photo, and ``annotations.json`` for tests of other detectors. A photo whose
    file is there and for which nothing has changed is not computed again, so a run that
    was interrupted goes on where it stopped.

    Each data sample gets ``clean_pred_instances``, what the detector found in the
    original (in pixels of the original), and in its metainfo ``clean_img_path`` and
    ``protection``, the figures of the report; ``img_path`` is the protected file.

    Args:
        attack: Config of an :class:`ObjectDisappearance`; by default the product
            preset.
        out_dir: The folder; by default ``protected`` in the work folder.
        on_val: Protect photos of validations, too, below ``val`` in the folder. The
            training is not disturbed.
        batch_size: Photos that are computed together. With 1, files do not depend on
            the batches of the loader or the number of processes; with more, they may
            differ by a grey level.
        view: Config of a view of your own detector, built with ``model``, ``pipeline``,
            ``classes`` and ``fp16``.
        surrogates: Other detectors that have to be fooled as well, a list of
            ``dict(config=..., checkpoint=...)``. Their classes count by name.

    Raises:
        ConfigError: If the folder cannot be written to, no view knows the detector, or
            its pipeline does more than resize and pad.
    """

    # Before anything that looks at the batch.
    priority = 'VERY_HIGH'

    def __init__(
        self,
        attack: Mapping[str, Any] | None = None,
        out_dir: str | None = None,
        on_val: bool = False,
        batch_size: int = 1,
        view: Mapping[str, Any] | None = None,
        surrogates: Sequence[Mapping[str, str]] = (),
    ) -> None:
        self.attack = TASK_UTILS.build(
            {'type': 'ObjectDisappearance', **(attack or {})}
        )
        if self.attack.options.region == 'mask':
            raise ConfigError.explain(
                'ObjectDisappearanceHook.attack.region',
                expected="'boxes' or None",
                got="'mask'",
                fix='masks can be given to ProtectionInferencer',
            )
        if batch_size < 1:
            raise ConfigError.explain(
                'ObjectDisappearanceHook.batch_size',
                expected='at least 1',
                got=batch_size,
                fix='increase it',
            )
        self.out_dir = out_dir
        self.on_val = on_val
        self.batch_size = batch_size
        self.view = view
        self.surrogates = surrogates

    def before_test(self, runner: Any) -> None:
        """Check folder, pipeline and detector before the first photo."""
        self._start(runner, runner.test_loop, '')

    def before_test_iter(
        self,
        runner: Any,  # noqa: ARG002
        batch_idx: int,  # noqa: ARG002
        data_batch: dict | None = None,
    ) -> None:
        """Protect the photos of a batch and put them in place of the originals.

        Args:
            runner: The runner.
            batch_idx: Index of the batch.
            data_batch: What the data loader gave; changed in place.
        """
        self._protect(data_batch)

    def after_test_epoch(
        self,
        runner: Any,
        metrics: dict | None = None,  # noqa: ARG002
    ) -> None:
        """Write report and annotations, once for all processes."""
        self._finish(runner)

    def before_val_epoch(self, runner: Any) -> None:
        """As :meth:`before_test`, with ``on_val``."""
        if self.on_val:
            self._start(runner, runner.val_loop, 'val')

    def before_val_iter(
        self,
        runner: Any,  # noqa: ARG002
        batch_idx: int,  # noqa: ARG002
        data_batch: dict | None = None,
    ) -> None:
        """As :meth:`before_test_iter`, with ``on_val``."""
        if self.on_val:
            self._protect(data_batch)

    def after_val_epoch(
        self,
        runner: Any,
        metrics: dict | None = None,  # noqa: ARG002
    ) -> None:
        """As :meth:`after_test_epoch`, with ``on_val``."""
        if self.on_val:
            self._finish(runner)

    def _start(self, runner: Any, loop: Any, below: str) -> None:
        self.loop = loop
        dataset = loop.dataloader.dataset
        steps = getattr(getattr(dataset, 'pipeline', None), 'transforms', None)
        if steps is None:
            raise ConfigError.explain(
                'ObjectDisappearanceHook',
                expected='a data set with a pipeline of its own',
                got=type(dataset).__name__,
                fix='test one data set at a time',
            )
        if (loop.dataloader.batch_size or 1) > 1:
            runner.logger.warning(
                'ObjectDisappearanceHook: the loader has batches of '
                f'{loop.dataloader.batch_size}, in which photos of other sizes are '
                'padded; detections may differ a little from those of the report. '
                'Set batch_size=1 for figures.'
            )
        infos = [dataset.get_data_info(n) for n in range(len(dataset))]
        self._infos = {info['img_path']: info for info in infos}
        self._names = unique_names(self._infos)
        root = Path(self.out_dir or Path(runner.work_dir, 'protected'), below)
        self.folder = ProtectedFolder(root)
        self.folder.prepare(self._infos)
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        parts = dict(
            model=model,
            pipeline=DetectionPipeline(steps),
            classes=dataset.metainfo.get('classes'),
            fp16=loop.fp16,
        )
        view = (
            TASK_UTILS.build({**self.view, **parts}) if self.view else view_of(**parts)
        )
        self._views = [view, *load_surrogates(self.surrogates, view.device)]
        self.attack.check(self._views)
        self._protector: PhotoProtector | None = None

    def _protect(self, data_batch: dict) -> None:
        if self._protector is None:
            # Only now are the weights those of the test: other hooks may swap them.
            self._protector = PhotoProtector(self.attack, self._views, self.folder)
        inputs, samples = data_batch['inputs'], data_batch['data_samples']
        if not isinstance(inputs, list):
            raise ConfigError.explain(
                'collate_fn of the loader',
                expected="dict(type='pseudo_collate'), mmdet's default",
                got=f'inputs in one {type(inputs).__name__}',
                fix='take collate_fn out of the config',
            )
        for start in range(0, len(inputs), self.batch_size):
            chosen = range(start, min(start + self.batch_size, len(inputs)))
            jobs = [self._job(samples[n].img_path) for n in chosen]
            for n, record in zip(chosen, self._protector(jobs)):
                inputs[n] = self._replace(samples[n], record)

    def _job(self, path: str) -> PhotoJob:
        truth = None
        if self.attack.options.predet == 'gt_matched':
            instances = self._infos[path].get('instances', ())
            boxes = torch.tensor([i['bbox'] for i in instances]).reshape(-1, 4)
            truth = boxes, torch.tensor([i['bbox_label'] for i in instances])
        return PhotoJob(self._names[path], path, truth=truth)

    def _replace(self, sample: Any, record: Mapping[str, Any]) -> torch.Tensor:
        """Let a sample be of the protected file; give the input for the network."""
        path = str(self.folder.root / record['image'])
        clean = {k: torch.tensor(v) for k, v in record['clean'].items()}
        sample.clean_pred_instances = InstanceData(
            bboxes=clean['boxes'].reshape(-1, 4),
            scores=clean['scores'],
            labels=clean['labels'].long(),
        )
        figures = {
            k: v for k, v in record.items() if k not in ('clean', 'key', 'digest')
        }
        sample.set_metainfo(
            dict(clean_img_path=sample.img_path, protection=figures, img_path=path)
        )
        pipeline = self._views[0].pipeline
        return pipeline.pack(pipeline.load(path), path)['inputs']

    def _finish(self, runner: Any) -> None:
        barrier()
        if is_main_process():
            pairs = []
            for path, info in self._infos.items():
                pairs += [(info, r) for r in self.folder.records([self._names[path]])]
            records = [{**record, 'img_id': info['img_id']} for info, record in pairs]
            self.folder.write_report(records)
            write_annotations(
                self.folder.root / 'annotations.json', self._views[0].classes, pairs
            )
            self._summarize(runner, records)
        barrier()

    def _summarize(self, runner: Any, records: Sequence[Mapping[str, Any]]) -> None:
        """Log what came out."""
        if not records:
            return
        changed = [r for r in records if r['iters']] or [dict(grad_norm=0, iters=0)]
        mean = {
            key: sum(r[key] for r in changed) / len(changed)
            for key in ('iters', 'grad_norm')
        }
        done = sum(r['success'] for r in records)
        runner.logger.info(
            f'disappearance: {done} of {len(records)} photos protected, '
            f'{mean["iters"]:.1f} iterations and a gradient norm of '
            f'{mean["grad_norm"]:.3g} in the mean; files in {self.folder.root}'
        )
