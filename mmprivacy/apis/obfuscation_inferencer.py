"""Photos without the attributes that are to stay private, in one call."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from mmengine.dataset import pseudo_collate

from mmprivacy.apis.config import load_config
from mmprivacy.apis.model_loading import load_model
from mmprivacy.apis.obfuscation_result import ObfuscationResult
from mmprivacy.apis.photo_batches import (
    batch_photos,
    check_batch_size,
    name_outputs,
    name_photos,
    prepare_photos,
)
from mmprivacy.apis.photo_inputs import PhotoPipeline, is_single, list_photos
from mmprivacy.datasets.attributes import ATTRIBUTE_IDS, ATTRIBUTES, suggest_attribute
from mmprivacy.datasets.file_writing import write_text
from mmprivacy.datasets.image_checks import track
from mmprivacy.datasets.loading import load_photo
from mmprivacy.errors import ConfigError, DataError, nearest
from mmprivacy.obfuscation import methods
from mmprivacy.visualization.pictures import was_only_resized, write_png

Photo = str | Path | np.ndarray
Change = Callable[..., np.ndarray]

STRENGTHS: dict[str, tuple[Change, Callable[[int], float] | None]] = {
    'blur': (methods.blur, lambda side: max(2.0, side / 25)),
    'pixelate': (methods.pixelate, lambda side: max(4, round(side / 16))),
    'mosaic': (methods.mosaic, lambda side: max(4, round(side / 16))),
    'noise': (methods.add_noise, lambda side: 120.0),  # noqa: ARG005
    'brightness': (methods.reduce_brightness, lambda side: 0.0),  # noqa: ARG005
    'fill': (methods.fill, None),
}
"""Method to its function, and a strength for photos of a short side in pixels."""
MASK_THR = 0.25
"""A pixel belongs to an attribute where its map is above this share of its maximum."""


class ObfuscationInferencer:
    """Find private attributes in photos, and obfuscate those that somebody names.

    Works with every config of mmseg whose model predicts ``attr_masks`` and
    ``pred_score``, such as PrivObfNet, of which Model-Image alone is loaded. What is
    written holds pixels and nothing else, no place, time or camera.

    Args:
        config: Config file.
        checkpoint: Checkpoint file.
        device: Where to compute; the first GPU if there is one, else the CPU.
        cfg_options: Overrides of the config, dotted key to value.
        sample: Use the config as ``--sample`` does, for a model trained that way.
        trust_checkpoint: Load a checkpoint that needs unrestricted pickle.
        max_score: Highest score of the data the model learned from. For drawing only.

    Raises:
        ConfigError: If the config is wrong.
        CheckpointError: If the checkpoint cannot be loaded, or fits another model.

    Examples:
        >>> hide = ObfuscationInferencer(config, checkpoint)  # doctest: +SKIP
        >>> hide('me.jpg', attributes=['a9_face_complete']).image  # doctest: +SKIP
    """

    def __init__(
        self,
        config: str | Path,
        checkpoint: str | Path,
        device: str | torch.device | None = None,
        cfg_options: Mapping[str, Any] | None = None,
        sample: bool = False,
        trust_checkpoint: bool = False,
        max_score: float = 1.0,
    ) -> None:
        cfg = load_config(config, cfg_options, sample, draw=False)
        cfg.model.setdefault('test_cfg', {})
        # Which attributes have a mask is decided here, by the thresholds of a call.
        cfg.model.test_cfg.update(label_source='all', mask_size='input')
        self.pipeline = PhotoPipeline(cfg)
        self.model = load_model(cfg, checkpoint, device, trust_checkpoint)
        self.max_score = max_score

    def __call__(
        self,
        photos: Photo | Iterable[Photo],
        attributes: Sequence[str] | str | None = None,
        method: str = 'blur',
        strength: float | Sequence[int] | None = None,
        attr_thr: float = 0.5,
        mask_thr: float | Mapping[str, float] = MASK_THR,
        margin: float = 0.01,
        batch_size: int = 8,
        show_progress: bool = True,
        skip_broken: bool = False,
        out_dir: str | Path | None = None,
    ) -> ObfuscationResult | list[ObfuscationResult]:
        """Obfuscate photos.

        Convention:
            Arrays are **BGR** uint8 (H, W, 3).

        Args:
            photos: A file, a folder (with the folders below it), an array, or a list of
                these.
            attributes: Ids of what is to be hidden, such as ``['a9_face_complete',
                'a26_handwriting']``; None hides every attribute that is found.
            method: One of :data:`STRENGTHS`: ``'blur'``, ``'pixelate'``, ``'mosaic'``,
                ``'fill'``, ``'noise'`` or ``'brightness'``. Of ``'fill'`` alone nothing
                of the photo can be restored.
            strength: Strength of the method, see :mod:`mmprivacy.obfuscation.methods`
                (of ``'fill'``, a BGR colour); None fits the size of the photo.
            attr_thr: An attribute is found where its probability is above this; 0 hides
                those that were named in any case.
            mask_thr: A pixel belongs to an attribute where its map is above this share
                of its maximum. Lower hides more. A mapping gives attributes a threshold
                of their own; the others have :data:`MASK_THR`.
            margin: Widen masks by this share of the short side of the photo.
            batch_size: Photos that are computed together.
            show_progress: Show a bar on stderr if there is more than one batch.
            skip_broken: Leave files that cannot be read out of the results, with a
                warning. A single file that is broken is an error all the same.
            out_dir: Write here ``<name>.png``, ``masks/<name>/<attribute>.png`` and
                ``report.json``.

        Returns:
            One result for a file or an array, else a list in the order of the photos.

        Raises:
            DataError: If a file is missing or broken, or would be overwritten.
            ShapeError: If an array is not BGR uint8 (H, W, 3).
            ConfigError: If an argument is wrong, or the model predicts no masks.
        """
        check_batch_size(batch_size)
        wanted = _wanted(attributes)
        mask_thrs = _read_thresholds(mask_thr)
        _check_options(method, dict(attr_thr=attr_thr, margin=margin))
        options = dict(attr_thr=attr_thr, mask_thrs=mask_thrs, margin=margin)
        single, items = is_single(photos), list_photos(photos)
        keys = name_photos(items)
        names = name_outputs(keys, out_dir) if out_dir else {}
        with_bar = show_progress and len(items) > batch_size
        ahead = 0 if single else batch_size
        results, records = [], []
        with closing(prepare_photos(self.pipeline, zip(keys, items), ahead)) as ready:
            shown = track(ready, len(items), with_bar, 'Obfuscating photos')
            for batch in batch_photos(shown, batch_size, skip_broken and not single):
                for key, photo, sample in self._predict(batch):
                    found = self._find(photo, sample, wanted, **options)
                    results.append(self._obfuscate(*found, method, strength))
                    if out_dir:
                        record = _write(Path(out_dir), names[key], results[-1])
                        records.append(record)
        if out_dir:
            report = json.dumps(records, indent=1)
            write_text(Path(out_dir, 'report.json'), report + '\n')
        return results[0] if single else results

    @torch.inference_mode()
    def _predict(self, batch: Sequence[tuple]) -> list[tuple[str, Any, Any]]:
        """Run the model on one batch: key, photo, data sample."""
        data = pseudo_collate([packed for *_, packed in batch])
        samples = self.model.test_step(data)
        return [(key, p, s) for (key, p, _), s in zip(batch, samples, strict=True)]

    def _find(
        self,
        photo: str | np.ndarray,
        sample: Any,
        wanted: Sequence[str] | None,
        attr_thr: float,
        mask_thrs: Mapping[str, float],
        margin: float,
    ) -> tuple[str | np.ndarray, Any, dict[str, np.ndarray], list[str]]:
        """Make the masks of the attributes that are wanted and found.

        Returns:
            The photo, its data sample, the masks at its size, and what is missing.
        """
        if 'attr_masks' not in sample or len(sample.attr_masks.data) != len(ATTRIBUTES):
            raise ConfigError.explain(
                'model',
                expected='one that predicts a mask of each of the 68 attributes',
                got=f'{type(self.model).__name__}, which gives '
                + ', '.join(sorted(sample.keys())),
                fix='use a config such as configs/privobfnet/privobfnet_r38d_vispr.py',
            )
        if not was_only_resized(sample):
            raise ConfigError.explain(
                'test_dataloader.dataset.pipeline',
                expected='steps that resize photos, and neither crop nor flip them',
                got=[str(step) for step in self.pipeline.rest.transforms],
                fix='change it: masks have to cover all of a photo',
            )
        if not torch.isfinite(sample.pred_score).all():
            raise DataError.explain(
                photo if isinstance(photo, str) else 'photo',
                expected='finite probabilities',
                got=sample.pred_score.tolist()[:3],
                fix='the weights are broken: use an earlier checkpoint',
            )
        likely = (sample.pred_score > attr_thr).tolist()
        found = [name for name, there in zip(ATTRIBUTE_IDS, likely) if there]
        if wanted is not None:
            missing = [name for name in wanted if name not in found]
            found = [name for name in wanted if name in found]
        else:
            missing, found = [], [name for name in found if name != 'a0_safe']
        size = _read(photo).shape[:2]
        maps = sample.attr_masks.data[[ATTRIBUTES[name].idx for name in found]]
        thrs = [mask_thrs[name] for name in found]
        masks = _masks(maps.float(), size, thrs, margin)
        return photo, sample, dict(zip(found, masks)), missing

    def _obfuscate(
        self,
        photo: str | np.ndarray,
        sample: Any,
        masks: dict[str, np.ndarray],
        missing: list[str],
        method: str,
        strength: Any,
    ) -> ObfuscationResult:
        """Obfuscate a photo within the union of its masks."""
        image = _read(photo)
        union = np.zeros(image.shape[:2], bool)
        for mask in masks.values():
            union |= mask
        change, default = STRENGTHS[method]
        if strength is None and default is not None:
            strength = default(min(image.shape[:2]))
        given = () if strength is None else (strength,)
        scores = sample.get('pred_privacy_score')
        return ObfuscationResult(
            image=change(image, *given, mask=union),
            masks=masks,
            probabilities=dict(zip(ATTRIBUTE_IDS, sample.pred_score.tolist())),
            score=None if scores is None else float(scores.mean()),
            missing=missing,
            changed=float(union.mean()),
            img_path=photo if isinstance(photo, str) else None,
            photo=image,
            max_score=self.max_score,
        )


def _wanted(attributes: Sequence[str] | str | None) -> list[str] | None:
    """Check the ids of attributes."""
    if attributes is None:
        return None
    names = [attributes] if isinstance(attributes, str) else list(attributes)
    _check_ids('attributes', names)
    return list(dict.fromkeys(names))


def _check_ids(argument: str, names: Iterable[str]) -> None:
    """Refuse what is no attribute."""
    for name in names:
        if name not in ATTRIBUTES:
            raise ConfigError.explain(
                argument,
                expected='ids of the 68 attributes',
                got=repr(name),
                fix=suggest_attribute(name),
            )


def _read_thresholds(mask_thr: float | Mapping[str, float]) -> dict[str, float]:
    """Check the thresholds of masks, and give one to each attribute."""
    if not isinstance(mask_thr, Mapping):
        _check_ranges(dict(mask_thr=mask_thr))
        return dict.fromkeys(ATTRIBUTE_IDS, mask_thr)
    _check_ids('mask_thr', mask_thr)
    _check_ranges({f'mask_thr[{name!r}]': thr for name, thr in mask_thr.items()})
    return dict.fromkeys(ATTRIBUTE_IDS, MASK_THR) | dict(mask_thr)


def _check_options(method: str, shares: Mapping[str, float]) -> None:
    """Check method and shares before anything is computed."""
    if method not in STRENGTHS:
        raise ConfigError.explain(
            'method',
            expected=f'one of {tuple(STRENGTHS)}',
            got=repr(method),
            fix=nearest(str(method), STRENGTHS),
        )
    _check_ranges(shares)


def _check_ranges(shares: Mapping[str, float]) -> None:
    for name, value in shares.items():
        if not 0 <= value < 1:
            raise ConfigError.explain(
                name, expected='from 0 on, below 1', got=value, fix='correct it'
            )


def _read(photo: str | np.ndarray) -> np.ndarray:
    """Read a photo at its full size, BGR (H, W, 3)."""
    return load_photo(photo) if isinstance(photo, str) else photo


def _masks(
    maps: torch.Tensor, size: tuple[int, int], thrs: Sequence[float], margin: float
) -> list[np.ndarray]:
    """Cut maps (N, h, w) to masks of a size, widened by a share of its short side."""
    if not len(maps):
        return []
    maps = F.interpolate(maps[None], size, mode='bilinear', align_corners=False)[0]
    masks = (maps > maps.new_tensor(thrs)[:, None, None]).to(torch.uint8).cpu().numpy()
    reach = round(margin * min(size))
    if not reach:
        return list(masks.astype(bool))
    shape = (2 * reach + 1, 2 * reach + 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, shape)
    return [cv2.dilate(mask, kernel).astype(bool) for mask in masks]


def _write(folder: Path, name: str, result: ObfuscationResult) -> dict[str, Any]:
    """Write photo and masks, and return what the report says of them."""
    write_png(folder / f'{name}.png', np.ascontiguousarray(result.image[..., ::-1]))
    for attribute, mask in result.masks.items():
        picture = mask.astype(np.uint8) * 255
        write_png(folder / 'masks' / name / f'{attribute}.png', picture)
    return {'image': f'{name}.png'} | result.record()
