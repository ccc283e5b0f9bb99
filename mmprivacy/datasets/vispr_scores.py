"""Privacy scores of photos from their attributes and the ratings of users.

The score of a photo for one user is the largest rating among its attributes (Orekondy
et al. 2017). It becomes one number a photo either by averaging the ratings before the
maximum, or the scores after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmprivacy.datasets.attributes import ATTRIBUTE_IDS
from mmprivacy.datasets.vispr import SAFE
from mmprivacy.datasets.vispr_users import NUM_USERS, load_ratings
from mmprivacy.errors import ConfigError, ShapeError, nearest

SCORE_MODES = ('max_of_mean', 'mean_of_max', 'per_profile')
POOLS = ('max', 'sum', 'avg')
SCALES = {'raw': 1.0, 'unit': 0.2}
"""Factor of each scale: ``'raw'`` is 0 to 5, ``'unit'`` 0 to 1."""


@dataclass(frozen=True)
class ScoreOptions:
    """How attributes become a score.

    Attributes:
        score_mode: ``'max_of_mean'``: rate each attribute by its mean over the users,
            then pool; ``'mean_of_max'``: pool for every user, then take the mean;
            ``'per_profile'``: one score for each of the 30 profiles.
        users: ``'respondents'`` (305) or ``'profiles'`` (30); ``'per_profile'`` needs
            the latter.
        pool: ``'max'``, ``'sum'`` or ``'avg'`` over the attributes present.
        safe_weight: Rating of ``a0_safe``, 0 or 1. Beside other attributes
            ``a0_safe`` is dropped, so that it never counts, not even in ``'avg'``.
        scale: ``'raw'``: 0 to 5; ``'unit'``: divided by 5. With ``pool='sum'`` scores
            can be larger.

    Raises:
        ConfigError: If an option has another value.
    """

    score_mode: str = 'max_of_mean'
    users: str = 'respondents'
    pool: str = 'max'
    safe_weight: int = 0
    scale: str = 'raw'

    def __post_init__(self) -> None:
        """Check the options."""
        valid = dict(
            score_mode=SCORE_MODES,
            users=tuple(NUM_USERS),
            pool=POOLS,
            safe_weight=(0, 1),
            scale=tuple(SCALES),
        )
        for name, values in valid.items():
            value = getattr(self, name)
            if value not in values:
                raise ConfigError.explain(
                    name,
                    expected=f'one of {values}',
                    got=repr(value),
                    fix=nearest(str(value), map(str, values)),
                )
        if self.score_mode == 'per_profile' and self.users != 'profiles':
            raise ConfigError.explain(
                'users',
                expected="'profiles', since score_mode is 'per_profile'",
                got=repr(self.users),
                fix="set users='profiles'",
            )

    @property
    def num_targets(self) -> int:
        """Scores a photo: 30 for ``'per_profile'``, else 1."""
        return NUM_USERS['profiles'] if self.score_mode == 'per_profile' else 1


class PrivacyScore:
    """Scores photos.

    Args:
        ratings: Rating of each attribute by each user in class order, ``(68, U)``, as
            :func:`~mmprivacy.datasets.vispr_users.load_ratings` gives them; the row of
            ``a0_safe`` is not used.
        options: How attributes become a score.
        source: Where the ratings come from.

    Attributes:
        weights: What is pooled, float64 ``(68, U)``: safe weight and scale applied; U
            is 1 for ``'max_of_mean'``.

    Raises:
        ShapeError: If the ratings are not ``(68, U)``.

    Examples:
        >>> score = PrivacyScore.from_root('')  # no user study there: packaged means
        >>> labels = np.zeros((1, 68), bool)
        >>> labels[0, ATTRIBUTE_IDS.index('a9_face_complete')] = True
        >>> score(labels).round(5)
        array([3.69508], dtype=float32)
    """

    def __init__(
        self, ratings: np.ndarray, options: ScoreOptions, source: str = 'ratings'
    ) -> None:
        if np.ndim(ratings) != 2 or len(ratings) != len(ATTRIBUTE_IDS):
            raise ShapeError.explain(
                'ratings',
                expected='one row for each of the 68 attributes',
                got=f'shape {np.shape(ratings)}',
                fix='read them with load_ratings',
            )
        weights = np.array(ratings, np.float64)
        if options.score_mode == 'max_of_mean':
            weights = weights.mean(1, keepdims=True)
        weights[SAFE] = options.safe_weight
        self.options = options
        self.source = source
        self.weights = weights * SCALES[options.scale]

    @classmethod
    def from_root(
        cls, root: str | Path, options: ScoreOptions | None = None
    ) -> PrivacyScore:
        """Use the user study of a tree.

        ``'max_of_mean'`` needs the means alone, which come with this package: it works
        on a tree without ``user_studies/`` too, and gives the same scores (to 0.0005
        for ``users='profiles'``).

        Args:
            root: The data set.
            options: How attributes become a score; None for the defaults.

        Returns:
            The scorer; ``source`` says where its ratings come from.

        Raises:
            DataError: If the user study is missing and needed, or broken.
        """
        options = options or ScoreOptions()
        means_suffice = options.score_mode == 'max_of_mean'
        ratings, source = load_ratings(root, options.users, means_suffice)
        return cls(ratings, options, source)

    def __call__(self, labels: np.ndarray) -> np.ndarray:
        """Score photos.

        Args:
            labels: bool or 0/1, ``(N, 68)``: the attributes of each.

        Returns:
            float32 ``(N,)``, or ``(N, 30)`` for ``'per_profile'``. A photo without any
            attribute but ``a0_safe`` has the safe weight, one without any label 0.

        Raises:
            ShapeError: If the labels are not ``(N, 68)``.
        """
        if np.ndim(labels) != 2 or np.shape(labels)[1] != len(ATTRIBUTE_IDS):
            raise ShapeError.explain(
                'labels',
                expected='one row of 68 values a photo',
                got=f'shape {np.shape(labels)}',
                fix='build them with multi_hot',
            )
        present = np.array(labels, bool)
        present[:, SAFE] &= present.sum(1) == 1
        pooled = self._pool(present)
        if self.options.score_mode != 'per_profile':
            pooled = pooled.mean(1)
        return pooled.astype(np.float32)

    def _pool(self, present: np.ndarray) -> np.ndarray:
        """Pool the weights of the attributes that are present, float64 ``(N, U)``."""
        if self.options.pool == 'max':
            pooled = np.zeros((len(present), self.weights.shape[1]))
            for rows, weight in zip(present.T, self.weights):
                pooled[rows] = np.maximum(pooled[rows], weight)
            return pooled
        total = present @ self.weights
        if self.options.pool == 'avg':
            total /= np.maximum(present.sum(1, keepdims=True), 1)
        return total
