"""The two priors of a picture: sampled, kept on disk, painted."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from mmengine.registry import MODELS
from torch import Tensor, nn

from mmprivacy.datasets.file_writing import write_bytes
from mmprivacy.eraser.palette import shrink
from mmprivacy.eraser.prior_sampling import SAMPLERS, fill_holes, token_holes
from mmprivacy.eraser.weights import build_frozen, fingerprint
from mmprivacy.errors import ConfigError

REGION_PRIORS = ('on', 'coarse8', 'off')
_SOURCE = (
    'a checkpoint of configs/eraser/prior_places2.py, or the ICT weights after '
    'tools/convert_weights.py'
)


@MODELS.register_module()
class PriorSampler(nn.Module):
    """Give the global prior P_G and the region prior P_R of pictures.

    P_G sees what is outside the mask and infers the inside; not a bit of it depends on
    pixels inside. P_R sees the inside, and infers the outside: it is a sketch, of
    ``side`` x ``side`` colours, of what is to be removed. The paper wants that
    ("reserve the main structure"); whoever does not, turns it off.

    The prior is frozen and in no checkpoint.

    Args:
        prior: Config of an :class:`ImagePrior`.
        weights: Its checkpoint.
        allow_random: Do without, for tests.
        sampler: ``'raster'`` (paper), ``'parallel'``, ``'oneshot'`` or ``'argmax'``;
            see :func:`~mmprivacy.eraser.prior_sampling.fill_holes`.
        train_sampler: The same for training, where every picture comes with a new mask
            each time and hundreds of passes are out of the question.
        rounds: Passes of the parallel sampler.
        top_k: Colours to sample from.
        temperature: Divides the logits.
        seed: Of the samples. A picture has the same priors for the same seed, in
            whatever batch it comes; in training they vary.
        region_prior: ``'on'``; ``'coarse8'``: P_R is averaged over 8 x 8 fields;
            ``'off'``: P_G stands in for P_R, and nothing inside the mask is looked at.
        cache_dir: Keep sampled tokens here, except in training. None for no cache.

    Raises:
        ConfigError: If an option is wrong.
        MissingWeightsError: If the weights are not there.
        CheckpointError: If they do not fit.

    Reference: Yang et al. 2023 (ERASER), "Global and Region Prior Construction".
    """

    def __init__(
        self,
        prior: dict,
        weights: str | None = None,
        allow_random: bool = False,
        sampler: str = 'parallel',
        train_sampler: str = 'oneshot',
        rounds: int = 8,
        top_k: int = 40,
        temperature: float = 1.0,
        seed: int = 0,
        region_prior: str = 'on',
        cache_dir: str | None = None,
    ) -> None:
        super().__init__()
        for name, value, valid in (
            ('sampler', sampler, SAMPLERS),
            ('train_sampler', train_sampler, SAMPLERS),
            ('region_prior', region_prior, REGION_PRIORS),
        ):
            if value not in valid:
                raise ConfigError.explain(
                    f'model.prior.{name}',
                    expected=f'one of {", ".join(valid)}',
                    got=repr(value),
                    fix='choose one of them',
                )
        self.prior = build_frozen(
            lambda: MODELS.build(prior),
            weights,
            allow_random,
            'model.prior.weights',
            _SOURCE,
        )
        if weights and not self.prior.net.palette_ready:
            raise ConfigError.explain(
                'model.prior.prior.palette_path',
                expected='a palette: in the checkpoint of the prior, or a file',
                got=f'none in {weights}',
                fix='name the file (kmeans_centers.npy for the ICT weights)',
            )
        self.sampler = sampler
        self.train_sampler = train_sampler
        self.options = dict(rounds=rounds, top_k=top_k, temperature=temperature)
        self.seed = seed
        self.region_prior = region_prior
        self.cache_dir = Path(cache_dir).expanduser() if cache_dir else None
        self._digest: str | None = None

    @torch.no_grad()
    def forward(self, image: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Give the priors, as large as the pictures.

        Args:
            image: Pictures (B, 3, H, W) in [0, 1], RGB.
            mask: Masks (B, 1, H, W), 1 = to be removed.

        Returns:
            P_G and P_R, each (B, 3, H, W) in [0, 1].
        """
        with torch.autocast(image.device.type, enabled=False):
            image, mask = image.float(), mask.float()
            tokens = self.sample(image, mask)
        size = tuple(image.shape[-2:])
        prior_g = self.prior.net.paint(tokens[:, 0], size)
        if self.region_prior == 'off':
            return prior_g, prior_g
        if self.region_prior == 'on':
            return prior_g, self.prior.net.paint(tokens[:, 1], size)
        coarse = shrink(self.prior.net.paint(tokens[:, 1]), 8)
        return prior_g, nn.functional.interpolate(
            coarse, size, mode='bilinear', align_corners=False
        )

    def sample(self, image: Tensor, mask: Tensor) -> Tensor:
        """Sample the tokens of both priors, or read them from disk.

        Args:
            image: Pictures (B, 3, H, W) in [0, 1].
            mask: Masks (B, 1, H, W).

        Returns:
            Tokens (B, 2, L): those of P_G and those of P_R.
        """
        if self.training:
            return self._sample(image, mask, self.train_sampler, None)
        digests = [_digest(*pair) for pair in zip(image, mask)]
        files = [self._file(digest) for digest in digests]
        found = [_read(file, self._shape()) for file in files]
        todo = [n for n, tokens in enumerate(found) if tokens is None]
        if todo:
            seeds = [self._seed_of(image[n], mask[n]) for n in todo]
            fresh = self._sample(image[todo], mask[todo], self.sampler, seeds)
            for n, tokens in zip(todo, fresh):
                found[n] = tokens
                if files[n] is not None:
                    write_bytes(files[n], _pack(tokens))
        return torch.stack([tokens.to(image.device) for tokens in found])

    def _sample(
        self,
        image: Tensor,
        mask: Tensor,
        sampler: str,
        seeds: Sequence[int] | None,
    ) -> Tensor:
        net = self.prior.net
        tokens = net.tokenize(image)
        holes = token_holes(mask, net.side)
        kinds = 1 if self.region_prior == 'off' else 2
        # Both priors in one batch: half as many passes.
        filled = fill_holes(
            net.transformer,
            tokens.repeat(kinds, 1),
            torch.cat(holes[:kinds]),
            sampler,
            seeds=None if seeds is None else list(seeds) * kinds,
            **self.options,
        )
        return filled.unflatten(0, (kinds, len(tokens))).transpose(0, 1)

    def _seed_of(self, image: Tensor, mask: Tensor) -> int:
        """Choose a seed that does not depend on what is inside the mask."""
        return (int(_digest(image * (1 - mask), mask)[:15], 16) + self.seed) % 2**62

    def _shape(self) -> tuple[int, int]:
        kinds = 1 if self.region_prior == 'off' else 2
        return kinds, self.prior.net.side**2

    def _file(self, digest: str) -> Path | None:
        """Name the file of a picture's tokens: a digest of all that they depend on."""
        if self.cache_dir is None:
            return None
        if self._digest is None:
            self._digest = fingerprint(self.prior.net)
        how = (self._digest, digest, self.sampler, self.seed, self._shape())
        how = (*how, *sorted(self.options.items()))
        name = hashlib.sha256(repr(how).encode()).hexdigest()
        return self.cache_dir / name[:2] / f'{name}.npz'


def _digest(image: Tensor, mask: Tensor) -> str:
    """Digest a picture (3, H, W) and its mask (1, H, W)."""
    both = torch.cat((image * 255, mask * 255)).round().to(torch.uint8).cpu()
    digest = hashlib.sha256(repr(tuple(both.shape)).encode())
    digest.update(both.contiguous().numpy().tobytes())
    return digest.hexdigest()


def _pack(tokens: Tensor) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, tokens=tokens.cpu().numpy().astype(np.uint16))
    return buffer.getvalue()


def _read(file: Path | None, shape: tuple[int, int]) -> Tensor | None:
    """Read kept tokens; None if there are none, or the file is broken."""
    if file is None or not file.is_file():
        return None
    try:
        with np.load(file, allow_pickle=False) as kept:
            tokens = torch.from_numpy(kept['tokens'].astype(np.int64))
    except (OSError, ValueError, KeyError, EOFError):
        return None
    return tokens if tuple(tokens.shape) == shape else None
