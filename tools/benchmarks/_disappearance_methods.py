"""Everything that changes photos in the benchmark, behind one signature.

A method takes a photo, BGR uint8 (H, W, 3), and gives the changed one and the number of
updates it took, None if it takes none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from mmprivacy.disappearance import ObjectDisappearance
from mmprivacy.disappearance.mmdet_view import MMDetView
from mmprivacy.errors import MissingDependencyError
from mmprivacy.obfuscation import PAPER_PSNR, calibrate_to_psnr
from mmprivacy.obfuscation.calibration import METHODS

Method = Callable[[np.ndarray], tuple[np.ndarray, int | None]]


def build_method(
    spec: Mapping[str, Any], views: Sequence[MMDetView], photos: Sequence[np.ndarray]
) -> Method:
    """Build a method.

    Args:
        spec: ``kind`` and its parameters: ``'none'``; ``'ours'`` with ``options``;
            ``'noise'`` with ``eps``; ``'classical'`` with ``name``; ``'art'`` and
            ``'torchattacks'`` with ``eps``, ``alpha`` and ``steps``.
        views: The detectors; methods other than ours look at the first alone.
        photos: Photos that classical methods are calibrated on.

    Returns:
        The method.
    """
    spec = dict(spec)
    kind = spec.pop('kind')
    if kind == 'none':
        return lambda photo: (photo, None)
    if kind == 'noise':
        return _noise(**spec)
    if kind == 'classical':
        return _classical(photos, **spec)
    if kind == 'ours':
        return _ours(views, **spec)
    return _peer(kind, views[0], **spec)


def _ours(views: Sequence[MMDetView], options: Mapping[str, Any]) -> Method:
    attack = ObjectDisappearance(**options)

    def protect(photo: np.ndarray) -> tuple[np.ndarray, int]:
        (result,) = attack(views, [photo])
        return result.image, result.iters

    return protect


def _noise(eps: float) -> Method:
    """Change every component by the whole budget, up or down by chance."""
    generator, levels = np.random.default_rng(0), round(255 * eps)

    def protect(photo: np.ndarray) -> tuple[np.ndarray, None]:
        signs = generator.choice([-levels, levels], photo.shape)
        return (photo + signs).clip(0, 255).astype(np.uint8), None

    return protect


def _classical(photos: Sequence[np.ndarray], name: str) -> Method:
    """Obfuscate with the strength that has the paper's PSNR (Table 4)."""
    strength = calibrate_to_psnr(name, photos, PAPER_PSNR[name]).strength
    return lambda photo: (METHODS[name].apply(photo, strength), None)


def _peer(kind: str, view: MMDetView, eps: float, alpha: float, steps: int) -> Method:
    import _disappearance_peers

    try:
        attack = getattr(_disappearance_peers, f'{kind}_pgd')(view, eps, alpha, steps)
    except ModuleNotFoundError as e:
        raise MissingDependencyError.explain(
            'a comparison with other libraries',
            expected='ART and torchattacks',
            got=e,
            fix='run `make benchmark METHOD=disappearance`, or leave out `peers,cost`',
        ) from e
    return lambda photo: (attack(photo), steps)
