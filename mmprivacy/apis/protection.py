"""Protect one photo from a detector that is in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from mmprivacy.apis.protection_inferencer import jpeg_quality_for
from mmprivacy.compat import require
from mmprivacy.datasets.file_writing import check_writable
from mmprivacy.errors import ConfigError

_PLAIN = (dict(type='LoadPhoto'), dict(type='PackDetInputs'))


def protect_image(
    detector: torch.nn.Module,
    image: str | Path | np.ndarray,
    *,
    pipeline: Any = None,
    out_file: str | Path | None = None,
    mask: np.ndarray | None = None,
    **options: Any,
) -> Any:
    """Change a photo so that a detector finds nothing in it, or misreads it.

    Convention:
        An array is **BGR** uint8 (H, W, 3).

    Args:
        detector: A detector of mmdet, such as ``mmdet.apis.init_detector`` gives.
        image: A file or an array.
        pipeline: Its test pipeline, a list of configs or built steps; by default the
            one of the config that the detector carries, or else none that resizes.
        out_file: Write the photo here, ``.png``, or ``.jpg`` with ``preset='jpeg'``.
        mask: For ``region='mask'``: where the photo may change, (H, W), 1 = yes.
        **options: Options of :class:`mmprivacy.disappearance.ObjectDisappearance`.

    Returns:
        A :class:`mmprivacy.disappearance.ProtectionResult`. With ``out_file``, its
        ``success`` and the figures that go with it are those of the file.

    Raises:
        ConfigError: If an option is wrong, no view knows the detector, or ``out_file``
            cannot be written.
        DataError: If the file is missing or broken, or ``out_file`` is the input.
        ShapeError: If the array is not BGR uint8 (H, W, 3).

    Examples:
        >>> result = protect_image(detector, 'me.jpg', mode='sen',  # doctest: +SKIP
        ...                        sensitive='person', decoy='bench')
    """
    require('mmdet', feature='protect_image')
    from mmprivacy.disappearance import ObjectDisappearance, view_of
    from mmprivacy.disappearance.detection_pipeline import DetectionPipeline
    from mmprivacy.disappearance.loading import pipeline_of
    from mmprivacy.disappearance.photo_protector import judge_file
    from mmprivacy.disappearance.protected_folder import write_photo

    attack = ObjectDisappearance(**options)
    cfg = getattr(detector, 'cfg', None)
    if pipeline is None and cfg is not None:
        pipeline = pipeline_of(cfg)
    elif not isinstance(pipeline, DetectionPipeline):
        pipeline = DetectionPipeline(pipeline or _PLAIN)
    view = view_of(detector, pipeline)
    masks = None if mask is None else [mask]
    photo = image if isinstance(image, np.ndarray) else pipeline.load(image)
    if out_file is not None:
        path = _checked(Path(out_file), image)
        quality = jpeg_quality_for(path.suffix.lower()[1:], attack)
    (result,) = attack(view, [photo], masks)
    if out_file is None:
        return result
    write_photo(path, result.image, quality)
    return judge_file(attack, [view], result, path)


def _checked(path: Path, image: str | Path | np.ndarray) -> Path:
    """Check that a file may be written, and is not the input."""
    if isinstance(image, (str, Path)) and Path(image).resolve() == path.resolve():
        raise ConfigError.explain(
            'out_file',
            expected='another file than the input',
            got=path,
            fix='choose another: inputs are never overwritten',
        )
    check_writable(path.parent, 'out_file')
    return path
