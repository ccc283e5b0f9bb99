"""Where private attributes are, by PrivObfNet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.registry import TASK_UTILS

from mmprivacy.advisor.contracts import Photo, Region
from mmprivacy.advisor.packages import need_inferencer
from mmprivacy.datasets.attributes import ATTRIBUTE_IDS, ATTRIBUTES


@TASK_UTILS.register_module()
class PrivObfNetLocaliser:
    """Find the masks of private attributes with a trained PrivObfNet.

    Kinds are attribute ids of VISPR, such as ``'a9_face_complete'``.

    Args:
        config: Config file, such as ``configs/privobfnet/privobfnet_r38d_vispr.py``.
        checkpoint: Its checkpoint file.
        attributes: Ids to look for; all that have something to show if None.
        min_score: Attributes with a lower probability are left out.
        mask_thr: A pixel belongs to an attribute where its map is above this share of
            its maximum; a mapping gives attributes a threshold of their own.
        device: Where to compute; the first GPU if there is one, else the CPU.
        cfg_options: Overrides of the config, dotted key to value.
        sample: Use the config as ``--sample`` does, for a model trained that way.
        trust_checkpoint: Load a checkpoint that needs unrestricted pickle.

    Raises:
        ConfigError: If the config or an attribute is wrong.
        CheckpointError: If the checkpoint cannot be loaded, or fits another model.
        MissingDependencyError: If this version has no PrivObfNet, or mmseg is missing.
    """

    def __init__(
        self,
        config: str | Path,
        checkpoint: str | Path,
        attributes: Sequence[str] | None = None,
        min_score: float = 0.5,
        mask_thr: float | Mapping[str, float] = 0.25,
        device: str | None = None,
        cfg_options: Mapping[str, Any] | None = None,
        sample: bool = False,
        trust_checkpoint: bool = False,
    ) -> None:
        make = need_inferencer('ObfuscationInferencer', 'PrivObfNetLocaliser')
        self._inferencer = make(
            config, checkpoint, device, cfg_options, sample, trust_checkpoint
        )
        self.kinds = tuple(attributes or ATTRIBUTE_IDS[1:])
        self._options = dict(
            attributes=attributes,
            method='fill',
            attr_thr=min_score,
            mask_thr=mask_thr,
            show_progress=False,
        )
        self.model = f'privobfnet {Path(checkpoint).name}'

    def localise(self, photo: Photo) -> list[Region]:
        """Find the masks of private attributes.

        Args:
            photo: The photo.

        Returns:
            A region for each attribute that is found, with its mask, the most likely
            first.
        """
        pixels = np.ascontiguousarray(photo.pixels[..., ::-1])
        result = self._inferencer(pixels, **self._options)
        regions = []
        for name, mask in result.masks.items():
            ys, xs = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
            if not len(ys):
                continue
            box = tuple(float(v) for v in (xs[0], ys[0], xs[-1] + 1, ys[-1] + 1))
            reason = f'probably shows: {ATTRIBUTES[name].description}'
            score = float(result.probabilities[name])
            source = type(self).__name__
            regions.append(Region(box, name, score, source, mask, reason))
        return sorted(regions, key=lambda r: (-r.score, r.kind))
