"""Write the pseudo labels that a trained PrivObfNet gives the photos of a split."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmprivacy.errors import ConfigError, DataError


@dataclass
class PseudoLabelReport:
    """What :func:`write_pseudo_labels` has done.

    Attributes:
        made: Maps that were written.
        kept: Maps that were there.
        miou: Mean over the classes of their overlap with the truth, in [0, 1]; None
            without truth.
        iou: Class to its overlap.
    """

    made: int = 0
    kept: int = 0
    miou: float | None = None
    iou: dict[str, float] | None = None


def write_pseudo_labels(
    cfg: Any,
    checkpoint: str | Path,
    out: str | Path,
    options: Any = None,
    split: str = 'train',
    truth: str | None = None,
    device: str | None = None,
    trust_checkpoint: bool = False,
    progress: bool = True,
) -> PseudoLabelReport:
    """Label every photo of a split, knowing which classes it shows.

    Maps are written one by one, atomically; a run that was stopped goes on.

    Args:
        cfg: A config of :func:`~mmprivacy.apis.config.load_config` whose model gives
            ``attr_masks``, and whose data set gives ``gt_score`` and ``img_id``.
        checkpoint: Its weights.
        out: Folder of the maps: ``<out>/<img_id>.png``.
        options: :class:`~mmprivacy.privobfnet.pseudo_labels.PseudoLabelOptions`.
        split: Whose photos: ``'train'``, ``'val'`` or ``'test'``, a data loader of the
            config.
        truth: Folder of true maps to compare with, the same names.
        device: Where to run; the first GPU if there is one, else the CPU.
        trust_checkpoint: Load a file that needs unrestricted pickle.
        progress: Show a bar on stderr.

    Returns:
        What was done.

    Raises:
        ConfigError: If the config has no such split, or another kind of model.
        DataError: If photos or true maps cannot be used.
        CheckpointError: If the checkpoint cannot.
    """
    from mmprivacy.apis.model_loading import load_model
    from mmprivacy.datasets.image_checks import track

    cfg = copy.deepcopy(cfg)
    model_options = cfg.model.setdefault('test_cfg', {})
    model_options.update(label_source='gt', mask_size='original')
    dataset = _dataset(cfg, split)
    out = Path(out).expanduser()
    names = [str(dataset.get_data_info(k)['img_id']) for k in range(len(dataset))]
    files = [out / f'{name}.png' for name in names]
    todo = [k for k, file in enumerate(files) if not file.is_file()]
    report = PseudoLabelReport(made=len(todo), kept=len(files) - len(todo))
    if todo:
        model = load_model(cfg, checkpoint, device, trust_checkpoint)
        for k in track(todo, len(todo), progress, 'Writing pseudo labels'):
            _label(model, dataset[k], files[k], options)
    if truth:
        _compare(report, dataset.metainfo['classes'], files, names, Path(truth))
    return report


def _dataset(cfg: Any, split: str) -> Any:
    """Build the data set of a split with the pipeline of the test split."""
    from mmengine.registry import DATASETS, DefaultScope

    loader, test = cfg.get(f'{split}_dataloader'), cfg.get('test_dataloader')
    if not loader or not test:
        raise ConfigError.explain(
            cfg.filename,
            expected=f'{split}_dataloader and test_dataloader',
            got='not both',
            fix='choose another --split',
        )
    dataset = copy.deepcopy(loader.dataset)
    steps = copy.deepcopy(test.dataset.pipeline)
    dataset.pipeline = [step for step in steps if step['type'] != 'LoadAnnotations']
    dataset.test_mode = True
    dataset.pop('masks', None)  # of people and text: predictions need none
    with DefaultScope.overwrite_default_scope(cfg.get('default_scope')):
        built = DATASETS.build(dataset)
        built.full_init()
    return built


def _label(model: Any, item: dict, file: Path, options: Any) -> None:
    """Label one photo and write the map."""
    import torch
    from mmengine.dataset import pseudo_collate

    from mmprivacy.datasets.loading import load_photo
    from mmprivacy.datasets.segmentation_maps import write_segmentation_map
    from mmprivacy.privobfnet.pseudo_labels import pseudo_labels

    with torch.no_grad():
        (sample,) = model.test_step(pseudo_collate([item]))
    if 'attr_masks' not in sample or 'gt_score' not in sample:
        raise ConfigError.explain(
            'pseudo labels',
            expected='attr_masks of the model, and gt_score of the data set',
            got=sorted(sample.keys()),
            fix='use a config of PrivObfNet',
        )
    maps = sample.attr_masks.data
    image = None
    if options is not None and options.refinement != 'none':
        rgb = load_photo(sample.img_path)[..., ::-1].transpose(2, 0, 1)
        image = torch.from_numpy(rgb.copy()).to(maps.device)
    present = sample.gt_score.to(maps.device) > 0.5
    labels = pseudo_labels(maps, image, present, options)
    write_segmentation_map(file, labels.cpu().numpy())


def _compare(
    report: PseudoLabelReport,
    classes: tuple[str, ...],
    files: list[Path],
    names: list[str],
    truth: Path,
) -> None:
    """Compare maps with the true ones."""
    import numpy as np

    from mmprivacy.evaluation.functional.segmentation import class_iou, confusion

    counts = np.zeros((len(classes), len(classes) + 1), np.int64)
    for true, found, file in _pairs(files, names, truth):
        if true.shape != found.shape:
            raise DataError.explain(
                file,
                expected='a map of {} x {}'.format(*true.shape),
                got='{} x {}'.format(*found.shape),
                fix='remove it and write it again',
            )
        counts += confusion(true, found, len(classes))
    iou = class_iou(counts)
    report.iou = {c: float(v) for c, v in zip(classes, iou) if v == v}
    report.miou = float(np.nanmean(iou))


def _pairs(files: list[Path], names: list[str], truth: Path) -> Iterator[tuple]:
    """Yield true and found labels (h, w), and the file of the latter."""
    from mmprivacy.datasets.segmentation_maps import read_segmentation_map

    for file, name in zip(files, names):
        true = read_segmentation_map(truth.expanduser() / f'{name}.png')
        yield true, read_segmentation_map(file), file
