"""The inferencer with a small head that attends, and one that does not."""

from __future__ import annotations

import re
import shutil
import threading
from pathlib import Path

import matplotlib
import numpy as np
import pytest
import torch
from PIL import Image

pytest.importorskip('mmpretrain')

from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample
from tiny_score_head import BACKBONE, TinyScoreHead, save_model

from mmprivacy.apis import PrivacyScoreInferencer, ScoreResult, load_config
from mmprivacy.apis.model_loading import load_model
from mmprivacy.datasets import load_photo
from mmprivacy.errors import CheckpointError, ConfigError, DataError, ShapeError

SOURCE = Path(matplotlib.get_data_path()) / 'sample_data' / 'grace_hopper.jpg'
CONFIG = """
default_scope = 'mmpretrain'
custom_imports = dict(imports=['mmprivacy.datasets'])
data_preprocessor = dict(mean=[120.0] * 3, std=[60.0] * 3, to_rgb=True)
model = dict(
    type='ImageClassifier',
    backbone={BACKBONE},
    head=dict(type='TinyScoreHead', in_channels=32),
)
test_dataloader = dict(
    dataset=dict(
        type='CustomDataset', data_root='nowhere',
        pipeline=[
            dict(type='LoadPhoto', min_side=128),
            dict(type='Resize', scale=(64, 64)),
            dict(type='PackInputs', algorithm_keys=('gt_privacy_score',)),
        ],
    ),
)
sample = dict(
    data=dict(format='vispr', root='not/drawn', num=dict(train=1, val=1, test=1)),
    cfg_options={'model.head.steps': 2},
)
"""


@MODELS.register_module()
class ScorelessHead(TinyScoreHead):
    """A classifier."""

    def predict(self, feats, data_samples=None):
        return [DataSample(metainfo=s.metainfo) for s in data_samples]


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """Config, checkpoint and photos of several sizes."""
    root = tmp_path_factory.mktemp('scores')
    (root / 'config.py').write_text(CONFIG.replace('{BACKBONE}', repr(BACKBONE)))
    (root / 'photos' / 'more').mkdir(parents=True)
    picture = Image.open(SOURCE).convert('RGB')
    for i, size in enumerate([(90, 70), (64, 64), (200, 150), (40, 160)]):
        where = root / 'photos' / ('more' if i == 3 else '')
        picture.crop((40 * i, 60 * i, 300 + 40 * i, 300)).resize(size).save(
            where / f'{"dbca"[i]}.jpg', quality=95
        )
    save_model(load_config(root / 'config.py'), root / 'model.pth')
    return root


@pytest.fixture(scope='module')
def infer(folder):
    return PrivacyScoreInferencer(folder / 'config.py', folder / 'model.pth')


@pytest.fixture(scope='module')
def paths(folder):
    names = ('d.jpg', 'b.jpg', 'c.jpg', 'more/a.jpg')
    return [str(folder / 'photos' / name) for name in names]


def build(folder, **options):
    config, checkpoint = folder / 'config.py', folder / 'model.pth'
    return PrivacyScoreInferencer(config, checkpoint, cfg_options=options)


def test_one_photo(infer, paths):
    result = infer(paths[0])
    assert isinstance(result, ScoreResult)
    assert isinstance(result.score, float)
    assert result.img_path == paths[0]
    assert result.contributions.shape == (3, 1)
    assert result.maps.shape == (3, 4, 4)
    assert result.privacy_map.shape == (1, 4, 4)
    assert result.contributions.sum() == pytest.approx(result.score, abs=1e-5)
    assert result.privacy_map.sum() == pytest.approx(result.score, abs=1e-5)
    np.testing.assert_allclose(result.maps.sum((1, 2)), 1, atol=1e-5)
    assert result.attributes is None
    assert infer(Path(paths[0])).score == result.score


def test_batches_keep_order_and_values(infer, paths, capfd):
    single = [infer(path) for path in paths]
    assert len({r.score for r in single}) == len(paths)
    assert capfd.readouterr().err == ''
    for size in (1, 3, 16):
        batched = infer(paths, batch_size=size)
        assert [r.img_path for r in batched] == paths
        for one, other in zip(single, batched):
            assert one.score == pytest.approx(other.score, abs=1e-5)
            np.testing.assert_allclose(one.maps, other.maps, atol=1e-5)
        assert ('Scoring photos' in capfd.readouterr().err) == (size < len(paths))
    infer(paths, batch_size=1, show_progress=False)
    assert capfd.readouterr() == ('', '')


def test_photos_of_the_next_batch_are_prepared_in_threads(infer, paths, monkeypatch):
    def prepare(photo):
        where.append(threading.current_thread())
        return pipeline(photo)

    def predict(batch):
        done.append(len(where))
        return model(batch)

    where, done = [], []
    pipeline, model, main = infer.pipeline, infer._predict, threading.current_thread()
    expected = [r.score for r in infer(paths)]
    monkeypatch.setattr(infer, 'pipeline', prepare)
    monkeypatch.setattr(infer, '_predict', predict)
    infer(paths[0])
    assert where == [main]
    where.clear()
    done.clear()
    results = infer(paths * 5, batch_size=2, show_progress=False)
    assert [r.score for r in results] == pytest.approx(expected * 5, abs=1e-5)
    assert len(where) == 20
    assert main not in where
    assert all(n <= 2 * (i + 2) + 1 for i, n in enumerate(done))
    with pytest.raises(DataError, match=r'gone\.jpg') as error:
        infer(['gone.jpg', *paths * 5], batch_size=1)
    assert not set(where) & set(threading.enumerate())
    assert len(where) < 40, error


def test_folders_arrays_and_lists(infer, folder, paths):
    found = infer(folder / 'photos')
    assert [Path(r.img_path).name for r in found] == [
        'b.jpg',
        'c.jpg',
        'd.jpg',
        'a.jpg',
    ]
    array = load_photo(paths[0])
    result = infer(array)
    assert result.score == pytest.approx(infer(paths[0]).score, abs=1e-5)
    assert result.img_path is None
    np.testing.assert_array_equal(result.photo, array[..., ::-1])
    mixed = infer([array, paths[1], folder / 'photos' / 'more'])
    names = [r.img_path and Path(r.img_path).name for r in mixed]
    assert names == [None, 'b.jpg', 'a.jpg']
    assert infer([]) == []
    rgb = infer(np.ascontiguousarray(array[..., ::-1]))
    assert rgb.score != result.score


def test_model_is_in_evaluation_mode_and_repeats(infer, paths):
    assert not infer.model.training
    first, second = infer(paths[0]), infer(paths[0])
    assert first.score == second.score
    np.testing.assert_array_equal(first.maps, second.maps)


def test_panels(infer, folder, paths, tmp_path):
    array = load_photo(paths[0])
    infer([*paths, array], out_dir=tmp_path / 'out', batch_size=2, show_progress=False)
    names = sorted(p.name for p in (tmp_path / 'out').iterdir())
    assert names == ['a.png', 'b.png', 'c.png', 'd.png', 'photo_4.png']
    result = infer(paths[2])
    before = result.maps.copy()
    panel = result.draw(tile=64)
    assert panel.dtype == np.uint8
    assert panel.shape[1] > 5 * 64
    np.testing.assert_array_equal(result.maps, before)


def test_profiles_and_models_without_attention(folder, paths, tmp_path):
    options = {
        'model.head.users': 30,
        'model.head.attend': False,
        'model.head.attributes': True,
    }
    cfg = load_config(folder / 'config.py', options)
    save_model(cfg, tmp_path / 'model.pth')
    infer = PrivacyScoreInferencer(
        folder / 'config.py', tmp_path / 'model.pth', 'cpu', options, max_score=1
    )
    result = infer(paths[0], out_dir=tmp_path)
    assert result.profile_scores.shape == (30,)
    assert result.score == pytest.approx(result.profile_scores.mean(), abs=1e-6)
    assert result.maps is result.privacy_map is result.contributions is None
    assert result.attributes.shape == (68,)
    assert (tmp_path / 'd.png').is_file()


def test_cropped_photos_are_drawn_as_the_model_saw_them(folder, paths):
    pipeline = [
        dict(type='LoadImageFromFile'),
        dict(type='ResizeEdge', scale=64, edge='short'),
        dict(type='CenterCrop', crop_size=48),
        dict(type='PackInputs'),
    ]
    infer = build(folder, **{'test_dataloader.dataset.pipeline': pipeline})
    assert infer(paths[0]).photo.shape == (48, 48, 3)
    pipeline[2:3] = []
    infer = build(folder, **{'test_dataloader.dataset.pipeline': pipeline})
    batched = infer(paths)
    assert len({r.maps.shape for r in batched}) > 1
    for path, result in zip(paths, batched):
        assert infer(path).score == pytest.approx(result.score, abs=1e-5)


def test_broken_files(infer, paths, tmp_path, monkeypatch):
    said = []
    monkeypatch.setattr(
        'mmprivacy.apis.photo_batches.print_log',
        lambda message, logger, level: said.append(message),
    )
    broken = tmp_path / 'broken.jpg'
    broken.write_bytes(Path(paths[0]).read_bytes()[:200])
    shutil.copy(paths[0], tmp_path / 'good.jpg')
    with pytest.raises(DataError, match=r'broken\.jpg'):
        infer(tmp_path)
    with pytest.raises(DataError, match=r'broken\.jpg'):
        infer(broken, skip_broken=True)
    results = infer(tmp_path, skip_broken=True)
    assert [Path(r.img_path).name for r in results] == ['good.jpg']
    assert 'broken.jpg' in said[0]
    for gone in (tmp_path / 'gone.jpg', tmp_path / 'no folder' / ''):
        for photos in (gone, [*paths, gone]):
            with pytest.raises(DataError, match=f'{gone.name}: .*no such file'):
                infer(photos)
    assert infer([broken], skip_broken=True) == []


def test_photos_of_every_kind(infer, paths, tmp_path):
    picture, exif = Image.open(paths[2]), Image.Exif()
    exif[0x0112] = 6
    gray = np.asarray(picture.convert('L'))
    picture.convert('L').save(tmp_path / 'gray.jpg')
    picture.convert('CMYK').save(tmp_path / 'cmyk.jpg')
    picture.convert('RGBA').save(tmp_path / 'rgba.png')
    picture.save(tmp_path / 'turned.jpg', exif=exif.tobytes())
    Image.fromarray(gray.astype(np.uint16) * 257).save(tmp_path / '16-bit.png')
    picture.crop((9, 9, 10, 10)).save(tmp_path / '1x1.png')
    picture.resize((3000, 1)).save(tmp_path / 'line.png')
    results = infer(tmp_path, batch_size=100, out_dir=tmp_path / 'panels')
    assert len(results) == len(list((tmp_path / 'panels').iterdir())) == 7
    scores = {Path(r.img_path).stem: r.score for r in results}
    assert np.isfinite(list(scores.values())).all()
    assert scores['rgba'] == pytest.approx(infer(paths[2]).score, abs=1e-4)
    upright = infer(load_photo(tmp_path / 'turned.jpg')).score
    assert scores['turned'] == pytest.approx(upright, abs=1e-5)
    assert abs(upright - scores['rgba']) > 1e-4


def test_refuses(infer, folder, paths, tmp_path):
    for array in (
        np.zeros((4, 4, 3)),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((4, 4, 3), np.uint16),
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((3, 4, 5), np.uint8),
        np.zeros((0, 4, 3), np.uint8),
    ):
        found = f'{array.dtype} {array.shape}'
        with pytest.raises(ShapeError, match=re.escape(found)):
            infer([paths[0], array])
    for other in (torch.zeros(4, 4, 3), Image.new('RGB', (4, 4)), None, [None], ''):
        with pytest.raises(ConfigError, match='photos: expected a path'):
            infer(other)
    with pytest.raises(ShapeError, match='list'):
        infer([np.zeros((2, 4, 4, 3), np.uint8)], skip_broken=True)
    with pytest.raises(ConfigError, match='int'):
        infer(3)
    with pytest.raises(ConfigError, match='batch_size'):
        infer(paths, batch_size=0)
    with pytest.raises(DataError, match='image files'):
        infer(tmp_path)
    with pytest.raises(ConfigError, match=r'config\.py/d\.png: .*be written'):
        infer(paths[0], out_dir=folder / 'config.py')
    with pytest.raises(CheckpointError, match='no such file'):
        PrivacyScoreInferencer(folder / 'config.py', tmp_path / 'none.pth')
    with pytest.raises(CheckpointError, match='another shape'):
        build(folder, **{'model.head.users': 2})
    with pytest.raises(ConfigError, match='pred_privacy_score'):
        build(folder, **{'model.head.type': 'ScorelessHead'})(paths[0])
    with pytest.raises(ConfigError, match='LoadPhoto'):
        build(folder, **{'test_dataloader.dataset.pipeline': []})


def test_sample_changes_the_model_and_draws_nothing(folder, paths, monkeypatch):
    monkeypatch.chdir(folder)
    infer = PrivacyScoreInferencer('config.py', 'model.pth', sample=True)
    assert infer(paths[0]).maps.shape[0] == 2
    assert not (folder / 'not').exists()


def test_broken_weights_are_named(folder, paths, tmp_path):
    state = torch.load(folder / 'model.pth')['state_dict']
    state['head.rate.bias'][0] = float('nan')
    torch.save(state, tmp_path / 'model.pth')
    infer = PrivacyScoreInferencer(folder / 'config.py', tmp_path / 'model.pth')
    with pytest.raises(DataError, match=r'd\.jpg.*finite'):
        infer(paths[0])
    model = load_model(load_config(folder / 'config.py'), folder / 'model.pth', 'cpu')
    assert next(model.parameters()).device.type == 'cpu'
