"""Hook that clusters the channels of the fine-tuned backbone."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator, Sized

import torch
from mmengine.dist import broadcast, gather, get_rank, get_world_size
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.registry import DATASETS
from mmengine.runner import Runner
from mmpretrain.registry import HOOKS
from torch import Tensor
from torch.utils.data import DataLoader, Sampler

from mmprivacy.drag.drag_phase_hook import DRAGPhaseHook, find_head
from mmprivacy.drag.grouping import cluster_channels, peak_matrix
from mmprivacy.drag.regions import peak_indices
from mmprivacy.errors import ConfigError


class WholeBatchSampler(Sampler):
    """Every image once, in order, dealt out to the processes by whole batches.

    A batch holds the same images for any number of processes, so its features have the
    same bits.

    Args:
        dataset: Anything with a length.
        batch_size: Images of a batch.
        rank: Number of this process.
        world_size: Number of processes.
    """

    def __init__(
        self, dataset: Sized, batch_size: int, rank: int, world_size: int
    ) -> None:
        starts = range(0, len(dataset), batch_size)[rank::world_size]
        self.indices = [
            i for s in starts for i in range(s, min(s + batch_size, len(dataset)))
        ]

    def __iter__(self) -> Iterator[int]:
        return iter(self.indices)

    def __len__(self) -> int:
        return len(self.indices)


@HOOKS.register_module()
class ChannelGroupingHook(Hook):
    """Group the channels by the positions of their peaks in all training images.

    Runs before the first epoch of ``'cgl_pretrain'`` (without a :class:`DRAGPhaseHook`:
    before the first epoch), if the head has no groups yet. It sees the training
    annotations through the test pipeline, unshuffled, each image once, with the model
    in evaluation mode, and leaves model and random numbers as they were. The groups do
    not depend on the number of processes.

    Args:
        dataloader: Config of the loader (``dataset``, ``batch_size``, ``num_workers``,
            ``collate_fn``). By default the dataset of ``train_dataloader`` with the
            pipeline and the batches of ``test_dataloader`` or ``val_dataloader``.
        seed: Seed of K-means. 9 in the official code.

    Reference: Yang et al. 2022 (DRAG), section "Dynamic Crucial Regions Exploring".
    """

    # Before DRAGPhaseHook, which belongs to the epoch that follows.
    priority = 'ABOVE_NORMAL'

    def __init__(self, dataloader: dict | None = None, seed: int = 9) -> None:
        self.dataloader = dataloader
        self.seed = seed

    def before_train_epoch(self, runner: Runner) -> None:
        """Group the channels, if it is time."""
        head = find_head(runner)
        phases = [h for h in runner.hooks if isinstance(h, DRAGPhaseHook)]
        if phases and phases[0].phase_at(runner.epoch).name != 'cgl_pretrain':
            return
        if head.groups_ready:
            return
        # Iterating a loader draws a seed for its workers from the global generator.
        with torch.random.fork_rng(devices=[]):
            indices, width = self.collect_peaks(runner)
        labels = torch.zeros(head.in_channels, dtype=torch.int64)
        if get_rank() == 0:
            runner.logger.info(f'channel grouping: K-means of {len(labels)} channels')
            matrix = peak_matrix(indices, width)
            labels = cluster_channels(matrix, head.num_regions, self.seed)
        broadcast(labels)
        head.set_channel_groups(labels.to(head.channel_groups.device))
        sizes = torch.bincount(labels, minlength=head.num_regions).tolist()
        runner.logger.info(f'channel grouping: channels in each region {sizes}')
        if 0 in sizes:
            runner.logger.warning(
                'channel grouping: some regions have no channels, because too few '
                'channels differ; is the backbone trained?'
            )

    @torch.no_grad()
    def collect_peaks(self, runner: Runner) -> tuple[Tensor, int]:
        """Find the peak of every channel in every training image.

        Returns:
            On rank 0 the row-major peak cells (M, C), int32, in the order of the
            dataset (on other ranks nothing of use), and the width of the feature map.
        """
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        loader = self._build_loader(runner)
        clock = _Progress(runner, len(loader))
        head, peaks = find_head(runner), []
        modes = {module: module.training for module in model.modules()}
        model.eval()
        try:
            for i, batch in enumerate(loader):
                inputs = model.data_preprocessor(batch, False)['inputs']
                feats = model.extract_feat(inputs, stage='neck')
                feat = head.feature_map(feats)
                peaks.append(peak_indices(feat).to('cpu', torch.int32))
                clock.show(i + 1)
        finally:
            for module, mode in modes.items():
                module.training = mode
        return self._gather(peaks, loader, head.in_channels), head.feat_size[1]

    def _gather(self, peaks: list[Tensor], loader: DataLoader, channels: int) -> Tensor:
        """Bring the peaks of all processes to rank 0, in the dataset's order."""
        world_size, total = get_world_size(), len(loader.dataset)
        mine = torch.cat(peaks) if peaks else torch.zeros(0, channels).int()
        if world_size == 1:
            return mine
        samplers = [
            WholeBatchSampler(loader.dataset, loader.batch_size, r, world_size)
            for r in range(world_size)
        ]
        padded = mine.new_zeros(max(map(len, samplers)), channels)
        padded[: len(mine)] = mine
        parts = gather(padded)
        if get_rank() != 0:
            return mine
        result = mine.new_empty(total, channels)
        for part, sampler in zip(parts, samplers):
            result[sampler.indices] = part[: len(sampler)].cpu()
        return result

    def _build_loader(self, runner: Runner) -> DataLoader:
        cfg = self._loader_cfg(runner)
        dataset = cfg.pop('dataset')
        if isinstance(dataset, dict):
            dataset = DATASETS.build(dataset)
        if hasattr(dataset, 'full_init'):
            dataset.full_init()
        sampler = WholeBatchSampler(
            dataset, cfg['batch_size'], get_rank(), get_world_size()
        )
        cfg.update(dataset=dataset, sampler=sampler)
        return Runner.build_dataloader(cfg)

    def _loader_cfg(self, runner: Runner) -> dict:
        """Combine the training annotations with the test pipeline."""
        keys = ('batch_size', 'num_workers', 'collate_fn', 'pin_memory', 'dataset')
        if self.dataloader is not None:
            cfg = copy.deepcopy(dict(self.dataloader))
            return {'batch_size': 16, **{k: cfg[k] for k in keys if k in cfg}}
        train = runner.cfg.get('train_dataloader')
        test = runner.cfg.get('test_dataloader') or runner.cfg.get('val_dataloader')
        if not train or not test:
            raise ConfigError.explain(
                'ChannelGroupingHook',
                expected='train_dataloader and test_dataloader in the config',
                got='no config' if not train else 'no test_dataloader',
                fix='add them, or give the hook a dataloader of its own',
            )
        cfg = {k: copy.deepcopy(test[k]) for k in keys if k in test}
        cfg['dataset'] = _with_pipeline(train['dataset'], test['dataset'])
        return cfg


def _with_pipeline(dataset: dict, source: dict) -> dict:
    """Copy a dataset config, stripped of repetitions, with another's pipeline."""
    repeats = ('RepeatDataset', 'ClassBalancedDataset')
    dataset = copy.deepcopy(dict(dataset))
    while dataset.get('type') in repeats:
        dataset = dict(dataset['dataset'])
    while 'pipeline' not in source and 'dataset' in source:
        source = source['dataset']
    if 'datasets' in dataset:
        parts = [_with_pipeline(d, source) for d in dataset['datasets']]
        return {**dataset, 'datasets': parts}
    return {**dataset, 'pipeline': copy.deepcopy(source.get('pipeline', []))}


class _Progress:
    """Log how far a loop is, at most every five seconds."""

    def __init__(self, runner: Runner, total: int) -> None:
        self.runner, self.total = runner, total
        self.start = self.last = time.monotonic()

    def show(self, done: int) -> None:
        now = time.monotonic()
        if now - self.last < 5 and done < self.total:
            return
        self.last = now
        eta = int((now - self.start) / done * (self.total - done))
        self.runner.logger.info(
            f'channel grouping: batch {done}/{self.total}, '
            f'eta {eta // 3600}:{eta // 60 % 60:02d}:{eta % 60:02d}'
        )
