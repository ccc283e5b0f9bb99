"""Hook that gives the prior a palette before it learns."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from mmengine.dist import broadcast, get_rank
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from torch import Tensor

from mmprivacy.datasets.loading import load_photo
from mmprivacy.eraser.image_prior import ImagePrior
from mmprivacy.eraser.palette import fit_palette, shrink
from mmprivacy.errors import ConfigError


@HOOKS.register_module()
class PaletteHook(Hook):
    """Fit the palette to the training pictures, unless the prior has one.

    Runs before the first epoch. The palette is in the checkpoints, so a resumed run has
    it already.

    Args:
        num_images: Pictures to look at, spread evenly over the data set.
        seed: Seed of K-means.
    """

    def __init__(self, num_images: int = 2000, seed: int = 0) -> None:
        self.num_images = num_images
        self.seed = seed

    def before_train(self, runner: Runner) -> None:
        """Fit the palette, if it is time.

        Raises:
            ConfigError: If the model has no palette, or the data set no files.
        """
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        if not isinstance(model, ImagePrior):
            raise ConfigError.explain(
                'model',
                expected='ImagePrior, for PaletteHook',
                got=type(model).__name__,
                fix='drop the hook from custom_hooks',
            )
        if model.palette_ready:
            return
        palette = model.palette.cpu()
        if get_rank() == 0:
            paths = self._paths(runner.train_dataloader.dataset)
            runner.logger.info(f'palette: K-means of {len(paths)} pictures')
            palette = palette_of(paths, len(palette), model.side, self.seed)
        broadcast(palette)
        model.palette.copy_(palette)
        model.palette_ready.fill_(True)

    def _paths(self, dataset: object) -> list[str]:
        if not hasattr(dataset, 'get_data_info'):
            raise ConfigError.explain(
                'PaletteHook',
                expected='a data set of files (get_data_info)',
                got=type(dataset).__name__,
                fix='fit a palette with tools/fit_palette.py, and name palette_path',
            )
        count = min(self.num_images, len(dataset))
        chosen = np.linspace(0, len(dataset) - 1, count).round().astype(int)
        return [dataset.get_data_info(int(n))['img_path'] for n in chosen]


def palette_of(
    paths: Iterable[str], num_colors: int, side: int = 32, seed: int = 0
) -> Tensor:
    """Fit a palette to the colours of shrunken pictures.

    Args:
        paths: Image files.
        num_colors: Size K.
        side: Pictures are shrunk to so many cells a side first.
        seed: Seed of K-means.

    Returns:
        Palette (K, 3), RGB, whole numbers in [0, 255].

    Raises:
        DataError: If a file cannot be read, or there are too few colours.
    """
    cells = []
    for path in paths:
        bgr = load_photo(path, min_side=4 * side)
        rgb = torch.from_numpy(bgr[..., ::-1].copy()).permute(2, 0, 1)[None].float()
        cells.append(shrink(rgb, side)[0].flatten(1).t())
    return fit_palette(torch.cat(cells), num_colors, seed=seed)
