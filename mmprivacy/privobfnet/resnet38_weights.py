"""Public ImageNet weights of ResNet-38: reading, renaming, checking.

Two kinds of files hold them: MXNet's ``.params``, as their authors published them, and
files of torch in which the parameters have the names of our backbone, as the weakly
supervised segmentation community passes them on. MXNet itself is not needed.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from mmprivacy.compat import safe_load
from mmprivacy.errors import CheckpointError

_LIST = 0x112
"""Magic number of a file with a list of arrays."""

_V1, _V2, _V3 = 0xF993FAC8, 0xF993FAC9, 0xF993FACA
"""Magic numbers of its arrays; the oldest kind has none."""

_TYPES = {0: 'f4', 1: 'f8', 2: 'f2', 3: 'u1', 4: 'i4', 5: 'i1', 6: 'i8'}

_NAME = re.compile(
    r'(?:arg:|aux:)?(res|bn)([2-7])(?:a|b(\d+))_(branch1|branch2\w+?)_'
    r'(weight|gamma|beta|moving_mean|moving_var)'
)
_LAST = re.compile(r'(?:arg:|aux:)?bn7_(gamma|beta|moving_mean|moving_var)')
_FIRST = re.compile(r'(?:arg:)?conv1a_weight')
_ROLES = {
    'weight': 'weight',
    'gamma': 'weight',
    'beta': 'bias',
    'moving_mean': 'running_mean',
    'moving_var': 'running_var',
}


def load_imagenet_weights(path: str | Path, backbone: nn.Module) -> dict[str, Tensor]:
    """Read weights for a ResNet-38.

    Nothing in a file is executed: files of torch may hold tensors alone.

    Args:
        path: A ``.params`` file of MXNet, or one of torch: the state dict, or a
            dictionary with it under ``'state_dict'``; prefixes such as ``'backbone.'``
            or ``'module.'`` are dropped, and so is the classifier.
        backbone: The network that the weights are for.

    Returns:
        A complete state dict of the network.

    Raises:
        CheckpointError: If the file is missing or broken, or does not fit.
    """
    path = Path(path).expanduser()
    if path.suffix == '.params':
        found = rename_mxnet(read_mxnet(path))
    else:
        found = safe_load(path)
        found = found.get('state_dict', found)
        found = {re.sub(r'^((module|backbone)\.)+', '', k): v for k, v in found.items()}
    own = backbone.state_dict()
    counters = {k for k in own if k.endswith('num_batches_tracked')}
    state = {k: v for k, v in found.items() if k in own}
    lacking = [k for k in own if k not in state and k not in counters]
    other = [k for k, v in state.items() if tuple(v.shape) != tuple(own[k].shape)]
    if lacking or other:
        key = (lacking or other)[0]
        got = f'shape {tuple(state[key].shape)}' if not lacking else 'nothing'
        raise CheckpointError.explain(
            path,
            expected=f'weights of ResNet-38, {key} of shape {tuple(own[key].shape)}',
            got=f'{got}; {len(lacking)} missing, {len(other)} of another shape',
            fix='use weights of model A1, and base_channels=64 with the default depths',
        )
    return {k: own[k] for k in counters} | state


def rename_mxnet(arrays: dict[str, Tensor]) -> dict[str, Tensor]:
    """Give the parameters of the published file the names of our backbone.

    ``res2b1_branch2a_weight`` becomes ``b2_1.conv_branch2a.weight``. The classifier is
    left out.

    Args:
        arrays: What :func:`read_mxnet` gives.

    Returns:
        Name to tensor.
    """
    renamed = {}
    for name, value in arrays.items():
        found = _NAME.fullmatch(name)
        if found:
            kind, stage, block, branch, role = found.groups()
            place = f'b{stage}' + (f'_{block}' if block else '')
            layer = 'conv' if kind == 'res' else 'bn'
            renamed[f'{place}.{layer}_{branch}.{_ROLES[role]}'] = value
        elif _FIRST.fullmatch(name):
            renamed['conv1a.weight'] = value
        elif found := _LAST.fullmatch(name):
            renamed[f'bn7.{_ROLES[found[1]]}'] = value
    return renamed


def read_mxnet(path: str | Path) -> dict[str, Tensor]:
    """Read a ``.params`` file of MXNet: dense arrays with names.

    Args:
        path: The file.

    Returns:
        Name to tensor, such as ``'arg:conv1a_weight'``.

    Raises:
        CheckpointError: If the file is missing or broken, or holds sparse arrays.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise CheckpointError.explain(
            path,
            expected='a .params file of MXNet',
            got='no such file',
            fix='download ilsvrc-cls_rna-a1_cls1000_ep-0001.params of '
            'itijyou/ademxapp, or set init_cfg=None',
        )
    reader = _Reader(path.read_bytes())
    try:
        magic, _, count = reader.take('QQQ')
        if magic != _LIST:
            raise ValueError('it does not begin as such a file does')
        arrays = [_read_array(reader) for _ in range(count)]
        (num_names,) = reader.take('Q')
        names = [reader.text() for _ in range(num_names)]
        if len(names) != len(arrays):
            raise ValueError(f'{len(arrays)} arrays and {len(names)} names')
    except (ValueError, KeyError, struct.error, UnicodeDecodeError) as e:
        raise CheckpointError.explain(
            path,
            expected='a complete .params file of MXNet',
            got=f'one that cannot be read ({e})',
            fix='download it again',
        ) from e
    return dict(zip(names, arrays))


def _read_array(reader: _Reader) -> Tensor:
    """Read one array of any version of the format."""
    (first,) = reader.take('I')
    if first in (_V2, _V3):
        (storage,) = reader.take('i')
        if storage != 0:
            raise ValueError('a sparse array')
    if first in (_V1, _V2, _V3):
        (dims,) = reader.take('I')
        shape = reader.take('q' * dims)
    else:
        shape = reader.take('I' * first)
    _, _, kind = reader.take('iii')  # device, its number, type
    values = np.frombuffer(reader.bytes_of(shape, _TYPES[kind]), f'<{_TYPES[kind]}')
    return torch.from_numpy(values.reshape(shape).copy())


class _Reader:
    """A cursor over little-endian data."""

    def __init__(self, data: bytes) -> None:
        self.data = memoryview(data)
        self.place = 0

    def take(self, layout: str) -> tuple:
        """Read numbers."""
        if len(layout) > 64:
            raise ValueError('an array of too many dimensions')
        values = struct.unpack_from(f'<{layout}', self.data, self.place)
        self.place += struct.calcsize(f'<{layout}')
        return values

    def bytes_of(self, shape: tuple[int, ...], kind: str) -> memoryview:
        """Read the values of an array."""
        size = int(np.prod(shape, dtype=object)) * np.dtype(kind).itemsize
        part = self.data[self.place : self.place + size]
        if size < 0 or len(part) < size:
            raise ValueError('the file ends too early')
        self.place += size
        return part

    def text(self) -> str:
        """Read a name."""
        (length,) = self.take('Q')
        name = bytes(self.data[self.place : self.place + length])
        if len(name) < length:
            raise ValueError('the file ends too early')
        self.place += length
        return name.decode()
