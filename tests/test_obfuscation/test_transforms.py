"""The obfuscations in pipelines."""

from __future__ import annotations

import numpy as np
import pytest
from mmengine.registry import TRANSFORMS, DefaultScope

from mmprivacy import obfuscation
from mmprivacy.errors import ConfigError, DataError, ShapeError

CONFIGS = [
    dict(type='BlurImage', sigma=3.0),
    dict(type='PixelateImage', cell=6),
    dict(type='MosaicImage', cell=6),
    dict(type='FillRegion', region='image', color=(9, 8, 7)),
    dict(type='AddGaussianNoise', sigma=20.0),
    dict(type='ReduceBrightness', factor=0.3),
    dict(type='CompressJPEG', quality=5),
]
IDS = [c['type'] for c in CONFIGS]


def photo():
    return np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)


@pytest.mark.parametrize('scope', ['mmengine', 'mmdet', 'mmseg', 'mmpretrain'])
@pytest.mark.parametrize('config', CONFIGS, ids=IDS)
def test_ours_is_built_in_every_scope(config, scope):
    if scope != 'mmengine':
        pytest.importorskip(scope)
    with DefaultScope.overwrite_default_scope(scope):
        built = TRANSFORMS.build(dict(config))
    assert type(built) is getattr(obfuscation, config['type'])
    strength = next(v for k, v in config.items() if k not in ('type', 'region'))
    assert repr(strength) in repr(built)
    before = photo()
    results = built(dict(img=before))
    assert results['img'].shape == before.shape
    assert (results['img'] != before).mean() > 0.4
    assert np.array_equal(before, photo())


class Boxes:
    """Stands for the box and mask types of mmdet."""

    def __init__(self, values):
        self.values = np.asarray(values)

    def numpy(self):
        return self.values


@pytest.mark.parametrize('wrap', [np.asarray, Boxes])
def test_boxes_of_some_labels(wrap):
    results = dict(
        img=photo(),
        gt_bboxes=wrap(np.array([[2, 3, 10, 12], [20, 5, 30, 9]], np.float32)),
        gt_bboxes_labels=np.array([4, 7]),
    )
    hide = obfuscation.FillRegion(region='boxes', labels=[7])
    out = hide(dict(results))['img']
    expected = photo()
    expected[5:9, 20:30] = 0
    assert np.array_equal(out, expected)
    out = obfuscation.FillRegion()(dict(results))['img']
    expected[3:12, 2:10] = 0
    assert np.array_equal(out, expected)
    assert np.array_equal(
        obfuscation.FillRegion(labels=[1])(dict(results))['img'], photo()
    )


def test_masks_and_classes():
    masks = np.zeros((2, 30, 40), np.uint8)
    masks[0, :4], masks[1, :, :5] = 1, 1
    results = dict(img=photo(), gt_masks=masks, gt_bboxes_labels=np.array([1, 2]))
    expected = photo()
    expected[:, :5] = 0
    out = obfuscation.FillRegion(region='masks', labels=[2])(dict(results))
    assert np.array_equal(out['img'], expected)
    none = dict(img=photo(), gt_masks=masks[:0])
    assert np.array_equal(obfuscation.FillRegion(region='masks')(none)['img'], photo())
    classes = masks[0] * 3 + masks[1] * 10
    results = dict(img=photo(), gt_seg_map=classes)
    out = obfuscation.FillRegion(region='seg_map', labels=[10, 13])(results)
    assert np.array_equal(out['img'], expected)


def test_what_mmdet_loads_is_understood():
    structures = pytest.importorskip('mmdet.structures')
    import torch

    boxes = structures.bbox.HorizontalBoxes(torch.tensor([[2.0, 3, 10, 12]]))
    masks = structures.mask.BitmapMasks(np.ones((1, 30, 40), np.uint8), 30, 40)
    out = obfuscation.FillRegion()(dict(img=photo(), gt_bboxes=boxes))['img']
    assert (out[3:12, 2:10] == 0).all()
    assert np.array_equal(out[12:], photo()[12:])
    out = obfuscation.FillRegion(region='masks')(dict(img=photo(), gt_masks=masks))
    assert not out['img'].any()


def test_mistakes():
    with pytest.raises(ConfigError, match=r'BlurImage\.region'):
        obfuscation.BlurImage(2.0, region='box')
    with pytest.raises(ConfigError, match='labels'):
        obfuscation.BlurImage(2.0, region='seg_map')
    with pytest.raises(ConfigError, match='labels'):
        obfuscation.BlurImage(2.0, labels=[1])
    with pytest.raises(ConfigError, match='quality'):
        obfuscation.CompressJPEG(0)
    with pytest.raises(DataError, match="BlurImage: expected 'gt_bboxes'"):
        obfuscation.BlurImage(2.0, region='boxes')(dict(img=photo()))
    with pytest.raises(ShapeError, match='uint8'):
        obfuscation.BlurImage(2.0)(dict(img=photo() / 255))
