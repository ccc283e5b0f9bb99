"""Tests on protected photos, with MMEngine's runner."""

import json
from pathlib import Path

import cv2
import hook_runs
import numpy as np
import pytest
import torch
from mmengine.evaluator import BaseMetric
from mmengine.hooks import Hook
from mmengine.registry import HOOKS, METRICS, TASK_UTILS
from PIL import Image
from tiny_detectors import CLASSES, PIPELINE, faster_rcnn

from mmprivacy.disappearance import ObjectDisappearance, ObjectDisappearanceHook
from mmprivacy.disappearance.protected_folder import ProtectedFolder
from mmprivacy.errors import ConfigError, DataError

ATTACK = dict(eps=8 / 255, max_iters=25)


@METRICS.register_module()
class ProbeMetric(BaseMetric):
    """Keeps what a metric is given."""

    def process(self, data_batch, data_samples):
        for image, sample in zip(data_batch['inputs'], data_samples):
            self.results.append((image.clone(), sample))

    def compute_metrics(self, results):
        self.seen = results
        return {}


@HOOKS.register_module()
class ProbeHook(Hook):
    """Keeps what other hooks are given."""

    def __init__(self):
        self.paths = []

    def after_test_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        self.paths += [sample.img_path for sample in outputs]


@pytest.fixture(scope='module')
def finished(data_root, weights, tmp_path_factory):
    """A test with the hook: runner, folder, and what the metric saw."""
    folder = tmp_path_factory.mktemp('finished')
    text = _text(folder, data_root)
    runner = hook_runs.build(text, folder, weights)
    runner.test()
    return runner, folder / 'out', runner.test_evaluator.metrics[0].seen


def _text(folder, data_root, num=4, hooks=(), protect=True, **hook):
    hook = dict(attack=ATTACK, out_dir=str(folder / 'out'), **hook)
    hooks = [dict(type='ObjectDisappearanceHook', **hook)] * protect + list(hooks)
    dataset = dict(
        type='CocoDataset', data_root=str(data_root), ann_file='train.json',
        data_prefix=dict(img='photos/'), metainfo=dict(classes=CLASSES),
        test_mode=True, indices=num, pipeline=PIPELINE,
    )  # fmt: skip
    loader = dict(batch_size=2, num_workers=0, dataset=dataset)
    loader['sampler'] = dict(type='DefaultSampler', shuffle=False)
    parts = dict(
        default_scope='mmdet',
        custom_hooks=hooks,
        model=faster_rcnn(),
        test_dataloader=loader,
        test_evaluator=dict(type='ProbeMetric'),
        test_cfg=dict(),
        work_dir=str(folder / 'work'),
        log_level='WARNING',
    )
    return ''.join(f'{key} = {value!r}\n' for key, value in parts.items())


def report_of(folder):
    return [json.loads(x) for x in (folder / 'report.jsonl').read_text().splitlines()]


def test_files_keep_the_budget_and_hide_the_objects(finished, photos, view):
    _, folder, _ = finished
    rows = report_of(folder)
    assert [row['img_id'] for row in rows] == [10, 11, 12, 13]
    for photo, row in zip(photos, rows):
        png = cv2.imread(str(folder / row['image']), cv2.IMREAD_UNCHANGED)
        assert png.dtype == np.uint8
        assert png.shape == photo.shape
        apart = np.abs(png.astype(int) - photo).max()
        assert 0 < apart <= 8
        assert row['linf'] == apart
        found = view.detect(torch.from_numpy(png.transpose(2, 0, 1).copy()))
        assert row['success'] == (len(found.above(0.3)) == 0)
        assert row['n_after'] == len(found.above(0.3))
        assert row['grad_norm'] > 0
        assert row['iters'] > 0
    assert all(row['success'] for row in rows)


def test_the_test_sees_the_files(finished, photos):
    runner, folder, seen = finished
    assert len(seen) == 4
    for n, (image, sample) in enumerate(seen):
        png = cv2.imread(str(folder / 'images' / f'p{n}.png'))
        assert np.array_equal(image.permute(1, 2, 0).numpy(), png)
        assert not np.array_equal(png, photos[n])
        assert Path(sample['img_path']) == folder / 'images' / f'p{n}.png'
        assert Path(sample['clean_img_path']).name == f'p{n}.png'
        assert not (sample['pred_instances']['scores'] >= 0.3).any()
        clean = sample['clean_pred_instances']
        assert clean['scores'].max() >= 0.3
        assert clean['bboxes'].shape == (len(clean['labels']), 4)
        assert sample['protection']['success']
        assert len(sample['gt_instances']['bboxes']) == 2
    assert not any(p.grad is not None for p in runner.model.parameters())
    assert all(p.requires_grad for p in runner.model.parameters())


def test_clean_detections_are_those_of_an_ordinary_test(finished, photos, view):
    _, _, seen = finished
    for photo, (_, sample) in zip(photos, seen):
        found = view.detect(torch.from_numpy(photo.transpose(2, 0, 1).copy()))
        clean = sample['clean_pred_instances']
        torch.testing.assert_close(clean['bboxes'], found.boxes)
        torch.testing.assert_close(clean['scores'], found.scores)
        assert torch.equal(clean['labels'], found.labels)


def test_files_hold_pixels_and_nothing_else(finished, data_root):
    _, folder, _ = finished
    for path in sorted(folder.rglob('*')):
        if path.suffix == '.png':
            assert Image.open(path).info == {}
        if path.is_file():
            data = path.read_bytes()
            assert str(data_root).encode() not in data
            assert str(folder).encode() not in data
    names = {p.name for p in (folder / 'records').iterdir()}
    assert names == {f'p{n}.json' for n in range(4)}


def test_another_detector_can_be_pointed_at_the_folder(finished, weights, tmp_path):
    _, folder, seen = finished
    text = _text(tmp_path, folder, protect=False)
    text = text.replace("'train.json'", "'annotations.json'").replace("'photos/'", "''")
    runner = hook_runs.build(text, tmp_path, weights)
    runner.test()
    plain = runner.test_evaluator.metrics[0].seen
    assert len(plain) == 4
    for (image, sample), (other, protected) in zip(plain, seen):
        assert torch.equal(image, other)
        assert sample['img_id'] == protected['img_id']
        for key in ('bboxes', 'labels'):
            torch.testing.assert_close(
                sample['gt_instances'][key], protected['gt_instances'][key]
            )


def test_finished_photos_are_not_computed_again(finished, data_root, weights, tmp_path,
                                                monkeypatch):  # fmt: skip
    import shutil

    _, folder, _ = finished
    shutil.copytree(folder, tmp_path / 'out')
    calls = []
    grad = torch.autograd.grad

    def spy(*args, **kwargs):
        calls.append(args)
        return grad(*args, **kwargs)

    monkeypatch.setattr(torch.autograd, 'grad', spy)
    before = hook_runs.content(tmp_path / 'out')
    hook_runs.build(_text(tmp_path, data_root), tmp_path, weights).test()
    assert not calls
    assert hook_runs.content(tmp_path / 'out') == before
    # A damaged file is written again, an unfinished one too.
    (tmp_path / 'out/images/p1.png').write_bytes(b'')
    (tmp_path / 'out/records/p2.json').write_text('{')
    (tmp_path / 'out/records/.p2.started').write_text('')
    hook_runs.build(_text(tmp_path, data_root), tmp_path, weights).test()
    assert calls
    assert hook_runs.content(tmp_path / 'out') == before
    # Another budget gives other files.
    calls.clear()
    text = _text(tmp_path, data_root).replace(repr(8 / 255), repr(5 / 255))
    hook_runs.build(text, tmp_path, weights).test()
    assert calls
    after = hook_runs.content(tmp_path / 'out')
    assert after[0].keys() == before[0].keys()
    assert all(after[0][k] != before[0][k] for k in after[0])
    assert max(row['linf'] for row in after[1]) == 5


def test_a_writer_that_writes_the_original_is_found_out(
    data_root, weights, tmp_path, monkeypatch, pictures
):
    write = ProtectedFolder.write_image

    def cheat(self, name, photo):
        return write(self, name, pictures[int(name[1:])][0])

    monkeypatch.setattr(ProtectedFolder, 'write_image', cheat)
    runner = hook_runs.build(_text(tmp_path, data_root, num=1), tmp_path, weights)
    runner.test()
    (row,) = report_of(tmp_path / 'out')
    assert not row['success']
    assert row['n_after'] > 0
    assert row['linf'] == 0
    assert row['psnr'] is None


def test_other_hooks_see_the_files(data_root, weights, tmp_path):
    text = _text(tmp_path, data_root, num=1, hooks=[dict(type='ProbeHook')])
    runner = hook_runs.build(text, tmp_path, weights)
    runner.test()
    (probe,) = (h for h in runner.hooks if isinstance(h, ProbeHook))
    assert probe.paths == [str(tmp_path / 'out/images/p0.png')]


def test_network_space_writes_files_in_the_size_of_the_network(
    data_root, weights, tmp_path
):
    text = _text(tmp_path, data_root, num=1)
    text = text.replace('(96, 96)', '(64, 64)')
    text = text.replace("'max_iters'", "'space': 'network', 'max_iters'")
    hook_runs.build(text, tmp_path, weights).test()
    assert cv2.imread(str(tmp_path / 'out/images/p0.png')).shape == (64, 64, 3)
    content = json.loads((tmp_path / 'out/annotations.json').read_text())
    assert content['images'][0]['width'] == 64
    original = json.loads((data_root / 'train.json').read_text())['annotations'][0]
    expected = [64 / 96 * v for v in original['bbox']]
    assert content['annotations'][0]['bbox'] == pytest.approx(expected)


def test_validation_does_not_disturb_training(data_root, weights, tmp_path):
    """Two iterations with a validation in between, with and without the hook."""
    final = []
    for on_val in (True, False):
        folder = tmp_path / str(on_val)
        folder.mkdir()
        text = _text(folder, data_root, num=2, on_val=on_val)
        for part in ('dataloader', 'evaluator', 'cfg'):
            text = text.replace(f'\ntest_{part} =', f'\nval_{part} =')
        steps = [PIPELINE[0], PIPELINE[2], PIPELINE[1], PIPELINE[3]]
        text += f"""
train_dataloader = dict(
    batch_size=2, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=True),
    dataset={{**val_dataloader['dataset'], 'test_mode': False, 'pipeline': {steps}}})
train_cfg = dict(by_epoch=True, max_epochs=2)
optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.01, momentum=0.9))
randomness = dict(seed=0)
default_hooks = dict(checkpoint=None)
"""
        runner = hook_runs.build(text, folder, weights)
        runner.train()
        final.append(runner.model.state_dict())
        images = folder / 'out/val/images'
        assert images.exists() == on_val
        if on_val:
            assert len(list(images.glob('*.png'))) == 2
    assert all(torch.equal(v, final[1][k]) for k, v in final[0].items())


def test_wrong_settings_are_explained(data_root, weights, tmp_path):
    with pytest.raises(ConfigError, match='mask'):
        ObjectDisappearanceHook(attack=dict(region='mask'))
    with pytest.raises(ConfigError, match='batch_size'):
        ObjectDisappearanceHook(batch_size=0)
    blocked = tmp_path / 'file'
    blocked.write_text('')
    text = _text(blocked, data_root).replace(
        repr(str(blocked / 'work')), repr(str(tmp_path / 'work'))
    )
    with pytest.raises(ConfigError, match='can be written to'):
        hook_runs.build(text, tmp_path, weights).test()
    taken = tmp_path / 'out/images/p0.png'
    taken.parent.mkdir(parents=True)
    taken.write_bytes(b'precious')
    with pytest.raises(DataError, match=r'p0\.png.*without a record'):
        hook_runs.build(_text(tmp_path, data_root), tmp_path, weights).test()
    assert taken.read_bytes() == b'precious'


def test_photos_are_never_overwritten(data_root):
    folder = ProtectedFolder(data_root / 'x')
    with pytest.raises(ConfigError, match='inputs are never overwritten'):
        folder.prepare([str(data_root / 'x/images/p0.png')])


def test_options_in_a_config_are_checked(data_root, tmp_path):
    from mmengine.config import Config

    from mmprivacy.apis.check import check_keys

    attack = dict(ATTACK, type='ObjectDisappearance')
    (tmp_path / 'config.py').write_text(
        _text(tmp_path, data_root).replace(repr(ATTACK), repr(attack))
    )
    cfg = Config.fromfile(tmp_path / 'config.py')
    assert check_keys(cfg) == []
    cfg.custom_hooks[0].attack.epss = 0.1
    (problem,) = check_keys(cfg)
    assert 'ObjectDisappearance' in problem
    assert "did you mean 'eps'" in problem


def test_the_attack_is_built_from_a_config():
    attack = TASK_UTILS.build(dict(type='ObjectDisappearance', preset='paper'))
    assert isinstance(attack, ObjectDisappearance)
    hook = ObjectDisappearanceHook(attack=dict(mode='sen', sensitive='a', decoy='b'))
    assert hook.attack.options.mode == 'sen'
    assert ObjectDisappearanceHook().attack.config_hash == (
        ObjectDisappearance().config_hash
    )
