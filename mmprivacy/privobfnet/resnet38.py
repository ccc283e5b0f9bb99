"""ResNet-38: the wide residual network of weakly supervised segmentation."""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from mmcv.cnn import build_norm_layer
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from mmprivacy.errors import ConfigError
from mmprivacy.privobfnet.resnet38_weights import load_imagenet_weights

DEPTHS = (3, 3, 6, 3)
"""Blocks of stages 2 to 5; stages 6 and 7 have one each."""


class _Block(nn.Module):
    """Pre-activation residual block: two 3 x 3 convolutions, or a bottleneck of three.

    Args:
        channels: Channels that come in, those between the convolutions (one or two),
            those that go out.
        stride: Stride of the first convolution.
        dilations: Dilations of the 3 x 3 convolutions.
        norm_cfg: Normalisation.
        dropout: Probability that a channel is left out, before the last two of three
            convolutions.
    """

    def __init__(
        self,
        channels: Sequence[int],
        stride: int,
        dilations: Sequence[int],
        norm_cfg: dict,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        wide = len(channels) == 4
        kernels = (1, 3, 1) if wide else (3, 3)
        dilations = (1, *dilations, 1) if wide else dilations
        self.branches = ('2a', '2b1', '2b2')[: len(kernels)]
        shapes = zip(self.branches, channels, channels[1:], kernels, dilations)
        for name, before, after, kernel, dilation in shapes:
            self.add_module(f'bn_branch{name}', build_norm_layer(norm_cfg, before)[1])
            conv = nn.Conv2d(
                before,
                after,
                kernel,
                stride if name == '2a' else 1,
                padding=dilation * (kernel // 2),
                dilation=dilation,
                bias=False,
            )
            self.add_module(f'conv_branch{name}', conv)
        same = channels[0] == channels[-1] and stride == 1 and not wide
        self.conv_branch1 = None
        if not same:
            self.conv_branch1 = nn.Conv2d(channels[0], channels[-1], 1, bias=False)
        self.stride = stride
        self.dropout = dropout

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the sum of both branches, and ``x`` after its activation."""
        out = active = F.relu(self.bn_branch2a(x))
        for name in self.branches:
            if name != '2a':
                out = F.relu(getattr(self, f'bn_branch{name}')(out))
                if self.dropout:
                    out = F.dropout2d(out, self.dropout, self.training)
            out = getattr(self, f'conv_branch{name}')(out)
        if self.conv_branch1 is None:
            return x + out, active
        # A strided 1 x 1 convolution. On a CPU, that of torch breaks the memory in its
        # backward pass for 8 channels or fewer in the layout channels last.
        n = self.stride
        return self.conv_branch1(active[..., ::n, ::n]) + out, active


@MODELS.register_module()
class ResNet38(BaseModule):
    """ResNet-38, model A1 of "Wider or Deeper", with stride 8 in place of 32.

    Outputs, for a width of 64: conv4 (512 channels), conv5 (1024), conv6 (4096), all
    with a cell for 8 x 8 pixels. conv4 and conv5 are taken after the activation that
    follows them. The full net has 105,070,912 parameters.

    Args:
        base_channels: Width. The public weights need 64; a small one makes the same
            net fit a CPU.
        depths: Blocks of the stages 2 to 5.
        dilations: Dilations of the stages 5, 6 and 7. The public weights need the
            defaults, which are meant for maps of some 56 x 56 cells: on 12 x 12, every
            cell sees all others, so that no map can tell where something is.
        out_indices: Which of conv4 (0), conv5 (1) and conv6 (2) to return.
        frozen_stages: Stages that are not trained: 1 is the first convolution, 2 also
            the stage of 128 channels, as usual with the public weights; up to 7. At
            most 0 freezes none.
        norm_eval: Whether batch normalisation keeps its statistics in training. At
            batch 4, statistics of a batch would ruin those of ImageNet. From scratch,
            it has to be False.
        norm_requires_grad: Whether scale and shift of the normalisation are trained.
        dropout: Dropout of the stages 6 and 7.
        norm_cfg: Normalisation.
        init_cfg: ``dict(type='Pretrained', checkpoint=...)`` loads ImageNet weights,
            see :func:`~.resnet38_weights.load_imagenet_weights`; None starts from
            random ones (He).

    Raises:
        ConfigError: If an argument is out of range.

    Reference:
        Wu et al., Wider or Deeper: Revisiting the ResNet Model for Visual Recognition
        (Pattern Recognition 2019); names of the parameters as in jiwoon-ahn/psa (MIT).
    """

    def __init__(
        self,
        base_channels: int = 64,
        depths: Sequence[int] = DEPTHS,
        dilations: Sequence[int] = (2, 4, 4),
        out_indices: Sequence[int] = (0, 1, 2),
        frozen_stages: int = 2,
        norm_eval: bool = True,
        norm_requires_grad: bool = False,
        dropout: Sequence[float] = (0.3, 0.5),
        norm_cfg: dict | None = None,
        init_cfg: dict | list | None = None,
    ) -> None:
        super().__init__(
            init_cfg
            or [
                dict(type='Kaiming', layer='Conv2d'),
                dict(type='Constant', val=1, layer=['_BatchNorm', 'GroupNorm']),
            ]
        )
        _check(base_channels, depths, dilations, out_indices, frozen_stages)
        self.out_indices = tuple(out_indices)
        self.frozen_stages = frozen_stages
        self.norm_eval = norm_eval
        self.norm_requires_grad = norm_requires_grad
        norm_cfg = norm_cfg or dict(type='BN')
        w = base_channels
        self.conv1a = nn.Conv2d(3, w, 3, padding=1, bias=False)
        self.stages: list[list[str]] = [['conv1a']]
        for stage, (into, out) in enumerate(
            ((w, 2 * w), (2 * w, 4 * w), (4 * w, 8 * w)), 2
        ):
            blocks = [_Block((into, out, out), 2, (1, 1), norm_cfg)]
            count = depths[stage - 2] - 1
            blocks += [_Block((out,) * 3, 1, (1, 1), norm_cfg) for _ in range(count)]
            self._add(stage, blocks)
        d5, d6, d7 = dilations
        blocks = [_Block((8 * w, 8 * w, 16 * w), 1, (1, d5), norm_cfg)]
        for _ in range(depths[3] - 1):
            blocks.append(_Block((16 * w, 8 * w, 16 * w), 1, (d5, d5), norm_cfg))
        self._add(5, blocks)
        widths = (16 * w, 8 * w, 16 * w, 32 * w)
        self._add(6, [_Block(widths, 1, (d6,), norm_cfg, dropout[0])])
        widths = (32 * w, 16 * w, 32 * w, 64 * w)
        self._add(7, [_Block(widths, 1, (d7,), norm_cfg, dropout[1])])
        self.bn7 = build_norm_layer(norm_cfg, 64 * w)[1]
        self.out_channels = tuple((8 * w, 16 * w, 64 * w)[i] for i in self.out_indices)
        self._freeze()

    def _add(self, stage: int, blocks: Sequence[nn.Module]) -> None:
        """Add the blocks of a stage: ``b2``, ``b2_1``, ``b2_2`` and so on."""
        names = [f'b{stage}' + (f'_{n}' if n else '') for n in range(len(blocks))]
        for name, block in zip(names, blocks):
            self.add_module(name, block)
        self.stages.append(names)

    def init_weights(self) -> None:
        """Initialise, or load ImageNet weights."""
        init = self.init_cfg
        if isinstance(init, dict) and init.get('type') == 'Pretrained':
            self.load_state_dict(load_imagenet_weights(init['checkpoint'], self))
            self._is_init = True
        else:
            super().init_weights()

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Compute the maps.

        Args:
            x: Images (B, 3, H, W).

        Returns:
            Those of conv4 (B, 8 w, h, w'), conv5 (B, 16 w, h, w') and conv6
            (B, 64 w, h, w') that ``out_indices`` names; h = ceil(H / 8).
        """
        sides = []
        x = self.conv1a(x)
        for stage, names in enumerate(self.stages[1:], 2):
            for n, name in enumerate(names):
                x, active = getattr(self, name)(x)
                if n == 0 and stage in (5, 6):
                    sides.append(active)
        sides.append(F.relu(self.bn7(x)))
        return tuple(sides[i] for i in self.out_indices)

    def _freeze(self) -> None:
        """Stop the training of what is to stay, now and for optimizers to see."""
        names = [
            name
            for stage in self.stages[: max(0, self.frozen_stages)]
            for name in stage
        ]
        for name in names:
            for parameter in getattr(self, name).parameters():
                parameter.requires_grad = False
        if not self.norm_requires_grad:
            for module in self.modules():
                if isinstance(module, (_BatchNorm, nn.GroupNorm)):
                    for parameter in module.parameters():
                        parameter.requires_grad = False

    def train(self, mode: bool = True) -> ResNet38:
        """Switch to training, except for statistics that are to stay."""
        super().train(mode)
        for n, names in enumerate(self.stages):
            frozen = n < self.frozen_stages
            for name in names if mode and (self.norm_eval or frozen) else ():
                _rest_norms(getattr(self, name))
        if mode and self.norm_eval:
            _rest_norms(self.bn7)
        return self


def _rest_norms(module: nn.Module) -> None:
    """Put the batch normalisation of a module into evaluation mode."""
    for part in module.modules():
        if isinstance(part, _BatchNorm):
            part.eval()


def _check(
    base_channels: int,
    depths: Sequence[int],
    dilations: Sequence[int],
    out_indices: Sequence[int],
    frozen_stages: int,
) -> None:
    """Check the arguments."""
    rules = (
        ('base_channels', base_channels, base_channels >= 1, 'at least 1'),
        (
            'depths',
            tuple(depths),
            len(depths) == 4 and min(depths) >= 1,
            'four numbers of blocks, at least 1 each',
        ),
        (
            'dilations',
            tuple(dilations),
            len(dilations) == 3 and min(dilations) >= 1,
            'three numbers, at least 1 each',
        ),
        (
            'out_indices',
            tuple(out_indices),
            bool(out_indices) and set(out_indices) <= {0, 1, 2},
            '0 (conv4), 1 (conv5) or 2 (conv6)',
        ),
        ('frozen_stages', frozen_stages, frozen_stages <= 7, 'at most 7'),
    )
    for name, value, right, expected in rules:
        if not right:
            raise ConfigError.explain(
                f'ResNet38.{name}', expected=expected, got=value, fix='correct it'
            )
