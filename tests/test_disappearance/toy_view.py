"""A detector made of one linear layer, for tests without mmdet.

Its candidates are the patches of a grid; the colours of a patch decide its class.
"""

import contextlib
from types import SimpleNamespace

import torch
import torch.nn.functional as F

from mmprivacy.disappearance.view import Detections


class ToyView:
    """Looks at patches of 8 x 8 pixels of images of one size.

    Args:
        num_classes: Classes K.
        weight: Of the linear layer, (K + 1, 3); random if not given.
        bias: Of the same, (K + 1,).
    """

    activation = 'softmax'
    has_proposals = True
    device = torch.device('cpu')

    def __init__(self, num_classes=4, weight=None, bias=None, activation='softmax'):
        self.classes = tuple(f'c{n}' for n in range(num_classes))
        generator = torch.Generator().manual_seed(3)
        columns = num_classes + (activation == 'softmax')
        drawn = torch.randn(columns, 3, generator=generator) * 8
        self.weight = drawn if weight is None else weight
        self.bias = torch.zeros(columns) if bias is None else bias
        self.activation = activation
        self.calls = dict(encode=0, propose=0, detect=0)
        self.sizes = []

    @contextlib.contextmanager
    def frozen(self):
        yield

    def frame(self, photo):
        return SimpleNamespace(content=photo)

    def encode(self, images, frames):
        self.calls['encode'] += 1
        self.sizes.append(len(images))
        return [F.avg_pool2d(i[None] / 255, 8)[0].flatten(1).T for i in images]

    def propose(self, encoded, num):
        self.calls['propose'] += 1
        return [torch.arange(len(patches))[:num] for patches in encoded]

    def classify(self, encoded, candidates):
        return [
            (patches[which] - 0.5) @ self.weight.T + self.bias
            for patches, which in zip(encoded, candidates)
        ]

    def detect(self, photo):
        self.calls['detect'] += 1
        encoded = ToyView.encode(self, [photo.float()], [None])
        self.calls['encode'] -= 1
        self.sizes.pop()
        (logits,) = self.classify(encoded, [torch.arange(len(encoded[0]))])
        if self.activation == 'softmax':
            scores = logits.softmax(-1)[:, :-1]
        else:
            scores = logits.sigmoid()
        best, labels = scores.max(-1)
        columns = photo.shape[2] // 8
        number = torch.arange(len(best))
        corner = torch.stack([number % columns, number // columns], 1) * 8.0
        keep = best >= 0.05
        boxes = torch.cat([corner, corner + 8], 1)
        return Detections(boxes[keep], best[keep], labels[keep])
