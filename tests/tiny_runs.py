"""The smallest run of a config, for tests that train."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
NUM = dict(train=8, val=4, test=6)


def shrink(cfg, side=64):
    """Overrides for two iterations of two images an epoch, one epoch a phase.

    There is one validation and one checkpoint, after the last epoch.
    """
    options = {
        'train_dataloader.num_batch_per_epoch': 1 if _has_masks(cfg) else 2,
        'train_cfg.max_epochs': 1,
        'param_scheduler': [],  # a warm-up of one epoch would leave nothing to the rest
        'default_hooks.checkpoint.interval': 100,
    }
    for split in NUM:
        loader = f'{split}_dataloader'
        options[f'{loader}.num_workers'] = 0
        options[f'{loader}.batch_size'] = 2 if split == 'train' else 8
        for n, step in enumerate(cfg[loader].dataset.pipeline):
            for key in {'scale', 'crop_size'} & set(step):
                options[f'{loader}.dataset.pipeline.{n}.{key}'] = (side, side)
    stride = 2 ** (1 + cfg.model.get('backbone', {}).get('num_stages', 4))
    head = cfg.model.get('head', {})
    for key, place in (('', head), ('attention.', head.get('attention') or {})):
        if 'feat_size' in place:
            options[f'model.head.{key}feat_size'] = (side // stride, side // stride)
    options |= shrink_eraser(cfg)
    for n, hook in enumerate(cfg.get('custom_hooks', [])):
        if 'attack' in hook:
            options[f'custom_hooks.{n}.attack.max_iters'] = 2
        key = 'stages' if 'stages' in hook else 'phases'
        phases = hook.get(key, [])
        for p, phase in enumerate(phases):
            place = f'custom_hooks.{n}.{key}.{p}'
            options[f'{place}.epochs'] = 1
            if phase.get('train_dataloader'):
                loader = f'{place}.train_dataloader'
                options |= {f'{loader}.num_workers': 0, f'{loader}.batch_size': 2}
                options[f'{loader}.num_batch_per_epoch'] = 1
        if phases:
            options['train_cfg.max_epochs'] = len(phases)
    options['train_cfg.val_interval'] = options['train_cfg.max_epochs']
    return options


def _has_masks(cfg):
    """Tell whether a run learns from pictures with masks; only two are drawn."""
    prefix = cfg.train_dataloader.dataset.get('data_prefix')
    return isinstance(prefix, dict) and 'mask_path' in prefix


def shrink_eraser(cfg):
    """Overrides for the smallest networks of ERASER and its prior."""
    kind = cfg.model.type
    prior = {'num_colors': 16, 'side': 8, 'channels': 8, 'depth': 1, 'num_heads': 2}
    if kind == 'ImagePrior':
        return {f'model.{k}': v for k, v in prior.items()}
    if kind != 'ERASER':
        return {}
    return {f'model.prior.prior.{k}': v for k, v in prior.items()} | {
        'model.generator.base_channels': 4,
        'model.generator.num_blocks': 1,
        'model.discriminator.base_channels': 4,
        'model.discriminator.num_layers': 2,
        'model.loss_difference.base_channels': 2,
    }


def as_arguments(options):
    """Phrase overrides as the words of ``--cfg-options``."""
    return ['--cfg-options', *(f'{k}={v}' for k, v in options.items())]
