"""A prior for sample runs of ERASER, in place of the public weights.

Named in ``sample.prior``; see :mod:`mmprivacy.apis.sample_runs`.
"""

from __future__ import annotations

import copy
import os
from pathlib import Path
from typing import Any

from mmprivacy.apis.overrides import set_data_roots
from mmprivacy.apis.sample_runs import train_once, weights_file


def prior_config(cfg: Any) -> Any:
    """Build the config that trains the prior of another config.

    Args:
        cfg: A config with ``sample.prior``, the file of a prior.

    Returns:
        That config, turned to the sample data of ``cfg``.
    """
    from mmprivacy.apis.config import load_config

    child = load_config(os.path.normpath(cfg.sample.prior), sample=True, draw=False)
    child.sample.data = copy.deepcopy(cfg.sample.data)
    set_data_roots(child, cfg.sample.data.root)
    return child


def use_prior(cfg: Any) -> None:
    """Let a config that is on the sample data use the prior of its ``sample.prior``.

    Args:
        cfg: The config, changed in place: its prior has the size of that of the other
            config, and loads the file that :func:`train_prior` is going to write.
    """
    child = prior_config(cfg)
    cfg.model.prior.prior = copy.deepcopy(child.model)
    cfg.model.prior.weights = str(weights_file(child, 'prior'))
    cfg.model.prior.allow_random = False


def train_prior(cfg: Any) -> None:
    """Train the prior that a config uses, if that has not been done yet.

    Args:
        cfg: A config that :func:`use_prior` has changed.

    Raises:
        CheckpointError: If the run fails.
    """
    file = Path(cfg.model.prior.weights)
    train_once(lambda: prior_config(cfg), file, 'sample.prior')
