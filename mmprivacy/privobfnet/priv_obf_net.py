"""PrivObfNet: privacy score, attributes, and a mask of each from image labels."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from mmseg.models.segmentors import BaseSegmentor
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from torch import Tensor

from mmprivacy.errors import ConfigError, ShapeError
from mmprivacy.privobfnet.alignment import cut_maps
from mmprivacy.privobfnet.cam import Grid, average_views, pool_masks
from mmprivacy.privobfnet.map_reading import make_masks, read_maps
from mmprivacy.privobfnet.options import (
    SHARES,
    TargetOptions,
    TestOptions,
    WindowOptions,
    read_mask_types,
)
from mmprivacy.privobfnet.samples import (
    fill_sample,
    seen_size,
    stack_field,
    stack_masks,
)
from mmprivacy.privobfnet.targets import class_weights, local_targets
from mmprivacy.privobfnet.windows import cut_windows, draw_corners


@MODELS.register_module()
class PrivObfNet(BaseSegmentor):
    """Segmentor that learns masks of attributes from labels of images.

    Model-Image looks at the whole image, Model-Cropped at windows of it. They have the
    same design and weights of their own. Model-Cropped learns the labels of the image
    in each window (``loss_cr``), and so finds parts that Model-Image would overlook;
    Model-Image learns the maps that it finds (``loss_img``), and attributes
    (``loss_att``) and privacy score (``loss_priv``) beside. Masks of people and text,
    made beforehand, limit what it learns; they are not needed for a prediction.
    Predictions come from Model-Image alone.

    Shapes: ``B`` images, ``N`` windows an image, ``C`` classes, ``K`` = C + 1 maps,
    background first, ``U`` user profiles, ``h`` x ``w`` cells.

    Args:
        backbone: Backbone of Model-Image; any of mmseg, or of mmpretrain with the
            prefix ``mmpretrain.``, whose last output has one cell for
            ``stride`` x ``stride`` pixels.
        cam_head: Attention map generator, see :class:`~.cam_head.CAMHead`.
        local_backbone: Backbone of Model-Cropped; None takes the same config.
        local_cam_head: Likewise.
        attr_head: Attribute task, see
            :class:`~.attribute_pair_head.AttributePairHead`; None leaves it out. It
            and the next need no ``in_channels`` and ``num_classes`` but those of
            ``cam_head``.
        priv_head: Privacy task, see :class:`~.privacy_score_head.PrivacyScoreHead`;
            None leaves it out.
        mask_types: Which mask each class has, see :func:`~.options.read_mask_types`.
        loss_img: Loss of Eq. 2.
        loss_cr: Loss of Eq. 3.
        loss_cls: Loss of Eq. 3 for Model-Image, on the whole image: what makes a CAM
            without Model-Cropped. Not part of the full model.
        num_crops: Windows N of an image.
        crop_size: Side of a window in pixels, a multiple of the stride. Where an image
            is smaller, the window is as large as the image.
        crop_policy: ``'corners+random'`` or ``'random'``, see
            :func:`~.windows.draw_corners`.
        align: How maps of Model-Image are cut: ``'slice'``, exactly; ``'roi_align'``
            as L2G, half a cell beside.
        target_mode: This and the next four: see
            :func:`~.targets.local_targets`.
        bg_target: ``'residual'`` or ``'l2g'``.
        target_assign: ``'argmax'`` or ``'share'``.
        target_norm: What a map is divided by: its maximum in each ``'window'``, or in
            all windows of the ``'image'``, so that windows without the class are low.
        bg_thr: Values up to this are no sign of a class.
        weight_target: Whether masks weight the maps of Model-Cropped.
        weight_global: Whether they weight those of Model-Image, too, as the paper says.
            Then nothing is learned outside of the masks, and predictions, which have
            none, are undefined there.
        min_mask_area: A mask that covers less of an image than this is taken for a
            miss: the classes that need it are un-masked in that image.
        stride: Pixels a cell.
        cell_origin: See :class:`~.cam.Grid`.
        image_only: Leave Model-Cropped out: what predictions need.
        train_cfg: Not used.
        test_cfg: See :class:`~.options.TestOptions`.
        data_preprocessor: Config of ``PrivSegDataPreProcessor``.
        init_cfg: Initialisation config of MMEngine.

    Raises:
        ConfigError: If an option is wrong.

    Reference:
        Tay et al., PrivObfNet (WACV 2024). It builds on Jiang et al., L2G (CVPR 2022);
        where both are silent or differ, the options above say what is done.
    """

    inference_options = dict(image_only=True)

    def __init__(
        self,
        backbone: dict,
        cam_head: dict,
        local_backbone: dict | None = None,
        local_cam_head: dict | None = None,
        attr_head: dict | None = None,
        priv_head: dict | None = None,
        mask_types: str | Sequence[str] | Mapping[str, str] = 'none',
        loss_img: dict = dict(type='LocalToGlobalLoss', loss_weight=10.0),  # noqa: B006
        loss_cr: dict = dict(type='MultiLabelSoftMarginLoss'),  # noqa: B006
        loss_cls: dict | None = None,
        num_crops: int = 6,
        crop_size: int = 320,
        crop_policy: str = 'corners+random',
        align: str = 'slice',
        target_mode: str = 'auto',
        bg_target: str = 'residual',
        target_assign: str = 'argmax',
        target_norm: str = 'window',
        bg_thr: float = 0.001,
        weight_target: bool = True,
        weight_global: bool = False,
        min_mask_area: float = 0.005,
        stride: int = 8,
        cell_origin: float = 0.0,
        image_only: bool = False,
        train_cfg: dict | None = None,
        test_cfg: dict | None = None,
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(data_preprocessor=data_preprocessor, init_cfg=init_cfg)
        self.windows = WindowOptions(num_crops, crop_size, stride, crop_policy, align)
        self.target = TargetOptions(
            target_mode,
            bg_target,
            target_assign,
            target_norm,
            bg_thr,
            weight_target,
            weight_global,
            min_mask_area,
        )
        self.grid = Grid(stride, cell_origin)
        self.train_cfg = train_cfg
        self.test_cfg = test_cfg
        self.test_options = TestOptions.read(test_cfg)
        self.image_only = image_only
        if not image_only:
            self.local_backbone = MODELS.build(
                copy.deepcopy(local_backbone or backbone)
            )
            self.local_cam_head = MODELS.build(
                copy.deepcopy(local_cam_head or cam_head)
            )
            self.loss_img = MODELS.build(loss_img)
            self.loss_cr = MODELS.build(loss_cr)
        self.backbone = MODELS.build(backbone)
        self.cam_head = MODELS.build(cam_head)
        self.attr_head = _build_head(attr_head, cam_head)
        self.priv_head = _build_head(priv_head, cam_head)
        self.loss_cls = None if loss_cls is None else MODELS.build(loss_cls)
        if self.test_options.cams in SHARES:
            _need_background(self.cam_head)
        self.num_attributes = self.cam_head.num_classes
        self.mask_names, types = read_mask_types(mask_types, self.num_attributes)
        self.register_buffer('mask_ids', torch.tensor(types), persistent=False)
        # What mmseg's tools ask a segmentor for.
        self.num_classes = self.out_channels = self.cam_head.out_channels
        self.align_corners = False
        self._register_load_state_dict_pre_hook(_drop_local, with_module=True)

    def extract_feat(self, inputs: Tensor) -> tuple[Tensor, ...]:
        """Compute the feature maps of Model-Image for images (B, 3, H, W)."""
        return self.backbone(inputs)

    def _forward(self, inputs: Tensor, data_samples: Any = None) -> tuple[Tensor, ...]:
        """Compute maps (B, K, h, w), probabilities (B, C) and, if known, scores."""
        del data_samples
        feats = self.extract_feat(inputs)
        maps = self.cam_head(feats, inputs)
        self._check_cells(maps, inputs)
        found = self.cam_head.foreground(maps)
        probabilities = self._probabilities(found, feats)
        if self.priv_head is None:
            return maps, probabilities
        return maps, probabilities, self.priv_head(found, feats, probabilities)

    def _probabilities(self, found: Tensor, feats: Sequence[Tensor]) -> Tensor:
        """Give the probability of each attribute, from its pooled map if need be."""
        if self.attr_head is None:
            return found.mean((2, 3)).sigmoid()
        return self.attr_head.probabilities(self.attr_head(feats))

    def encode_decode(self, inputs: Tensor, batch_data_samples: Any) -> Tensor:
        """Compute normalised maps (B, K, H, W) at the size of the images."""
        samples = self.predict(inputs, copy.deepcopy(batch_data_samples))
        return torch.stack([s.seg_logits.data for s in samples])

    def loss(
        self, inputs: Tensor, data_samples: Sequence[SegDataSample]
    ) -> dict[str, Tensor]:
        """Compute the losses of Eq. 1, weighted.

        Args:
            inputs: Normalised images (B, 3, H, W).
            data_samples: With ``gt_score`` (C,); with a privacy head that learns,
                ``gt_privacy_score`` (U,); with masks, ``priv_masks``.

        Returns:
            ``loss_img``, ``loss_cr``, ``loss_att``, ``loss_priv`` and ``loss_cls``, as
            far as the model has them, and ``acc_attr`` and ``mae_priv`` for the log.

        Raises:
            DataError: If a sample lacks a field.
            ShapeError: If a field has another size than the model was built for, or the
                images are smaller than a cell.
        """
        labels = stack_field(data_samples, 'gt_score', self.num_attributes)
        feats = self.extract_feat(inputs)
        maps = self.cam_head(feats, inputs)
        self._check_cells(maps, inputs)
        masks = self._masks(inputs, data_samples, maps.shape[-2:])
        if masks is not None and self.target.weight_global:
            start = self.num_classes - self.num_attributes
            weighted = maps[:, start:] * class_weights(masks, self.mask_ids)
            maps = torch.cat([maps[:, :start], weighted], 1)
        found = self.cam_head.foreground(maps)
        losses: dict[str, Tensor] = {}
        if not self.image_only:
            losses |= self._local_losses(inputs, maps, masks, labels)
        if self.loss_cls is not None:
            losses['loss_cls'] = self.loss_cls(found, labels)
        if self.attr_head is not None:
            logits = self.attr_head(feats)
            losses['loss_att'] = self.attr_head.loss(logits, labels)
            right = (self.attr_head.probabilities(logits) > 0.5) == (labels > 0.5)
            losses['acc_attr'] = right.float().mean()
        if self.priv_head is not None and self.priv_head.learns:
            truth = stack_field(
                data_samples, 'gt_privacy_score', self.priv_head.num_scores
            )
            scores = self.priv_head(found, feats, labels)
            losses['loss_priv'] = self.priv_head.loss(scores, truth)
            losses['mae_priv'] = (scores.detach() - truth).abs().mean()
        return losses

    def _local_losses(
        self, inputs: Tensor, maps: Tensor, masks: Tensor | None, labels: Tensor
    ) -> dict[str, Tensor]:
        """Compute the losses of the windows, Eqs. 2 and 3."""
        num, stride = self.windows.num, self.grid.stride
        cells = tuple(n // stride for n in inputs.shape[-2:])
        window = tuple(min(self.windows.size // stride, n) for n in cells)
        corners = draw_corners(len(inputs), num, cells, window, self.windows.policy)
        pixels = tuple(n * stride for n in window)
        crops = cut_windows(inputs, corners * stride, pixels)
        seen = self.local_cam_head(self.local_backbone(crops), crops)
        labels = labels.repeat_interleave(num, 0)
        weights = saliency = None
        if masks is not None and self.target.weight_target:
            weights = class_weights(cut_windows(masks, corners, window), self.mask_ids)
        if masks is not None and self.target.bg_target == 'l2g':
            saliency = cut_windows(masks.amax(1, keepdim=True), corners, window)
        targets = local_targets(
            seen,
            labels,
            weights,
            self.mask_ids > 0,
            saliency,
            self.target.mode,
            self.target.bg_target,
            self.target.assign,
            self.target.bg_thr,
            self.local_cam_head.with_background,
            num if self.target.norm == 'image' else 1,
        )
        shares = cut_maps(maps.float().softmax(1), corners, window, self.windows.align)
        found = self.local_cam_head.foreground(seen)
        return {
            'loss_img': self.loss_img(shares, targets),
            'loss_cr': self.loss_cr(found, labels),
        }

    def _masks(
        self, inputs: Tensor, data_samples: Sequence[Any], cells: Sequence[int]
    ) -> Tensor | None:
        """Stack the masks at the size of the maps (B, T, h, w); None without any."""
        used = self.target.weight_global or not self.image_only
        if not (self.mask_names and used):
            return None
        masks = stack_masks(data_samples, self.mask_names, inputs.shape[-2:])
        missed = masks.mean((2, 3)) < self.target.min_mask_area
        masks = pool_masks(masks, self.grid, cells)
        return torch.where(missed[:, :, None, None], 1.0, masks)

    def _check_cells(self, maps: Tensor, inputs: Tensor) -> None:
        """Check that the backbone has the stride that the windows count in."""
        size = tuple(inputs.shape[-2:])
        if min(size) < self.grid.stride:
            raise ShapeError.explain(
                'PrivObfNet',
                expected=f'images of at least {self.grid.stride} px',
                got=size,
                fix='resize them, or pad them with data_preprocessor.size_divisor',
            )
        expected = tuple(self.grid.cells(n) for n in size)
        if tuple(maps.shape[-2:]) != expected:
            raise ConfigError.explain(
                'model.stride',
                expected=f'maps of {expected} cells for images of {size} px',
                got=tuple(maps.shape[-2:]),
                fix='set it to the stride of the backbone, or change that with strides '
                'and dilations',
            )

    def predict(
        self, inputs: Tensor, data_samples: Sequence[SegDataSample] | None = None
    ) -> list[SegDataSample]:
        """Predict attributes, scores and masks; Model-Cropped has no part in it.

        Args:
            inputs: Normalised images (B, 3, H, W).
            data_samples: Samples to fill in; new ones if None.

        Returns:
            Samples with ``pred_score`` (C,), ``pred_label``, ``pred_privacy_score``
            (U,), ``attr_masks`` (C, H', W') in [0, 1], which may overlap, and, as mmseg
            has them, ``seg_logits`` (C + 1, H', W') and ``pred_sem_seg`` (1, H', W').
        """
        options = self.test_options
        samples = list(data_samples or [SegDataSample() for _ in inputs])
        seen = [seen_size(sample, inputs) for sample in samples]
        sizes = seen
        if options.mask_size == 'original':
            sizes = [tuple(s.get('ori_shape', n))[:2] for s, n in zip(samples, seen)]
        maps, outputs = average_views(
            self._view, inputs, self.grid, seen, sizes, options.scales, options.flip
        )
        probabilities, scores = (*outputs, None)[:2]
        labels: Sequence[Tensor | None] = [None] * len(samples)
        if options.label_source == 'gt':
            labels = stack_field(samples, 'gt_score', self.num_attributes)
        for n, sample in enumerate(samples):
            fill_sample(
                sample,
                make_masks(maps[n], probabilities[n], options, labels[n]),
                probabilities[n],
                None if scores is None else scores[n],
                options.attr_thr,
                options.bg_thr,
            )
        return samples

    def _view(self, inputs: Tensor) -> tuple[Tensor, ...]:
        """Compute maps of the classes, and what else there is, for one view."""
        maps, *outputs = self._forward(inputs)
        cams = self.test_options.cams
        return read_maps(maps.float(), self.num_attributes, cams), *outputs


def _need_background(cam_head: Any) -> None:
    """Check that there is a background for maps to be compared with."""
    if not cam_head.with_background:
        raise ConfigError.explain(
            'PrivObfNet.test_cfg.cams',
            expected=f'with_background of cam_head for one of {SHARES}',
            got=False,
            fix='set it, or read the maps in another way',
        )


def _build_head(head: dict | None, cam_head: Mapping[str, Any]) -> Any:
    """Build a task with the sizes that it shares with the attention map generator."""
    if head is None:
        return None
    kind = MODELS.get(head['type']) if isinstance(head['type'], str) else head['type']
    known = inspect.signature(kind).parameters if kind else {}
    shared = {k: cam_head[k] for k in ('in_channels', 'num_classes') if k in known}
    return MODELS.build(shared | head)


def _drop_local(model: PrivObfNet, state_dict: dict, prefix: str, *args: Any) -> None:
    """Leave the weights of Model-Cropped in the file if the model has none."""
    del args
    if model.image_only:
        for key in [k for k in state_dict if k.startswith(f'{prefix}local_')]:
            del state_dict[key]
