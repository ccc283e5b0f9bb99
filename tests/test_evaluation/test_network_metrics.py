"""Metrics that compare pictures with networks: formulas, weights, no downloads."""

from __future__ import annotations

import math
import socket

import numpy as np
import pytest
import torch
from edited import box_mask, picture, run
from mmengine.registry import METRICS, MODELS
from torch import nn

from mmprivacy.errors import CheckpointError, ConfigError, MissingWeightsError
from mmprivacy.evaluation import DifferenceMetric, FIDMetric, LPIPSMetric
from mmprivacy.evaluation.functional import (
    fit_gaussian,
    frechet_distance,
    region_feature_distances,
    region_realness_loss,
)
from mmprivacy.evaluation.network_weights import load_network, randomise
from mmprivacy.evaluation.trunks import TAPS, FeatureTrunk


class Stages(nn.Module):
    """A small network of two stages."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 4, 3, 2, 1), nn.Conv2d(4, 5, 3, 2, 1)

    def forward(self, images):
        first = self.a(images).relu()
        return [first, self.b(first).relu()]


class Judge(Stages):
    """A small discriminator."""

    def forward(self, images):
        features = super().forward(images)
        return features[-1].mean(1, keepdim=True), features


@pytest.fixture(autouse=True)
def _networks():
    with pytest.MonkeyPatch.context() as patch:
        for net in (Stages, Judge):
            patch.setitem(MODELS._module_dict, f'Tiny{net.__name__}', net)
        yield


@pytest.fixture
def vgg19(tmp_path):
    """A file as torchvision writes it: further layers, a classifier."""
    trunk = randomise(FeatureTrunk('vgg19'))
    state = trunk.state_dict()
    state['features.30.weight'] = torch.zeros(512, 512, 3, 3)
    state['classifier.0.weight'] = torch.zeros(2, 2)
    torch.save(state, tmp_path / 'vgg19.pth')
    return tmp_path / 'vgg19.pth'


@pytest.fixture(scope='module')
def lpips_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp('lpips')
    torch.save(randomise(FeatureTrunk('alex')).state_dict(), folder / 'alex.pth')
    widths = (64, 192, 384, 256, 256)
    linear = {
        f'lin{k}.model.1.weight': torch.rand(1, c, 1, 1) for k, c in enumerate(widths)
    }
    torch.save(linear, folder / 'lin.pth')
    return dict(
        backbone=str(folder / 'alex.pth'), linear=str(folder / 'lin.pth'), net='alex'
    )


# Trunks: layers, names and shapes of torchvision


def test_trunks_have_the_public_names_and_shapes():
    models = pytest.importorskip('torchvision.models')
    theirs = {'alex': models.alexnet, 'vgg16': models.vgg16, 'vgg19': models.vgg19}
    with torch.device('meta'), torch.no_grad():
        for net, build in theirs.items():
            public = {k: v.shape for k, v in build().state_dict().items()}
            ours = {k: v.shape for k, v in FeatureTrunk(net).state_dict().items()}
            assert ours.items() <= public.items()


def test_alexnet_computes_what_torchvision_does():
    models = pytest.importorskip('torchvision.models')
    trunk = randomise(FeatureTrunk('alex'))
    theirs = models.alexnet().eval()
    theirs.load_state_dict(trunk.state_dict(), strict=False)
    images = torch.rand(1, 3, 64, 64)
    x, expected = images, []
    for k, layer in enumerate(theirs.features):
        x = layer(x)
        if k in TAPS['alex']:
            expected.append(x)
    found = trunk(images)
    assert all(map(torch.equal, found, expected))
    assert len(found) == len(expected) == 5


@pytest.mark.parametrize(('net', 'least'), [('alex', 31), ('vgg16', 16)])
def test_small_pictures_are_refused(net, least):
    with torch.device('meta'):
        trunk = FeatureTrunk(net)
        assert len(trunk(torch.zeros(1, 3, least, least))) == len(TAPS[net])
        with pytest.raises(ValueError, match='pixels at least'):
            trunk(torch.zeros(1, 3, least - 1, 50))


def test_random_weights_are_the_same_in_every_run():
    torch.manual_seed(1)
    first = randomise(Stages()).state_dict()
    torch.manual_seed(2)
    second = randomise(Stages()).state_dict()
    assert all(torch.equal(first[k], second[k]) for k in first)


# Distances


def test_distances_of_regions():
    network = randomise(Stages())
    a, b = torch.rand(2, 3, 32, 32), torch.rand(2, 3, 32, 32)
    mask = torch.zeros(2, 1, 32, 32)
    mask[0, :, 8:24, 8:24] = 1
    found = region_feature_distances(network, a, b, mask)
    first, second = network(mask * a), network(mask * b)
    assert found.shape == (2, 2)
    expected = [(f - s)[0].square().mean() / 0.25 for f, s in zip(first, second)]
    assert torch.allclose(found[:, 0], torch.stack(expected))
    assert found[:, 1].isnan().all()  # its region is empty
    outside = torch.where(mask > 0, a, torch.rand_like(a))
    assert torch.equal(
        region_feature_distances(network, outside, b, mask)[:, 0], found[:, 0]
    )
    assert (region_feature_distances(network, a, a, mask)[:, 0] == 0).all()


def test_realness_of_the_patches_of_a_region():
    logits = torch.tensor([[[[2.0, -1.0], [0.0, 5.0]]]])
    mask = torch.zeros(1, 1, 8, 8)
    mask[..., :4, :4] = 1  # the first patch
    mask[..., :4, 4:6] = 1  # half of the second
    expected = (math.log1p(math.exp(-2)) + 0.5 * math.log1p(math.exp(1))) / 1.5
    assert float(region_realness_loss(logits, mask)) == pytest.approx(expected)


def test_frechet_distance():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 3)) * (1, 2, 3)
    same = fit_gaussian(x)
    assert frechet_distance(same, same) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(
        fit_gaussian(x + np.array([3, 0, 4])), same
    ) == pytest.approx(25)
    # Diagonal covariances: the sum of (s1 - s2)^2.
    far = same._replace(cov=np.diag([1.0, 4.0, 9.0]))
    near = same._replace(cov=np.diag([4.0, 4.0, 1.0]))
    assert frechet_distance(far, near) == pytest.approx(1 + 0 + 4)
    linalg = pytest.importorskip('scipy.linalg')
    y = fit_gaussian(rng.normal(size=(300, 3)) @ rng.normal(size=(3, 3)))
    root = linalg.sqrtm(same.cov @ y.cov).real
    expected = np.square(same.mean - y.mean).sum() + np.trace(
        same.cov + y.cov - 2 * root
    )
    assert frechet_distance(same, y) == pytest.approx(expected, rel=1e-6)
    few = fit_gaussian(rng.normal(size=(4, 30)))  # no full rank
    assert frechet_distance(few, few) == pytest.approx(0, abs=1e-6)


# DifferenceMetric


def test_difference_metric_grows_with_the_change():
    mask, original = box_mask(), picture(0)
    small, large = original.copy(), original.copy()
    small[mask == 1] //= 2
    large[mask == 1] = 0
    networks = dict(
        vgg='random',
        resnet=dict(type='TinyStages'),
        resnet_weights='random',
        discriminator=dict(type='TinyJudge'),
        discriminator_weights='random',
    )
    near, far, same = (
        run(DifferenceMetric(**networks), (original, mask, result))
        for result in (small, large, original)
    )
    for key in ('mae', 'pl_v_random', 'pl_r_random', 'fm_random'):
        key = f'difference/{key}'
        assert same[key] == 0 < near[key] < far[key]
    assert far['difference/adv_random'] > 0
    assert far['difference/mae'] == pytest.approx(original[mask == 1].mean() / 255)


def test_what_is_outside_the_region_does_not_count():
    mask, original, result = box_mask(), picture(0), picture(1)
    elsewhere = np.where(mask[..., None] == 1, result, picture(2))
    networks = dict(resnet=dict(type='TinyStages'), resnet_weights='random')
    found = [
        run(DifferenceMetric(**networks), (original, mask, r))
        for r in (result, elsewhere)
    ]
    assert found[0] == found[1]


def test_without_networks_only_pixels_are_compared():
    found = run(DifferenceMetric(), (picture(0), box_mask(), picture(1)))
    assert set(found) == {'difference/mae', 'difference/n'}


def test_empty_regions_and_tiny_pictures_are_left_out():
    empty = (picture(0), box_mask() * 0, picture(0))
    tiny = (picture(0, 4, 4), np.ones((4, 4), np.uint8), picture(1, 4, 4))
    metric = DifferenceMetric(resnet=dict(type='TinyStages'), resnet_weights='random')
    found = run(metric, empty, tiny)
    assert math.isnan(found['difference/pl_r_random'])
    assert found['difference/mae'] > 0  # of the tiny one


def test_weights_of_a_file(vgg19, tmp_path):
    judge = randomise(Judge(), seed=5)
    state = {f'discriminator.{k}': v for k, v in judge.state_dict().items()}
    torch.save(
        {'state_dict': state | {'generator.x': torch.zeros(1)}}, tmp_path / 'e.pth'
    )
    metric = DifferenceMetric(
        vgg=str(vgg19),
        discriminator=dict(type='TinyJudge'),
        discriminator_weights=str(tmp_path / 'e.pth'),
    )
    loaded = metric.networks['fm'].state_dict()
    assert all(torch.equal(v, loaded[k].cpu()) for k, v in judge.state_dict().items())
    assert not any(
        p.requires_grad for n in metric.networks.values() for p in n.parameters()
    )
    found = run(metric, (picture(0), box_mask(), picture(1)))
    assert {'difference/pl_v', 'difference/fm', 'difference/adv'} <= set(found)


def test_weights_that_do_not_fit(tmp_path):
    torch.save(Stages().state_dict(), tmp_path / 's.pth')
    with pytest.raises(CheckpointError, match=r's\.pth.*pl_v'):
        DifferenceMetric(vgg=str(tmp_path / 's.pth'))
    with pytest.raises(ConfigError, match='config of the network'):
        DifferenceMetric(resnet_weights=str(tmp_path / 's.pth'))
    torch.save({'a': print}, tmp_path / 'p.pth')
    with pytest.raises(CheckpointError, match='unrestricted pickle'):
        load_network(Stages(), tmp_path / 'p.pth', 'x', 'y')


# LPIPS and FID


def test_lpips_by_hand(lpips_files):
    a, b = picture(0), picture(1)
    found = run(LPIPSMetric(**lpips_files), (a, box_mask(), b, a))
    trunk = FeatureTrunk('alex')
    trunk.load_state_dict(torch.load(lpips_files['backbone']))
    linear = torch.load(lpips_files['linear'])
    shift = torch.tensor([-0.030, -0.088, -0.188]).view(3, 1, 1)
    scale = torch.tensor([0.458, 0.448, 0.450]).view(3, 1, 1)
    total = 0.0
    maps = [
        trunk((torch.from_numpy(x).permute(2, 0, 1)[None] / 127.5 - 1 - shift) / scale)
        for x in (a, b)
    ]
    for k, (f, g) in enumerate(zip(*maps)):
        f, g = (nn.functional.normalize(x, dim=1) for x in (f, g))
        total += float(
            ((f - g).detach() ** 2 * linear[f'lin{k}.model.1.weight']).sum(1).mean()
        )
    assert found['inpainting/lpips_alex'] == pytest.approx(total, rel=1e-4)
    assert found['inpainting/clean_lpips_alex'] == pytest.approx(total, rel=1e-4)
    same = run(LPIPSMetric(**lpips_files), (a, box_mask(), a))
    assert same['inpainting/lpips_alex'] == 0


def test_another_network_is_not_called_fid():
    edits = [(picture(k), box_mask(), picture(k)) for k in range(4)]
    metric = FIDMetric(feature_net=dict(type='TinyStages'))
    with pytest.warns(UserWarning, match='4 pictures is too high'):
        found = run(metric, *edits)
    assert found['inpainting/fd_TinyStages'] == pytest.approx(0, abs=1e-6)
    assert found['inpainting/fd_TinyStages_n'] == 4
    assert 'inpainting/fid' not in found
    metric = FIDMetric(feature_net=dict(type='TinyStages'))
    edits = [(picture(k), box_mask(), 0 * picture(k), picture(k)) for k in range(4)]
    with pytest.warns(UserWarning, match='too high'):
        found = run(metric, *edits)
    assert found['inpainting/clean_fd_TinyStages'] > 1e-6
    with pytest.raises(ConfigError, match='both'):
        FIDMetric(weights='x', feature_net=dict(type='TinyStages'))


@pytest.mark.parametrize(
    ('config', 'argument', 'source'),
    [
        (dict(type='LPIPSMetric'), 'LPIPSMetric.backbone', 'vgg16-397923af'),
        (dict(type='FIDMetric'), 'FIDMetric.weights', 'inception'),
        (dict(type='FIDMetric', weights='gone.pth'), 'FIDMetric.weights', 'gone.pth'),
        (dict(type='DifferenceMetric', vgg='gone.pth'), 'pl_v', 'vgg19-dcbb9e9d'),
        (
            dict(type='DifferenceMetric', discriminator=dict(type='TinyJudge')),
            'fm',
            'checkpoint of ERASER',
        ),
    ],
)
def test_nothing_is_downloaded(config, argument, source, monkeypatch):
    def no_network(*args, **kwargs):
        raise AssertionError('a socket was opened')

    monkeypatch.setattr(socket, 'socket', no_network)
    with pytest.raises(MissingWeightsError, match=source) as e:
        METRICS.build(config)
    assert isinstance(e.value, FileNotFoundError)
    assert argument in str(e.value)
