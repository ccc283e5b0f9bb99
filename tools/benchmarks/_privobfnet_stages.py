"""Both stages of segmentation from image labels, as docs/pseudo_labels.md has them.

Runs in a child process.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from _common import write_json
from _training import score, train

from mmprivacy.apis import load_config
from mmprivacy.apis.checkpoints import best_or_last
from mmprivacy.apis.pseudo_labels import write_pseudo_labels

THRESHOLDS = (0.15, 0.25, 0.35, 0.45)
SEG_MAPS = 'train_dataloader.dataset.data_prefix.seg_map_path'


def both_stages(payload: dict) -> dict:
    """Train the first stage, label the photos with it, train the second stage.

    The background score of the pseudo labels is the one that is best on the validation
    split, whose pixels are known.

    Args:
        payload: ``configs`` of the two stages, ``options``, ``sample`` and the
            ``work_dir``.

    Returns:
        ``threshold``; mIoU in percent of the ``pseudo_labels`` of the training photos;
        of those of the test photos (``pseudo_labels_test``), for which the classes have
        to be known; of the first stage on the test photos (``first_stage``); and of the
        ``second_stage`` on them. The last two see nothing but the photo.
    """
    folder = Path(payload['work_dir'])
    first, second = payload['configs']
    cfg = _load(first, payload, folder / 'first')
    train(cfg)
    checkpoint = best_or_last(cfg.work_dir)
    threshold = _choose_background(cfg, checkpoint, folder)
    made = {
        split: _label(cfg, checkpoint, folder / split, split, threshold)
        for split in ('train', 'test')
    }
    stage_one = score(cfg, checkpoint, '')['mIoU']
    maps = {SEG_MAPS: str((folder / 'train').resolve())}
    cfg = _load(second, payload, folder / 'second', maps)
    train(cfg)
    stage_two = score(cfg, best_or_last(cfg.work_dir), '')['mIoU']
    found = {
        'threshold': threshold,
        'pseudo_labels': 100 * made['train'],
        'pseudo_labels_test': 100 * made['test'],
        'first_stage': stage_one,
        'second_stage': stage_two,
    }
    write_json(folder / 'stages.json', found)
    return found


def _load(
    config: str, payload: dict, work_dir: Path, more: dict[str, Any] | None = None
) -> Any:
    options = {**payload['options'], **(more or {})}
    cfg = load_config(config, options, payload['sample'])
    cfg.work_dir = str(work_dir)
    return cfg


def _choose_background(cfg: Any, checkpoint: Path, folder: Path) -> float:
    """Find the score of the background that fits the validation photos best."""
    found = {
        value: _label(cfg, checkpoint, folder / f'val_{value}', 'val', value)
        for value in THRESHOLDS
    }
    return max(found, key=found.get)


def _label(
    cfg: Any, checkpoint: Path, out: Path, split: str, background: float
) -> float:
    """Write pseudo labels of a split and compare them with the truth."""
    from mmprivacy.privobfnet.pseudo_labels import PseudoLabelOptions

    node = cfg.val_dataloader.dataset
    truth = str(Path(node.data_root, node.data_prefix.seg_map_path))
    options = PseudoLabelOptions(constant=background)
    report = write_pseudo_labels(
        cfg, checkpoint, out, options, split, truth, progress=False
    )
    return report.miou
