"""Loading the weights of networks that are used as they are. Nothing is downloaded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from mmprivacy.eraser.frozen import Frozen
from mmprivacy.evaluation.network_weights import find_weights, load_network


def build_frozen(
    build: Callable[[], nn.Module],
    weights: str | Path | None,
    allow_random: bool,
    argument: str,
    source: str,
) -> Frozen:
    """Build a network and give it its weights, all of them.

    Args:
        build: Builds the network, with random weights. These are made repeatable: the
            same numbers in every run and every process.
        weights: A file, with the weights at its top or under ``state_dict``.
        allow_random: Without a file, keep the random weights.
        argument: Config path of ``weights``, for error messages.
        source: Where the file comes from, for error messages.

    Returns:
        The network, frozen.

    Raises:
        MissingWeightsError: If no file is given and none is fine, or it is not there.
        CheckpointError: If the file does not fit.
    """
    if weights or not allow_random:
        find_weights(weights, argument, source)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = build()
    if weights:
        load_network(net, weights, argument, source)
    return Frozen(net)


def fingerprint(net: nn.Module) -> str:
    """Digest all numbers of a network.

    Args:
        net: The network.

    Returns:
        16 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for name, value in sorted(net.state_dict().items()):
        digest.update(name.encode())
        digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]
