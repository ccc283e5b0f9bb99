"""ResNet-38: the real one at full width, a small one for what it does."""

import struct

import numpy as np
import pytest
import torch

from mmprivacy.errors import CheckpointError, ConfigError
from mmprivacy.privobfnet.resnet38 import ResNet38
from mmprivacy.privobfnet.resnet38_weights import read_mxnet, rename_mxnet

SMALL = dict(base_channels=2, depths=(1, 2, 1, 1))
SCRATCH = dict(frozen_stages=0, norm_eval=False, norm_requires_grad=True)


@pytest.fixture(scope='module')
def full():
    with torch.device('meta'):
        return ResNet38()


def test_it_is_the_real_one(full):
    assert sum(p.numel() for p in full.parameters()) == 105_070_912
    assert full.out_channels == (512, 1024, 4096)
    with torch.device('meta'):
        sizes = [tuple(o.shape) for o in full(torch.zeros(1, 3, 448, 448))]
    assert sizes == [(1, 512, 56, 56), (1, 1024, 56, 56), (1, 4096, 56, 56)]


def test_dilations_and_dropout_are_those_of_the_table(full):
    found = {
        name: module.dilation[0]
        for name, module in full.named_modules()
        if isinstance(module, torch.nn.Conv2d) and module.kernel_size == (3, 3)
    }
    wide = {name: d for name, d in found.items() if d > 1}
    assert wide == {
        'b5.conv_branch2b1': 2,
        'b5_1.conv_branch2a': 2,
        'b5_1.conv_branch2b1': 2,
        'b5_2.conv_branch2a': 2,
        'b5_2.conv_branch2b1': 2,
        'b6.conv_branch2b1': 4,
        'b7.conv_branch2b1': 4,
    }
    assert (full.b6.dropout, full.b7.dropout, full.b5.dropout) == (0.3, 0.5, 0)
    assert not any(
        n.endswith('.bias') for n, p in full.named_parameters() if p.ndim > 1
    )


def test_dilations_by_config_keep_a_small_map_local():
    torch.manual_seed(0)
    usual = ResNet38(**SMALL).eval()
    near = ResNet38(**SMALL, dilations=(1, 1, 1)).eval()
    near.load_state_dict(usual.state_dict())  # the same parameters
    image = torch.randn(1, 3, 96, 96)
    changed = image.clone()
    changed[..., :4, :4] += 1
    moved = [
        (net(changed)[-1] != net(image)[-1]).any(1)[0].sum() for net in (usual, near)
    ]
    assert moved[0] == 144  # all cells
    assert moved[1] < 100


def test_the_names_are_those_of_the_public_weights(full):
    names = set(full.state_dict())
    assert {'conv1a.weight', 'bn7.running_var', 'b2.conv_branch1.weight'} <= names
    assert {'b4_5.bn_branch2b1.running_mean', 'b7.bn_branch2b2.weight'} <= names
    assert 'b2_1.conv_branch1.weight' not in names
    assert {n.split('.')[0] for n in names} == {
        'conv1a', 'b2', 'b2_1', 'b2_2', 'b3', 'b3_1', 'b3_2', 'b4', 'b4_1', 'b4_2',
        'b4_3', 'b4_4', 'b4_5', 'b5', 'b5_1', 'b5_2', 'b6', 'b7', 'bn7',
    }  # fmt: skip


def _step(net):
    net.train()
    images = torch.rand(2, 3, 24, 32)
    net(images)[-1].square().mean().backward()
    return {n: p.grad for n, p in net.named_parameters()}


def test_pretrained_nets_rest_where_they_should():
    net = ResNet38(**SMALL)
    before = {k: v.clone() for k, v in net.state_dict().items()}
    grads = _step(net)
    resting = {n for n, g in grads.items() if g is None}
    assert {'conv1a.weight', 'b2.conv_branch2a.weight', 'bn7.weight'} <= resting
    assert grads['b3.conv_branch2a.weight'].abs().sum() > 0
    assert not [n for n in grads if 'bn' in n and n not in resting]
    after = net.state_dict()
    assert all(torch.equal(before[k], after[k]) for k in before if 'running' in k)


def test_nets_from_scratch_learn_everywhere():
    net = ResNet38(**SMALL, **SCRATCH)
    grads = _step(net)
    assert all(g is not None and torch.isfinite(g).all() for g in grads.values())
    assert net.bn7.running_mean.abs().sum() > 0


def test_frozen_stages_keep_their_statistics_though_others_learn():
    net = ResNet38(**SMALL, **{**SCRATCH, 'frozen_stages': 3})
    _step(net)
    assert net.b3_1.bn_branch2a.running_mean.abs().sum() == 0
    assert net.b4.bn_branch2a.running_mean.abs().sum() > 0


def test_any_size_has_a_cell_for_eight_pixels():
    net = ResNet38(**SMALL, out_indices=(2,)).eval()
    with torch.no_grad():
        (out,) = net(torch.rand(1, 3, 41, 64))
    assert out.shape == (1, 128, 6, 8)


@pytest.mark.parametrize('layout', [torch.channels_last, torch.contiguous_format])
def test_both_memory_layouts_give_the_same(layout):
    torch.manual_seed(0)
    net = ResNet38(**SMALL, **SCRATCH, dropout=(0, 0)).double()
    images = torch.rand(2, 3, 32, 32, dtype=torch.float64)
    plain = net(images)[-1]
    other = net.to(memory_format=layout)(images.to(memory_format=layout))[-1]
    torch.testing.assert_close(other, plain)


def _array(values, version=2):
    """Write an array as MXNet does."""
    shape = values.shape
    kind = {np.dtype('f4'): 0, np.dtype('f8'): 1}[values.dtype]
    if version == 0:
        head = struct.pack(f'<I{len(shape)}I', len(shape), *shape)
    else:
        head = struct.pack(f'<I{len(shape)}q', len(shape), *shape)
        magic = {1: 0xF993FAC8, 2: 0xF993FAC9}[version]
        head = struct.pack('<I', magic) + (struct.pack('<i', 0) * (version == 2)) + head
    return head + struct.pack('<iii', 1, 0, kind) + values.tobytes()


def _params(arrays, version):
    """Write a .params file."""
    data = struct.pack('<QQQ', 0x112, 0, len(arrays))
    data += b''.join(_array(v, version) for v in arrays.values())
    data += struct.pack('<Q', len(arrays))
    for name in arrays:
        data += struct.pack('<Q', len(name)) + name.encode()
    return data


def _mxnet_name(name):
    """The published name of one of our parameters."""
    parts = name.split('.')
    roles = {'running_mean': 'moving_mean', 'running_var': 'moving_var'}
    if parts[0] in ('conv1a', 'bn7'):
        role = {'weight': 'gamma', 'bias': 'beta'}.get(parts[1], roles.get(parts[1]))
        return 'arg:conv1a_weight' if parts[0] == 'conv1a' else f'arg:bn7_{role}'
    stage, _, block = parts[0][1:].partition('_')
    kind, _, branch = parts[1].partition('_')
    place = stage + (f'b{block}' if block else 'a')
    if kind == 'conv':
        return f'arg:res{place}_{branch}_weight'
    role = {'weight': 'gamma', 'bias': 'beta'}.get(parts[2], roles.get(parts[2]))
    return f'aux:bn{place}_{branch}_{role}'


@pytest.fixture(scope='module')
def weights():
    torch.manual_seed(1)
    state = ResNet38(**SMALL).state_dict()
    return {
        k: torch.rand_like(v) for k, v in state.items() if v.dtype.is_floating_point
    }


@pytest.mark.parametrize('version', [0, 1, 2])
def test_published_weights_of_mxnet_are_read(weights, tmp_path, version):
    arrays = {_mxnet_name(k): v.numpy() for k, v in weights.items()}
    arrays['arg:linear1000_weight'] = np.zeros((10, 4), np.float64)
    (tmp_path / 'w.params').write_bytes(_params(arrays, version))
    assert set(rename_mxnet(read_mxnet(tmp_path / 'w.params'))) == set(weights)
    init = dict(type='Pretrained', checkpoint=str(tmp_path / 'w.params'))
    net = ResNet38(**SMALL, init_cfg=init)
    net.init_weights()
    loaded = net.state_dict()
    assert all(torch.equal(loaded[k], v) for k, v in weights.items())


@pytest.mark.parametrize('wrap', [lambda s: s, lambda s: {'state_dict': s}])
def test_converted_weights_of_torch_are_read(weights, tmp_path, wrap):
    state = {f'backbone.{k}': v for k, v in weights.items()}
    torch.save(
        wrap(state | {'backbone.fc8.weight': torch.zeros(2)}), tmp_path / 'w.pth'
    )
    init = dict(type='Pretrained', checkpoint=str(tmp_path / 'w.pth'))
    net = ResNet38(**SMALL, init_cfg=init)
    net.init_weights()
    assert torch.equal(net.bn7.running_var, weights['bn7.running_var'])


@pytest.mark.parametrize('cut', [4, 100, -3])
def test_broken_files_of_mxnet_are_refused(weights, tmp_path, cut):
    arrays = {_mxnet_name(k): v.numpy() for k, v in list(weights.items())[:3]}
    (tmp_path / 'w.params').write_bytes(_params(arrays, 2)[:cut])
    with pytest.raises(CheckpointError, match=r'w\.params: expected a complete'):
        read_mxnet(tmp_path / 'w.params')


def test_files_that_do_not_fit_or_are_missing_are_named(weights, tmp_path):
    torch.save(weights, tmp_path / 'w.pth')
    init = dict(type='Pretrained', checkpoint=str(tmp_path / 'w.pth'))
    with pytest.raises(CheckpointError, match=r'w\.pth.*another shape'):
        ResNet38(**{**SMALL, 'base_channels': 3}, init_cfg=init).init_weights()
    with pytest.raises(CheckpointError, match=r'b2_1.*missing'):
        ResNet38(**{**SMALL, 'depths': (2, 2, 1, 1)}, init_cfg=init).init_weights()
    init = dict(type='Pretrained', checkpoint=str(tmp_path / 'none.params'))
    with pytest.raises(CheckpointError, match='ademxapp'):
        ResNet38(**SMALL, init_cfg=init).init_weights()


class _Evil:
    def __reduce__(self):
        return print, ('executed',)


def test_nothing_in_a_file_is_executed(tmp_path, capsys):
    torch.save({'state_dict': _Evil()}, tmp_path / 'w.pth')
    init = dict(type='Pretrained', checkpoint=str(tmp_path / 'w.pth'))
    with pytest.raises(CheckpointError):
        ResNet38(**SMALL, init_cfg=init).init_weights()
    assert 'executed' not in capsys.readouterr().out


@pytest.mark.parametrize(
    ('option', 'value'),
    [
        ('base_channels', 0),
        ('depths', (1, 1, 1)),
        ('dilations', (1, 1)),
        ('dilations', (1, 0, 1)),
        ('out_indices', (3,)),
        ('out_indices', ()),
        ('frozen_stages', 8),
    ],
)
def test_wrong_options_are_refused(option, value):
    with pytest.raises(ConfigError, match=option):
        ResNet38(**{**SMALL, option: value})
