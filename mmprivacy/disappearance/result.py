"""What came out for one photo."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from mmprivacy.disappearance.view import Detections


@dataclass(frozen=True, eq=False)
class ProtectionResult:
    """A protected photo, and how well it is protected.

    Attributes:
        image: The photo, **BGR** uint8 (H, W, 3).
        original: What it was made from, the same shape.
        success: Whether no detector finds anything that should be hidden. What the
            inferencer and the hook say is decided on the file that was written; what
            :class:`~mmprivacy.disappearance.ObjectDisappearance` says, on ``image``.
        iters: Number of updates; with ``budget='auto'``, of all tries.
        s_max: Highest score of a box that should be hidden, in the last look of the
            algorithm at ``image``.
        n_before: Detections at the threshold in the original; in ``'sen'`` mode,
            sensitive ones.
        n_after: The same in the protected photo.
        linf: Largest change of a component, in grey levels.
        psnr: Peak signal-to-noise ratio in dB; infinite if nothing changed.
        target: What the boxes were pulled to at last: ``'fixed'`` (the decoy),
            ``'background'``, ``'cycle'`` or ``'uniform'``; or ``'untargeted'``
            or ``'alternating'``.
        seconds: Time spent on this photo.
        eps: The budget, from 0 to 1; with ``budget='auto'``, the smallest that did.
        grad_norm: Mean Euclidean norm of the gradients; 0 if there was no update.
        clean: All detections in the original, of the first detector.
        found: All detections in the protected photo, of the first detector.
        config_hash: Digest of the options.
    """

    image: np.ndarray
    original: np.ndarray
    success: bool
    iters: int
    s_max: float
    n_before: int
    n_after: int
    linf: int
    psnr: float
    target: str
    seconds: float
    eps: float
    grad_norm: float
    clean: Detections
    found: Detections
    config_hash: str

    def report(self) -> dict[str, Any]:
        """Give the figures, without pictures and boxes, as JSON can hold them.

        Returns:
            A dictionary; an infinite PSNR is None.
        """
        names = ('success', 'iters', 's_max', 'n_before', 'n_after', 'linf')
        names += ('psnr', 'target', 'seconds', 'eps', 'grad_norm', 'config_hash')
        values = {name: getattr(self, name) for name in names}
        return {k: None if v == math.inf else v for k, v in values.items()}
