"""A detector as the algorithm sees it.

The algorithm asks for five things and knows no library. The views of mmdet's detectors
are in ``detector_views.py``; a test, or a detector of your own, may bring any object
with these methods.

Convention: images are **BGR** in [0, 255]; boxes are xyxy in pixels. Shapes: ``M``
boxes, ``K`` classes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Detections:
    """What a detector reports for one photo.

    Attributes:
        boxes: float32 (M, 4) in pixels of the photo.
        scores: float32 (M,).
        labels: int64 (M,).
    """

    boxes: Tensor
    scores: Tensor
    labels: Tensor

    def above(self, thr: float, classes: Collection[int] | None = None) -> Detections:
        """Keep what has at least this score and, if given, one of these labels."""
        keep = self.scores >= thr
        if classes is not None:
            wanted = torch.as_tensor(sorted(classes), dtype=self.labels.dtype)
            keep = keep & torch.isin(self.labels, wanted)
        return Detections(self.boxes[keep], self.scores[keep], self.labels[keep])

    def __len__(self) -> int:
        return len(self.scores)


class DetectorView(Protocol):
    """What a detector has to offer to be fooled.

    Attributes:
        classes: Names of the K classes in label order.
        activation: ``'softmax'``, where the last column of the logits is the
            background, or ``'sigmoid'``, where there is none.
        has_proposals: Whether candidates are boxes that mean the same in every
            iterate, so that they can be fixed.
        device: Where it computes.
    """

    classes: Sequence[str]
    activation: str
    has_proposals: bool
    device: torch.device

    def frozen(self) -> AbstractContextManager:
        """Hold the detector in evaluation mode without gradients to its weights.

        Parameters, their gradients and flags, and the mode of every module have to be
        the same afterwards, also after an error.
        """

    def frame(self, photo: Tensor) -> Any:
        """Find out how a photo, uint8 (3, H, W), reaches the network.

        The result has ``content``: the photo in the size of the network, uint8
        (3, h, w).
        """

    def encode(self, images: Sequence[Tensor], frames: Sequence[Any]) -> Any:
        """Compute features of images, float (3, H, W) of any sizes, with gradient."""

    def propose(self, encoded: Any, num: int | None) -> list[Tensor]:
        """Find candidate boxes (M, 4) of each image, best first, at most ``num``."""

    def classify(self, encoded: Any, candidates: Sequence[Tensor]) -> list[Tensor]:
        """Give the logits (M, K + 1) or (M, K) of candidates of each image."""

    def detect(self, photo: Tensor) -> Detections:
        """Run the ordinary detector on a photo, uint8 (3, H, W), with its pipeline."""
