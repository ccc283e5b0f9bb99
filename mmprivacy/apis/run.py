"""Training and testing as the command lines do them."""

from __future__ import annotations

import copy
import gc
import json
import math
import shlex
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mmprivacy.apis.config import load_config, on_sample
from mmprivacy.errors import CheckpointError, ConfigError


def run_train(args: Namespace) -> int:
    """Train, and test the best checkpoint if asked to.

    Args:
        args: Arguments of ``tools/train.py``.

    Returns:
        The exit status.
    """
    from mmengine.dist import barrier

    from mmprivacy.apis.checkpoints import best_or_last
    from mmprivacy.apis.distributed import stop_group
    from mmprivacy.apis.runner import build_runner, explain_registry_errors

    cfg = _load(args)
    if args.amp:
        use_amp(cfg)
    if args.auto_scale_lr:
        use_auto_scale_lr(cfg)
    if not set_resume(cfg, args.resume, args.trust_checkpoint):
        splits = ('train', 'val', 'test') if args.test else ('train', 'val')
        runner = build_runner(copy.deepcopy(cfg), splits, args.trust_checkpoint)
        with explain_registry_errors(cfg):
            runner.train()
        del runner
        gc.collect()
    if args.test:
        barrier()  # the first process may still be writing its last checkpoint
        path = best_or_last(cfg.work_dir, args.trust_checkpoint)
        metrics = _test(cfg, path, args.trust_checkpoint)
        _report(cfg, path, metrics)
        _say(f'the same number: {test_command(args, path)}')
    stop_group()
    return 0


def run_test(args: Namespace) -> int:
    """Test a checkpoint.

    Args:
        args: Arguments of ``tools/test.py``.

    Returns:
        The exit status.
    """
    from mmprivacy.apis.distributed import stop_group

    cfg = _load(args)
    checkpoint = _checkpoint_to_test(args.checkpoint, cfg)
    if args.show_dir:
        set_show_dir(cfg, args.show_dir)
    if args.out:
        add_prediction_file(cfg, args.out)
    metrics = _test(cfg, checkpoint, args.trust_checkpoint)
    _report(cfg, checkpoint, metrics)
    stop_group()
    return 0


def _checkpoint_to_test(named: str | None, cfg: Any) -> str:
    """Take the checkpoint of the command line, else the config's ``load_from``."""
    name = named or cfg.get('load_from')
    if name and ('://' in name or Path(name).expanduser().is_file()):
        return name
    raise CheckpointError.explain(
        name or cfg.filename,
        expected='a checkpoint file',
        got='no such file' if name else 'none, neither named nor in load_from',
        fix=_known_checkpoints(Path(cfg.work_dir)),
    )


def _load(args: Namespace) -> Any:
    cfg = load_config(args.config, args.cfg_options, sample=args.sample)
    cfg.launcher = args.launcher
    if args.work_dir:
        cfg.work_dir = args.work_dir
    return cfg


def _test(cfg: Any, checkpoint: str | Path, trust: bool) -> dict[str, float]:
    """Evaluate a checkpoint with a runner of its own.

    ``train.py --test`` and ``test.py`` both come here, so that they agree to the bit.
    """
    from mmprivacy.apis.model_loading import inference_options
    from mmprivacy.apis.runner import build_runner, explain_registry_errors

    cfg = copy.deepcopy(cfg)
    cfg.model.update(inference_options(cfg))
    for key in ('train_dataloader', 'train_cfg', 'optim_wrapper', 'param_scheduler'):
        cfg[key] = None
    for key in ('val_dataloader', 'val_cfg', 'val_evaluator', 'auto_scale_lr'):
        cfg[key] = None
    if cfg.get('test_dataloader') is None:
        raise ConfigError.explain(
            cfg.filename,
            expected='a test_dataloader',
            got='none',
            fix='add test_dataloader, test_cfg and test_evaluator',
        )
    cfg.resume, cfg.load_from = False, str(checkpoint)
    cfg.experiment_name = f'{Path(cfg.filename).stem}_test'
    runner = build_runner(cfg, ('test',), trust)
    runner.strict_loading = True
    with explain_registry_errors(cfg):
        return runner.test()


def set_resume(cfg: Any, resume: str | None, trust: bool = False) -> bool:
    """Decide what a run starts from.

    Args:
        cfg: The config, changed in place.
        resume: None, ``'auto'`` for the newest checkpoint of the work folder, or a
            file.
        trust: Load checkpoints that need unrestricted pickle.

    Returns:
        Whether the run is finished already.

    Raises:
        CheckpointError: If the named file is missing or no checkpoint of a run.
    """
    from mmprivacy.apis.checkpoints import find_resumable, load_resumable

    if resume is None:
        return False
    if resume == 'auto':
        found = find_resumable(cfg.work_dir, trust)
    else:
        found = Path(resume), load_resumable(resume, trust)
    if found is None:
        _say(f'nothing to resume in {cfg.work_dir}: starting from scratch')
        cfg.resume = False
        return False
    path, checkpoint = found
    cfg.resume, cfg.load_from = True, str(path)
    unit = 'iter' if 'max_iters' in cfg.train_cfg else 'epoch'
    done, end = checkpoint['meta'][unit], cfg.train_cfg[f'max_{unit}s']
    if done >= end:
        _say(f'{path} has all {end} {unit}s: this run is finished')
        return True
    _say(f'resuming {path} after {unit} {done} of {end}')
    return False


def use_amp(cfg: Any) -> None:
    """Switch the optimizer wrapper to automatic mixed precision.

    On a CPU, where half precision is slow, bfloat16 is used.

    Raises:
        ConfigError: If the config has a wrapper that cannot be switched.
    """
    wrapper = cfg.get('optim_wrapper') or {}
    if 'constructor' in wrapper and 'optimizer' not in wrapper:
        parts = [part for part in wrapper.values() if isinstance(part, dict)]
    else:
        parts = [wrapper]
    for part in parts:
        _use_amp(part)


def _use_amp(wrapper: Any) -> None:
    import torch

    name = wrapper.get('type', 'OptimWrapper') if wrapper else None
    name = getattr(name, '__name__', name)
    if name not in ('OptimWrapper', 'AmpOptimWrapper'):
        raise ConfigError.explain(
            '--amp',
            expected='optim_wrapper.type OptimWrapper or AmpOptimWrapper',
            got=name or 'no optim_wrapper',
            fix='drop --amp',
        )
    if torch.cuda.is_available():
        wrapper.type = 'AmpOptimWrapper'
        wrapper.setdefault('loss_scale', 'dynamic')
        return
    import mmprivacy.apis.amp  # noqa: F401  registers the wrapper

    wrapper.type = 'BFloat16OptimWrapper'
    for key in ('loss_scale', 'dtype', 'use_fsdp'):
        wrapper.pop(key, None)


def use_auto_scale_lr(cfg: Any) -> None:
    """Scale the learning rate with the real batch size.

    Raises:
        ConfigError: If the config does not say which batch size its rate is for.
    """
    if 'base_batch_size' not in (cfg.get('auto_scale_lr') or {}):
        raise ConfigError.explain(
            '--auto-scale-lr',
            expected='auto_scale_lr = dict(base_batch_size=...) in the config',
            got='none',
            fix='add it (the batch size the learning rate was chosen for)',
        )
    cfg.auto_scale_lr.enable = True


def set_show_dir(cfg: Any, show_dir: str) -> None:
    """Let the visualization hook of a config write every test image to a folder.

    Raises:
        ConfigError: If the config has no such hook.
    """
    from mmprivacy.apis.types import accepts, resolve

    scope = cfg.get('default_scope', 'mmengine')
    hooks = enumerate(cfg.get('custom_hooks') or [])
    found = [
        hook
        for n, hook in hooks
        if accepts(resolve(hook, f'custom_hooks.{n}', scope), 'out_dir')
        and 'Visualization' in str(hook.get('type'))
    ]
    shown = (cfg.get('default_hooks') or {}).get('visualization')
    if shown and accepts(
        resolve(shown, 'default_hooks.visualization', scope), 'test_out_dir'
    ):
        # mmdet's hook puts a relative path below the work folder.
        shown.update(draw=True, test_out_dir=str(Path(show_dir).resolve()))
    elif not found:
        raise ConfigError.explain(
            '--show-dir',
            expected='a visualization hook in custom_hooks',
            got='none',
            fix="add dict(type='HeatMapVisualizationHook', field=...), or "
            "dict(type='PrivacyScoreVisualizationHook') for scores",
        )
    for hook in found:
        hook.update(out_dir=show_dir, draw=True)


def add_prediction_file(cfg: Any, out: str) -> None:
    """Let the test write its predictions to a JSON file."""
    from mmprivacy.apis.predictions import PredictionFile

    PredictionFile(out)  # refuses a wrong name now, not after the test
    metrics = cfg.test_evaluator
    metrics = list(metrics) if isinstance(metrics, (list, tuple)) else [metrics]
    cfg.test_evaluator = [*metrics, dict(type='PredictionFile', out_file=out)]


def test_command(args: Namespace, checkpoint: Path) -> str:
    """Phrase the command that tests a checkpoint as ``train.py --test`` did."""
    words = ['python', 'tools/test.py', args.config, str(checkpoint)]
    words += ['--sample'] if args.sample else []
    if args.work_dir:
        words += ['--work-dir', str(args.work_dir)]
    if args.cfg_options:
        words.append('--cfg-options')
        words += [f'{k}={v}' for k, v in args.cfg_options.items()]
    return shlex.join(words)


def _report(cfg: Any, checkpoint: str | Path, metrics: Mapping[str, float]) -> None:
    """Print the metrics and write them to ``metrics.json`` in the work folder."""
    from mmengine.dist import is_main_process

    from mmprivacy.datasets.file_writing import write_text

    if not is_main_process():
        return
    report = dict(
        config=str(cfg.filename),
        checkpoint=str(checkpoint),
        data='drawn sample data' if on_sample(cfg) else 'data set of the config',
        metrics={k: float(v) for k, v in metrics.items() if _is_number(v)},
    )
    for line in _table(report):
        _say(line)
    # JSON knows no NaN, which is what a metric without any case is.
    report['metrics'] = {
        k: v if math.isfinite(v) else None for k, v in report['metrics'].items()
    }
    write_text(Path(cfg.work_dir, 'metrics.json'), json.dumps(report, indent=1) + '\n')


def _table(report: Mapping[str, Any]) -> Iterator[str]:
    metrics = report['metrics']
    width = max(map(len, metrics), default=0)
    sample = 'sample' in report['data']
    note = ', not comparable with published numbers' if sample else ''
    yield ''
    yield f'test metrics on the {report["data"]}{note}'
    for name, value in metrics.items():
        yield f'  {name:<{width}}  {value:.4f}'
    yield f'checkpoint: {report["checkpoint"]}'


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _known_checkpoints(work_dir: Path) -> str:
    paths = [str(p) for p in sorted(work_dir.glob('*.pth'))]
    if paths:
        return f'use one of {", ".join(paths)}'
    return 'check the path, or train first'


def _say(line: str) -> None:
    """Write a line for the person at the terminal, once in a distributed run."""
    from mmengine.dist import is_main_process

    if is_main_process():
        sys.stdout.write(f'{line}\n')
        sys.stdout.flush()
