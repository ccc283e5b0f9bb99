"""ImagePrivacyDataset on real photos, in the layouts it reads."""

from __future__ import annotations

import shutil
from pathlib import Path

import matplotlib
import numpy as np
import pytest

pytest.importorskip('mmpretrain')

from mmpretrain.registry import DATASETS

from mmprivacy.drag.dataset import ImagePrivacyDataset
from mmprivacy.errors import ConfigError, DataError

PIPELINE = [
    {'type': 'LoadPhoto'},
    {'type': 'Resize', 'scale': (64, 64), 'backend': 'pillow'},
    {'type': 'PackInputs'},
]


@pytest.fixture
def root(tmp_path):
    photo = Path(matplotlib.get_data_path()) / 'sample_data' / 'grace_hopper.jpg'
    for name in ('private/a.jpg', 'public/b.jpg', 'public/c.jpg'):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(photo, tmp_path / name)
    (tmp_path / 'train.csv').write_text(
        ',img_name,label\n0,public/b.jpg,public\n1,private/a.jpg,private\n'
    )
    return tmp_path


def test_partition_csv(root):
    cfg = {
        'type': 'ImagePrivacyDataset',
        'data_root': str(root),
        'ann_file': 'train.csv',
        'pipeline': PIPELINE,
        '_scope_': 'mmpretrain',
    }
    dataset = DATASETS.build(cfg)
    assert len(dataset) == 2
    assert dataset.CLASSES == ('private', 'public')
    np.testing.assert_array_equal(dataset.get_gt_labels(), [1, 0])
    assert [dataset.get_cat_ids(i) for i in range(2)] == [[1], [0]]
    assert dataset.class_weights() == [0.5, 0.5]
    sample = dataset[0]
    assert sample['inputs'].shape == (3, 64, 64)
    assert sample['data_samples'].gt_label.tolist() == [1]
    assert sample['data_samples'].img_path == str(root / 'public/b.jpg')


def test_folders_prefix_and_indices(root):
    folders = ImagePrivacyDataset(data_root=str(root))
    np.testing.assert_array_equal(folders.get_gt_labels(), [0, 1, 1])
    assert len(ImagePrivacyDataset(data_root=str(root), indices=2)) == 2
    below = ImagePrivacyDataset(data_root=str(root.parent), data_prefix=root.name)
    assert below.get_data_info(0)['img_path'] == str(root / 'private/a.jpg')
    prefix = {'img_path': str(root)}
    assert len(ImagePrivacyDataset(str(root / 'train.csv'), data_prefix=prefix)) == 2


def test_curated_table(root):
    (root / 'imgs').mkdir()
    for name in 'bc':
        shutil.copy(root / f'public/{name}.jpg', root / 'imgs')
    (root / 't.csv').write_text('Image Name,Label 2-class,Final\nb,0,0\nc,1,2\n')
    args = {'ann_file': 't.csv', 'data_root': str(root)}
    order = ('public', 'private')
    dataset = ImagePrivacyDataset(**args, split='test', label_order=order)
    np.testing.assert_array_equal(dataset.get_gt_labels(), [0])
    with pytest.raises(DataError, match='label_order'):
        ImagePrivacyDataset(**args, split='test')
    with pytest.raises(ConfigError, match='split'):
        ImagePrivacyDataset(**args, label_order=order)


def test_misuse(root):
    with pytest.raises(ConfigError, match=r'ImagePrivacyDataset\.split'):
        ImagePrivacyDataset('train.csv', data_root=str(root), split='train')
    with pytest.raises(ConfigError, match='data_prefix'):
        ImagePrivacyDataset(data_root=str(root), data_prefix={'img': 'private'})
    with pytest.raises(ConfigError, match='metainfo'):
        ImagePrivacyDataset(
            data_root=str(root), metainfo={'classes': ('public', 'private')}
        )
    with pytest.raises(ConfigError, match='prepare_data'):
        ImagePrivacyDataset()
    with pytest.raises(DataError, match=r'no\.csv.*--sample'):
        ImagePrivacyDataset('no.csv', data_root=str(root))
    with pytest.raises(TypeError):
        ImagePrivacyDataset(data_root=str(root), with_label=True)
