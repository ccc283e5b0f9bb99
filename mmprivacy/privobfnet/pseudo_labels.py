"""Turn maps of classes into a segmentation map to train a second network with.

Shapes: ``C`` classes without background, ``h`` x ``w`` pixels. In a segmentation map 0
is the background, c + 1 class c, and 255 a pixel that does not count.

Reference:
    L2G (Jiang et al., CVPR 2022) takes a constant for the background; AffinityNet (Ahn
    and Kwak, CVPR 2018) a power of what is left; IRN (Ahn et al., CVPR 2019) two
    thresholds. PrivObfNet says nothing about it.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from mmprivacy.errors import ConfigError, ShapeError, nearest
from mmprivacy.privobfnet.refinement import refine

BACKGROUNDS = ('constant', 'power', 'thresholds')
REFINEMENTS = ('none', 'local', 'crf')
IGNORED = 255


@dataclass(frozen=True)
class PseudoLabelOptions:
    """How maps become labels.

    Attributes:
        background: Score of the background in a pixel: ``'constant'``; ``'power'``,
            ``(1 - largest map) ** alpha``; or ``'thresholds'``: a pixel counts only if
            it is a class for the background ``high`` too, or background even for
            ``low``.
        constant: Background of ``'constant'``; 0.25 is L2G's.
        alpha: Exponent of ``'power'``: 4 gives less foreground than 32.
        high: Upper threshold of ``'thresholds'``; 0.3 is IRN's.
        low: Lower threshold; 0.05 is IRN's.
        refinement: ``'none'`` as L2G; ``'local'``, see
            :func:`~.refinement.refine`; ``'crf'``, a dense CRF, which needs the package
            pydensecrf.
        iterations: Of the refinement.
    """

    background: str = 'constant'
    constant: float = 0.25
    alpha: float = 4.0
    high: float = 0.3
    low: float = 0.05
    refinement: str = 'none'
    iterations: int = 10

    def __post_init__(self) -> None:
        """Check the options."""
        for name, valid in (('background', BACKGROUNDS), ('refinement', REFINEMENTS)):
            value = getattr(self, name)
            if value not in valid:
                raise ConfigError.explain(
                    f'pseudo labels: {name}',
                    expected=f'one of {valid}',
                    got=repr(value),
                    fix=nearest(str(value), valid),
                )
        if not 0 < self.low < self.high < 1 or not 0 < self.constant < 1:
            raise ConfigError.explain(
                'pseudo labels',
                expected='0 < low < high < 1 and 0 < constant < 1',
                got=f'low {self.low}, high {self.high}, constant {self.constant}',
                fix='correct the thresholds',
            )
        if self.alpha <= 0 or self.iterations < 0:
            raise ConfigError.explain(
                'pseudo labels',
                expected='alpha > 0 and iterations >= 0',
                got=f'{self.alpha} and {self.iterations}',
                fix='correct them',
            )


def pseudo_labels(
    maps: Tensor,
    image: Tensor | None = None,
    present: Tensor | None = None,
    options: PseudoLabelOptions | None = None,
) -> Tensor:
    """Label the pixels of one photo.

    Args:
        maps: Maps of the classes, each divided by its maximum, (C, h, w) in [0, 1].
        image: The photo, RGB (3, h, w) in [0, 255]; needed for a refinement.
        present: Which classes the photo shows (C,) bool; the others are not labelled.
            None for those with a map.
        options: How.

    Returns:
        Labels (h, w) uint8.

    Raises:
        ShapeError: If maps, image or labels do not belong together.
        ConfigError: If a refinement is wanted without an image.
        MissingDependencyError: If a CRF is wanted and pydensecrf is not installed.
    """
    options = options or PseudoLabelOptions()
    if maps.dim() != 3 or (present is not None and len(present) != len(maps)):
        got = tuple(maps.shape), None if present is None else tuple(present.shape)
        raise ShapeError.explain(
            'pseudo_labels',
            expected='maps (C, h, w) and labels (C,)',
            got=got,
            fix='give a map for each class',
        )
    if options.refinement != 'none' and image is None:
        raise ConfigError.explain(
            'pseudo_labels',
            expected='the image, for a refinement',
            got='none',
            fix="give it, or set refinement='none'",
        )
    if present is None:
        present = maps.flatten(1).amax(1) > 0
    classes = present.nonzero().flatten()
    kept = maps[classes].float()
    # The number of a class in a segmentation map, for each of those that are kept.
    numbers = torch.cat([classes.new_zeros(1), classes + 1]).to(torch.uint8)

    def label(background: Tensor) -> Tensor:
        scores = torch.cat([background.expand(1, *maps.shape[1:]), kept])
        if len(classes) and options.refinement != 'none':
            scores = _refined(scores, image, options)
        return numbers[scores.argmax(0)]

    if options.background == 'thresholds':
        certain = label(kept.new_tensor(options.high).view(1, 1, 1))
        possible = label(kept.new_tensor(options.low).view(1, 1, 1))
        unsure = torch.full_like(certain, IGNORED)
        return torch.where(certain > 0, certain, torch.where(possible > 0, unsure, 0))
    if options.background == 'power':
        most = kept.amax(0, keepdim=True) if len(kept) else maps[:1] * 0
        return label((1 - most).clamp_min(0) ** options.alpha)
    return label(kept.new_tensor(options.constant).view(1, 1, 1))


def _refined(scores: Tensor, image: Tensor, options: PseudoLabelOptions) -> Tensor:
    """Refine scores (K, h, w) by the image."""
    if options.refinement == 'crf':
        from mmprivacy.privobfnet.refinement_crf import refine_crf

        return refine_crf(scores, image, options.iterations)
    return refine(scores, image.to(scores), options.iterations)
