"""Weights of the networks that metrics compare pictures with. Nothing is downloaded."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from mmprivacy.compat import safe_load
from mmprivacy.errors import CheckpointError, MissingWeightsError


class Source(NamedTuple):
    """Where public weights come from.

    Attributes:
        url: Address of the file.
        sha256: Begin of its SHA-256, or an empty string.
    """

    url: str
    sha256: str = ''

    def __str__(self) -> str:
        return self.url + (f' (sha256 {self.sha256}...)' if self.sha256 else '')


_TORCH = 'https://download.pytorch.org/models'
_LPIPS = 'https://github.com/richzhang/PerceptualSimilarity/tree/master/lpips/weights'
SOURCES = {
    'alex': Source(f'{_TORCH}/alexnet-owt-7be5be79.pth', '7be5be79'),
    'vgg16': Source(f'{_TORCH}/vgg16-397923af.pth', '397923af'),
    'vgg19': Source(f'{_TORCH}/vgg19-dcbb9e9d.pth', 'dcbb9e9d'),
    'lpips_alex': Source(f'{_LPIPS}/v0.1/alex.pth'),
    'lpips_vgg16': Source(f'{_LPIPS}/v0.1/vgg.pth'),
    'inception': Source(
        'https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/'
        'weights-inception-2015-12-05-6726825d.pth',
        '6726825d',
    ),
}
"""Public weights by network. torchvision ends file names with the SHA-256's begin."""


def find_weights(path: str | Path | None, argument: str, source: object) -> Path:
    """Check that a weights file is there.

    Args:
        path: The file, or None.
        argument: What the file was given as.
        source: Where to get it.

    Returns:
        The file.

    Raises:
        MissingWeightsError: If there is none.
    """
    found = Path(path).expanduser() if path else None
    if found is None or not found.is_file():
        raise MissingWeightsError.explain(
            argument,
            expected=f'a weights file: {source}',
            got='none' if found is None else f'{found}, which is not there',
            fix='get the file and name it (nothing is downloaded)',
        )
    return found


def load_network(
    network: nn.Module,
    path: str | Path | None,
    argument: str,
    source: object,
    prefix: str = '',
    partly: bool = False,
) -> nn.Module:
    """Give a network all of its weights, and freeze it.

    Args:
        network: The network, changed in place.
        path: The file, with the weights at its top or under ``state_dict``.
        argument: What the file was given as, for error messages.
        source: Where to get it, for error messages.
        prefix: Begin of the keys of a larger model of which the network is a part. Only
            these are read, if there are any.
        partly: Whether the file may have more than the network needs.

    Returns:
        The network, in evaluation mode, without gradients.

    Raises:
        MissingWeightsError: If the file is not there.
        CheckpointError: If it is broken, or does not fit.
    """
    path = find_weights(path, argument, source)
    state = safe_load(path)
    state = state.get('state_dict', state)
    part = {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}
    state = part or state
    if partly:
        wanted = network.state_dict().keys()
        state = {key: value for key, value in state.items() if key in wanted}
    try:
        network.load_state_dict(state, strict=True)
    except RuntimeError as e:
        raise CheckpointError.explain(
            path,
            expected=f'the weights of {argument}',
            got=' '.join(str(e).split())[:200],
            fix=f'use {source}',
        ) from e
    return freeze(network)


def freeze(network: nn.Module) -> nn.Module:
    """Put a network into evaluation mode, without gradients."""
    network.requires_grad_(False)
    network.eval()  # of some hosts' networks, it returns nothing
    return network


@torch.no_grad()
def randomise(network: nn.Module, seed: int = 0) -> nn.Module:
    """Draw the weights of convolutions anew, the same in every run and process."""
    generator = torch.Generator().manual_seed(seed)

    def noise(like: Tensor, spread: float) -> Tensor:
        return torch.randn(like.shape, generator=generator) * spread

    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            fan_in = module.weight[0].numel()
            module.weight.copy_(noise(module.weight, (2 / fan_in) ** 0.5))
            if module.bias is not None:
                module.bias.zero_()
    return freeze(network)
