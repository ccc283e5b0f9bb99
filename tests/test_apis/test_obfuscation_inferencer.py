"""Photos without what is to stay private: masks, score, files."""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib
import numpy as np
import pytest
import torch
from PIL import Image

pytest.importorskip('mmseg')

from mmengine.registry import DefaultScope
from mmseg.registry import MODELS

from mmprivacy.apis import ObfuscationInferencer, load_config
from mmprivacy.datasets import load_photo
from mmprivacy.datasets.attributes import ATTRIBUTES
from mmprivacy.errors import CheckpointError, ConfigError, DataError, ShapeError

CONFIG = 'configs/privobfnet/privobfnet_r38d_vispr.py'
SMALL = {
    'model.backbone.base_channels': 2,
    'model.cam_head.in_channels': 128,
    'model.test_cfg.cams': 'logits',  # without training, nothing is background
    'test_dataloader.dataset.pipeline.1.scale': (64, 64),
}
SOURCE = Path(matplotlib.get_data_path()) / 'sample_data' / 'grace_hopper.jpg'
FACE, CARD, SAFE = 'a9_face_complete', 'a30_credit_card', 'a0_safe'


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """Photos, and weights of a whole model that finds faces, cards and safe photos."""
    root = tmp_path_factory.mktemp('obfuscate')
    picture = Image.open(SOURCE).convert('RGB')
    for name, size in {'a': (120, 90), 'b': (64, 80), 'c': (120, 90)}.items():
        picture.resize(size).save(root / f'{name}.jpg', quality=95)
    cfg = load_config(CONFIG, SMALL, sample=True, draw=False)
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmseg'):
        model = MODELS.build(cfg.model)
    torch.nn.init.zeros_(model.attr_head.classifier.weight)
    bias = model.attr_head.classifier.bias.data.fill_(-2)
    for name in (FACE, CARD, SAFE):
        bias[2 * ATTRIBUTES[name].idx] = 2
    torch.save({'state_dict': model.state_dict()}, root / 'model.pth')
    return root


@pytest.fixture(scope='module')
def hide(folder):
    return ObfuscationInferencer(CONFIG, folder / 'model.pth', 'cpu', SMALL, True)


def test_model_image_alone_is_loaded(hide, folder):
    names = {n.partition('.')[0] for n, _ in hide.model.named_parameters()}
    assert names == {'backbone', 'cam_head', 'attr_head', 'priv_head'}
    state = torch.load(folder / 'model.pth', weights_only=True)['state_dict']
    assert any(key.startswith('local_backbone.') for key in state)


@pytest.mark.parametrize('method', ['blur', 'pixelate', 'mosaic', 'fill', 'noise'])
def test_pixels_change_within_the_masks_alone(hide, folder, method):
    result = hide(folder / 'a.jpg', [FACE, 'a26_handwriting'], method)
    photo = load_photo(folder / 'a.jpg')
    assert list(result.masks) == [FACE]
    assert result.missing == ['a26_handwriting']
    assert result.mask.shape == photo.shape[:2] == (90, 120)
    assert 0 < result.changed < 1
    outside = ~result.mask
    assert np.array_equal(result.image[outside], photo[outside])
    assert (result.image != photo).any(2)[result.mask].mean() > 0.5
    assert np.array_equal(result.photo, photo)


def test_everything_that_is_found_is_hidden_by_default(hide, folder):
    result = hide(folder / 'a.jpg')
    assert set(result.masks) == {FACE, CARD}
    assert result.missing == []
    assert result.probabilities[SAFE] > 0.9
    assert len(result.probabilities) == 68
    assert np.array_equal(result.mask, result.masks[FACE] | result.masks[CARD])
    assert np.isfinite(result.score)


def test_thresholds_decide_how_much_is_hidden(hide, folder):
    sure = hide(folder / 'a.jpg', FACE, attr_thr=0.99)
    assert sure.masks == {}
    assert sure.missing == [FACE]
    assert np.array_equal(sure.image, sure.photo)
    assert list(hide(folder / 'a.jpg', 'a26_handwriting', attr_thr=0.0).masks)
    areas = [
        hide(folder / 'a.jpg', FACE, mask_thr=thr, margin=margin).changed
        for thr, margin in ((0.6, 0.0), (0.25, 0.0), (0.25, 0.1))
    ]
    assert areas == sorted(areas)
    assert areas[0] < areas[2]


def test_attributes_can_have_thresholds_of_their_own(hide, folder):
    options = dict(attributes=[FACE, CARD], margin=0.0)
    high = hide(folder / 'a.jpg', mask_thr=0.6, **options)
    default = hide(folder / 'a.jpg', **options)
    own = hide(folder / 'a.jpg', mask_thr={FACE: 0.6}, **options)
    assert (high.masks[FACE] != default.masks[FACE]).any()
    assert np.array_equal(own.masks[FACE], high.masks[FACE])
    assert np.array_equal(own.masks[CARD], default.masks[CARD])


def test_strength_is_that_of_the_method(hide, folder):
    result = hide(folder / 'a.jpg', FACE, 'fill', strength=(1, 2, 3))
    assert (result.image[result.mask] == (1, 2, 3)).all()


def test_files_folders_arrays_and_batches_agree(hide, folder):
    paths = [folder / f'{n}.jpg' for n in 'abc']
    single = [hide(path) for path in paths]
    together = hide(folder, batch_size=2, show_progress=False)
    array = hide(load_photo(paths[1]))
    assert [Path(r.img_path).name for r in together] == ['a.jpg', 'b.jpg', 'c.jpg']
    for one, other in zip(single, together):
        assert np.array_equal(one.image, other.image)
        assert one.score == pytest.approx(other.score, abs=1e-5)
    assert array.img_path is None
    assert np.array_equal(array.image, single[1].image)


def test_files_that_are_written(hide, folder, tmp_path):
    (result, _) = hide([folder / 'a.jpg', folder / 'b.jpg'], out_dir=tmp_path)
    written = load_photo(tmp_path / 'a.png')
    assert np.array_equal(written, result.image)
    mask = np.asarray(Image.open(tmp_path / f'masks/a/{FACE}.png'))
    assert np.array_equal(mask > 0, result.masks[FACE])
    report = json.loads((tmp_path / 'report.json').read_text())
    assert [r['image'] for r in report] == ['a.png', 'b.png']
    assert report[0]['obfuscated'][FACE] == pytest.approx(result.masks[FACE].mean())
    assert not Image.open(tmp_path / 'a.png').info.get('exif')


def test_photos_are_never_overwritten(hide, folder, tmp_path):
    Image.open(folder / 'a.jpg').save(tmp_path / 'me.png')
    before = (tmp_path / 'me.png').read_bytes()
    with pytest.raises(DataError, match='never overwritten'):
        hide(tmp_path / 'me.png', out_dir=tmp_path)
    assert (tmp_path / 'me.png').read_bytes() == before


def test_the_panel_shows_photo_masks_and_result(hide, folder):
    result = hide(folder / 'a.jpg')
    one, two = hide(folder / 'a.jpg', FACE).draw(64), result.draw(64)
    assert one.dtype == np.uint8
    assert two.shape[1] > one.shape[1]
    nothing = hide(folder / 'a.jpg', [])
    assert nothing.masks == {}
    assert nothing.draw(64).ndim == 3


def test_broken_photos_are_named_or_left_out(hide, folder, tmp_path):
    (tmp_path / 'bad.jpg').write_bytes(b'no photo')
    with pytest.raises(DataError, match=r'bad\.jpg'):
        hide(tmp_path / 'bad.jpg', skip_broken=True)
    kept = hide([tmp_path / 'bad.jpg', folder / 'a.jpg'], skip_broken=True)
    assert [Path(r.img_path).name for r in kept] == ['a.jpg']


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (dict(attributes=['a9_face']), 'a9_face_complete'),
        (dict(method='erase'), 'method'),
        (dict(mask_thr=1.0), 'mask_thr'),
        (dict(mask_thr={'a9_face_complete': 1.0}), r"mask_thr\['a9_face_complete'\]"),
        (dict(mask_thr={'a9_face': 0.5}), 'a9_face_complete'),
        (dict(margin=-0.1), 'margin'),
        (dict(batch_size=0), 'batch_size'),
        (dict(method='blur', strength=-1), 'sigma'),
    ],
)
def test_wrong_arguments_are_refused(hide, folder, options, words):
    with pytest.raises(ConfigError, match=words):
        hide(folder / 'a.jpg', **options)


def test_wrong_models_and_arrays_are_refused(hide, folder):
    with pytest.raises(ShapeError, match='BGR uint8'):
        hide(np.zeros((4, 4), np.uint8))
    wider = SMALL | {
        'model.backbone.base_channels': 3,
        'model.cam_head.in_channels': 192,
    }
    with pytest.raises(CheckpointError, match='shape'):
        ObfuscationInferencer(CONFIG, folder / 'model.pth', 'cpu', wider, True)
