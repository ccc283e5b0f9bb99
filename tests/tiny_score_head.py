"""A small score model, for tests of what is done with its predictions."""

import torch
from mmengine.model import BaseModule
from mmengine.registry import DefaultScope
from mmpretrain.registry import MODELS

BACKBONE = dict(
    type='ResNet',
    depth=18,
    base_channels=8,
    stem_channels=8,
    num_stages=3,
    strides=(1, 2, 2),
    dilations=(1, 1, 1),
    out_indices=(2,),
)
"""Gives 32 channels at stride 16."""


def save_model(config, path):
    """Write the untrained model of a config, the same at each call."""
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        model = MODELS.build(config.model)
    torch.save({'state_dict': model.state_dict()}, path)


@MODELS.register_module()
class TinyScoreHead(BaseModule):
    """Adds up what it finds at each step where it attends."""

    def __init__(self, in_channels=32, steps=3, users=1, attend=True, attributes=False):
        super().__init__()
        self.look = torch.nn.Conv2d(in_channels, 8, 1)
        self.rate = torch.nn.Conv2d(in_channels, users, 1)
        self.steps = steps
        self.attend = attend
        self.attributes = attributes

    def predict(self, feats, data_samples=None):
        last = feats[-1]
        alpha = self.look(last)[:, : self.steps].flatten(2).softmax(-1)
        added = torch.einsum('btl,bul->btu', alpha, self.rate(last).flatten(2))
        alpha = alpha.unflatten(-1, last.shape[2:])
        for i, sample in enumerate(data_samples):
            sample.set_field(added[i].sum(0), 'pred_privacy_score')
            if self.attend:
                summed = torch.einsum('t,thw->hw', added[i].mean(1), alpha[i])
                sample.set_field(added[i], 'score_contributions')
                sample.set_field(alpha[i], 'attention_maps')
                sample.set_field(summed[None], 'privacy_map')
            if self.attributes:
                spread = last[i].flatten()[:68].sigmoid()
                sample.set_pred_score(spread)
        return data_samples
