"""Views of mmdet's detectors: what the algorithm needs of them and nothing else.

Shapes: ``B`` images, ``M`` candidates of an image, ``K`` classes.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from mmdet.models.dense_heads import AnchorFreeHead, AnchorHead
from mmdet.models.detectors import SingleStageDetector, TwoStageDetector
from mmdet.models.roi_heads import CascadeRoIHead, StandardRoIHead
from mmdet.structures.bbox import bbox2roi, get_box_tensor
from mmengine.registry import TASK_UTILS
from torch import Tensor, nn

from mmprivacy.disappearance.detection_pipeline import DetectionPipeline, Frame
from mmprivacy.disappearance.mmdet_view import Encoded, MMDetView
from mmprivacy.errors import ConfigError


@TASK_UTILS.register_module()
class TwoStageView(MMDetView):
    """View of Faster R-CNN and its relatives: the classification of the proposals."""

    @staticmethod
    def accepts(model: nn.Module) -> bool:
        """Tell whether it is a detector with an RPN and an ordinary RoI head."""
        head = type(getattr(model, 'roi_head', None))
        return (
            _is_two_stage(model)
            and issubclass(head, StandardRoIHead)
            and head._bbox_forward is StandardRoIHead._bbox_forward
            and head.predict_bbox is StandardRoIHead.predict_bbox
            and not model.roi_head.bbox_head.custom_activation
        )

    def _num_classes(self) -> int:
        return self.model.roi_head.bbox_head.num_classes

    @torch.no_grad()
    def propose(self, encoded: Encoded, num: int | None) -> list[Tensor]:
        """Run the RPN: boxes (M, 4) of each image in pixels of the network's input."""
        feats = tuple(feat.detach() for feat in encoded.feats)
        found = self.model.rpn_head.predict(feats, encoded.samples, rescale=False)
        return [get_box_tensor(f.bboxes)[:num] for f in found]

    def classify(self, encoded: Encoded, candidates: Sequence[Tensor]) -> list[Tensor]:
        """Classify boxes: logits (M, K + 1) of each image, background last."""
        sizes = [len(boxes) for boxes in candidates]
        if not any(sizes):
            return [encoded.feats[0].new_zeros(0, len(self.classes) + 1) for _ in sizes]
        return self._logits(encoded, bbox2roi(list(candidates)), sizes)

    def _logits(
        self, encoded: Encoded, rois: Tensor, sizes: Sequence[int]
    ) -> list[Tensor]:
        logits = self.model.roi_head._bbox_forward(encoded.feats, rois)['cls_score']
        return list(logits.split(list(sizes)))


@TASK_UTILS.register_module()
class CascadeView(TwoStageView):
    """View of Cascade R-CNN: the mean logits of its stages over refined boxes."""

    @staticmethod
    def accepts(model: nn.Module) -> bool:
        """Tell whether it is a detector with an RPN and a cascade of box heads."""
        head = type(getattr(model, 'roi_head', None))
        return (
            _is_two_stage(model)
            and issubclass(head, CascadeRoIHead)
            and head._bbox_forward is CascadeRoIHead._bbox_forward
            and head._refine_roi is CascadeRoIHead._refine_roi
            and not any(h.custom_activation for h in model.roi_head.bbox_head)
        )

    def _num_classes(self) -> int:
        return self.model.roi_head.bbox_head[-1].num_classes

    def _logits(
        self, encoded: Encoded, rois: Tensor, sizes: Sequence[int]
    ) -> list[Tensor]:
        metas = [sample.metainfo for sample in encoded.samples]
        refine = self.model.roi_head._refine_roi
        return list(refine(encoded.feats, rois, metas, tuple(sizes))[1])


@TASK_UTILS.register_module()
class DenseView(MMDetView):
    """View of RetinaNet, RTMDet and their relatives: the logits of every position.

    Candidates are numbers of positions, not boxes. A detector that multiplies its
    scores with a centerness reports lower ones than are judged here.
    """

    has_proposals = False

    @staticmethod
    def accepts(model: nn.Module) -> bool:
        """Tell whether it has one stage whose head classifies positions."""
        head = getattr(model, 'bbox_head', None)
        return (
            isinstance(model, SingleStageDetector)
            and isinstance(head, (AnchorHead, AnchorFreeHead))
            and not getattr(head.loss_cls, 'custom_cls_channels', False)
        )

    @property
    def activation(self) -> str:
        """``'sigmoid'`` or ``'softmax'``, as the head's loss has it."""
        return 'sigmoid' if self.model.bbox_head.use_sigmoid_cls else 'softmax'

    def _num_classes(self) -> int:
        return self.model.bbox_head.num_classes

    def encode(self, images: Sequence[Tensor], frames: Sequence[Frame]) -> Encoded:
        """Compute the logits (B, M, K) of images, float (3, H, W), with gradient."""
        encoded = super().encode(images, frames)
        head = self.model.bbox_head
        levels = head(encoded.feats)[0]
        logits = [
            level.permute(0, 2, 3, 1).reshape(len(images), -1, head.cls_out_channels)
            for level in levels
        ]
        return Encoded((torch.cat(logits, 1),), encoded.samples)

    @torch.no_grad()
    def propose(self, encoded: Encoded, num: int | None) -> list[Tensor]:
        """List positions (M,) of each image: all, or those with the highest logits."""
        (logits,) = encoded.feats
        if num is None or num >= logits.shape[1]:
            everywhere = torch.arange(logits.shape[1], device=logits.device)
            return [everywhere] * len(logits)
        foreground = logits[..., : len(self.classes)].amax(-1)
        return list(foreground.topk(num, dim=1).indices)

    def classify(self, encoded: Encoded, candidates: Sequence[Tensor]) -> list[Tensor]:
        """Give the logits (M, K) or (M, K + 1) of positions of each image."""
        (logits,) = encoded.feats
        return [row[where] for row, where in zip(logits, candidates)]


def view_of(
    model: nn.Module,
    pipeline: DetectionPipeline,
    classes: Sequence[str] | None = None,
    fp16: bool = False,
) -> MMDetView:
    """Choose the view of a detector.

    Args:
        model: The detector, not wrapped.
        pipeline: Its test pipeline.
        classes: Names of its classes; by default those it carries.
        fp16: Whether the ordinary detector runs in half precision.

    Returns:
        The view.

    Raises:
        ConfigError: If no view knows this kind of detector.
    """
    for family in (TwoStageView, CascadeView, DenseView):
        if family.accepts(model):
            return family(model, pipeline, classes, fp16)
    head = getattr(model, 'roi_head', None) or getattr(model, 'bbox_head', None)
    raise ConfigError.explain(
        'detector',
        expected='Faster or Cascade R-CNN, or one stage with an anchor (free) head',
        got=f'{type(model).__name__} with {type(head).__name__}',
        fix='use another detector, or write a view of it and give it to the hook',
    )


def _is_two_stage(model: nn.Module) -> bool:
    return (
        isinstance(model, TwoStageDetector)
        and type(model).predict is TwoStageDetector.predict
        and type(model).extract_feat is TwoStageDetector.extract_feat
        and model.with_rpn
    )
