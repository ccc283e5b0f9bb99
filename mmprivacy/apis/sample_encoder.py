"""A backbone that has seen drawn objects, in place of one with ImageNet weights.

A config may name, in ``sample.encoder``, a second config that trains a classifier of
drawn objects. Before the first training run, the backbone of the method is trained with
it; see :mod:`mmprivacy.apis.sample_runs`.
"""

from __future__ import annotations

import copy
import os
from pathlib import Path
from typing import Any

from mmprivacy.apis.sample_runs import train_once, weights_file


def use_encoder(cfg: Any) -> None:
    """Let a config that is on the sample data begin with the weights of its encoder.

    Args:
        cfg: A config with ``sample.encoder``, changed in place: the backbone loads the
            file that :func:`train_encoder` is going to write.
    """
    cfg.model.backbone.init_cfg = dict(
        type='Pretrained',
        checkpoint=str(weights_file(encoder_config(cfg), 'encoder')),
        prefix='backbone.',
    )


def encoder_config(cfg: Any) -> Any:
    """Build the config that trains the encoder of another config.

    Args:
        cfg: A config with ``sample.encoder``, the file of a classifier of the sample
            format ``objects``.

    Returns:
        That config, turned to the sample data, with the backbone of ``cfg``, of which
        no part is frozen; a backbone of another host keeps its scope and imports.
    """
    from mmprivacy.apis.config import load_config

    encoder = load_config(os.path.normpath(cfg.sample.encoder), sample=True, draw=False)
    backbone = copy.deepcopy(cfg.model.backbone)
    backbone.init_cfg = None
    if 'frozen_stages' in backbone:
        backbone.frozen_stages = -1
    scope = cfg.get('default_scope')
    if scope != encoder.default_scope:
        encoder.custom_imports = copy.deepcopy(cfg.custom_imports)
        if '.' not in backbone.type:
            backbone.type = f'{scope}.{backbone.type}'
    encoder.model.backbone = backbone
    return encoder


def train_encoder(cfg: Any) -> None:
    """Train the encoder that a config begins with, if that has not been done yet.

    Args:
        cfg: A config that :func:`use_encoder` has changed.

    Raises:
        CheckpointError: If the run fails.
    """

    def child() -> Any:
        encoder = encoder_config(cfg)
        encoder.model.head.in_channels = _out_channels(encoder)
        return encoder

    file = Path(cfg.model.backbone.init_cfg.checkpoint)
    train_once(child, file, 'sample.encoder', prefix='backbone.')


def _out_channels(encoder: Any) -> int:
    """Channels of the feature map that a backbone ends with."""
    import torch
    from mmengine.registry import MODELS, init_default_scope

    init_default_scope(encoder.default_scope)
    backbone = MODELS.build(encoder.model.backbone)
    backbone.eval()  # mmpretrain's returns nothing
    with torch.no_grad():
        return backbone(torch.zeros(1, 3, 64, 64))[-1].shape[1]
