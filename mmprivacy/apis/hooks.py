"""Hooks that every run of the tools has: seeds, finite losses, checkpoints."""

from __future__ import annotations

import bisect
import os
import random
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.dist import broadcast, get_rank, get_world_size, is_main_process
from mmengine.hooks import CheckpointHook, Hook
from mmengine.registry import HOOKS

from mmprivacy.errors import NonFiniteLossError

_STRIDE = 1_000_003  # a prime, so that epochs and ranks do not meet


def seed_everything(seed: int) -> None:
    """Seed Python's, NumPy's and torch's generators."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


def seed_worker(worker_id: int) -> None:  # noqa: ARG001
    """Seed a data loading worker from torch's seed, which differs per epoch and worker.

    MMEngine's own function gives a worker the same seed in every epoch.
    """
    seed = torch.initial_seed()
    random.seed(seed)
    np.random.seed(seed % 2**32)


class EpochSeedHook(Hook):
    """Reseed all generators before each training epoch.

    The seed is a function of the run's seed, the epoch and the rank alone, so an epoch
    after a resume draws the same numbers as in an uninterrupted run.
    """

    priority = 'VERY_HIGH'

    def before_train_epoch(self, runner) -> None:
        """Seed the generators of this process."""
        seed = int(runner.seed)
        seed_everything(seed + _STRIDE * (runner.epoch + 1) + 7919 * get_rank())


class FiniteLossHook(Hook):
    """Stop the run at the first loss that is not a finite number.

    Runs before the checkpoint hook, so that no checkpoint holds broken weights.
    """

    priority = 'HIGH'

    def after_train_iter(
        self, runner, batch_idx, data_batch=None, outputs=None
    ) -> None:
        """Check what the model reports.

        Raises:
            NonFiniteLossError: If a loss is NaN or infinite; names iteration and
                images.
        """
        for name, value in (outputs or {}).items():
            number = float(value.detach() if torch.is_tensor(value) else value)
            if 'loss' not in name or np.isfinite(number):
                continue
            images = ', '.join(sorted(set(image_paths(data_batch)))) or 'unknown'
            raise NonFiniteLossError.explain(
                f'{name} in iteration {runner.iter + 1} '
                f'(epoch {runner.epoch + 1}, batch {batch_idx + 1})',
                expected='a finite number',
                got=f'{number} for the images {images}',
                fix='look at these images, or lower the learning rate',
            )


class SameBuffersHook(Hook):
    """Give all processes the buffers of the first one before a validation.

    Running statistics differ between processes. The checkpoint holds those of the
    first, so the score that is reported has to come from them.
    """

    def before_val_epoch(self, runner) -> None:
        """Broadcast the floating point buffers of the model."""
        if get_world_size() == 1:
            return
        for buffer in runner.model.buffers():
            if buffer.is_floating_point():
                broadcast(buffer.data, src=0)


def image_paths(batch: Any) -> Iterator[str]:
    """Yield the image files of a batch, however the host packs it."""
    if isinstance(batch, dict):
        for value in batch.values():
            yield from image_paths(value)
    elif isinstance(batch, (list, tuple)):
        for value in batch:
            yield from image_paths(value)
    elif hasattr(batch, 'metainfo'):
        path = batch.metainfo.get('img_path')
        if path:
            yield str(path)


@HOOKS.register_module()
class ResumableCheckpointHook(CheckpointHook):
    """Checkpoint hook whose run can be killed at any moment.

    Differs from its base class in three ways:

    * An epoch that is followed by a validation is saved after it. The base class saves
      before, so a run that is killed in between would skip that validation when it is
      resumed: no best checkpoint, no step of a plateau scheduler.
    * An old checkpoint is removed after the new one is complete, not before.
    * ``last_checkpoint`` is replaced in one step.
    """

    _pending = False

    def before_train(self, runner) -> None:
        """Remove what an interrupted save left behind."""
        super().before_train(runner)
        if is_main_process():
            for path in Path(self.out_dir).glob('.*.pth.tmp'):
                path.unlink(missing_ok=True)

    def before_train_epoch(self, runner) -> None:
        """Save the last epoch if its validation did not take place."""
        self._save_pending(runner)

    def after_train_epoch(self, runner) -> None:
        """Save the epoch, or leave that to the validation which follows."""
        due = self.every_n_epochs(runner, self.interval, self.save_begin) or (
            self.save_last and self.is_last_train_epoch(runner)
        )
        if self.by_epoch and due and _validation_follows(runner):
            self._pending = True
        else:
            super().after_train_epoch(runner)

    def after_val_epoch(self, runner, metrics) -> None:
        """Save the best checkpoint, then the epoch."""
        super().after_val_epoch(runner, metrics)
        self._save_pending(runner)

    def after_train(self, runner) -> None:
        """Save the last epoch if its validation did not take place."""
        self._save_pending(runner)
        super().after_train(runner)

    def _save_pending(self, runner) -> None:
        if not self._pending:
            return
        self._pending = False
        # The epoch counter has moved on by now: it counts the finished epochs.
        runner.logger.info(f'Saving checkpoint at {runner.epoch} epochs')
        meta = dict(epoch=runner.epoch, iter=runner.iter)
        self._save_checkpoint_with_step(runner, runner.epoch, meta)

    def _save_checkpoint_with_step(self, runner, step, meta) -> None:
        expired: list[int] = []
        if self.max_keep_ckpts > 0:
            kept = [s for s in self.keep_ckpt_ids if s != step] + [step]
            expired, kept = kept[: -self.max_keep_ckpts], kept[-self.max_keep_ckpts :]
            # The base class removes nothing if the step is the last of its list.
            self.keep_ckpt_ids = deque(kept, self.max_keep_ckpts)
            runner.message_hub.update_info('keep_ckpt_ids', kept)
        note = Path(runner.work_dir, 'last_checkpoint')
        super()._save_checkpoint_with_step(runner, step, meta)
        if is_main_process():
            write_text(note, str(self.last_ckpt))
            for old in expired:
                self._remove(Path(self.out_dir, self.filename_tmpl.format(old)))

    def _save_best_checkpoint(self, runner, metrics) -> None:
        """Save a new best checkpoint before the previous one is removed."""
        if not self.save_best:
            return
        last, before = self.last_ckpt, self._best_paths()
        if self.by_epoch and self._pending:
            self.last_ckpt = None  # saved next, with the new best score in it
        self._set_best_paths(dict.fromkeys(before))
        super()._save_best_checkpoint(runner, metrics)
        after = self._best_paths()
        self._set_best_paths({k: after.get(k) or before.get(k) for k in after})
        if self.last_ckpt is None:
            self.last_ckpt = last
        replaced = [p for k, p in before.items() if p and after.get(k) not in (None, p)]
        self._save_pending(runner)
        for path in replaced if is_main_process() else ():
            self._remove(Path(path))

    def _best_paths(self) -> dict[str, str | None]:
        if hasattr(self, 'best_ckpt_path_dict'):
            return dict(self.best_ckpt_path_dict)
        return {'': getattr(self, 'best_ckpt_path', None)}

    def _set_best_paths(self, paths: dict[str, str | None]) -> None:
        if hasattr(self, 'best_ckpt_path_dict'):
            self.best_ckpt_path_dict = dict(paths)
        else:
            self.best_ckpt_path = paths['']

    def _remove(self, path: Path) -> None:
        if self.file_backend.isfile(str(path)):
            self.file_backend.remove(str(path))


def _validation_follows(runner) -> bool:
    """Predict whether MMEngine's epoch loop validates after this epoch."""
    loop = runner.train_loop
    if runner.val_loop is None or not hasattr(loop, 'dynamic_milestones'):
        return False
    epoch = runner.epoch + 1
    step = bisect.bisect(loop.dynamic_milestones, epoch + 1)
    interval = loop.dynamic_intervals[step - 1]
    return epoch >= loop.val_begin and (
        epoch % interval == 0 or epoch == loop.max_epochs
    )


def write_text(path: Path, text: str) -> None:
    """Replace a text file in one step."""
    temporary = path.with_name(f'.{path.name}.tmp')
    with temporary.open('w', encoding='utf-8') as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
