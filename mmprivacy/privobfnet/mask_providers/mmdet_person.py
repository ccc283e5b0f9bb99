"""Masks of people by an instance segmentation model of mmdet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from mmengine.registry import TASK_UTILS

from mmprivacy.compat import require, safe_load
from mmprivacy.errors import CheckpointError, ConfigError, nearest
from mmprivacy.privobfnet.mask_providers.base import BaseMaskProvider


@TASK_UTILS.register_module()
class MMDetPerson(BaseMaskProvider):
    """Join the masks of the people that a detector sees.

    mmdet is imported when a provider is built, here alone in this room.

    Args:
        config: Config file of mmdet, of a model with masks, such as
            ``rtmdet-ins_tiny_8xb32-300e_coco.py``.
        checkpoint: Its weights.
        device: Where to run; the first GPU if there is one, else the CPU.
        classes: Names of the classes that count, of those the checkpoint was trained
            with.
        score_thr: Least score of a person.
        trust_checkpoint: Load a file that needs unrestricted pickle.

    Raises:
        MissingDependencyError: If mmdet is not installed.
        ConfigError: If there is no such config, or the model has no such class.
        CheckpointError: If the weights are missing or of another model.

    Reference:
        PrivObfNet, Sec. 3.2: human masks by human parsing and Mask R-CNN.
    """

    def __init__(
        self,
        config: str,
        checkpoint: str,
        device: str | None = None,
        classes: Sequence[str] = ('person',),
        score_thr: float = 0.5,
        trust_checkpoint: bool = False,
    ) -> None:
        apis = require('mmdet.apis', 'MMDetPerson')
        if not Path(config).expanduser().is_file():
            raise ConfigError.explain(
                'MMDetPerson.config',
                expected='a config file of mmdet',
                got=config,
                fix='give its path; the wheel of mmdet has them in mmdet/.mim/configs',
            )
        device = device or ('cuda:0' if torch.cuda.is_available() else 'cpu')
        state = safe_load(checkpoint, trust=trust_checkpoint)
        self.model = apis.init_detector(str(Path(config).expanduser()), device=device)
        self._infer = apis.inference_detector
        self._load(state, checkpoint)
        self.labels = self._find(classes, state)
        self.score_thr = score_thr

    def _load(self, state: dict, checkpoint: str) -> None:
        """Load weights that have to be all there."""
        keys = self.model.load_state_dict(state.get('state_dict', state), strict=False)
        if keys.missing_keys:
            raise CheckpointError.explain(
                checkpoint,
                expected='all weights of the model in the config',
                got=f'{len(keys.missing_keys)} missing, as {keys.missing_keys[0]}',
                fix='use the checkpoint that belongs to the config',
            )

    def _find(self, classes: Sequence[str], state: dict) -> torch.Tensor:
        """Return the labels of classes."""
        classes = (classes,) if isinstance(classes, str) else classes
        known = (state.get('meta') or {}).get('dataset_meta') or self.model.dataset_meta
        names = known.get('classes') or known.get('CLASSES')
        unknown = [c for c in classes if c not in names]
        if unknown or not classes:
            raise ConfigError.explain(
                'MMDetPerson.classes',
                expected='classes of the model',
                got=unknown or 'none',
                fix=nearest(str(unknown), names),
            )
        return torch.tensor([tuple(names).index(c) for c in classes])

    def __call__(self, image: np.ndarray, path: str) -> np.ndarray:
        """Make the mask of one photo; see the base class.

        Raises:
            ConfigError: If the model has no masks.
        """
        del path
        found = self._infer(self.model, image).pred_instances.cpu()
        if 'masks' not in found:
            raise ConfigError.explain(
                'MMDetPerson.config',
                expected='an instance segmentation model',
                got='one that predicts boxes alone',
                fix='use one such as rtmdet-ins or mask-rcnn',
            )
        chosen = (found.scores >= self.score_thr) & torch.isin(
            found.labels, self.labels
        )
        masks = torch.as_tensor(found.masks)[chosen]
        return masks.any(0).numpy() if len(masks) else np.zeros(image.shape[:2], bool)
