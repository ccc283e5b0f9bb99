"""VISPR for mmpretrain: attributes and privacy scores of photos."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
from mmpretrain.datasets import BaseDataset
from mmpretrain.registry import DATASETS

from mmprivacy.datasets.arguments import check_arguments
from mmprivacy.datasets.attributes import ATTRIBUTE_IDS
from mmprivacy.datasets.vispr import VISPR_PREPARE_HINT, multi_hot, read_vispr
from mmprivacy.datasets.vispr_scores import PrivacyScore, ScoreOptions
from mmprivacy.errors import ConfigError


@DATASETS.register_module()
class VISPRDataset(BaseDataset):
    """Photos with their privacy attributes and a privacy score.

    Each photo has ``img_path``; ``img_id``; ``gt_label``, the class indices of its
    attributes, a list; and ``gt_privacy_score``, float32 ``(U,)`` with U = 30 for
    ``score_mode='per_profile'``, else 1. ``PackInputs`` passes the score on with
    ``algorithm_keys=('gt_privacy_score',)``, as the array that it is.

    The ratings behind the score are those of ``<data_root>/user_studies/``. If that is
    not there, ``'max_of_mean'`` uses the means that come with this package, which gives
    the same scores; the other modes need the files.

    Args:
        ann_file: The list file, such as ``'train2017.txt'``, relative to ``data_root``.
        data_root: Folder that holds everything.
        data_prefix: Folder below ``data_root`` that stands for ``images/`` in the
            annotations: a path such as ``'images_250'``, or ``dict(img_path=...)``.
        score_mode: ``'max_of_mean'``, ``'mean_of_max'`` or ``'per_profile'``; for this
            and the next four see
            :class:`~mmprivacy.datasets.vispr_scores.ScoreOptions`.
        users: ``'respondents'`` or ``'profiles'``.
        pool: ``'max'``, ``'sum'`` or ``'avg'``.
        safe_weight: 0 or 1.
        scale: ``'raw'`` (0 to 5) or ``'unit'`` (0 to 1).
        metainfo: Further meta information. The classes cannot be changed.
        pipeline: Transforms.
        indices: Use only these photos, or the first n.
        test_mode: As in MMEngine.
        lazy_init: Do not read the annotations yet.
        serialize_data: As in MMEngine.
        filter_cfg: As in MMEngine.
        max_refetch: As in MMEngine.

    Raises:
        ConfigError: If an argument has an unknown value.
        DataError: If annotations, photos or the user study cannot be used; see
            :func:`~mmprivacy.datasets.vispr.read_vispr`.
    """

    METAINFO = {'classes': ATTRIBUTE_IDS}

    def __init__(
        self,
        ann_file: str,
        data_root: str = '',
        data_prefix: str | dict = 'images',
        score_mode: str = 'max_of_mean',
        users: str = 'respondents',
        pool: str = 'max',
        safe_weight: int = 0,
        scale: str = 'raw',
        metainfo: dict | None = None,
        pipeline: Sequence = (),
        indices: int | Sequence[int] | None = None,
        test_mode: bool = False,
        lazy_init: bool = False,
        serialize_data: bool = True,
        filter_cfg: dict | None = None,
        max_refetch: int = 1000,
    ) -> None:
        check_arguments('VISPRDataset', ATTRIBUTE_IDS, metainfo, data_prefix)
        if not ann_file:
            raise ConfigError.explain(
                'VISPRDataset.ann_file',
                expected='a list file such as train2017.txt',
                got=repr(ann_file),
                fix=VISPR_PREPARE_HINT,
            )
        self.score_options = ScoreOptions(score_mode, users, pool, safe_weight, scale)
        super().__init__(
            ann_file=ann_file,
            metainfo=metainfo,
            data_root=os.path.expanduser(data_root),
            data_prefix=data_prefix,
            filter_cfg=filter_cfg,
            indices=indices,
            serialize_data=serialize_data,
            pipeline=pipeline,
            test_mode=test_mode,
            lazy_init=lazy_init,
            max_refetch=max_refetch,
        )

    def load_data_list(self) -> list[dict]:
        """Read the annotations and score the photos.

        Returns:
            One ``dict(img_path=str, img_id=str, gt_label=list[int],
            gt_privacy_score=ndarray)`` a photo.
        """
        root = self.data_root or os.path.dirname(self.ann_file)
        images = self.img_prefix
        if self.data_root and not os.path.isabs(images):
            images = os.path.relpath(images, self.data_root)
        records = read_vispr(self.ann_file, root, images)
        score = PrivacyScore.from_root(root, self.score_options)
        self.score_source = score.source
        self._weights = score.weights
        scores = score(multi_hot(record.labels for record in records))
        return [
            dict(
                img_path=record.img_path,
                img_id=record.img_id,
                gt_label=list(record.labels),
                gt_privacy_score=row,
            )
            for record, row in zip(records, scores.reshape(len(records), -1))
        ]

    def get_cat_ids(self, idx: int) -> list[int]:
        """Return the class indices of a photo.

        Args:
            idx: Number of the photo.

        Returns:
            Class indices of its attributes.
        """
        return self.get_data_info(idx)['gt_label']

    def get_gt_labels(self) -> np.ndarray:
        """Return all labels.

        Returns:
            bool ``(N, 68)``, True = the attribute is visible.
        """
        return multi_hot(self.get_cat_ids(i) for i in range(len(self)))

    def get_privacy_scores(self) -> np.ndarray:
        """Return all scores.

        Returns:
            float32 ``(N, U)``.
        """
        infos = (self.get_data_info(i) for i in range(len(self)))
        return np.stack([info['gt_privacy_score'] for info in infos])

    @property
    def preferences(self) -> np.ndarray:
        """Rating of each attribute that the score takes the maximum of.

        float64 ``(68, U)``, safe weight and scale applied.

        Raises:
            ConfigError: If the score is no maximum over attributes for each of U users:
                for ``'mean_of_max'``, and for another ``pool`` than ``'max'``.
        """
        options = self.score_options
        if options.score_mode == 'mean_of_max' or options.pool != 'max':
            raise ConfigError.explain(
                'VISPRDataset',
                expected="score_mode 'max_of_mean' or 'per_profile' and pool 'max', "
                'for a head that scores by the most private attribute',
                got=f'score_mode {options.score_mode!r} and pool {options.pool!r}',
                fix='change them, or use a head that regresses the score',
            )
        self.full_init()
        return self._weights

    def extra_repr(self) -> list[str]:
        """Add the score to what the base class prints."""
        source = getattr(self, 'score_source', 'not read yet')
        return [
            *super().extra_repr(),
            f'Privacy score: \t{self.score_options}',
            f'Ratings: \t{source}',
        ]

    def target_statistics(self) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and spread of the scores; meant for the training split.

        Returns:
            Mean and standard deviation (of the population), float64 ``(U,)`` each:
            2.2993 and 1.7890 for VISPR's training split and the default score.
        """
        scores = self.get_privacy_scores().astype(np.float64)
        return scores.mean(0), scores.std(0)

    def attribute_counts(self) -> dict[str, int]:
        """Count the photos of each attribute.

        Returns:
            Attribute id to number of photos, in class order.
        """
        counts = self.get_gt_labels().sum(0)
        return dict(zip(ATTRIBUTE_IDS, counts.tolist()))
