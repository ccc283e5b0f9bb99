"""Pictures with masks: files of all kinds, folders, transforms, packing."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from mmengine.dataset import pseudo_collate
from mmengine.registry import DATASETS, TRANSFORMS
from PIL import Image

from mmprivacy.datasets import InpaintingDataset, load_mask
from mmprivacy.errors import ConfigError, DataError, ShapeError

PAIR = [
    dict(type='LoadPhoto'),
    dict(type='LoadRegionMask'),
    dict(type='PackInpaintingInputs'),
]
DRAWN = [
    dict(type='LoadPhoto'),
    dict(type='DrawRegionMask', style='thick', seed=3),
    dict(type='PackInpaintingInputs'),
]


def region(h=40, w=60):
    mask = np.zeros((h, w), np.uint8)
    mask[10:20, 30:45] = 1
    return mask


def photo(h=40, w=60, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (h, w, 3), dtype=np.uint8)


def save(array, path, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path, **options)
    return path


@pytest.fixture
def tree(tmp_path):
    """Two pictures with masks, one of them with the true background."""
    for k, name in enumerate(('x/one', 'two')):
        save(photo(seed=k), tmp_path / f'img/{name}.png')
        save(region() * 255, tmp_path / f'mask/{name}.png')
        save(photo(seed=k + 9), tmp_path / f'back/{name}.png')
    return tmp_path


def build(tree, pipeline=(), **more):
    options = dict(data_root=str(tree), pipeline=pipeline, test_mode=True) | more
    return DATASETS.build(dict(type='InpaintingDataset', **options))


# Mask files


def test_levels_0_and_255(tmp_path):
    assert np.array_equal(load_mask(save(region() * 255, tmp_path / 'm.png')), region())


def test_levels_0_and_1(tmp_path):
    assert np.array_equal(load_mask(save(region(), tmp_path / 'm.png')), region())


def test_jpeg_noise_is_no_mask(tmp_path):
    path = save(region() * 255, tmp_path / 'm.jpg', quality=60)
    levels = np.asarray(Image.open(path))
    assert ((levels > 0) != region()).any()  # what a threshold of 0 would make of it
    wrong = load_mask(path) != region()
    assert wrong.mean() < 0.01


def test_colour_alpha_16_bit_and_1_bit_masks(tmp_path):
    white = np.repeat(region()[..., None] * 255, 3, 2)
    opaque = np.dstack([white, np.full_like(region(), 255)])
    files = [
        save(white, tmp_path / 'rgb.png'),
        save(opaque, tmp_path / 'rgba.png'),
        save(region().astype(np.uint16) * 65535, tmp_path / '16.png'),
        save(region().astype(bool), tmp_path / '1.png'),
    ]
    for path in files:
        assert np.array_equal(load_mask(path), region()), path.name


@pytest.mark.parametrize('colour', [(255, 255, 255), (128, 0, 0), (1, 1, 1)])
@pytest.mark.parametrize('first', [True, False])
def test_palette_masks(tmp_path, colour, first):
    """Which index stands for black does not matter."""
    image = Image.fromarray(region() if first else 1 - region(), 'P')
    image.putpalette((0, 0, 0, *colour) if first else (*colour, 0, 0, 0))
    image.save(tmp_path / 'm.png')
    assert np.array_equal(load_mask(tmp_path / 'm.png'), region())


def test_a_mask_that_would_be_read_as_empty_is_refused(tmp_path):
    for level, name in ((2, 'm.png'), (100, 'n.png'), (100, 'm.jpg')):
        path = save(region() * level, tmp_path / name)
        with pytest.raises(DataError, match=f'{name}.*none above') as e:
            load_mask(path)
        assert 'label map' in str(e.value)


def test_transparent_masks_are_refused(tmp_path):
    image = np.dstack([np.zeros((40, 60, 3), np.uint8), region() * 255])
    with pytest.raises(DataError, match=r'm\.png: expected an opaque mask'):
        load_mask(save(image, tmp_path / 'm.png'))


def test_empty_and_full_masks(tmp_path):
    for level, name in ((0, 'e.png'), (255, 'f.png'), (0, 'e.jpg'), (255, 'f.jpg')):
        path = save(np.full((8, 8), level, np.uint8), tmp_path / name)
        assert (load_mask(path) == bool(level)).all()


def test_masks_are_turned_as_their_photos_are(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    path = save(region() * 255, tmp_path / 'm.png', exif=exif)
    assert np.array_equal(load_mask(path), np.rot90(region(), -1))


def test_missing_and_broken_masks_are_named(tmp_path):
    with pytest.raises(DataError, match=r'gone\.png.*no such file'):
        load_mask(tmp_path / 'gone.png')
    path = save(region() * 255, tmp_path / 'cut.png')
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(DataError, match=r'cut\.png.*cannot be decoded'):
        load_mask(path)


# Folders


def test_folder(tree):
    data = build(tree, data_prefix='img')
    found = [(d['img_id'], d['img_path']) for d in map(data.get_data_info, range(2))]
    assert found == [(n, str(tree / f'img/{n}.png')) for n in ('two', 'x/one')]


def test_masks_and_backgrounds(tree):
    folders = dict(img_path='img', mask_path='mask', background_path='back')
    data = build(tree, PAIR, data_prefix=folders)
    item = data[1]
    assert item['inputs']['img'].dtype == item['inputs']['mask'].dtype == torch.uint8
    assert np.array_equal(item['inputs']['img'].permute(1, 2, 0).numpy(), photo(seed=0))
    assert np.array_equal(item['inputs']['mask'].numpy(), region()[None])
    sample = item['data_samples']
    assert np.array_equal(sample.gt_background.permute(1, 2, 0).numpy(), photo(seed=9))
    assert sample.img_path == str(tree / 'img/x/one.png')
    assert (sample.img_id, sample.ori_shape) == ('x/one', (40, 60))
    batch = pseudo_collate([data[0], item])
    assert len(batch['inputs']['img']) == len(batch['data_samples']) == 2


def test_masks_beside_the_pictures(tree):
    for name in ('x/one', 'two'):
        save(region() * 255, tree / f'img/{name}_mask000.png')
    folders = dict(img_path='img', mask_path='img')
    data = build(tree, PAIR, data_prefix=folders, mask_suffix='_mask000.png')
    assert len(data) == 2
    assert 'gt_background' not in data[0]['data_samples']
    assert np.array_equal(data[0]['inputs']['mask'][0].numpy(), region())


def test_list_of_pictures(tree):
    (tree / 'list.txt').write_text('/x/one.png\n\n')  # as Places365's lists begin
    data = build(tree, data_prefix='img', ann_file='list.txt')
    assert [data.get_data_info(0)['img_id'], len(data)] == ['x/one', 1]
    (tree / 'list.txt').write_text('x/three.png\n')
    with pytest.raises(DataError, match=r'list\.txt.*1 missing.*three\.png'):
        build(tree, data_prefix='img', ann_file='list.txt')


def test_missing_files_are_named(tree):
    (tree / 'mask/two.png').unlink()
    with pytest.raises(DataError, match=r'mask.*1 missing.*two\.png'):
        build(tree, data_prefix=dict(img_path='img', mask_path='mask'))
    with pytest.raises(DataError, match='nowhere: expected at least one picture'):
        build(tree, data_prefix='nowhere')
    with pytest.raises(ConfigError, match='data_prefix'):
        build(tree, data_prefix=dict(img_path='img', masks='mask'))


def test_a_mask_of_another_size_is_named(tree):
    save(region(40, 50) * 255, tree / 'mask/two.png')
    data = build(tree, PAIR, data_prefix=dict(img_path='img', mask_path='mask'))
    with pytest.raises(ShapeError, match=r'two\.png.*60 x 40.*50x40'):
        data[0]


@pytest.mark.parametrize(
    'array',
    [
        photo(1, 1),
        photo()[..., 0],
        photo()[..., 0].astype(np.uint16) * 257,
        np.dstack([photo(), photo()[..., 0]]),
        np.dstack([photo()[..., 0], photo()[..., 1]]),
    ],
    ids=['1 pixel', 'grey', '16 bit', 'RGBA', 'LA'],
)
def test_pictures_of_all_kinds(tmp_path, array):
    save(array, tmp_path / 'img/a.png')
    for scale in (None, (16, 16), 16):
        steps = [] if scale is None else [dict(type='ResizeWithMask', scale=scale)]
        item = build(tmp_path, [DRAWN[0], *steps, *DRAWN[1:]], data_prefix='img')[0]
        image, mask = item['inputs']['img'], item['inputs']['mask']
        assert image.shape[0] == 3
        assert image.shape[1:] == mask.shape[1:]
        assert mask.any()


# Transforms


def test_drawn_masks_of_a_picture_stay_the_same(tree):
    whole = build(tree, DRAWN, data_prefix='img')
    first, second = whole[0]['inputs']['mask'], whole[1]['inputs']['mask']
    (tree / 'list.txt').write_text('x/one.png')
    alone = build(tree, DRAWN, data_prefix='img', ann_file='list.txt')
    assert torch.equal(alone[0]['inputs']['mask'], second)
    assert not torch.equal(first, second)


def test_training_masks_follow_numpys_generator():
    draw = TRANSFORMS.build(dict(type='DrawRegionMask', style='train'))

    def masks():
        np.random.seed(5)
        return [draw(dict(img=photo()))['mask'] for _ in range(2)]

    (a, b), (c, _) = masks(), masks()
    assert np.array_equal(a, c)
    assert not np.array_equal(a, b)


def test_resizing_loses_no_thin_stroke():
    mask = np.zeros((256, 256), np.uint8)
    mask[:, 81] = 1
    resize = TRANSFORMS.build(dict(type='ResizeWithMask', scale=(32, 32)))
    done = resize(dict(img=photo(256, 256), mask=mask, background=photo(256, 256)))
    assert done['mask'][:, 10].all()
    assert done['mask'].sum() == 32
    assert done['background'].shape == done['img'].shape == (32, 32, 3)


def test_resizing_averages_areas_and_keeps_ratios():
    image = np.zeros((40, 80, 3), np.uint8)
    image[:, ::2] = 200
    resize = TRANSFORMS.build(dict(type='ResizeWithMask', scale=10))
    done = resize(dict(img=image))
    assert done['img'].shape == (10, 20, 3)
    assert (done['img'] == 100).all()
    same = TRANSFORMS.build(dict(type='ResizeWithMask', scale=(80, 40)))
    assert np.array_equal(same(dict(img=image.copy()))['img'], image)
    flat = TRANSFORMS.build(dict(type='ResizeWithMask', scale=(10, 80)))
    assert (flat(dict(img=image))['img'] == 100).all()  # one side grows, one shrinks


def test_all_three_are_mirrored_together():
    flip = TRANSFORMS.build(dict(type='FlipWithMask', prob=1.0))
    done = flip(dict(img=photo(), mask=region(), background=photo(seed=1)))
    assert np.array_equal(done['img'], photo()[:, ::-1])
    assert np.array_equal(done['mask'], region()[:, ::-1])
    assert np.array_equal(done['background'], photo(seed=1)[:, ::-1])


def test_wrong_order_and_wrong_arguments():
    for name in ('LoadRegionMask', 'DrawRegionMask', 'PackInpaintingInputs'):
        with pytest.raises(DataError, match=f"{name}: expected 'img'.*LoadPhoto"):
            TRANSFORMS.build(dict(type=name))({})
    with pytest.raises(DataError, match='mask_path'):
        TRANSFORMS.build(dict(type='LoadRegionMask'))(dict(img=photo()))
    with pytest.raises(DataError, match='draw them'):
        TRANSFORMS.build(dict(type='PackInpaintingInputs'))(dict(img=photo()))
    for bad in (
        dict(type='ResizeWithMask', scale=0),
        dict(type='FlipWithMask', prob=2),
    ):
        with pytest.raises(ConfigError):
            TRANSFORMS.build(bad)


def test_an_unfit_mask_is_not_packed():
    pack = TRANSFORMS.build(dict(type='PackInpaintingInputs'))
    with pytest.raises(ShapeError, match='60 x 40'):
        pack(dict(img=photo(), mask=region(40, 59)))


def test_public_name():
    assert DATASETS.get('InpaintingDataset') is InpaintingDataset


# Regions


def test_regions_follow_the_picture(tree):
    box = dict(bbox=[30, 10, 45, 20], category='face')
    (tree / 'regions.json').write_text(json.dumps({'two': [box]}))
    folders = dict(img_path='img', mask_path='mask')
    steps = [
        *PAIR[:2],
        dict(type='ResizeWithMask', scale=(120, 20)),
        dict(type='FlipWithMask', prob=1.0),
        PAIR[2],
    ]
    options = dict(data_prefix=folders, region_file='regions.json')
    first, second = (build(tree, steps, **options)[k]['data_samples'] for k in (0, 1))
    assert first.regions == [dict(bbox=[30, 5, 60, 10], category='face')]
    assert second.regions == []
    plain = build(tree, PAIR, data_prefix=folders)[0]['data_samples']
    assert 'regions' not in plain


def test_broken_regions_are_named(tree):
    for text in ('[]', '{"two": [{"bbox": [1, 2, 3], "category": "x"}]}', '{"two'):
        (tree / 'regions.json').write_text(text)
        with pytest.raises(DataError, match=r'regions\.json'):
            build(tree, data_prefix='img', region_file='regions.json')
    with pytest.raises(DataError, match=r'none\.json.*no such file'):
        build(tree, data_prefix='img', region_file='none.json')
