"""How long the generator takes, beside a plain implementation of the same layers.

Runs in a child process.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

State = Mapping[str, Tensor]


def forward_time(payload: dict) -> dict:
    """Time the generator of big-lama's size and the plain one, in turns.

    Args:
        payload: ``side`` of the picture in pixels, and ``steps``, the timed pairs.

    Returns:
        ``seconds``: medians of both, ``ratio``: the median over pairs of ours to the
        plain one, its ``quartiles``, and ``largest_difference`` of what they compute.
    """
    from mmprivacy.eraser.generator import FFCGenerator

    torch.manual_seed(0)
    torch.set_num_threads(1)  # threads that wait for each other count as busy
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    net = FFCGenerator().to(device).eval()
    state = net.state_dict()
    x = torch.rand(1, 4, payload['side'], payload['side'], device=device)
    with torch.inference_mode():
        first, second = net(x), plain_generator(state, x)
        difference = float((first - second).abs().max())
        pairs = []
        for k in range(payload['steps']):
            order = [lambda: net(x), lambda: plain_generator(state, x)]
            times = [0.0, 0.0]
            for which in (0, 1) if k % 2 else (1, 0):
                times[which] = _time(order[which], device)
            pairs.append(times)
    ratios = [ours / plain for ours, plain in pairs]
    quartiles = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    names = ('ERASER', 'plain')
    return {
        'side': payload['side'],
        'seconds': {n: statistics.median(t) for n, t in zip(names, zip(*pairs))},
        'ratio': statistics.median(ratios),
        'quartiles': [quartiles[0], quartiles[-1]],
        'largest_difference': difference,
    }


def _time(run: Callable[[], Tensor], device: str) -> float:
    """Measure seconds: on a CPU, those of the process, whatever else is running."""
    if device == 'cpu':
        start = time.process_time()
        run()
        return time.process_time() - start
    torch.cuda.synchronize()
    start = time.perf_counter()
    run()
    torch.cuda.synchronize()
    return time.perf_counter() - start


def plain_generator(state: State, x: Tensor) -> Tensor:
    """Compute LaMa's generator from its weights with functions alone.

    Args:
        state: Tensors by name, ``model.1.ffc.convl2l.weight`` and so on.
        x: Picture and mask (B, 4, H, W).

    Returns:
        Pictures (B, 3, H, W).
    """
    blocks = sorted({int(k.split('.')[1]) for k in state if '.conv1.ffc.' in k})
    x = F.pad(x, (3, 3, 3, 3), mode='reflect')
    x = _norm(state, 'model.1.bn_l', F.conv2d(x, state['model.1.ffc.convl2l.weight']))
    for n in range(2, blocks[0] - 1):
        x = _conv(state, f'model.{n}.ffc.convl2l', F.relu(x), 2)
        x = _norm(state, f'model.{n}.bn_l', x)
    last, x = f'model.{blocks[0] - 1}', F.relu(x)
    local = F.relu(
        _norm(state, f'{last}.bn_l', _conv(state, f'{last}.ffc.convl2l', x, 2))
    )
    glob = F.relu(
        _norm(state, f'{last}.bn_g', _conv(state, f'{last}.ffc.convl2g', x, 2))
    )
    for n in blocks:
        a, b = _layer(state, f'model.{n}.conv1', local, glob)
        a, b = _layer(state, f'model.{n}.conv2', a, b)
        local, glob = local + a, glob + b
    x = torch.cat((local, glob), 1)
    ups = sorted({int(k.split('.')[1]) for k in state if k.endswith('.bias')})
    ups = [n for n in ups if n > blocks[-1] and state[f'model.{n}.weight'].ndim == 4]
    for n in ups[:-1]:
        weight, bias = state[f'model.{n}.weight'], state[f'model.{n}.bias']
        x = F.conv_transpose2d(x, weight, bias, 2, 1, 1)
        x = F.relu(_norm(state, f'model.{n + 1}', x))
    x = F.pad(x, (3, 3, 3, 3), mode='reflect')
    end = f'model.{ups[-1]}'
    return torch.sigmoid(F.conv2d(x, state[f'{end}.weight'], state[f'{end}.bias']))


def _norm(state: State, name: str, x: Tensor) -> Tensor:
    values = (state[f'{name}.{k}'] for k in ('running_mean', 'running_var'))
    return F.batch_norm(x, *values, state[f'{name}.weight'], state[f'{name}.bias'])


def _conv(state: State, name: str, x: Tensor, stride: int = 1) -> Tensor:
    x = F.pad(x, (1, 1, 1, 1), mode='reflect')
    return F.conv2d(x, state[f'{name}.weight'], stride=stride)


def _layer(state: State, name: str, local: Tensor, glob: Tensor) -> tuple[Tensor, ...]:
    """Compute one FFC layer of a residual block."""
    a = _conv(state, f'{name}.ffc.convl2l', local)
    a = a + _conv(state, f'{name}.ffc.convg2l', glob)
    b = _conv(state, f'{name}.ffc.convl2g', local)
    b = b + _spectral(state, f'{name}.ffc.convg2g', glob)
    return F.relu(_norm(state, f'{name}.bn_l', a)), F.relu(
        _norm(state, f'{name}.bn_g', b)
    )


def _spectral(state: State, name: str, x: Tensor) -> Tensor:
    """Compute a spectral transform; channels of the spectrum are r0, i0, r1, i1, ..."""
    x = F.conv2d(x, state[f'{name}.conv1.0.weight'])
    x = F.relu(_norm(state, f'{name}.conv1.1', x))
    spectrum = torch.view_as_real(torch.fft.rfft2(x, norm='ortho'))
    parts = spectrum.permute(0, 1, 4, 2, 3).flatten(1, 2)
    parts = F.conv2d(parts, state[f'{name}.fu.conv_layer.weight'])
    parts = F.relu(_norm(state, f'{name}.fu.bn', parts))
    parts = parts.unflatten(1, (-1, 2)).permute(0, 1, 3, 4, 2).contiguous()
    back = torch.fft.irfft2(torch.view_as_complex(parts), s=x.shape[-2:], norm='ortho')
    return F.conv2d(x + back, state[f'{name}.conv2.weight'])
