"""Privacy scores of photos, in one call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.dataset import default_collate

from mmprivacy.apis.config import load_config
from mmprivacy.apis.model_loading import load_model
from mmprivacy.apis.photo_batches import (
    batch_photos,
    check_batch_size,
    name_photos,
    prepare_photos,
)
from mmprivacy.apis.photo_inputs import PhotoPipeline, is_single, list_photos
from mmprivacy.apis.score_result import ScoreResult
from mmprivacy.datasets.image_checks import track
from mmprivacy.errors import ConfigError, DataError
from mmprivacy.visualization.file_names import unique_names
from mmprivacy.visualization.pictures import as_picture, was_only_resized, write_png

Photo = str | Path | np.ndarray


class PrivacyScoreInferencer:
    """Score photos with a trained model.

    Works with every classifier of mmpretrain whose head predicts
    ``pred_privacy_score``. Photos go through the test pipeline of the config; those of
    the next batch in threads, while the model computes.

    Args:
        config: Config file.
        checkpoint: Checkpoint file.
        device: Where to compute; the first GPU if there is one, else the CPU.
        cfg_options: Overrides of the config, dotted key to value.
        sample: Use the config as ``--sample`` does, for a model trained that way. No
            sample data are drawn.
        trust_checkpoint: Load a checkpoint that needs unrestricted pickle.
        max_score: Highest score of the data the model learned from: 5, or 1 with
            ``scale='unit'``. For drawing only.

    Raises:
        ConfigError: If the config is wrong.
        CheckpointError: If the checkpoint cannot be loaded, or fits another model.

    Examples:
        >>> score = PrivacyScoreInferencer(config, checkpoint)  # doctest: +SKIP
        >>> score('holiday.jpg').score  # doctest: +SKIP
        3.214
        >>> results = score('photos/', out_dir='panels/')  # doctest: +SKIP
    """

    def __init__(
        self,
        config: str | Path,
        checkpoint: str | Path,
        device: str | torch.device | None = None,
        cfg_options: Mapping[str, Any] | None = None,
        sample: bool = False,
        trust_checkpoint: bool = False,
        max_score: float = 5.0,
    ) -> None:
        cfg = load_config(config, cfg_options, sample, draw=False)
        self.pipeline = PhotoPipeline(cfg)
        self.model = load_model(cfg, checkpoint, device, trust_checkpoint)
        self.max_score = max_score

    def __call__(
        self,
        photos: Photo | Iterable[Photo],
        batch_size: int = 16,
        show_progress: bool = True,
        skip_broken: bool = False,
        out_dir: str | Path | None = None,
    ) -> ScoreResult | list[ScoreResult]:
        """Score photos.

        Convention:
            Arrays are **BGR** uint8 (H, W, 3), as
            :func:`~mmprivacy.datasets.loading.load_photo` gives them.

        Args:
            photos: A file, a folder (with the folders below it), an array, or a list of
                these.
            batch_size: Photos that are computed together.
            show_progress: Show a bar on stderr if there is more than one batch.
            skip_broken: Leave files that cannot be read out of the results, with a
                warning. A single file that is broken is an error all the same.
            out_dir: Write a panel of each photo here, ``<stem>.png``.

        Returns:
            One result for a file or an array, else a list in the order of the photos.

        Raises:
            DataError: If a file is missing or broken, or a prediction is not finite.
            ShapeError: If an array is not BGR uint8 (H, W, 3).
            ConfigError: If ``batch_size`` is below 1, or the model predicts no score.
        """
        check_batch_size(batch_size)
        single, items = is_single(photos), list_photos(photos)
        keys = name_photos(items)
        names = unique_names(keys) if out_dir else {}
        with_bar = show_progress and len(items) > batch_size
        ahead = 0 if single else batch_size
        results = []
        with closing(prepare_photos(self.pipeline, zip(keys, items), ahead)) as photo:
            shown = track(photo, len(items), with_bar, 'Scoring photos')
            for batch in batch_photos(shown, batch_size, skip_broken and not single):
                for key, result in self._predict(batch):
                    results.append(result)
                    if out_dir:
                        write_png(Path(out_dir, f'{names[key]}.png'), result.draw())
        return results[0] if single else results

    @torch.inference_mode()
    def _predict(self, batch: Sequence[tuple]) -> list[tuple[str, ScoreResult]]:
        """Run the model on one batch."""
        data = default_collate([packed for *_, packed in batch])
        samples = self.model.test_step(data)
        return [
            (key, self._result(key, photo, packed['inputs'], sample))
            for (key, photo, packed), sample in zip(batch, samples, strict=True)
        ]

    def _result(
        self, key: str, photo: str | np.ndarray, image: Any, sample: Any
    ) -> ScoreResult:
        """Turn a data sample into a result."""
        scores = _array(sample, 'pred_privacy_score')
        if scores is None:
            raise ConfigError.explain(
                'model.head',
                expected='one that predicts pred_privacy_score',
                got=f'{type(self.model.head).__name__}, which gives '
                + ', '.join(sorted(sample.keys())),
                fix='use a config for privacy scores',
            )
        if not np.isfinite(scores).all():
            raise DataError.explain(
                key,
                expected='a finite score',
                got=scores.tolist(),
                fix='the weights are broken: use an earlier checkpoint',
            )
        shown = None
        if not was_only_resized(sample):
            shown = as_picture(image)
        elif not isinstance(photo, str):
            shown = photo[..., ::-1]
        return ScoreResult(
            score=float(scores.mean()),
            contributions=_array(sample, 'score_contributions'),
            maps=_array(sample, 'attention_maps'),
            privacy_map=_array(sample, 'privacy_map'),
            attributes=_array(sample, 'pred_score'),
            img_path=photo if isinstance(photo, str) else None,
            profile_scores=scores.reshape(-1),
            max_score=self.max_score,
            photo=shown,
        )


def _array(sample: Any, name: str) -> np.ndarray | None:
    """Copy a field as a float32 array; None if it is not there."""
    value = sample.get(name)
    return None if value is None else value.detach().float().cpu().numpy().copy()
