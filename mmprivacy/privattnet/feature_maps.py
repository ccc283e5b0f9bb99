"""What the heads of this room take from a backbone.

Shapes: ``B`` images, ``C`` channels, ``h`` x ``w`` cells.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from mmprivacy.errors import ConfigError, check_feature_map


def map_size(feat_size: int | Sequence[int]) -> tuple[int, int]:
    """Read the option ``feat_size`` of a head: one number, or height and width.

    Raises:
        ConfigError: If it is something else.
    """
    size = (feat_size, feat_size) if isinstance(feat_size, int) else tuple(feat_size)
    if len(size) != 2 or not all(isinstance(s, int) and s > 0 for s in size):
        raise ConfigError.explain(
            'head.feat_size',
            expected='height and width in cells, at least 1 each',
            got=feat_size,
            fix='divide the image size by the stride of the backbone',
        )
    return size


def pool_features(where: str, feats: Sequence[Tensor], in_channels: int) -> Tensor:
    """Average the last feature map over its cells.

    Args:
        where: Name of the head.
        feats: Outputs of the backbone; the last one counts, (B, C, h, w), or (B, C) if
            a neck has pooled it.
        in_channels: The channels C that the head was built for.

    Returns:
        Features (B, C).

    Raises:
        ShapeError: If it has another number of channels, or another shape.
    """
    feat = feats[-1] if isinstance(feats, (tuple, list)) else feats
    cells = feat.shape[2:] if feat.ndim in (2, 4) else ('h', 'w')
    check_feature_map(where, feat, (in_channels, *cells))
    return feat if feat.ndim == 2 else feat.mean((2, 3))
