"""The Prior Transformer as a model that MMEngine trains."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.model import BaseModel
from mmengine.registry import MODELS
from torch import Tensor

from mmprivacy.eraser.compositing import composite
from mmprivacy.eraser.palette import image_to_tokens, tokens_to_image
from mmprivacy.eraser.prior_sampling import fill_holes, token_holes
from mmprivacy.eraser.prior_transformer import PriorTransformer, masked_token_loss
from mmprivacy.errors import ConfigError, DataError, MissingWeightsError


@MODELS.register_module()
class ImagePrior(BaseModel):
    """A transformer that knows what small pictures look like, and its palette.

    It learns as a masked language model (Eq. 3): the tokens that a mask touches are
    hidden, or, for the region prior, those that it does not cover.

    Args:
        num_colors: Size of the visual vocabulary. 512 in the paper.
        side: Cells a side. 32 in the paper.
        channels: Width of the transformer. As depth and heads, those of the public
            weights for Places2 of Wan et al.
        depth: Number of its blocks.
        num_heads: Number of attention heads.
        palette_path: A palette, ``.npy`` (K, 3): RGB in [0, 255], or in [-1, 1] as the
            public one; it is in no checkpoint then. None if
            :class:`~mmprivacy.eraser.palette_hook.PaletteHook` makes it, which is in
            the checkpoints.
        region_prob: How often a training picture is seen inside the mask.
        sampler: How holes are filled in validation; ``'parallel'``, ``'raster'``,
            ``'oneshot'`` or ``'argmax'``.
        data_preprocessor: Config; :class:`EraserDataPreprocessor` by default.
        init_cfg: As in MMEngine.

    Raises:
        ConfigError: If an argument is wrong.
        MissingWeightsError: If the palette is not there.
        DataError: If the palette is none.

    Reference: Yang et al. 2023 (ERASER), "Prior Transformer"; Wan et al. 2021.
    """

    def __init__(
        self,
        num_colors: int = 512,
        side: int = 32,
        channels: int = 512,
        depth: int = 35,
        num_heads: int = 8,
        palette_path: str | None = None,
        region_prob: float = 0.5,
        sampler: str = 'parallel',
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(
            data_preprocessor or dict(type='EraserDataPreprocessor'), init_cfg
        )
        if not 0 <= region_prob <= 1:
            raise ConfigError.explain(
                'ImagePrior.region_prob',
                expected='a probability',
                got=region_prob,
                fix='change it',
            )
        self.side = side
        self.region_prob = region_prob
        self.sampler = sampler
        self.transformer = PriorTransformer(
            num_colors, side, channels, depth, num_heads
        )
        learned = palette_path is None
        palette = (
            _gray_ramp(num_colors)
            if learned
            else read_palette(palette_path, num_colors)
        )
        ready = torch.tensor(not learned)
        self.register_buffer('palette', palette, persistent=learned)
        self.register_buffer('palette_ready', ready, persistent=learned)

    def tokenize(self, image: Tensor) -> Tensor:
        """Turn pictures (B, 3, H, W) in [0, 1] into tokens (B, L)."""
        return image_to_tokens(image, self.palette, self.side)

    def paint(self, tokens: Tensor, size: tuple[int, int] | None = None) -> Tensor:
        """Turn tokens (B, L) into pictures (B, 3, H, W) in [0, 1]."""
        return tokens_to_image(tokens, self.palette, size)

    def forward(
        self, inputs: dict[str, Any], data_samples: Any = None, mode: str = 'tensor'
    ) -> Any:
        """Run the model; see :class:`mmengine.model.BaseModel`.

        Args:
            inputs: ``img`` and ``mask`` of :class:`EraserDataPreprocessor`.
            data_samples: Their data samples.
            mode: ``'loss'``; ``'predict'``: data samples with ``pred_img``, the picture
                with its hole painted from the global prior; ``'tensor'``: logits (B, L,
                K) of the global prior.

        Returns:
            A dict of losses, a list of data samples, or a tensor.
        """
        if mode == 'loss':
            return self.loss(inputs['img'], inputs['mask'])
        if mode == 'predict':
            return self.predict(inputs, data_samples)
        tokens = self.tokenize(inputs['img'])
        return self.transformer(tokens, token_holes(inputs['mask'], self.side)[0])

    def loss(self, image: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """Hide tokens and have them guessed.

        Args:
            image: Pictures (B, 3, H, W) in [0, 1].
            mask: Masks (B, 1, H, W).

        Returns:
            ``loss_mlm`` and ``token_accuracy``.
        """
        tokens = self.tokenize(image)
        hole_g, hole_r = token_holes(mask, self.side)
        inside = torch.rand(len(tokens), 1) < self.region_prob
        hole = torch.where(inside.to(hole_g.device), hole_r, hole_g)
        logits = self.transformer(tokens, hole)
        right = (logits.detach().argmax(2) == tokens) & hole
        return dict(
            loss_mlm=masked_token_loss(logits, tokens, hole),
            token_accuracy=right.sum() / hole.sum().clamp(min=1),
        )

    def predict(self, inputs: dict[str, Any], data_samples: list) -> list:
        """Paint the holes of pictures from the global prior alone.

        Args:
            inputs: Lists of ``img`` (3, H, W) and ``mask`` (1, H, W).
            data_samples: Their data samples.

        Returns:
            The data samples with ``pred_img``, RGB uint8 (3, H, W).
        """
        images, masks = inputs['img'], inputs['mask']
        tokens = torch.cat([self.tokenize(image[None]) for image in images])
        hole = torch.cat([token_holes(m[None], self.side)[0] for m in masks])
        tokens = fill_holes(
            self.transformer, tokens, hole, self.sampler, seeds=[0] * len(tokens)
        )
        for n, sample in enumerate(data_samples):
            size = images[n].shape[-2:]
            painted = self.paint(tokens[n : n + 1], tuple(size))[0]
            sample.pred_img = composite(images[n], painted, masks[n], sample.img_shape)
        return data_samples


def read_palette(path: str | Path, num_colors: int) -> Tensor:
    """Read a palette.

    Args:
        path: ``.npy`` file, (K, 3), RGB in [0, 255] or in [-1, 1].
        num_colors: Expected number K.

    Returns:
        Palette (K, 3), float, whole numbers in [0, 255].

    Raises:
        MissingWeightsError: If the file is not there.
        DataError: If it holds something else.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise MissingWeightsError.explain(
            'palette_path',
            expected='a palette, such as kmeans_centers.npy of the ICT weights',
            got=f'{path}, which is not there',
            fix='put the file there, or make one with tools/fit_palette.py',
        )
    try:
        values = np.load(path, allow_pickle=False).astype(np.float64)
    except (ValueError, OSError) as e:
        raise DataError.explain(
            path, expected='a .npy array', got=e, fix='use another file'
        ) from e
    if values.shape != (num_colors, 3) or not np.isfinite(values).all():
        raise DataError.explain(
            path,
            expected=f'finite numbers ({num_colors}, 3)',
            got=values.shape,
            fix='use another file, or change num_colors',
        )
    if values.min() >= -1 and values.max() <= 1:
        values = 127.5 * (values + 1)
    return torch.from_numpy(np.rint(values).clip(0, 255)).float()


def _gray_ramp(num_colors: int) -> Tensor:
    return torch.linspace(0, 255, num_colors).round()[:, None].repeat(1, 3)
