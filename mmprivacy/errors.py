"""Typed errors: what was expected, what came, what to do.

Every error that a user can cause is a :class:`MMPrivacyError`. The tools print it as
one line and exit with status 2; ``--debug`` shows the traceback instead.

All classes take one message string, so that an error raised in a data loading worker
arrives in the main process with its type intact.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any


class MMPrivacyError(Exception):
    """Base of all errors that mmprivacy raises on purpose."""

    @classmethod
    def explain(
        cls, where: object, *, expected: object, got: object, fix: str
    ) -> MMPrivacyError:
        """Build an error of the house form.

        Args:
            where: The file, config key or argument that is wrong.
            expected: What it should have been.
            got: What it was.
            fix: What the user can do about it, a sentence without a full stop.

        Returns:
            An instance of the class it is called on, to be raised by the caller.

        Examples:
            >>> str(ConfigError.explain('head.num_regions', expected='>= 2', got=1,
            ...                         fix='increase it'))
            'head.num_regions: expected >= 2, got 1. To fix: increase it.'
        """
        return cls(f'{where}: expected {expected}, got {got}. To fix: {fix}.')


class ConfigError(MMPrivacyError, ValueError):
    """A config file, an override or an argument has a wrong key or value."""


class DataError(MMPrivacyError, ValueError):
    """A data set, an annotation file or an image cannot be used as it is."""


class ShapeError(MMPrivacyError, ValueError):
    """A tensor has another shape than the component was built for."""


class CheckpointError(MMPrivacyError, RuntimeError):
    """A checkpoint is missing, broken, or would need unrestricted pickle."""


class MissingWeightsError(CheckpointError, FileNotFoundError):
    """Weights that are never downloaded were not given, or are not there."""


class NonFiniteLossError(MMPrivacyError, FloatingPointError):
    """A loss became NaN or infinite."""


class MissingDependencyError(MMPrivacyError, ImportError):
    """A package that a feature needs is not installed."""


def check_feature_map(where: str, feat: Any, expected: tuple[Any, ...]) -> Any:
    """Check the feature map that a head gets from its backbone.

    Args:
        where: Name of the head.
        feat: The tensor.
        expected: ``(C, H, W)``, the head's ``in_channels`` and ``feat_size``; ``(C,)``
            for pooled features.

    Returns:
        The tensor.

    Raises:
        ShapeError: If it has another shape, with the option that has to change.
    """
    shape = tuple(feat.shape)
    if shape[1:] == tuple(expected):
        return feat
    fix = 'use a backbone (and no neck) whose last output is (B, C, H, W)'
    if len(shape) == len(expected) + 1 and shape[1] != expected[0]:
        fix = f'set model.head.in_channels={shape[1]}'
    elif len(shape) == 4:
        fix = f'set model.head.feat_size={shape[2:]}, or resize the images'
    raise ShapeError.explain(
        where,
        expected=f'a feature map (B, {", ".join(map(str, expected))})',
        got=shape,
        fix=fix,
    )


def nearest(name: str, candidates: Iterable[str], n: int = 3) -> str:
    """Phrase the nearest valid names for an error message.

    Args:
        name: The unknown name.
        candidates: All valid names.
        n: Number of suggestions at most.

    Returns:
        ``"did you mean 'a' or 'b'?"``, or the sorted candidates if none is near.
    """
    names = sorted({str(c) for c in candidates})
    close = get_close_matches(name, names, n=n, cutoff=0.6)
    if close:
        return 'did you mean ' + ' or '.join(repr(c) for c in close) + '?'
    return 'valid: ' + ', '.join(names) if names else 'nothing is valid here'
