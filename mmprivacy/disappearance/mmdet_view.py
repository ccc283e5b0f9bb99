"""What the views of all mmdet detectors share."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

import torch
from mmdet.structures.bbox import get_box_tensor
from mmengine.runner.amp import autocast
from torch import Tensor, nn

from mmprivacy.disappearance.arrays import as_array
from mmprivacy.disappearance.detection_pipeline import DetectionPipeline, Frame
from mmprivacy.disappearance.frozen import frozen
from mmprivacy.disappearance.resize import resize_like_a_file
from mmprivacy.disappearance.view import Detections
from mmprivacy.errors import ConfigError


class Encoded(NamedTuple):
    """Features of a batch, or what the dense head made of them, and its samples."""

    feats: tuple[Tensor, ...]
    samples: list[Any]


class MMDetView:
    """What the views of all families share.

    Args:
        model: The detector, not wrapped.
        pipeline: Its test pipeline.
        classes: Names of its classes; by default those it carries (``dataset_meta``).
        fp16: Whether the ordinary detector runs in half precision. The gradient is
            always computed in single precision.
    """

    activation = 'softmax'
    has_proposals = True

    def __init__(
        self,
        model: nn.Module,
        pipeline: DetectionPipeline,
        classes: Sequence[str] | None = None,
        fp16: bool = False,
    ) -> None:
        self.model = model
        self.pipeline = pipeline
        self.fp16 = fp16
        self.classes = _class_names(model, classes, self._num_classes())

    @staticmethod
    def accepts(model: nn.Module) -> bool:
        """Tell whether this view knows how to look at a detector."""
        raise NotImplementedError

    def _num_classes(self) -> int:
        raise NotImplementedError

    @property
    def device(self) -> torch.device:
        """Where the detector computes."""
        return next(self.model.parameters()).device

    def frozen(self) -> AbstractContextManager:
        """Hold the detector in evaluation mode without gradients to its weights."""
        return frozen(self.model)

    def fingerprint(self) -> str:
        """Digest weights, classes, pipeline and precision: what a result depends on."""
        setup = (self.classes, self.fp16, self.pipeline)
        digest = hashlib.sha256(repr(setup).encode())
        for name, value in self.model.state_dict().items():
            digest.update(name.encode())
            digest.update(value.detach().cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()[:16]

    def frame(self, photo: Tensor) -> Frame:
        """Find out how a photo, uint8 (3, H, W), reaches the network."""
        return self.pipeline.frame(photo)

    def encode(self, images: Sequence[Tensor], frames: Sequence[Frame]) -> Encoded:
        """Compute the features of images, float (3, H, W), with gradient."""
        inputs = []
        for image, frame in zip(images, frames):
            image = image.to(self.device)
            height, width = frame.content.shape[1:]
            resized = resize_like_a_file(image, (height, width))
            if frame.canvas.shape != resized.shape:
                canvas = frame.canvas.to(resized)
                canvas[:, :height, :width] = resized
                resized = canvas
            inputs.append(resized)
        batch = {'inputs': inputs, 'data_samples': [f.sample for f in frames]}
        batch = self.model.data_preprocessor(batch, False)
        feats = self.model.extract_feat(batch['inputs'])
        # RoIAlign reads the memory of a CPU tensor as if its layout were contiguous.
        feats = tuple(feat.contiguous() for feat in feats)
        return Encoded(feats, batch['data_samples'])

    @torch.no_grad()
    def detect(self, photo: Tensor) -> Detections:
        """Run the ordinary detector on a photo, uint8 (3, H, W)."""
        packed = self.pipeline.pack(as_array(photo))
        batch = {'inputs': [packed['inputs']]}
        batch['data_samples'] = [packed['data_samples']]
        with autocast(enabled=self.fp16):
            found = self.model.test_step(batch)[0].pred_instances
        return Detections(
            get_box_tensor(found.bboxes).detach().float().cpu(),
            found.scores.detach().float().cpu(),
            found.labels.detach().long().cpu(),
        )


def _class_names(
    model: nn.Module, classes: Sequence[str] | None, num: int
) -> tuple[str, ...]:
    """Find the names of the classes; numbers where nobody knows them."""
    if classes is None:
        classes = (getattr(model, 'dataset_meta', None) or {}).get('classes')
    if classes is None:
        return tuple(f'class {n}' for n in range(num))
    if len(classes) != num:
        raise ConfigError.explain(
            'classes of the data set',
            expected=f'{num}, as the detector has',
            got=len(classes),
            fix='set metainfo of the data set, or num_classes of the head',
        )
    return tuple(classes)
