"""VISPR with masks: reading, moving them with the photo, packing."""

import copy

import numpy as np
import pytest
from mmengine.dataset import Compose
from mmengine.registry import DefaultScope
from PIL import Image
from vispr_tree import write_study, write_tree

from mmprivacy.datasets.attributes import ATTRIBUTE_IDS
from mmprivacy.datasets.mask_files import MaskIndex
from mmprivacy.errors import ConfigError, DataError
from mmprivacy.privobfnet import LoadPrivMasks, VISPRDataset

LOAD = [dict(type='LoadPhoto'), dict(type='LoadPrivMasks')]


@pytest.fixture(autouse=True)
def _scope():
    with DefaultScope.overwrite_default_scope('mmseg'):
        yield


def _photo(height, width):
    """A picture whose brightness tells the column and the row of each pixel."""
    rows, columns = np.mgrid[:height, :width]
    image = np.stack([rows, columns, 0 * rows], -1) * 255 // max(height, width)
    return image.astype(np.uint8)


@pytest.fixture(scope='module')
def tree(tmp_path_factory):
    """A tree with masks: people on the left half, text on the upper half."""
    root = write_study(write_tree(tmp_path_factory.mktemp('vispr')))
    indices = {n: MaskIndex(root, n, 'train') for n in ('human', 'text')}
    for n, path in enumerate(sorted((root / 'images/train2017').glob('*.jpg'))):
        size = (48 + 8 * n, 96)
        Image.fromarray(_photo(*size)).save(path, quality=95)
        masks = {name: np.zeros(size, bool) for name in indices}
        masks['human'][:, : size[1] // 2] = n != 3  # nobody in the last one
        masks['text'][: size[0] // 2] = True
        for name, index in indices.items():
            index.add(path, masks[name])
    for index in indices.values():
        index.write()
    return root


def _dataset(tree, **changes):
    options = dict(ann_file='train2017.txt', masks=('human', 'text')) | changes
    return VISPRDataset(data_root=str(tree), **options)


@pytest.fixture(scope='module')
def dataset(tree):
    with DefaultScope.overwrite_default_scope('mmseg'):
        return _dataset(tree)


@pytest.fixture
def info(dataset):
    return dataset.get_data_info(0)


def test_labels_scores_and_mask_files(dataset):
    assert dataset.metainfo['classes'] == ATTRIBUTE_IDS
    info = dataset.get_data_info(0)
    assert info['img_id'] == 'x1'
    assert sorted(np.flatnonzero(info['gt_score'])) == sorted(info['gt_label'])
    assert info['gt_privacy_score'].shape == (30,)
    assert 0 < info['gt_privacy_score'].min() <= info['gt_privacy_score'].max() <= 1
    assert info['mask_paths']['human'].endswith('masks/human/train/x1.png')
    safe = dataset.get_data_info(1)
    assert safe['gt_label'] == [0]
    assert not safe['gt_privacy_score'].any()


@pytest.mark.parametrize('score_mode', ['max_of_mean', 'per_profile'])
def test_both_hosts_tell_the_same(tree, score_mode):
    pytest.importorskip('mmpretrain')
    from mmprivacy.privattnet import VISPRDataset as Other

    options = dict(score_mode=score_mode, users='profiles', scale='unit')
    options |= dict(ann_file='val2017.txt', data_root=str(tree))
    ours, theirs = VISPRDataset(**options), Other(**options)
    np.testing.assert_array_equal(ours.get_gt_labels(), theirs.get_gt_labels())
    np.testing.assert_array_equal(
        ours.get_privacy_scores(), theirs.get_privacy_scores()
    )


def _half(mask, axis):
    """Share of the mask in the first half along an axis, and in the second."""
    first, second = np.array_split(mask > 127, 2, axis)
    return first.mean(), second.mean()


def test_masks_move_with_the_photo(dataset):
    """Flipped, resized and cropped, people stay where the picture is dark."""
    steps = [
        *LOAD,
        dict(type='Resize', scale=(192, 192), keep_ratio=True),
        dict(type='RandomFlip', prob=1.0),
        dict(type='RandomCrop', crop_size=(48, 96)),
        dict(type='PackPrivSegInputs'),
    ]
    np.random.seed(0)
    packs = [Compose(steps)(dataset.get_data_info(n)) for n in range(4)]
    for n, packed in enumerate(packs[:3]):
        image, sample = packed['inputs'], packed['data_samples']
        assert image.shape == (3, 48, 96)
        left = image[1].float() < 127  # columns of the left half of the file
        human = sample.priv_masks.human[0].bool()
        assert human.shape == (48, 96)
        assert (human == left).float().mean() > 0.93
        assert sample.gt_score.shape == (68,)
        assert sample.gt_privacy_score.shape == (30,)
        assert sample.gt_label.tolist() == dataset.get_data_info(n)['gt_label']
    assert not packs[3]['data_samples'].priv_masks.human.any()


def test_crops_are_within_landscape_and_portrait_photos():
    steps = Compose([dict(type='RandomCrop', crop_size=(44, 44))])
    for size in ((51, 68), (68, 51)):
        for seed in range(30):
            np.random.seed(seed)
            image = np.ones((*size, 3), np.uint8)
            done = steps(dict(img=image, img_shape=size, seg_fields=[]))
            assert done['img'].shape == (44, 44, 3)
            assert done['img'].all()


@pytest.mark.parametrize('part', [1, 2, 4])
def test_masks_fit_photos_that_were_decoded_smaller(info, part):
    size = tuple(-(-n // part) for n in (48, 96))
    results = LoadPrivMasks()(info | dict(img=np.zeros((*size, 3), np.uint8)))
    assert results['human_mask'].shape == size
    assert set(np.unique(results['human_mask'])) <= {0, 255}
    assert _half(results['human_mask'], 1) == pytest.approx((1, 0), abs=0.1)
    assert _half(results['text_mask'], 0) == pytest.approx((1, 0), abs=0.1)
    assert results['seg_fields'] == ['human_mask', 'text_mask']


def test_masks_of_another_size_are_refused(info):
    with pytest.raises(DataError, match=r'x1\.png: expected a mask of the size'):
        LoadPrivMasks()(info | dict(img=np.zeros((50, 96, 3), np.uint8)))


def test_masks_that_were_not_asked_for_are_named(info):
    info['mask_paths'] = {}
    with pytest.raises(DataError, match=r"x1\.jpg: expected a mask of.*'human'"):
        LoadPrivMasks()(info | dict(img=np.zeros((48, 96, 3), np.uint8)))
    with pytest.raises(ConfigError, match=r'LoadPrivMasks\.names'):
        LoadPrivMasks('human')


def test_photos_that_a_provider_never_saw_are_an_error(tree, tmp_path):
    with pytest.raises(DataError, match='saliency'):
        _dataset(tree, masks=('saliency',))
    index = MaskIndex.read(tree, 'human', 'train')
    fewer = copy.deepcopy(index)
    fewer.coverage.pop('x2.jpg')
    fewer.write()
    try:
        with pytest.raises(DataError, match=r'1 missing, the first of .*x2\.jpg'):
            _dataset(tree)
    finally:
        index.write()


def test_a_mask_file_that_went_missing_is_named(info):
    info['mask_paths']['human'] += '.gone'
    with pytest.raises(DataError, match=r'x1\.png\.gone'):
        LoadPrivMasks()(info | dict(img=np.zeros((48, 96, 3), np.uint8)))


def test_other_classes_and_no_list_are_refused(tree):
    with pytest.raises(ConfigError, match='metainfo'):
        _dataset(tree, metainfo=dict(classes=('a', 'b')))
    with pytest.raises(ConfigError, match='ann_file'):
        _dataset(tree, ann_file='')
