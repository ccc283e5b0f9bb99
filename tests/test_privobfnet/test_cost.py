"""What a training step costs beside its two networks."""

import time

import pytest
import torch
from tiny_privobfnet import BACKBONE, batch, build, total


@pytest.mark.slow
def test_a_step_costs_little_more_than_its_networks():
    """68 attributes with masks, 6 windows of 96 of 128 px, an eighth of the width."""
    wide = dict(type='CAMHead', in_channels=512, num_classes=68)
    backbone = BACKBONE | dict(base_channels=8, depths=(1, 1, 2, 1))
    model = build(
        backbone=backbone,
        cam_head=wide,
        attr_head=dict(type='AttributePairHead'),
        priv_head=dict(type='PrivacyScoreHead', num_scores=2),
        mask_types='vispr',
        crop_size=96,
    )
    data = batch((128, 128), num=1)
    for sample in data['data_samples']:
        sample.gt_score = torch.zeros(68)
        sample.gt_score[[1, 9, 17]] = 1
    data = model.data_preprocessor(data, True)
    image, windows = data['inputs'], torch.rand(6, 3, 96, 96)

    def step():
        total(model(**data, mode='loss')).backward()

    def parts():
        for net, head, images in (
            (model.backbone, model.cam_head, image),
            (model.local_backbone, model.local_cam_head, windows),
        ):
            head(net(images), images).square().mean().backward()

    best = {}
    for _ in range(5):
        for name, run in (('step', step), ('parts', parts)):
            start = time.process_time()
            run()
            best[name] = min(best.get(name, 1e9), time.process_time() - start)
    assert best['step'] <= 1.1 * best['parts'], best
