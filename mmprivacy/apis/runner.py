"""The runner of the tools: MMEngine's, made safe to interrupt and to misconfigure."""

from __future__ import annotations

import contextlib
import copy
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import torch
from mmengine.dist import master_only
from mmengine.runner import Runner

from mmprivacy.apis.checkpoints import check_match, register_safe_loading
from mmprivacy.apis.config import draw_sample, on_sample
from mmprivacy.apis.data_check import check_data
from mmprivacy.apis.distributed import main_first, start_group
from mmprivacy.apis.hooks import (
    EpochSeedHook,
    FiniteLossHook,
    SameBuffersHook,
    seed_worker,
)
from mmprivacy.apis.memory_layout import use_channels_last
from mmprivacy.apis.sample_encoder import train_encoder
from mmprivacy.apis.sample_prior import train_prior
from mmprivacy.apis.types import names
from mmprivacy.compat import check_stack
from mmprivacy.errors import ConfigError, nearest

_NOT_REGISTERED = re.compile(r'(\S+) is not in the (\S+?)(?:::(\S+))? registry')
_FAMILIES = {
    'model': 'MODELS',
    'dataset': 'DATASETS',
    'transform': 'TRANSFORMS',
    'hook': 'HOOKS',
    'metric': 'METRICS',
    'optimizer': 'OPTIMIZERS',
    'parameter scheduler': 'PARAM_SCHEDULERS',
    'visualizer': 'VISUALIZERS',
    'vis_backend': 'VISBACKENDS',
    'data sampler': 'DATA_SAMPLERS',
}


class SafeRunner(Runner):
    """MMEngine's runner with atomic checkpoints and repeatable epochs.

    Differs from its base class:

    * Checkpoints are written to a temporary file, flushed and renamed.
    * ``CheckpointHook`` is replaced by
      :class:`~mmprivacy.apis.hooks.ResumableCheckpointHook`.
    * Workers of shuffled loaders start anew, with new seeds, in each epoch.
    * Distributed models run on CPUs, too.
    * A checkpoint to resume from or to test has to fit the model.
    """

    strict_loading = False

    @master_only
    def save_checkpoint(self, out_dir, filename, *args: Any, **options: Any) -> None:
        """Save a checkpoint in one step; arguments as in MMEngine's runner."""
        if '://' in str(out_dir):
            super().save_checkpoint(out_dir, filename, *args, **options)
            return
        temporary = Path(out_dir, f'.{filename}.tmp')
        super().save_checkpoint(out_dir, temporary.name, *args, **options)
        with temporary.open('rb') as file:
            os.fsync(file.fileno())
        temporary.replace(Path(out_dir, filename))

    def load_checkpoint(self, filename, *args: Any, **options: Any) -> Any:
        """Load a checkpoint; arguments as in MMEngine's runner.

        Raises:
            CheckpointError: If the run is resumed or tested and the file does not fit.
        """
        strict = self.strict_loading or self._resume
        self._loading = filename if strict else None
        return super().load_checkpoint(filename, *args, **options)

    def call_hook(self, fn_name: str, **kwargs: Any) -> None:
        """Call all hooks, then check a checkpoint that was just read."""
        super().call_hook(fn_name, **kwargs)
        if fn_name == 'after_load_checkpoint' and getattr(self, '_loading', None):
            model = getattr(self.model, 'module', self.model)
            state = kwargs['checkpoint'].get('state_dict', kwargs['checkpoint'])
            check_match(model, state, self._loading)

    def wrap_model(self, model_wrapper_cfg, model):
        """Wrap the model for distributed runs, on CPUs without device ids."""
        if self.distributed and not torch.cuda.is_available():
            model_wrapper_cfg = dict(
                model_wrapper_cfg
                or dict(
                    broadcast_buffers=False,
                    find_unused_parameters=self.cfg.get(
                        'find_unused_parameters', False
                    ),
                )
            )
            model_wrapper_cfg.setdefault('type', 'MMDistributedDataParallel')
            model_wrapper_cfg.setdefault('device_ids', None)
        return super().wrap_model(model_wrapper_cfg, model)

    def register_default_hooks(self, hooks=None) -> None:
        """Register MMEngine's default hooks, and ours."""
        hooks = dict(hooks or {})
        checkpoint = hooks.get('checkpoint', dict(type='CheckpointHook', interval=1))
        if isinstance(checkpoint, dict) and checkpoint.get('type') == 'CheckpointHook':
            hooks['checkpoint'] = {**checkpoint, 'type': 'ResumableCheckpointHook'}
        super().register_default_hooks(hooks)
        for hook in (EpochSeedHook(), FiniteLossHook(), SameBuffersHook()):
            self.register_hook(hook)

    def build_param_scheduler(self, scheduler):
        """Build schedulers; argument as in MMEngine's runner.

        Raises:
            ConfigError: If a scheduler does not fit the length of the run.
        """
        try:
            return super().build_param_scheduler(scheduler)
        except (TypeError, ValueError) as e:
            raise ConfigError.explain(
                'param_scheduler',
                expected='schedulers that fit the epochs of the run (or of its phase)',
                got=str(e).partition('\n')[0],
                fix='change their begin and end, or train longer',
            ) from e

    @staticmethod
    def build_dataloader(dataloader, seed=None, diff_rank_seed=False):
        """Build a data loader; arguments as in MMEngine's runner."""
        if isinstance(dataloader, dict):
            dataloader = copy.deepcopy(dataloader)
            if dataloader.get('num_workers'):
                dataloader.setdefault('worker_init_fn', dict(type=seed_worker))
                sampler = dataloader.get('sampler') or {}
                if isinstance(sampler, dict) and sampler.get('shuffle', True):
                    # A worker that lives on cannot be seeded for its epoch.
                    dataloader['persistent_workers'] = False
            else:
                dataloader['persistent_workers'] = False
                dataloader.pop('prefetch_factor', None)
        return Runner.build_dataloader(dataloader, seed, diff_rank_seed)


def build_runner(
    cfg: Any,
    splits: Iterable[str] = ('train', 'val'),
    trust_checkpoint: bool = False,
) -> Runner:
    """Check a config and build the runner that the tools use.

    Args:
        cfg: A config of :func:`~mmprivacy.apis.config.load_config`.
        splits: Which data loaders will be used, to be checked for missing files.
        trust_checkpoint: Load checkpoints that need unrestricted pickle.

    Returns:
        A :class:`SafeRunner`. Nothing is written if a check fails.

    Raises:
        ConfigError: If a type or a key of the config is unknown.
        DataError: If files of the data set are missing.
    """
    from mmprivacy.apis.check import check_keys

    check_stack()
    launcher = cfg.get('launcher', 'none')
    dist_cfg = (cfg.get('env_cfg') or {}).get('dist_cfg') or {}
    start_group(launcher, dist_cfg.get('timeout'))
    problems = check_keys(cfg)
    if problems:
        raise ConfigError(problems[0])
    if launcher != 'none' and on_sample(cfg):
        _join_with_cuda(launcher, dist_cfg)
        main_first(lambda: draw_sample(cfg))
    if on_sample(cfg) and cfg.sample.get('encoder') and 'train' in splits:
        main_first(lambda: train_encoder(cfg))
    if on_sample(cfg) and cfg.sample.get('prior') and 'train' in splits:
        main_first(lambda: train_prior(cfg))
    check_data(cfg, splits)
    register_safe_loading(trust_checkpoint)
    if (cfg.get('randomness') or {}).get('deterministic'):
        # cuBLAS is deterministic with a fixed workspace only.
        os.environ.setdefault('CUBLAS_WORKSPACE_CONFIG', ':4096:8')
    with explain_registry_errors(cfg):
        runner = SafeRunner.from_cfg(cfg)
    if not torch.cuda.is_available():
        use_channels_last(runner.model)
    # The config is in every checkpoint, and formatting it takes a third of a second.
    object.__setattr__(runner.cfg, '_format_python_code', False)
    return runner


def _join_with_cuda(launcher: str, dist_cfg: dict) -> None:
    from mmengine.dist import init_dist, is_distributed

    if not is_distributed():
        init_dist(launcher, **dist_cfg)


@contextlib.contextmanager
def explain_registry_errors(cfg: Any) -> Iterator[None]:
    """Turn the KeyError of an unregistered type into one that helps.

    Raises:
        ConfigError: With the scope, what ``custom_imports`` has, and the nearest names.
    """
    try:
        yield
    except KeyError as e:
        found = _NOT_REGISTERED.search(str(e))
        if found is None:
            raise
        name, registry = found[1].strip('\'"'), found[3] or found[2]
        raise unknown_type(cfg, name, _FAMILIES.get(registry, 'MODELS')) from e


def unknown_type(cfg: Any, name: str, kind: str, where: str = '') -> ConfigError:
    """Phrase the error of a type that no registry knows."""
    scope = cfg.get('default_scope') or 'mmengine'
    listed = names(kind, scope)
    imports = (cfg.get('custom_imports') or {}).get('imports') or []
    imports = [imports] if isinstance(imports, str) else list(imports)
    return ConfigError.explain(
        f'{where}type {name!r}'.strip(),
        expected=f'a name in the {kind} registries of {scope!r} or mmengine',
        got='an unknown one',
        fix=f'{_nearest_types(name, listed)}; a type of another package needs that '
        f'package in custom_imports, which has {imports or "nothing"}',
    )


def _nearest_types(name: str, listed: dict[str, str]) -> str:
    hint = nearest(name, listed)
    if hint.startswith('valid:'):
        return f'none of the {len(listed)} known names is near'
    for candidate, scope in listed.items():
        hint = hint.replace(f"'{candidate}'", f"'{candidate}' ({scope})")
    return hint.rstrip('?')
