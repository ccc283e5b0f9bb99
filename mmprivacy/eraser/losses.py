"""The losses of ERASER as parts of a config.

Shapes: ``B`` pictures of ``H`` x ``W`` pixels.

Convention:
    Pictures are RGB float in [0, 1]; masks are 1 where something is to be removed.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from mmengine.registry import MODELS
from torch import Tensor, nn

from mmprivacy.compat import require
from mmprivacy.eraser.adversarial_loss import (
    discriminator_loss,
    generator_loss,
    gradient_penalty,
)
from mmprivacy.eraser.difference import (
    BOUNDS,
    CONTENT_LAYERS,
    STYLE_LAYERS,
    bounded_loss,
    region_difference,
)
from mmprivacy.eraser.reconstruction_losses import feature_distance, masked_l1
from mmprivacy.eraser.weights import build_frozen
from mmprivacy.errors import ConfigError
from mmprivacy.evaluation.vgg19 import VGG19

_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class _ImageNetNorm(nn.Module):
    """Normalise pictures in [0, 1] as networks for ImageNet expect them."""

    def __init__(self) -> None:
        super().__init__()
        for name, values in (('mean', _MEAN), ('std', _STD)):
            values = torch.tensor(values)[:, None, None]
            self.register_buffer(name, values, persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        return (image - self.mean) / self.std


@MODELS.register_module()
class MaskedL1Loss(nn.Module):
    """Absolute difference, weighted by the mask.

    Args:
        known: Weight outside the mask. 10 in LaMa.
        hole: Weight inside. 0 in LaMa.
    """

    def __init__(self, known: float = 10.0, hole: float = 0.0) -> None:
        super().__init__()
        self.known = known
        self.hole = hole

    def forward(self, fake: Tensor, real: Tensor, mask: Tensor) -> Tensor:
        """Compare pictures (B, 3, H, W); the mask is (B, 1, H, W)."""
        return masked_l1(fake, real, mask, self.known, self.hole)


@MODELS.register_module()
class PatchGANLoss(nn.Module):
    """Non-saturating adversarial loss with the R1 penalty.

    Args:
        weight: Of the generator's loss; the discriminator's has none. 10 in LaMa.
        r1_weight: Of the penalty. 0.001 in LaMa. 0 computes none.
    """

    def __init__(self, weight: float = 10.0, r1_weight: float = 1e-3) -> None:
        super().__init__()
        self.weight = weight
        self.r1_weight = r1_weight

    def forward(self, fake_logits: Tensor) -> Tensor:
        """Loss of the generator for ratings (B, 1, h, w)."""
        return self.weight * generator_loss(fake_logits.float())

    def for_discriminator(
        self,
        real: Tensor,
        real_logits: Tensor,
        fake_logits: Tensor,
        mask: Tensor,
        secret: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """Losses of the discriminator.

        Args:
            real: Real pictures (B, 3, H, W), which require a gradient if there is a
                penalty.
            real_logits: Their ratings (B, 1, h, w).
            fake_logits: Ratings of generated pictures.
            mask: Masks (B, 1, H, W).
            secret: Masks (B, 1, H, W) of what has to go: real pictures are no example
                of what is real there.

        Returns:
            ``loss_d_adversarial`` and, with a penalty, ``loss_d_r1``.
        """
        adversarial = discriminator_loss(
            real_logits.float(), fake_logits.float(), mask, secret
        )
        losses = dict(loss_d_adversarial=adversarial)
        if self.r1_weight:
            penalty = gradient_penalty(real_logits, real)
            losses['loss_d_r1'] = self.r1_weight * penalty
        return losses


@MODELS.register_module()
class FeatureMatchingLoss(nn.Module):
    """Distance of the discriminator's features, the mean over its layers.

    Args:
        weight: Weight of the loss. 100 in LaMa.
    """

    def __init__(self, weight: float = 100.0) -> None:
        super().__init__()
        self.weight = weight

    def forward(self, fake: Sequence[Tensor], real: Sequence[Tensor]) -> Tensor:
        """Compare the features of all layers."""
        return self.weight * feature_distance(fake, real).mean()


@MODELS.register_module()
class ResNetPerceptualLoss(nn.Module):
    """Distance of the features of a dilated ResNet-50 that can segment scenes.

    LaMa's "high receptive field perceptual loss". The trunk is mmseg's ``ResNetV1c``.

    Args:
        weights: Weights of the trunk, trained on ADE20k.
        allow_random: Do without, for tests.
        weight: Weight of the loss, the sum over four stages. 30 in LaMa.
        trunk: Another trunk, a config: gives feature maps of pictures normalised for
            ImageNet.

    Raises:
        MissingDependencyError: If mmseg is not installed, and no trunk is given.
        MissingWeightsError: If the weights are not there.
    """

    def __init__(
        self,
        weights: str | None = None,
        allow_random: bool = False,
        weight: float = 30.0,
        trunk: dict | None = None,
    ) -> None:
        super().__init__()
        if trunk is None:
            require('mmseg', feature='ResNetPerceptualLoss')
            trunk = dict(
                type='mmseg.ResNetV1c',
                depth=50,
                stem_channels=128,
                strides=(1, 2, 1, 1),
                dilations=(1, 1, 2, 4),
                contract_dilation=True,
                norm_eval=True,
            )
        source = 'encoder_epoch_20.pth of ade20k-resnet50dilated-ppm_deepsup'
        self.trunk = build_frozen(
            lambda: MODELS.build(trunk),
            weights,
            allow_random,
            'model.loss_resnet.weights',
            f'{source}, after tools/convert_weights.py',
        )
        self.weight = weight
        self.norm = _ImageNetNorm()

    def forward(self, fake: Tensor, real: Tensor) -> Tensor:
        """Compare pictures (B, 3, H, W)."""
        with torch.no_grad():
            target = self.trunk(self.norm(real))
        found = self.trunk(self.norm(fake))
        return self.weight * feature_distance(found, target).sum()


@MODELS.register_module()
class DifferenceLoss(nn.Module):
    """Reward for content that differs from what was removed.

    VGG19 measures it, so that it is no part of the quality losses, which look through a
    ResNet (Yang et al. 2023, "FFC ERASER").

    Args:
        weights: Weights of VGG19, with torchvision's names.
        allow_random: Do without, for tests and sample runs: distances of random
            features are distances, too.
        weight: Weight of the loss, "lambda". Not in the paper.
        bound: ``'hinge'``, ``'log1p'`` or ``'none'`` (paper); see
            :func:`~mmprivacy.eraser.difference.bounded_loss`.
        margin: Difference at which the hinge lets go. Not in the paper.
        content: Weight of the content difference. 1: a plain sum, as in the paper.
        style: Weight of the style difference. 1 likewise.
        imagenet_norm: Normalise pictures as the weights expect them. Wan et al. do not.
        base_channels: Channels of VGG19's first stage. 64 in the public weights.

    Raises:
        ConfigError: If the bound is unknown.
        MissingWeightsError: If the weights are not there.
    """

    def __init__(
        self,
        weights: str | None = None,
        allow_random: bool = False,
        weight: float = 1.0,
        bound: str = 'hinge',
        margin: float = 5.0,
        content: float = 1.0,
        style: float = 1.0,
        imagenet_norm: bool = True,
        base_channels: int = 64,
    ) -> None:
        super().__init__()
        if bound not in BOUNDS:
            raise ConfigError.explain(
                'model.loss_difference.bound',
                expected=f'one of {", ".join(BOUNDS)}',
                got=repr(bound),
                fix='choose one of them',
            )
        self.trunk = build_frozen(
            lambda: VGG19(CONTENT_LAYERS + STYLE_LAYERS, base_channels),
            weights,
            allow_random,
            'model.loss_difference.weights',
            'vgg19-dcbb9e9d.pth of torchvision, after tools/convert_weights.py',
        )
        self.norm = _ImageNetNorm() if imagenet_norm else nn.Identity()
        self.weight = weight
        self.bound = bound
        self.margin = margin
        self.parts = dict(content=content, style=style)

    def difference(self, changed: Tensor, original: Tensor, mask: Tensor) -> Tensor:
        """Measure the difference inside the mask, a number (B,) for each picture."""
        return region_difference(
            lambda x: self.trunk(self.norm(x)), changed, original, mask, **self.parts
        )

    def forward(self, difference: Tensor) -> Tensor:
        """Turn differences (B,) into a loss."""
        return self.weight * bounded_loss(difference, self.bound, self.margin)
