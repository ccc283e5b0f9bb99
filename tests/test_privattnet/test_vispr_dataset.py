"""VISPRDataset: what mmpretrain gets of a VISPR tree."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import torch
from PIL import Image
from tiny_runs import NUM, ROOT
from vispr_tree import EXAMPLE, PHOTOS, write_study, write_tree

pytest.importorskip('mmpretrain')

from mmengine.dataset import DefaultSampler, pseudo_collate
from mmpretrain.registry import DATASETS
from torch.utils.data import DataLoader

from mmprivacy.apis import load_config
from mmprivacy.datasets.attributes import ATTRIBUTE_IDS
from mmprivacy.datasets.vispr import SAFE
from mmprivacy.errors import ConfigError, DataError
from mmprivacy.privattnet import VISPRDataset

PIPELINE = [
    {'type': 'LoadPhoto'},
    {'type': 'Resize', 'scale': (32, 32), 'backend': 'pillow'},
    {
        'type': 'PackInputs',
        'algorithm_keys': ('gt_privacy_score',),
        'meta_keys': ('img_id', 'img_path'),
    },
]
PROFILES = dict(score_mode='per_profile', users='profiles', scale='unit')


@pytest.fixture
def root(tmp_path):
    return write_tree(tmp_path)


def build(root, **kwargs):
    return VISPRDataset('train2017.txt', data_root=str(root), **kwargs)


def test_records(root):
    dataset = build(root)
    assert len(dataset) == 4
    assert dataset.CLASSES == ATTRIBUTE_IDS
    info = dataset.get_data_info(0)
    assert info['img_path'] == str(root / 'images/train2017/x1.jpg')
    assert info['img_id'] == 'x1'
    assert [ATTRIBUTE_IDS[k] for k in info['gt_label']] == EXAMPLE
    assert type(info['gt_label'][0]) is int
    assert info['gt_privacy_score'].dtype == np.float32
    np.testing.assert_allclose(info['gt_privacy_score'], [3.69508], atol=5e-6)
    assert dataset.get_data_info(1)['gt_privacy_score'].tolist() == [0]
    assert 'packaged means' in repr(dataset)


def test_packed_samples_arrive_through_workers(vispr_root):
    dataset = DATASETS.build(
        dict(
            type='VISPRDataset',
            ann_file='train2017.txt',
            data_root=str(vispr_root),
            pipeline=PIPELINE,
            _scope_='mmpretrain',
        )
    )
    loader = DataLoader(
        dataset,
        batch_size=4,
        sampler=DefaultSampler(dataset, shuffle=False),
        num_workers=1,
        collate_fn=pseudo_collate,
    )
    samples = [s for batch in loader for s in batch['data_samples']]
    assert len(samples) == NUM['train']
    for k, sample in enumerate(samples):
        info = dataset.get_data_info(k)
        score = torch.as_tensor(sample.gt_privacy_score)
        assert score.shape == (1,)
        assert score.dtype == torch.float32
        np.testing.assert_array_equal(score, info['gt_privacy_score'])
        assert sample.gt_label.tolist() == info['gt_label']
        assert sample.img_id == info['img_id']
        again = pickle.loads(pickle.dumps(sample))
        np.testing.assert_array_equal(again.gt_privacy_score, sample.gt_privacy_score)
    assert dataset[0]['inputs'].shape == (3, 32, 32)


@pytest.mark.parametrize('serialize', [True, False])
def test_the_data_set_pickles(root, serialize):
    dataset = build(root, serialize_data=serialize)
    again = pickle.loads(pickle.dumps(dataset))
    np.testing.assert_array_equal(
        again.get_privacy_scores(), dataset.get_privacy_scores()
    )
    assert again.get_data_info(2)['gt_label'] == dataset.get_data_info(2)['gt_label']


def test_scores_by_mode(root):
    write_study(root)
    photo = 0
    scalar = build(root).get_data_info(photo)['gt_privacy_score']
    dataset = build(root, **PROFILES)
    profiles = dataset.get_data_info(photo)['gt_privacy_score']
    assert scalar.shape == (1,)
    assert profiles.shape == (30,)
    assert profiles.dtype == np.float32
    mean = build(root, score_mode='mean_of_max', users='profiles')
    np.testing.assert_allclose(
        mean.get_data_info(photo)['gt_privacy_score'], [5 * profiles.mean()], rtol=1e-6
    )
    assert dataset.get_privacy_scores().shape == (4, 30)
    assert 'user_profiles.tsv' in repr(dataset)
    safe = build(root, safe_weight=1, pool='sum').get_data_info(1)
    assert safe['gt_privacy_score'].tolist() == [1]


def test_labels_and_counts(root):
    dataset = build(root)
    labels = dataset.get_gt_labels()
    assert labels.shape == (4, 68)
    assert labels.dtype == bool
    for k, names in enumerate(PHOTOS['train'].values()):
        assert [ATTRIBUTE_IDS[i] for i in dataset.get_cat_ids(k)] == names
        assert {ATTRIBUTE_IDS[i] for i in np.flatnonzero(labels[k])} == set(names)
    counts = dataset.attribute_counts()
    assert tuple(counts) == ATTRIBUTE_IDS
    assert counts['a0_safe'] == labels[:, SAFE].sum() == 2
    assert counts['a1_age_approx'] == 2
    assert counts['a2_weight_approx'] == 0


def test_target_statistics(root):
    scores = [1127 / 305, 0, 4.00984, 4.33770]
    mean, std = build(root).target_statistics()
    assert mean.shape == std.shape == (1,)
    assert mean.item() == pytest.approx(np.mean(scores), abs=1e-5)
    assert std.item() == pytest.approx(np.std(scores), abs=1e-5)
    mean, _ = build(root, indices=1).target_statistics()
    assert mean.item() == pytest.approx(scores[0], abs=1e-5)
    mean, std = build(write_study(root), **PROFILES).target_statistics()
    assert mean.shape == std.shape == (30,)
    assert np.isfinite([mean, std]).all()


def test_folders(root, monkeypatch):
    expected = build(root).get_data_info(0)['img_path']
    assert VISPRDataset(str(root / 'train2017.txt')).get_data_info(0) == build(
        root
    ).get_data_info(0)
    monkeypatch.chdir(root.parent)
    relative = build(root.name).get_data_info(0)['img_path']
    assert relative == f'{root.name}/images/train2017/x1.jpg'
    (root / 'images').rename(root / 'images_250')
    for prefix in (
        'images_250',
        dict(img_path='images_250'),
        str(root / 'images_250'),
    ):
        path = build(root, data_prefix=prefix).get_data_info(0)['img_path']
        assert path == expected.replace('images', 'images_250')


def test_the_default_works_without_and_with_the_user_study(root):
    before = build(root).get_privacy_scores()
    write_study(root)
    np.testing.assert_array_equal(build(root).get_privacy_scores(), before)


def test_preferences_are_read_when_asked_for(root):
    dataset = build(root, lazy_init=True)
    assert dataset.preferences.shape == (68, 1)
    assert dataset.preferences[SAFE] == 0


def _write(path, kind):
    """Write a photo of another kind than RGB, 60 x 40 where it has a size."""
    gray = np.tile(np.linspace(0, 255, 60, dtype=np.uint8), (40, 1))
    exif = Image.Exif()
    image = Image.fromarray(gray)
    if kind == 'I;16':
        image = Image.fromarray(gray.astype(np.uint16) * 257)
    elif kind == 'exif':
        exif[0x0112] = 6
        image = image.convert('RGB')
    elif kind in ('1x1', '1x500'):
        image = image.convert('RGB').resize((1, int(kind[2:])))
    else:
        image = image.convert(kind)
    image.save(path, 'PNG' if kind == 'I;16' else 'JPEG', exif=exif.tobytes())


@pytest.mark.parametrize('kind', ['L', 'CMYK', 'I;16', 'exif', '1x1', '1x500'])
@pytest.mark.parametrize('split', ['train', 'test'])
def test_photos_of_every_kind_pass_the_pipelines_of_the_configs(root, kind, split):
    cfg = load_config(ROOT / 'configs/privattnet/privattnet_r50.py')
    pipeline = cfg[f'{split}_dataloader'].dataset.pipeline
    _write(root / 'images/train2017/x1.jpg', kind)
    packed = build(root, pipeline=pipeline, indices=1)[0]
    assert packed['inputs'].shape == (3, 224, 224)
    assert packed['inputs'].dtype == torch.uint8
    assert packed['data_samples'].gt_privacy_score.shape == (1,)


def test_a_truncated_photo_is_named_through_workers(root):
    path = root / 'images/train2017/x3.jpg'
    path.write_bytes(path.read_bytes()[:200])
    loader = DataLoader(
        build(root, pipeline=PIPELINE), num_workers=1, collate_fn=pseudo_collate
    )
    with pytest.raises(DataError, match=r'train2017/x3\.jpg'):
        list(loader)


def test_misuse(root):
    with pytest.raises(DataError, match=r'user_profiles\.tsv'):
        build(root, **PROFILES)
    with pytest.raises(ConfigError, match=r"score_mode.*'max_of_mean'"):
        build(root, score_mode='max_mean', lazy_init=True)
    with pytest.raises(ConfigError, match='metainfo'):
        build(root, metainfo={'classes': ('private', 'public')})
    for prefix in ({'img': 'images'}, {'img_path': None}, {}, None, 3):
        with pytest.raises(ConfigError, match='data_prefix'):
            build(root, data_prefix=prefix)
    with pytest.raises(ConfigError, match='ann_file'):
        VISPRDataset('', data_root=str(root))
    with pytest.raises(DataError, match=r'no\.txt.*--sample'):
        VISPRDataset('no.txt', data_root=str(root))
    with pytest.raises(TypeError):
        build(root, with_label=True)
