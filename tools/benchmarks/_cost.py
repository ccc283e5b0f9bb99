"""Training steps and other work, timed side by side. Runs in child processes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from mmengine.logging import MMLogger
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample

from mmprivacy.apis import load_config
from mmprivacy.apis.config import drop_pretrained


class TrainingStep:
    """One optimizer step on random photos, as the runner would do it.

    Args:
        cfg: Loaded config, for data preprocessor and optimizer.
        model: Config of the model.
        samples: The samples of the batch.
        size: Height and width of the photos.
        wrapper: Config of the optimizer wrapper; that of ``cfg`` if None.
        amp: Use mixed precision.
        channels_last: Use the memory layout that the runner chooses on a CPU.
    """

    def __init__(
        self,
        cfg: Any,
        model: Mapping,
        samples: Sequence[DataSample],
        size: Sequence[int],
        wrapper: Mapping | None = None,
        amp: bool = False,
        channels_last: bool = False,
    ) -> None:
        self.device = 'cuda' if torch.cuda.is_available() else 'cpu'
        self.model = MODELS.build({**model, 'data_preprocessor': cfg.data_preprocessor})
        self.model.init_weights()
        self.model.to(self.device).train()
        if channels_last and self.device == 'cpu':
            self.model.to(memory_format=torch.channels_last)
        wrapper = dict(wrapper or cfg.optim_wrapper)
        if amp:
            wrapper['type'] = 'AmpOptimWrapper'
        self.optim = build_optim_wrapper(self.model, wrapper)
        shape = (len(samples), 3, *size)
        photos = torch.randint(0, 256, shape, dtype=torch.uint8)
        self.batch = {'inputs': photos, 'data_samples': list(samples)}

    def __call__(self) -> None:
        """Do a step."""
        self.model.train_step(self.batch, self.optim)


def load(payload: Mapping) -> Any:
    """Load the config of a payload without weights or data, and seed torch."""
    sample = payload.get('sample', False)
    cfg = load_config(payload['config'], payload.get('options'), sample, draw=False)
    drop_pretrained(cfg)
    init_default_scope('mmpretrain')
    MMLogger.get_current_instance().setLevel('WARNING')
    torch.manual_seed(0)
    return cfg


def seconds_of(work: Callable[[], Any]) -> float:
    """Do some work, and return the seconds it took."""
    _wait()
    start = time.perf_counter()
    work()
    _wait()
    return time.perf_counter() - start


def time_in_turns(
    work: Mapping[str, Callable[[], Any]], pairs: int, warm_up: int
) -> dict[str, Any]:
    """Time two things side by side, in turns, in this process.

    Args:
        work: Two of them, by name.
        pairs: How often each is timed.
        warm_up: How often each is done before that.

    Returns:
        ``ratio``: median over the pairs of the first's seconds by the second's;
        ``quartiles`` of the same; all ``seconds`` by name.
    """
    seconds: dict[str, list[float]] = {name: [] for name in work}
    for i in range(pairs + warm_up):
        for name in list(work) if i % 2 else list(work)[::-1]:
            taken = seconds_of(work[name])
            if i >= warm_up:
                seconds[name].append(taken)
    ratios = [a / b for a, b in zip(*seconds.values(), strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4, method='inclusive')
    return {'ratio': middle, 'quartiles': [low, high], 'seconds': seconds}


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
