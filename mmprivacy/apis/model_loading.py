"""A trained model for use outside a runner."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import torch
from mmengine.registry import MODELS, DefaultScope

from mmprivacy.apis.check import check_keys
from mmprivacy.apis.checkpoints import check_match
from mmprivacy.apis.memory_layout import use_channels_last
from mmprivacy.apis.runner import explain_registry_errors
from mmprivacy.apis.types import resolve
from mmprivacy.compat import check_stack, safe_load
from mmprivacy.errors import ConfigError


def inference_options(cfg: Any) -> dict[str, Any]:
    """Ask a model what it can leave out of memory when it only predicts.

    Args:
        cfg: A config with ``model``.

    Returns:
        ``inference_options`` of its class, to be set in ``cfg.model``: for PrivObfNet,
        ``image_only``; nothing for most models.
    """
    scope = cfg.get('default_scope') or 'mmengine'
    return dict(getattr(resolve(cfg.model, 'model', scope), 'inference_options', {}))


def load_model(
    cfg: Any,
    checkpoint: str | Path,
    device: str | torch.device | None = None,
    trust_checkpoint: bool = False,
) -> torch.nn.Module:
    """Build the model of a config with the weights of a checkpoint.

    Args:
        cfg: A config of :func:`~mmprivacy.apis.config.load_config`.
        checkpoint: A file written by training.
        device: Where to put it; the first GPU if there is one, else the CPU.
        trust_checkpoint: Load a file that needs unrestricted pickle.

    Returns:
        The model in evaluation mode.

    Raises:
        ConfigError: If a type or a key of the config is unknown.
        CheckpointError: If the file is missing or broken, or fits another model.
    """
    check_stack()
    problems = check_keys(cfg)
    if problems:
        raise ConfigError(problems[0])
    options = copy.deepcopy(cfg.model)
    options.update(inference_options(cfg))
    if cfg.get('data_preprocessor'):
        options.setdefault('data_preprocessor', copy.deepcopy(cfg.data_preprocessor))
    scope = cfg.get('default_scope') or 'mmengine'
    with DefaultScope.overwrite_default_scope(scope), explain_registry_errors(cfg):
        model = MODELS.build(options)
    state = safe_load(checkpoint, trust=trust_checkpoint)
    state = state.get('state_dict', state)
    state = {re.sub(r'^module\.', '', key): value for key, value in state.items()}
    check_match(model, state, checkpoint)
    model.load_state_dict(state, strict=False)
    device = torch.device(device or ('cuda' if torch.cuda.is_available() else 'cpu'))
    if device.type == 'cpu':
        use_channels_last(model)  # as the runner does
    return model.to(device).eval()
