"""Public weights: files with the real names and shapes, and others, are converted."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import torch

from mmprivacy.compat import load_tensors, safe_load
from mmprivacy.eraser.discriminator import PatchDiscriminator
from mmprivacy.eraser.generator import ERASERGenerator, FFCGenerator
from mmprivacy.eraser.prior_transformer import PriorTransformer
from mmprivacy.eraser.weight_import import (
    KINDS,
    ade20k_shapes,
    convert_weights,
    rename_ict,
    rename_lama,
)
from mmprivacy.errors import CheckpointError, ConfigError
from mmprivacy.evaluation.vgg19 import VGG19


def norm(name, n):
    values = dict.fromkeys(('weight', 'bias', 'running_mean', 'running_var'), (n,))
    return {f'{name}.{k}': v for k, v in values.items()} | {
        f'{name}.num_batches_tracked': ()
    }


def big_lama_shapes(blocks=18, width=64):
    """The generator of LaMa, from the description of its layers."""
    local, glob = 2 * width, 6 * width
    shapes = {'model.1.ffc.convl2l.weight': (width, 4, 7, 7)} | norm(
        'model.1.bn_l', width
    )
    for n in (2, 3):
        size = (2 * width, width, 3, 3) if n == 2 else (4 * width, 2 * width, 3, 3)
        shapes |= {f'model.{n}.ffc.convl2l.weight': size}
        shapes |= norm(f'model.{n}.bn_l', size[0])
    shapes |= {
        'model.4.ffc.convl2l.weight': (local, 4 * width, 3, 3),
        'model.4.ffc.convl2g.weight': (glob, 4 * width, 3, 3),
    }
    shapes |= norm('model.4.bn_l', local) | norm('model.4.bn_g', glob)
    for n in range(5, 5 + blocks):
        for conv in ('conv1', 'conv2'):
            begin = f'model.{n}.{conv}'
            spectral = f'{begin}.ffc.convg2g'
            shapes |= {
                f'{begin}.ffc.convl2l.weight': (local, local, 3, 3),
                f'{begin}.ffc.convl2g.weight': (glob, local, 3, 3),
                f'{begin}.ffc.convg2l.weight': (local, glob, 3, 3),
                f'{spectral}.conv1.0.weight': (glob // 2, glob, 1, 1),
                f'{spectral}.fu.conv_layer.weight': (glob, glob, 1, 1),
                f'{spectral}.conv2.weight': (glob, glob // 2, 1, 1),
            }
            shapes |= norm(f'{spectral}.conv1.1', glob // 2)
            shapes |= norm(f'{spectral}.fu.bn', glob)
            shapes |= norm(f'{begin}.bn_l', local) | norm(f'{begin}.bn_g', glob)
    for k, n in enumerate(range(6 + blocks, 15 + blocks, 3)):
        source = 8 * width >> k
        shapes |= {
            f'model.{n}.weight': (source, source // 2, 3, 3),
            f'model.{n}.bias': (source // 2,),
        }
        shapes |= norm(f'model.{n + 1}', source // 2)
    last = f'model.{16 + blocks}'
    return shapes | {f'{last}.weight': (3, width, 7, 7), f'{last}.bias': (3,)}


def fill(shapes, prefix=''):
    """Make tensors that can be told apart; in a file, each is one number."""
    return {
        prefix + key: torch.tensor(float(k % 97)).expand(shape)
        if not key.endswith('tracked')
        else torch.tensor(k)
        for k, (key, shape) in enumerate(shapes.items())
    }


class Callback:
    """Stands for a class of a library that is not installed."""


def lightning(path, state, legacy=False):
    """Write a checkpoint as Lightning does: callbacks by class, an own container."""
    content = dict(
        state_dict=state,
        callbacks={Callback: dict(best=Callback())},
        hyper_parameters=Callback(),
        epoch=39,
        optimizer_states=[dict(state={0: torch.zeros(3)})],
    )
    Callback.__module__ = 'pytorch_lightning.callbacks'
    library, callbacks = (type(sys)(n) for n in ('pytorch_lightning', 'callbacks'))
    library.callbacks, callbacks.Callback = callbacks, Callback
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, 'pytorch_lightning', library)
        patch.setitem(sys.modules, 'pytorch_lightning.callbacks', callbacks)
        torch.save(content, path, _use_new_zipfile_serialization=not legacy)
    return path


@pytest.fixture(scope='module')
def small_lama(tmp_path_factory):
    """LaMa of two blocks and width 4 with its discriminator and a loss's weights."""
    state = fill(big_lama_shapes(2, 4), 'generator.')
    judge = PatchDiscriminator(4).state_dict()
    state |= {f'discriminator.{k}': v for k, v in judge.items()}
    state |= {'loss_resnet_pl.impl.conv1.weight': torch.zeros(3)}
    return lightning(tmp_path_factory.mktemp('lama') / 'best.ckpt', state)


# LaMa


def test_big_lama_has_989_tensors_and_51_million_parameters():
    """Without storage: names and shapes alone."""
    shapes = big_lama_shapes()
    assert len(shapes) == 989
    trained = ('weight', 'bias')
    count = sum(torch.Size(s).numel() for k, s in shapes.items() if k.endswith(trained))
    assert count == 50_975_875
    with torch.device('meta'):
        state = {f'generator.{k}': torch.empty(s) for k, s in shapes.items()}
        renamed, expected = rename_lama({'state_dict': state})
        generator = ERASERGenerator()
    assert {k: v.shape for k, v in renamed.items()} == dict(expected)
    own = {f'generator.{k}' for k in generator.state_dict() if k.startswith('ffc.')}
    assert set(renamed) == own


def test_lama_is_converted_and_loads_strictly(small_lama, tmp_path):
    done = convert_weights('big-lama', small_lama, tmp_path / 'out.pth')
    state = safe_load(tmp_path / 'out.pth')['state_dict']
    assert done['tensors'] == len(state)
    source = load_tensors(small_lama)['state_dict']
    assert not any('loss' in key for key in state)
    net = FFCGenerator(base_channels=4, num_blocks=2)
    prefix = 'generator.ffc.'
    part = {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}
    net.load_state_dict(part, strict=True)
    for key, value in net.state_dict().items():
        assert torch.equal(value, source[f'generator.{key}']), key
    PatchDiscriminator(4).load_state_dict(
        {k[14:]: v for k, v in state.items() if k.startswith('discriminator.')}
    )


def test_older_files_are_read(tmp_path):
    path = lightning(tmp_path / 'old.ckpt', {'generator.a': torch.ones(2)}, legacy=True)
    assert torch.equal(load_tensors(path)['state_dict']['generator.a'], torch.ones(2))


def test_what_is_missing_left_over_or_of_another_shape_is_named(small_lama, tmp_path):
    state = load_tensors(small_lama)['state_dict']
    key = 'generator.model.5.conv1.ffc.convg2g.fu.bn.bias'
    broken = {
        'missing': {k: v for k, v in state.items() if k != key},
        'left over': state | {'generator.model.99.bias': torch.zeros(2)},
        'shape': state | {key: torch.zeros(7)},
    }
    for word, content in broken.items():
        torch.save({'state_dict': content}, tmp_path / 'x.ckpt')
        with pytest.raises(CheckpointError, match=rf'x\.ckpt.*1 [a-z ]*{word}') as e:
            convert_weights('big-lama', tmp_path / 'x.ckpt', tmp_path / 'o.pth')
        assert 'best.ckpt' in str(e.value)
        assert not (tmp_path / 'o.pth').exists()


# ICT, ADE20k, VGG


def test_ict_loses_its_masks_only(tmp_path):
    net = PriorTransformer(16, 4, 8, 3, 2)
    state = net.state_dict()
    masks = {f'blocks.{n}.attn.mask': torch.ones(1, 1, 16, 16) for n in range(3)}
    torch.save({'model': state | masks, 'epoch': 3}, tmp_path / 'ict.pth')
    convert_weights('ict-transformer', tmp_path / 'ict.pth', tmp_path / 'o.pth')
    found = safe_load(tmp_path / 'o.pth')['state_dict']
    assert set(found) == {f'transformer.{k}' for k in state}
    assert all(torch.equal(found[f'transformer.{k}'], v) for k, v in state.items())
    torch.save(state | masks, tmp_path / 'bare.pt')
    convert_weights('ict-transformer', tmp_path / 'bare.pt', tmp_path / 'p.pth')


def test_ict_for_places2_has_111_million_parameters():
    with torch.device('meta'):
        state = PriorTransformer().state_dict()
        _, shapes = rename_ict({'model': state})
    assert sum(s.numel() for s in shapes.values()) == 111_383_040


def ade20k_file(path, counters=True):
    """An encoder as CSAIL's code writes it: conv1, bn1, ..., no classifier."""
    back = {'stem.0': 'conv1', 'stem.1': 'bn1', 'stem.3': 'conv2', 'stem.4': 'bn2'}
    back |= {'stem.6': 'conv3', 'stem.7': 'bn3'}
    state = {}
    for key, value in fill(ade20k_shapes()).items():
        stem = '.'.join(key.split('.')[:2])
        if counters or not key.endswith('tracked'):
            state[key.replace(stem, back[stem], 1) if stem in back else key] = value
    assert 'conv3.weight' in state
    torch.save(state, path, _use_new_zipfile_serialization=False)
    return path


@pytest.mark.parametrize('counters', [True, False])
def test_ade20k_encoder_fits_resnet_v1c(tmp_path, counters):
    convert_weights(
        'ade20k-encoder', ade20k_file(tmp_path / 'e.pth', counters), tmp_path / 'o.pth'
    )
    state = safe_load(tmp_path / 'o.pth')['state_dict']
    backbones = pytest.importorskip('mmseg.models.backbones')
    net = backbones.ResNetV1c(
        depth=50, stem_channels=128, strides=(1, 2, 1, 1), dilations=(1, 1, 2, 4),
        contract_dilation=True, norm_eval=True,
    )  # fmt: skip
    net.load_state_dict(state, strict=True)
    assert net.stem[6].weight[0, 0, 0, 0] == state['stem.6.weight'][0, 0, 0, 0]


def test_vgg19_loses_its_classifier(tmp_path):
    with torch.device('meta'):
        shapes = {k: v.shape for k, v in VGG19().state_dict().items()}
    assert {int(k.split('.')[1]) for k in shapes} == {
        0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34
    }  # fmt: skip
    state = fill(shapes) | {'classifier.6.bias': torch.zeros(1000)}
    torch.save(state, tmp_path / 'v.pth', _use_new_zipfile_serialization=False)
    convert_weights('vgg19', tmp_path / 'v.pth', tmp_path / 'o.pth')
    VGG19().load_state_dict(safe_load(tmp_path / 'o.pth')['state_dict'], strict=True)


# Files that are no weights


class Evil:
    """Runs code when it is unpickled without restriction."""

    def __init__(self, target):
        self.target = str(target)

    def __reduce__(self):
        return os.mkdir, (self.target,)


@pytest.mark.parametrize('legacy', [True, False])
def test_code_in_a_file_never_runs(tmp_path, legacy):
    content = dict(state_dict={'generator.a': torch.ones(2)}, x=Evil(tmp_path / 'made'))
    path = tmp_path / 'evil.ckpt'
    torch.save(content, path, _use_new_zipfile_serialization=not legacy)
    assert list(load_tensors(path)) == ['state_dict']
    assert not (tmp_path / 'made').exists()


def test_getattr_reaches_nothing(tmp_path):
    class Sneaky:
        def __reduce__(self):
            return getattr, (torch.Tensor, 'numpy')

    torch.save(dict(a=Sneaky(), b=torch.ones(1)), tmp_path / 's.ckpt')
    assert list(load_tensors(tmp_path / 's.ckpt')) == ['b']


def test_unusable_files_are_named(tmp_path):
    (tmp_path / 'text.ckpt').write_text('no checkpoint')
    torch.save(dict(epoch=3), tmp_path / 'empty.ckpt')
    for kind in KINDS:
        for name in ('text.ckpt', 'none.ckpt', 'empty.ckpt'):
            with pytest.raises(CheckpointError, match=name):
                convert_weights(kind, tmp_path / name, tmp_path / 'o.pth')
        other = lightning(tmp_path / 'other.ckpt', {'x': torch.zeros(1)})
        with pytest.raises(CheckpointError, match=r'other\.ckpt.*missing'):
            convert_weights(kind, other, tmp_path / 'o.pth')
    with pytest.raises(ConfigError, match="did you mean 'big-lama'"):
        convert_weights('biglama', tmp_path / 'text.ckpt', tmp_path / 'o.pth')


def test_nothing_is_overwritten(small_lama, tmp_path):
    target = tmp_path / 'out.pth'
    target.write_text('mine')
    with pytest.raises(ConfigError, match=r'out\.pth.*--overwrite'):
        convert_weights('big-lama', small_lama, target)
    assert target.read_text() == 'mine'
    convert_weights('big-lama', small_lama, target, overwrite=True)
    assert 'state_dict' in safe_load(target)
    before = small_lama.read_bytes()
    with pytest.raises(ConfigError, match='choose another name'):
        convert_weights('big-lama', small_lama, small_lama, overwrite=True)
    assert small_lama.read_bytes() == before


def test_command_line(small_lama, tmp_path, run_tool):
    arguments = ('big-lama', small_lama, tmp_path / 'out.pth')
    done = run_tool('convert_weights', *arguments)
    assert not done.status, done.err
    assert 'parameters, for the generator of ERASER' in done.out
    again = run_tool('convert_weights', *arguments)
    assert again.status == 2
    assert again.err.count('\n') == 1
    assert 'Traceback' not in again.err


def test_no_library_is_needed_to_read_a_file(small_lama):
    code = (
        'import sys\nfrom mmprivacy.compat import load_tensors\n'
        f'assert load_tensors({str(small_lama)!r})\n'
        'assert not any(m.startswith(("pytorch_lightning", "mm")) for m in sys.modules'
        ' if not m.startswith(("mmprivacy", "mmap", "mmengine")))'
    )
    subprocess.run([sys.executable, '-c', code], check=True, timeout=100)
