"""What happens to a photo after it was saved, in the loop of the attack.

Each of these takes and gives an image, BGR float (3, H, W) in [0, 255], lets a gradient
through, and is built from a ``dict(type=...)``. Parameters given as a pair are drawn
between its ends for each iteration, the same for all photos.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from mmprivacy.disappearance.jpeg import jpeg
from mmprivacy.disappearance.resize import resize_like_a_file
from mmprivacy.errors import ConfigError, nearest


class Survival:
    """One thing that a photo has to survive.

    Args:
        kind: ``'jpeg'``: saved with a ``quality`` of 1 to 100; ``'resize'``: both sides
            times ``scale``; ``'blur'``: Gaussian with a standard deviation ``sigma`` in
            pixels.
        value: The parameter, or the two ends it is drawn between.
    """

    parameter = {'blur': 'sigma', 'jpeg': 'quality', 'resize': 'scale'}

    def __init__(self, kind: str, value: float | Sequence[float]) -> None:
        self.kind = kind
        ends = value if isinstance(value, (list, tuple)) else (value, value)
        self.low, self.high = float(min(ends)), float(max(ends))

    def hardest(self) -> float:
        """Give the parameter that takes most from a photo."""
        return self.high if self.kind == 'blur' else self.low

    def draw(self, generator: torch.Generator) -> float:
        """Draw a parameter."""
        share = torch.rand((), generator=generator).item()
        return self.low + share * (self.high - self.low)

    def apply(self, image: Tensor, value: float) -> Tensor:
        """Do it to an image (3, H, W)."""
        if self.kind == 'jpeg':
            return jpeg(image, round(value))
        if self.kind == 'blur':
            return _blur(image, value)
        size = [max(1, round(side * value)) for side in image.shape[-2:]]
        return resize_like_a_file(image, tuple(size))


def build_survival(cfg: Mapping[str, Any], where: str) -> Survival:
    """Build one from its config.

    Args:
        cfg: Such as ``dict(type='jpeg', quality=75)``.
        where: Its place, for error messages.

    Returns:
        The :class:`Survival`.

    Raises:
        ConfigError: If type, key or value is wrong.
    """
    cfg = dict(cfg) if isinstance(cfg, Mapping) else {'type': cfg}
    kind = cfg.pop('type', None)
    if kind not in Survival.parameter:
        raise ConfigError.explain(
            f'{where}.type',
            expected='a kind of change',
            got=repr(kind),
            fix=nearest(str(kind), Survival.parameter).rstrip('?'),
        )
    name = Survival.parameter[kind]
    if set(cfg) != {name}:
        raise ConfigError.explain(
            where,
            expected=f'dict(type={kind!r}, {name}=...)',
            got=f'the keys {sorted(cfg)}',
            fix=f'give {name}, a number or a pair',
        )
    found = Survival(kind, cfg[name])
    low, high = {'jpeg': (1, 100), 'resize': (0.1, 4), 'blur': (0.1, 10)}[kind]
    if not low <= found.low <= found.high <= high:
        raise ConfigError.explain(
            f'{where}.{name}',
            expected=f'{low} to {high}',
            got=cfg[name],
            fix='change it',
        )
    return found


def _blur(image: Tensor, sigma: float) -> Tensor:
    """Blur with a Gaussian, edges repeated."""
    radius = max(1, round(3 * sigma))
    places = torch.arange(-radius, radius + 1, dtype=image.dtype, device=image.device)
    weights = torch.exp(-0.5 * (places / sigma) ** 2)
    weights = (weights / weights.sum()).expand(len(image), 1, -1)
    padded = F.pad(image[None], (radius,) * 4, mode='replicate')
    rows = F.conv2d(padded, weights[..., None], groups=len(image))
    return F.conv2d(rows, weights[..., None, :], groups=len(image))[0]
