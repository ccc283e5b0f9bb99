"""Objects, with any detector of mmdet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.registry import TASK_UTILS

from mmprivacy.advisor.boxes import place
from mmprivacy.advisor.contracts import Photo, Region
from mmprivacy.compat import require
from mmprivacy.errors import ConfigError, nearest


@TASK_UTILS.register_module()
class DetectorLocaliser:
    """Find objects with a detector, given by config and checkpoint.

    Works with every detector of mmdet. One that also gives masks, such as Mask R-CNN,
    gives them to the regions.

    Args:
        config: Config file of the detector.
        checkpoint: Its checkpoint file.
        classes: Names of the classes that are private, or a dict from these names to
            the kinds that the regions get; all classes if None.
        min_score: Objects with a lower score are left out.
        device: Where to compute; the first GPU if there is one, else the CPU.
        cfg_options: Overrides of the config, dotted key to value.
        sample: Use the config as ``--sample`` does, for a model trained that way.
        trust_checkpoint: Load a checkpoint that needs unrestricted pickle.

    Raises:
        ConfigError: If the config is wrong, or the detector knows no such class.
        CheckpointError: If the checkpoint cannot be loaded, or fits another model.
        MissingDependencyError: If mmdet is not installed.
    """

    def __init__(
        self,
        config: str | Path,
        checkpoint: str | Path,
        classes: Sequence[str] | Mapping[str, str] | None = None,
        min_score: float = 0.3,
        device: str | None = None,
        cfg_options: Mapping[str, Any] | None = None,
        sample: bool = False,
        trust_checkpoint: bool = False,
    ) -> None:
        require('mmdet', feature='DetectorLocaliser')
        from mmprivacy.apis.config import load_config
        from mmprivacy.apis.model_loading import load_model
        from mmprivacy.compat import safe_load
        from mmprivacy.disappearance.loading import classes_of, pipeline_of

        cfg = load_config(config, cfg_options, sample, draw=False)
        self._detector = load_model(cfg, checkpoint, device, trust_checkpoint)
        self._pipeline = pipeline_of(cfg)
        known = classes_of(cfg, safe_load(checkpoint, trust=trust_checkpoint))
        if not known:
            raise ConfigError.explain(
                str(checkpoint),
                expected='a checkpoint or a data set that names the classes',
                got='no names',
                fix='add metainfo=dict(classes=...) to the test data set',
            )
        self._names = tuple(known)
        self._kinds = _kinds(self._names, classes)
        self.kinds = tuple(dict.fromkeys(self._kinds.values()))
        self.min_score = min_score
        self.model = f'detector {Path(checkpoint).name}'

    def localise(self, photo: Photo) -> list[Region]:
        """Find objects.

        Args:
            photo: The photo.

        Returns:
            Regions of the wanted classes, the surest first.
        """
        import torch

        bgr = np.ascontiguousarray(photo.pixels[..., ::-1])
        packed = self._pipeline.pack(bgr, photo.path)
        batch = {'inputs': [packed['inputs']], 'data_samples': [packed['data_samples']]}
        with torch.inference_mode():
            found = self._detector.test_step(batch)[0].pred_instances
        found = found[found.scores >= self.min_score]
        boxes = getattr(found.bboxes, 'tensor', found.bboxes).float().cpu().numpy()
        masks = found.masks.bool().cpu().numpy() if 'masks' in found else None
        regions = []
        for n in np.argsort(-found.scores.cpu().numpy(), kind='stable'):
            name = self._names[int(found.labels[n])]
            box = place(boxes[n], 1.0, photo.size)
            if box is None or name not in self._kinds:
                continue
            regions.append(
                Region(
                    box,
                    self._kinds[name],
                    min(1.0, float(found.scores[n])),
                    type(self).__name__,
                    None if masks is None or not masks[n].any() else masks[n],
                    f'looks like: {name}',
                )
            )
        return regions


def _kinds(
    names: Sequence[str], classes: Sequence[str] | Mapping[str, str] | None
) -> dict[str, str]:
    """Map the wanted classes to kinds."""
    wanted = names if classes is None else classes
    kinds = dict(wanted) if isinstance(wanted, Mapping) else {n: n for n in wanted}
    unknown = sorted(set(kinds) - set(names))
    if unknown:
        raise ConfigError.explain(
            'DetectorLocaliser.classes',
            expected='classes of the detector',
            got=repr(unknown[0]),
            fix=nearest(unknown[0], names),
        )
    return kinds
