"""Attacks of other libraries on a detector of mmdet, as their users would run them.

Both get the photo in its own size, scaled to [0, 1], and the detector behind a small
module that speaks their language.

* Adversarial Robustness Toolbox (ART): projected gradient descent on the training
  losses of the detector with an empty ground truth, "no objects".
* torchattacks: targeted projected gradient descent on the class logits of the
  detector's proposals, with the background as the label of each. It knows classifiers
  only, so the proposals of the photo are kept.

Convention: photos of the peers are RGB float32 (1, 3, H, W) in [0, 1].
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData
from torch import Tensor, nn

from mmprivacy.disappearance.arrays import as_tensor
from mmprivacy.disappearance.mmdet_view import MMDetView

LOSSES = ('loss_rpn_cls', 'loss_rpn_bbox', 'loss_cls', 'loss_bbox')
Attack = Callable[[np.ndarray], np.ndarray]


def art_pgd(view: MMDetView, eps: float, alpha: float, steps: int) -> Attack:
    """Build ART's projected gradient descent with the objective "no objects".

    Args:
        view: The detector, of two stages.
        eps: Largest change of a component, from 0 to 1.
        alpha: Size of a step, from 0 to 1.
        steps: Number of steps.

    Returns:
        Function of a photo, BGR uint8 (H, W, 3), which gives the changed one.
    """
    from art.attacks.evasion import ProjectedGradientDescent
    from art.estimators.object_detection import PyTorchObjectDetector

    nothing = {
        'boxes': np.zeros((0, 4), np.float32),
        'labels': np.zeros(0, np.int64),
        'scores': np.zeros(0, np.float32),
    }

    def attack(photo: np.ndarray) -> np.ndarray:
        estimator = PyTorchObjectDetector(
            LossOfNothing(view, photo),
            input_shape=(3, *photo.shape[:2]),
            clip_values=(0, 1),
            channels_first=True,
            attack_losses=LOSSES,
            device_type='gpu' if view.device.type == 'cuda' else 'cpu',
        )
        descent = ProjectedGradientDescent(
            estimator,
            eps=eps,
            eps_step=alpha,
            max_iter=steps,
            targeted=True,
            verbose=False,
        )
        return to_photo(descent.generate(x=to_unit(photo), y=[nothing]))

    return attack


def torchattacks_pgd(view: MMDetView, eps: float, alpha: float, steps: int) -> Attack:
    """Build torchattacks' projected gradient descent towards the background.

    Args:
        view: The detector.
        eps: Largest change of a component, from 0 to 1.
        alpha: Size of a step, from 0 to 1.
        steps: Number of steps.

    Returns:
        Function of a photo, BGR uint8 (H, W, 3), which gives the changed one.
    """
    from torchattacks import PGD

    def attack(photo: np.ndarray) -> np.ndarray:
        with view.frozen():
            model = LogitsOfProposals(view, photo)
            model.eval()
            descent = PGD(model, eps=eps, alpha=alpha, steps=steps, random_start=False)
            descent.set_mode_targeted_by_label(quiet=True)
            images = torch.from_numpy(to_unit(photo)).to(view.device)
            labels = torch.full((model.num,), len(view.classes), device=view.device)
            return to_photo(descent(images, labels).cpu().numpy())

    return attack


class LossOfNothing(nn.Module):
    """The training losses of a detector when nothing is in the photo.

    Args:
        view: The detector.
        photo: The photo, BGR uint8 (H, W, 3).
    """

    def __init__(self, view: MMDetView, photo: np.ndarray) -> None:
        super().__init__()
        self.detector = view.model
        self._view, self._frame = view, view.frame(as_tensor(photo))

    def forward(self, images: Sequence[Tensor], targets: Any = None) -> Any:
        """Compute losses in training mode, nothing found otherwise."""
        if not self.training:
            empty = {'boxes': torch.zeros(0, 4), 'labels': torch.zeros(0)}
            return [{**empty, 'scores': torch.zeros(0)} for _ in images]
        del targets  # always an empty ground truth
        encoded = self._view.encode([to_bgr(images[0])], [self._frame])
        sample = DetDataSample(metainfo=encoded.samples[0].metainfo)
        device = images[0].device
        truth = InstanceData(
            bboxes=torch.zeros(0, 4, device=device),
            labels=torch.zeros(0, dtype=torch.long, device=device),
        )
        sample.gt_instances = truth
        sample.ignored_instances = InstanceData(bboxes=truth.bboxes)
        losses = self._losses(encoded.feats, [sample])
        return {name: sum(_as_list(losses[name])) for name in LOSSES}

    def _losses(self, feats: Sequence[Tensor], samples: list) -> dict:
        """Do what ``TwoStageDetector.loss`` does after the features."""
        model = self.detector
        proposal_cfg = model.train_cfg.get('rpn_proposal', model.test_cfg.rpn)
        losses, proposals = model.rpn_head.loss_and_predict(
            feats, samples, proposal_cfg=proposal_cfg
        )
        return {**losses, **model.roi_head.loss(feats, proposals, samples)}


class LogitsOfProposals(nn.Module):
    """The class logits (M, K + 1) of the proposals of the unchanged photo.

    Args:
        view: The detector.
        photo: The photo, BGR uint8 (H, W, 3).
    """

    def __init__(self, view: MMDetView, photo: np.ndarray) -> None:
        super().__init__()
        self.detector = view.model
        tensor = as_tensor(photo)
        self._view, self._frame = view, view.frame(tensor)
        with torch.no_grad():
            encoded = view.encode([tensor.float()], [self._frame])
            self._proposals = view.propose(encoded, None)
        self.num = len(self._proposals[0])

    def forward(self, images: Tensor) -> Tensor:
        """Classify the proposals in one photo (1, 3, H, W)."""
        encoded = self._view.encode([to_bgr(images[0])], [self._frame])
        return self._view.classify(encoded, self._proposals)[0]


def to_unit(photo: np.ndarray) -> np.ndarray:
    """Turn a photo, BGR uint8 (H, W, 3), into what the peers take."""
    rgb = photo[..., ::-1].transpose(2, 0, 1)[None]
    return np.ascontiguousarray(rgb, np.float32) / 255


def to_bgr(image: Tensor) -> Tensor:
    """Turn an image of the peers (3, H, W) into BGR in [0, 255]."""
    return image.flip(0) * 255


def to_photo(images: np.ndarray) -> np.ndarray:
    """Turn what a peer gives into a photo, BGR uint8 (H, W, 3), rounded."""
    levels = np.rint(images[0, ::-1] * 255).clip(0, 255).astype(np.uint8)
    return np.ascontiguousarray(levels.transpose(1, 2, 0))


def _as_list(value: Any) -> list:
    return list(value) if isinstance(value, (list, tuple)) else [value]
