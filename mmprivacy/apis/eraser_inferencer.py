"""Remove what should not be seen from photos, in one call."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from mmengine.logging import print_log

from mmprivacy.apis.config import load_config
from mmprivacy.apis.erasure_result import ErasureResult
from mmprivacy.apis.model_loading import load_model
from mmprivacy.apis.photo_batches import check_batch_size, name_outputs, name_photos
from mmprivacy.apis.photo_inputs import check_bgr, is_single, list_photos
from mmprivacy.apis.removal_regions import found_regions, grow, match_masks, read_mask
from mmprivacy.datasets.image_checks import track
from mmprivacy.datasets.loading import load_photo
from mmprivacy.errors import ConfigError, DataError
from mmprivacy.obfuscation.regions import region_mask
from mmprivacy.visualization.pictures import write_png

Photo = str | Path | np.ndarray


class EraserInferencer:
    """Replace regions of photos by something natural.

    Photos of any size keep it; outside the region, all pixels keep their bits. What is
    written holds pixels and nothing else, no place, time or camera.

    Args:
        config: Config file of an ERASER.
        checkpoint: Checkpoint file, or imported weights of LaMa.
        device: Where to compute; the first GPU if there is one, else the CPU.
        cfg_options: Overrides of the config, dotted key to value, such as
            ``{'model.prior.region_prior': 'off'}``.
        sample: Use the config as ``--sample`` does, for a model trained that way.
        trust_checkpoint: Load a checkpoint that needs unrestricted pickle.

    Raises:
        ConfigError: If the config is wrong.
        MissingWeightsError: If the weights of the prior are not there.
        CheckpointError: If the checkpoint cannot be loaded, or fits another model.

    Examples:
        >>> remove = EraserInferencer(config, checkpoint)  # doctest: +SKIP
        >>> remove('street.jpg', masks='plates.png').image  # doctest: +SKIP
        >>> remove('photos/', masks='masks/', out_dir='clean/')  # doctest: +SKIP
    """

    def __init__(
        self,
        config: str | Path,
        checkpoint: str | Path,
        device: str | torch.device | None = None,
        cfg_options: Mapping[str, Any] | None = None,
        sample: bool = False,
        trust_checkpoint: bool = False,
    ) -> None:
        cfg = load_config(config, cfg_options, sample, draw=False)
        if cfg.model.type != 'ERASER':
            raise ConfigError.explain(
                config,
                expected='a config of an ERASER',
                got=f'one of {cfg.model.type}',
                fix='use one such as configs/eraser/eraser_ffc18.py',
            )
        self.model = load_model(cfg, checkpoint, device, trust_checkpoint)

    def __call__(
        self,
        photos: Photo | Iterable[Photo],
        masks: Any = None,
        boxes: Any = None,
        found: Any = None,
        classes: Sequence[int] | None = None,
        threshold: float = 0.3,
        margin: int = 0,
        max_side: int | None = None,
        batch_size: int = 4,
        show_progress: bool = True,
        skip_broken: bool = False,
        out_dir: str | Path | None = None,
    ) -> ErasureResult | list[ErasureResult]:
        """Remove regions.

        What masks, boxes and predictions cover is removed together. For several photos
        each of them is a list, one entry a photo; masks may be a folder of files that
        are named like the photos.

        Convention:
            Arrays are **BGR** uint8 (H, W, 3); masks (H, W), 1 = to be removed; boxes
            (N, 4), xyxy in pixels.

        Args:
            photos: A file, a folder (with the folders below it), an array, or a list of
                these.
            masks: Files or arrays; see
                :func:`~mmprivacy.apis.removal_regions.read_mask`.
            boxes: Boxes.
            found: Predictions of a detector or of PrivObfNet; see
                :func:`~mmprivacy.apis.removal_regions.found_regions`.
            classes: Of ``found``, use only these.
            threshold: Of ``found``, the least score.
            margin: Widen regions by so many pixels.
            max_side: Photos with a longer side are painted at this size, and the paint
                is enlarged. None paints at full size.
            batch_size: Photos that are computed together.
            show_progress: Show a bar on stderr if there is more than one batch.
            skip_broken: Leave photos that cannot be read out of the results, with a
                warning. A single file that is broken is an error all the same.
            out_dir: Write here ``<name>.png``, and ``before_after/<name>.png``.

        Returns:
            One result for a file or an array, else a list in the order of the photos.

        Raises:
            DataError: If a file is missing or broken, or would be overwritten.
            ShapeError: If an array is not BGR uint8 (H, W, 3), or a mask has another
                size than its photo.
            ConfigError: If an argument is wrong, or nothing says what to remove.
        """
        check_batch_size(batch_size)
        single, items = is_single(photos), list_photos(photos)
        regions = _regions(items, single, masks, boxes, found)
        keys = name_photos(items)
        names = name_outputs(keys, out_dir) if out_dir else {}
        options = dict(classes=classes, threshold=threshold)
        shown = show_progress and len(items) > batch_size
        jobs = track(
            zip(keys, items, regions), len(items), shown, 'Removing from photos'
        )
        batches = self._batches(
            jobs, batch_size, skip_broken and not single, margin, options
        )
        results = []
        for batch in batches:
            for key, result in self._remove(batch, max_side):
                results.append(_write(result, out_dir, names[key]) if names else result)
        return results[0] if single else results

    def _batches(
        self,
        jobs: Iterable[tuple],
        batch_size: int,
        skip_broken: bool,
        margin: int,
        options: Mapping[str, Any],
    ) -> Iterator[list[tuple]]:
        """Read photos and what is to be removed: key, path, photo, mask."""
        batch: list[tuple] = []
        for key, item, region in jobs:
            try:
                photo = load_photo(item) if isinstance(item, str) else check_bgr(item)
                mask = grow(_mask(region, photo.shape[:2], options), margin)
            except DataError as e:
                if not skip_broken:
                    raise
                print_log(f'left out: {e}', 'current', logging.WARNING)
                continue
            batch.append((key, item if isinstance(item, str) else None, photo, mask))
            if len(batch) == batch_size:
                yield batch
                batch = []
        if batch:
            yield batch

    @torch.inference_mode()
    def _remove(
        self,
        batch: Sequence[tuple],
        max_side: int | None,
    ) -> Iterator[tuple[str, ErasureResult]]:
        """Run the model on one batch; results by key."""
        small = [_fit(photo, mask, max_side) for *_, photo, mask in batch]
        data = dict(
            inputs=dict(
                img=[_to_tensor(photo) for photo, _ in small],
                mask=[
                    torch.from_numpy(mask.astype(np.uint8))[None] for _, mask in small
                ],
            )
        )
        samples = self.model.test_step(data)
        for (key, path, photo, mask), sample in zip(batch, samples, strict=True):
            painted = sample.pred_img.permute(1, 2, 0).cpu().numpy()[..., ::-1]
            if painted.shape != photo.shape:
                size = photo.shape[1::-1]
                painted = cv2.resize(painted, size, interpolation=cv2.INTER_CUBIC)
            image = np.where(mask[..., None], painted, photo)
            yield key, ErasureResult(image, mask, photo, path)


def _write(result: ErasureResult, out_dir: str | Path, name: str) -> ErasureResult:
    """Write the photo and the picture of what was done; name the file in the result."""
    file = Path(out_dir, f'{name}.png')
    write_png(file, np.ascontiguousarray(result.image[..., ::-1]))
    write_png(Path(out_dir, 'before_after', f'{name}.png'), result.draw())
    return dataclasses.replace(result, out_file=str(file))


def _regions(
    items: Sequence[str | np.ndarray],
    single: bool,
    masks: Any,
    boxes: Any,
    found: Any,
) -> list[dict[str, Any]]:
    """Sort what is to be removed by photo."""
    if masks is not None and not single and isinstance(masks, (str, Path)):
        masks = match_masks(masks, items)
    given = dict(masks=masks, boxes=boxes, found=found)
    given = {name: value for name, value in given.items() if value is not None}
    if not given:
        raise ConfigError.explain(
            'masks, boxes, found',
            expected='at least one of them',
            got='none',
            fix='say what is to be removed',
        )
    if single:
        return [given]
    for name, values in given.items():
        if not isinstance(values, Sequence) or len(values) != len(items):
            got = len(values) if isinstance(values, Sequence) else type(values).__name__
            raise ConfigError.explain(
                name,
                expected=f'a list of {len(items)}, one entry a photo',
                got=got,
                fix='pass as many as photos',
            )
    return [{name: given[name][n] for name in given} for n in range(len(items))]


def _mask(
    region: Mapping[str, Any], size: tuple[int, int], options: Mapping[str, Any]
) -> np.ndarray:
    """Unite what is to be removed from one photo."""
    union = np.zeros(size, bool)
    if 'masks' in region:
        union |= read_mask(region['masks'], size)
    if 'boxes' in region:
        union |= region_mask(size, boxes=np.asarray(region['boxes']))
    if 'found' in region:
        union |= found_regions(region['found'], size, **options)
    return union


def _fit(
    photo: np.ndarray, mask: np.ndarray, max_side: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Reduce a photo and its mask to a longest side."""
    longest = max(photo.shape[:2])
    if max_side is None or longest <= max_side:
        return photo, mask
    size = [max(1, round(s * max_side / longest)) for s in photo.shape[1::-1]]
    covered = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return cv2.resize(photo, size, interpolation=cv2.INTER_AREA), covered > 0


def _to_tensor(photo: np.ndarray) -> torch.Tensor:
    """Turn BGR (H, W, 3) into RGB (3, H, W)."""
    return torch.from_numpy(np.ascontiguousarray(photo[..., ::-1].transpose(2, 0, 1)))
