"""The tool that writes pseudo labels: files, classes, sizes, resumption, bad input."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from mmengine.registry import MODELS, DefaultScope
from PIL import Image
from tiny_runs import NUM, as_arguments

from mmprivacy.apis.config import load_config
from mmprivacy.datasets.segmentation_maps import (
    read_segmentation_map,
    write_segmentation_map,
)

CONFIG = 'configs/privobfnet/privobfnet_r38d_voc12.py'


@pytest.fixture(scope='module')
def trained(voc_image_labels_root, tmp_path_factory):
    """Overrides, and weights of a network that has learnt nothing."""
    from tiny_runs import ROOT

    options = {
        'sample.data.root': str(voc_image_labels_root),
        **{f'sample.data.num.{split}': n for split, n in NUM.items()},
        'model.backbone.base_channels': 2,
        'model.cam_head.in_channels': 128,
        'model.attr_head.in_channels': 128,
        'test_dataloader.dataset.pipeline.1.scale': (48, 48),
    }
    cfg = load_config(ROOT / CONFIG, options, sample=True)
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmseg'):
        model = MODELS.build(cfg.model)
    for module in model.modules():
        if isinstance(module, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(module.weight)
    path = tmp_path_factory.mktemp('weights') / 'w.pth'
    torch.save(dict(state_dict=model.state_dict()), path)
    return options, path


def run(run_tool, trained, out, *more):
    options, path = trained
    arguments = [CONFIG, path, '--out', out, '--sample', '--device', 'cpu', *more]
    return run_tool('pseudo_labels', *arguments, *as_arguments(options))


def test_maps_of_the_training_photos(
    run_tool, trained, voc_image_labels_root, tmp_path
):
    root = voc_image_labels_root / 'VOC2007'
    truth = root / 'SegmentationClass'
    done = run(run_tool, trained, tmp_path / 'a', '--truth', truth)
    assert done.status == 0, done.err
    assert f'{NUM["train"]} maps written, 0 there already' in done.out
    assert 'mIoU of the pseudo labels on sample data' in done.out
    lists = (root / 'ImageSets/ImageLevel/train.txt').read_text()
    labelled = 0
    for line in lists.splitlines():
        name, *classes = line.split()
        labels = read_segmentation_map(tmp_path / f'a/{name}.png')
        with Image.open(root / f'JPEGImages/{name}.jpg') as photo:
            assert labels.shape == photo.size[::-1]
        found = set(np.unique(labels).tolist()) - {0}
        assert found <= {int(c) + 1 for c in classes}  # no class that is not there
        labelled += bool(found)
    assert labelled
    first = next((tmp_path / 'a').glob('*.png'))
    before = first.read_bytes()
    first.unlink()
    again = run(run_tool, trained, tmp_path / 'a')
    assert f'1 maps written, {NUM["train"] - 1} there already' in again.out
    assert first.read_bytes() == before
    thresholds = ('--background', 'thresholds', '--refinement', 'local')
    done = run(run_tool, trained, tmp_path / 'b', *thresholds, '--split', 'val')
    assert done.status == 0, done.err
    maps = [read_segmentation_map(p) for p in (tmp_path / 'b').glob('*.png')]
    assert len(maps) == NUM['val']
    assert any((m == 255).any() for m in maps)


def test_perfect_labels_overlap_fully(run_tool, trained, voc_image_labels_root):
    """The truth in place of pseudo labels: nothing is written, the mIoU is 100 %."""
    truth = voc_image_labels_root / 'VOC2007/SegmentationClass'
    done = run(run_tool, trained, truth, '--truth', truth)
    assert f'0 maps written, {NUM["train"]} there already' in done.out
    assert ': 100.0 %' in done.out


def test_bad_input(run_tool, trained, voc_image_labels_root, tmp_path):
    done = run(run_tool, trained, tmp_path, '--background', 'otsu')
    assert done.status == 2
    assert 'constant' in done.err
    done = run(run_tool, (trained[0], tmp_path / 'none.pth'), tmp_path / 'c')
    assert done.status == 2
    assert 'none.pth' in done.err
    truth = voc_image_labels_root / 'VOC2007/SegmentationClass'
    for path in truth.glob('*.png'):
        write_segmentation_map(tmp_path / 'd' / path.name, np.zeros((3, 3)))
    done = run(run_tool, trained, tmp_path / 'd', '--truth', truth)
    assert done.status == 2
    assert '3 x 3' in done.err
