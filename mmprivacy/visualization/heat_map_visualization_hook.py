"""Show what the model looked at, while it trains and in the test."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.registry import HOOKS

from mmprivacy.errors import ConfigError
from mmprivacy.visualization.file_names import unique_names
from mmprivacy.visualization.panels import draw_grid, draw_heat_maps, fit
from mmprivacy.visualization.pictures import shown_photo, write_png
from mmprivacy.visualization.verdicts import Verdict


@HOOKS.register_module()
class HeatMapVisualizationHook(Hook):
    """Draw a field of heat maps over the photos.

    At each validation the first photos go to the visualizer's back ends (files,
    TensorBoard and so on); in the test, with ``out_dir``, every photo is written as
    ``<out_dir>/<stem>.png``. Each panel says the prediction, its score and the label.

    A photo is shown as it is on disk if the pipeline only resized it; if it was cropped
    or flipped, what the model saw is shown, so that maps and photo always fit.

    Args:
        field: Field of the data samples with maps (N, h, w), such as ``'region_maps'``.
        title: Caption of each map; ``{}`` becomes its number.
        titles: Captions of the maps, instead of ``title``.
        draw: Whether to draw at all.
        num_images: Photos of the first validation batch that are drawn.
        out_dir: Folder for the panels of the test; None draws none.
        normalize: ``'image'``: one scale for all maps of a photo; ``'map'``: one each.
        tile: Height of each picture in pixels.

    A model may have no maps yet, as DRAG before its channels are grouped. Then a
    warning says so, and the test's panels show photo and prediction alone.

    Raises:
        ConfigError: If the field holds something else than maps.
    """

    priority = 'NORMAL'

    def __init__(
        self,
        field: str = 'region_maps',
        title: str = 'Region {}',
        titles: Sequence[str] | None = None,
        draw: bool = True,
        num_images: int = 4,
        out_dir: str | None = None,
        normalize: str = 'image',
        tile: int = 256,
    ) -> None:
        self.field = field
        self.title = title
        self.titles = titles
        self.draw = draw
        self.num_images = num_images
        self.out_dir = out_dir
        self.normalize = normalize
        self.tile = tile
        self._names: dict[str, str] = {}
        self._warned = False

    def before_test(self, runner: Any) -> None:
        """Settle the file names, which must not depend on the process that writes."""
        if self.draw and self.out_dir:
            dataset = runner.test_dataloader.dataset
            info = getattr(dataset, 'get_data_info', None)
            paths = (
                [info(i).get('img_path', '') for i in range(len(dataset))]
                if info
                else []
            )
            self._names = unique_names(p for p in paths if p)

    def after_val_iter(
        self,
        runner: Any,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: Sequence | None = None,
    ) -> None:
        """Send the first photos to the visualizer's back ends.

        Args:
            runner: The runner.
            batch_idx: Index of the batch.
            data_batch: What the data loader gave.
            outputs: Data samples with predictions.
        """
        if not (self.draw and batch_idx == 0 and outputs and is_main_process()):
            return
        chosen = list(outputs)[: self.num_images]
        if not self._has_field(chosen):
            return
        names = unique_names(str(s.get('img_path', i)) for i, s in enumerate(chosen))
        classes = _classes(runner)
        for i, sample in enumerate(chosen):
            panel = self.draw_sample(sample, data_batch['inputs'][i], classes)
            name = names[str(sample.get('img_path', i))]
            step = runner.epoch or runner.iter
            runner.visualizer.add_image(name, panel, step=step)

    def after_test_iter(
        self,
        runner: Any,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: Sequence | None = None,
    ) -> None:
        """Write a panel for each photo.

        Args:
            runner: The runner.
            batch_idx: Index of the batch.
            data_batch: What the data loader gave.
            outputs: Data samples with predictions.
        """
        if not (self.draw and self.out_dir and outputs):
            return
        self._has_field(outputs)
        classes = _classes(runner)
        for i, sample in enumerate(outputs):
            panel = self.draw_sample(sample, data_batch['inputs'][i], classes)
            path = str(sample.get('img_path', f'{batch_idx}_{i}'))
            name = self._names.get(path) or Path(path).stem
            write_png(Path(self.out_dir) / f'{name}.png', panel)

    def _has_field(self, samples: Sequence[Any]) -> bool:
        """Tell whether all samples have the field; warn once if not."""
        missing = [s for s in samples if self.field not in s]
        if missing and not self._warned:
            self._warned = True
            print_log(
                f'{type(self).__name__}: no {self.field!r} in the samples (yet), '
                f'only {", ".join(sorted(missing[0].all_keys()))}.',
                logger='current',
                level=logging.WARNING,
            )
        return not missing

    def draw_sample(
        self, sample: Any, image: Any, classes: Sequence[str]
    ) -> np.ndarray:
        """Draw the panel of one photo.

        Args:
            sample: Data sample with the maps and, where known, ``pred_score`` (C,),
                ``gt_label`` (1,) and ``img_path``.
            image: What the model saw, BGR uint8 (3, H, W).
            classes: Class names in label order.

        Returns:
            The panel, RGB uint8 (H', W', 3).

        Raises:
            ConfigError: If the field holds something else than maps.
        """
        path = sample.get('img_path')
        title = Path(path).name if path else ''
        return self.draw_panel(sample, shown_photo(sample, image), title, classes)

    def draw_panel(
        self, sample: Any, photo: np.ndarray, title: str, classes: Sequence[str]
    ) -> np.ndarray:
        """Draw the maps of a sample over its photo.

        Args:
            sample: Data sample, see :meth:`draw_sample`.
            photo: What the maps belong to, RGB uint8 (H, W, 3).
            title: Headline.
            classes: Class names in label order.

        Returns:
            The panel, RGB uint8 (H', W', 3).

        Raises:
            ConfigError: If the field holds something else than maps.
        """
        maps, verdict = sample.get(self.field), _verdict(sample, classes)
        if maps is None:
            caption = f'Photo\nno {self.field}'
            return draw_grid([fit(photo, self.tile)], [caption], 1, title, verdict)
        if getattr(maps, 'ndim', 0) != 3:
            shape = tuple(getattr(maps, 'shape', ()))
            raise ConfigError.explain(
                f'{type(self).__name__}.field={self.field!r}',
                expected='maps (N, h, w) in the data samples',
                got=f'{type(maps).__name__} of shape {shape}',
                fix='name a field with maps',
            )
        maps = maps.detach().float().cpu().numpy()
        titles = self.titles or [self.title.format(i + 1) for i in range(len(maps))]
        return draw_heat_maps(
            photo,
            maps,
            titles=titles,
            title=title,
            verdict=verdict,
            normalize=self.normalize,
            tile=self.tile,
        )


def _classes(runner: Any) -> Sequence[str]:
    """Take the class names from the visualizer, which the loops keep up to date."""
    meta = getattr(runner.visualizer, 'dataset_meta', None) or {}
    return meta.get('classes') or ()


def _verdict(sample: Any, classes: Sequence[str]) -> Verdict | None:
    """Read prediction and label of a data sample."""
    scores = sample.get('pred_score')
    if scores is None:
        return None
    best = int(scores.argmax())
    labels = sample.get('gt_label')
    truth = None if labels is None else int(labels.reshape(-1)[0])
    names = dict(enumerate(classes))
    return Verdict(
        names.get(best, f'class {best}'),
        float(scores[best]),
        None if truth is None else names.get(truth, f'class {truth}'),
    )
