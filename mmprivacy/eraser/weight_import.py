"""Public weights for ERASER: LaMa, ICT, the ADE20k encoder and VGG19.

Each is a file of another library. Here are the names that its tensors have there and in
this package; :func:`convert_weights` reads nothing but tensors, renames them, checks
that none is missing, left over or of another shape, and writes them.

Reference:
    Suvorov et al. 2022 (LaMa, Apache License 2.0); Wan et al. 2021 (ICT); Zhou et al.,
    *Scene Parsing through ADE20K Dataset*, CVPR 2017; Simonyan and Zisserman 2015.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from mmprivacy.compat import load_tensors
from mmprivacy.datasets.file_writing import write_bytes
from mmprivacy.eraser.discriminator import PatchDiscriminator
from mmprivacy.eraser.generator import FFCGenerator
from mmprivacy.eraser.prior_transformer import PriorTransformer
from mmprivacy.errors import CheckpointError, ConfigError, nearest
from mmprivacy.evaluation.vgg19 import VGG19

State = Mapping[str, Tensor]
Shapes = Mapping[str, torch.Size]

#: What LaMa calls its parts, and their place in the checkpoint of :class:`ERASER`.
LAMA_PARTS = {'generator.': 'generator.ffc.', 'discriminator.': 'discriminator.'}
#: What an encoder of the CSAIL semantic segmentation code calls the layers of its stem,
#: and what mmseg's ``ResNetV1c`` does. All other names are equal.
ADE20K_STEM = {
    'conv1.': 'stem.0.',
    'bn1.': 'stem.1.',
    'conv2.': 'stem.3.',
    'bn2.': 'stem.4.',
    'conv3.': 'stem.6.',
    'bn3.': 'stem.7.',
}
_BLOCKS = re.compile(r'generator\.model\.(\d+)\.conv1\.ffc\.')
_COUNTER = 'num_batches_tracked'


class Kind(NamedTuple):
    """A kind of public weights.

    Attributes:
        source: Where its file comes from.
        use: What the result is for.
        rename: From the content of the file to the tensors of this package, and the
            shapes that they have to have.
    """

    source: str
    use: str
    rename: Callable[[Mapping], tuple[State, Shapes]]


def convert_weights(
    kind: str, source: str | Path, target: str | Path, overwrite: bool = False
) -> dict[str, int]:
    """Convert a file of public weights into a checkpoint of this package.

    Args:
        kind: A key of :data:`KINDS`.
        source: The file.
        target: The checkpoint to write.
        overwrite: Replace a file that is there.

    Returns:
        Number of ``tensors`` and of ``parameters``, those that are trained; buffers are
        not counted among the latter.

    Raises:
        ConfigError: If the kind is unknown, or the target is there or cannot be
            written.
        CheckpointError: If the file is missing or broken, or has other tensors than
            this kind.
    """
    if kind not in KINDS:
        raise ConfigError.explain(
            'kind of weights',
            expected=f'one of {", ".join(KINDS)}',
            got=repr(kind),
            fix=nearest(kind, KINDS),
        )
    source, target = Path(source).expanduser(), Path(target).expanduser()
    if target.exists() and (not overwrite or target.samefile(source)):
        raise ConfigError.explain(
            target,
            expected='a file that is not there yet',
            got='one that is',
            fix='choose another name' + ('' if overwrite else ', or add --overwrite'),
        )
    state, shapes = KINDS[kind].rename(load_tensors(source))
    check_complete(state, shapes, source, KINDS[kind])
    # Clones: a file keeps the whole storage of a view.
    state = {key: value.clone().contiguous() for key, value in state.items()}
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    meta = dict(kind=kind, source=source.name, sha256=digest)
    buffer = io.BytesIO()
    torch.save(dict(meta=meta, state_dict=state), buffer)
    write_bytes(target, buffer.getvalue())
    buffers = ('running_mean', 'running_var', _COUNTER)
    trained = [v.numel() for k, v in state.items() if not k.endswith(buffers)]
    return dict(tensors=len(state), parameters=sum(trained))


def check_complete(state: State, shapes: Shapes, source: object, kind: Kind) -> None:
    """Refuse tensors that are not exactly those of a network.

    Raises:
        CheckpointError: If one is missing, left over, or of another shape.
    """
    lacking = [key for key in shapes if key not in state]
    spare = [key for key in state if key not in shapes]
    other = [k for k in shapes if k in state and state[k].shape != shapes[k]]
    if lacking or spare or other:
        first = (other or lacking or spare)[0]
        got = tuple(state[first].shape) if first in state else 'nothing'
        raise CheckpointError.explain(
            source,
            expected=f'{len(shapes)} tensors, {first} of shape '
            f'{tuple(shapes[first]) if first in shapes else "none"}',
            got=f'{got} there; {len(lacking)} missing, {len(spare)} left over, '
            f'{len(other)} of another shape',
            fix=f'use {kind.source}',
        )


def rename_lama(content: Mapping) -> tuple[State, Shapes]:
    """Rename a checkpoint of LaMa to one of ERASER, without its prior fusion.

    The indices within the generator are the same in both. The discriminator is taken
    along if the file has one; what belongs to losses is left out. Numbers of channels
    and blocks are those of the file.
    """
    tensors = _inner(content, 'state_dict')
    state = {
        ours + key.removeprefix(theirs): value
        for key, value in tensors.items()
        for theirs, ours in LAMA_PARTS.items()
        if key.startswith(theirs)
    }
    first = tensors.get('generator.model.1.ffc.convl2l.weight')
    blocks = {m[1] for m in map(_BLOCKS.match, tensors) if m}
    channels = 64 if first is None else first.shape[0]
    shapes = _shapes(
        lambda: FFCGenerator(base_channels=channels, num_blocks=max(len(blocks), 1)),
        'generator.ffc.',
    )
    judge = tensors.get('discriminator.model0.0.weight')
    if judge is not None:
        build = lambda: PatchDiscriminator(base_channels=judge.shape[0])  # noqa: E731
        shapes |= _shapes(build, 'discriminator.')
    return state, shapes


def rename_ict(content: Mapping) -> tuple[State, Shapes]:
    """Take ICT's transformer for :class:`ImagePrior`, which has it as ``transformer``.

    The names are the same. Its causal masks are left out: a bidirectional transformer
    does not use them. Width, depth, number of tokens and
    of colours are those of the file.
    """
    tensors = _inner(content, 'model')
    state = {k: v for k, v in tensors.items() if not k.endswith('.attn.mask')}
    colors, channels = _shape(state, 'tok_emb.weight', (512, 512))
    _, tokens, _ = _shape(state, 'pos_emb', (1, 1024, channels))
    depth = len({k.split('.')[1] for k in state if k.startswith('blocks.')})
    shapes = _shapes(
        lambda: PriorTransformer(
            colors, round(tokens**0.5), channels, max(depth, 1), num_heads=1
        ),
        'transformer.',
    )
    return {f'transformer.{key}': value for key, value in state.items()}, shapes


def rename_ade20k_encoder(content: Mapping) -> tuple[State, Shapes]:
    """Rename the encoder of LaMa's perceptual loss to mmseg's ``ResNetV1c``."""
    state = {}
    for key, value in content.items():
        if isinstance(value, Tensor) and not key.startswith('fc.'):
            stem = next((old for old in ADE20K_STEM if key.startswith(old)), '')
            state[ADE20K_STEM.get(stem, '') + key.removeprefix(stem)] = value
    shapes = ade20k_shapes()
    for key, shape in shapes.items():  # old versions of torch did not save them
        if key.endswith(_COUNTER):
            state.setdefault(key, torch.zeros(shape, dtype=torch.int64))
    return state, shapes


def rename_vgg19(content: Mapping) -> tuple[State, Shapes]:
    """Take the convolutions of torchvision's VGG19; the classifier is left out."""
    state = {k: v for k, v in content.items() if k.startswith('features.')}
    return state, _shapes(VGG19)


def ade20k_shapes() -> dict[str, torch.Size]:
    """List the tensors of ``ResNetV1c`` with 50 layers and a stem of 64, 64, 128."""
    shapes: dict[str, tuple[int, ...]] = {}

    def layer(conv: str, norm: str, source: int, target: int, kernel: int) -> None:
        shapes[f'{conv}.weight'] = (target, source, kernel, kernel)
        for name in ('weight', 'bias', 'running_mean', 'running_var'):
            shapes[f'{norm}.{name}'] = (target,)
        shapes[f'{norm}.{_COUNTER}'] = ()

    for n, (source, target) in enumerate(((3, 64), (64, 64), (64, 128))):
        layer(f'stem.{3 * n}', f'stem.{3 * n + 1}', source, target, 3)
    source = 128
    for stage, count in enumerate((3, 4, 6, 3), 1):
        width = 32 * 2**stage
        for n in range(count):
            block = f'layer{stage}.{n}'
            layer(f'{block}.conv1', f'{block}.bn1', source, width, 1)
            layer(f'{block}.conv2', f'{block}.bn2', width, width, 3)
            layer(f'{block}.conv3', f'{block}.bn3', width, 4 * width, 1)
            if n == 0:
                places = (f'{block}.downsample.0', f'{block}.downsample.1')
                layer(*places, source, 4 * width, 1)
            source = 4 * width
    return {key: torch.Size(shape) for key, shape in shapes.items()}


def _inner(content: Mapping, key: str) -> dict[str, Tensor]:
    """Return the tensors below a key, or at the top if there is no such key."""
    content = content.get(key, content)
    return {k: v for k, v in content.items() if isinstance(v, Tensor)}


def _shape(state: State, key: str, default: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of a tensor; one of another rank is refused later."""
    found = tuple(state[key].shape) if key in state else default
    return found if len(found) == len(default) else default


def _shapes(
    build: Callable[[], torch.nn.Module], prefix: str = ''
) -> dict[str, torch.Size]:
    """List the tensors of a network without making them."""
    with torch.device('meta'):
        state = build().state_dict()
    return {prefix + key: value.shape for key, value in state.items()}


KINDS: dict[str, Kind] = {
    'big-lama': Kind(
        'big-lama/models/best.ckpt of github.com/advimman/lama',
        'the generator of ERASER: load_from',
        rename_lama,
    ),
    'ict-transformer': Kind(
        'Transformer/Places2_Nature.pth of github.com/raywzy/ICT',
        'the Prior Transformer',
        rename_ict,
    ),
    'ade20k-encoder': Kind(
        'ade20k-resnet50dilated-ppm_deepsup/encoder_epoch_20.pth of '
        'sceneparsing.csail.mit.edu/model/pytorch',
        'the perceptual loss of ERASER, and PL-R',
        rename_ade20k_encoder,
    ),
    'vgg19': Kind(
        'download.pytorch.org/models/vgg19-dcbb9e9d.pth',
        'the Difference Loss',
        rename_vgg19,
    ),
}
"""The public weights, by what the command line calls them."""
