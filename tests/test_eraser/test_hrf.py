"""The trunk of the ResNet perceptual loss is mmseg's (invariant 16)."""

import pytest
import torch

from mmprivacy.eraser import ResNetPerceptualLoss

pytest.importorskip('mmseg')


def test_the_trunk_gives_four_stages_of_an_eighth_and_stays_frozen():
    loss = ResNetPerceptualLoss(allow_random=True)
    net = loss.trunk.net
    assert type(net).__module__.startswith('mmseg.')
    with torch.no_grad():
        stages = net(torch.rand(1, 3, 64, 64))
    assert [tuple(s.shape[1:]) for s in stages] == [
        (256, 16, 16), (512, 8, 8), (1024, 8, 8), (2048, 8, 8)
    ]  # fmt: skip
    names = set(net.state_dict())
    assert {'stem.0.weight', 'stem.7.running_var', 'layer4.2.conv3.weight'} <= names
    before = net.layer1[0].bn1.running_mean.clone()
    loss.train()
    fake = torch.rand(1, 3, 32, 32, requires_grad=True)
    loss(fake, torch.rand(1, 3, 32, 32)).backward()
    assert fake.grad.abs().sum() > 0
    assert torch.equal(before, net.layer1[0].bn1.running_mean)
    assert not loss.state_dict()
