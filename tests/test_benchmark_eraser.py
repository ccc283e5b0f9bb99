"""The ERASER benchmark: methods, one code for all, the plain generator, the report."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
import torch
from benchmark_records import ROOT, job_of, record_of
from tiny_runs import NUM

DATA = 'configs/_base_/datasets/places2.py'


@pytest.fixture(autouse=True)
def in_root(monkeypatch):
    monkeypatch.chdir(ROOT)


@pytest.fixture
def cfg(inpainting_root):
    from mmprivacy.apis import load_config

    options = {'sample.data.root': str(inpainting_root)}
    options |= {f'sample.data.num.{k}': v for k, v in NUM.items()}
    return load_config(DATA, options, sample=True, draw=False)


def test_methods_change_the_region_alone():
    from _eraser_methods import BASELINES

    image = np.random.default_rng(0).integers(0, 256, (40, 48, 3), dtype=np.uint8)
    mask = np.zeros((40, 48), bool)
    mask[10:30, 12:40] = True
    results = {name: method(image, mask) for name, method in BASELINES.items()}
    for name, result in results.items():
        assert np.array_equal(result[~mask], image[~mask]), name
        assert (result[mask] != image[mask]).any(-1).mean() > 0.9, name
    assert not results['black mask'][mask].any()
    assert len({result.tobytes() for result in results.values()}) == 5


def test_all_methods_are_measured_by_the_same_code(cfg):
    from _eraser_methods import BASELINES, inpainting_data, measure, removal_data

    from mmprivacy.evaluation import InpaintingMetric

    data = removal_data(cfg)
    truth = [d['data_samples'].gt_background.permute(1, 2, 0).numpy() for d in data]
    pictures = [d['inputs']['img'].permute(1, 2, 0).numpy() for d in data]

    def oracle(image, mask):
        (k,) = (k for k, p in enumerate(pictures) if np.array_equal(p, image))
        return np.where(mask[..., None], truth[k], image)

    methods = {
        'nothing': lambda image, mask: image,
        'black mask': BASELINES['black mask'],
        'oracle': oracle,
    }
    found = measure(data, methods, [InpaintingMetric()], 'removal')
    key = 'inpainting/clean_region_psnr'
    assert found['oracle'][key] == 100
    assert found['oracle'][key] > found['nothing'][key]
    assert found['nothing']['inpainting/psnr'] == 100
    assert all(f['inpainting/touched'] == 0 for f in found.values())
    assert all(f['inpainting/n'] == NUM['test'] for f in found.values())

    clean = inpainting_data(cfg)
    for item, background in zip(clean, truth):
        assert np.array_equal(item['inputs']['img'].permute(1, 2, 0), background)
        assert item['inputs']['mask'].any()
        assert 'gt_background' not in item['data_samples']
    assert min(removal_data(cfg, 32)[0]['inputs']['img'].shape[1:]) == 32


def test_adversaries_look_once():
    from _eraser_methods import RememberingAdversary
    from mmengine.registry import TASK_UTILS

    from mmprivacy.evaluation.functional import Boxes

    class Counting:
        classes = ('a',)
        looks = 0

        def __call__(self, image, boxes):
            self.looks += 1
            return Boxes(boxes, np.zeros(len(boxes), int), np.ones(len(boxes)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(TASK_UTILS._module_dict, 'Counting', Counting)
        adversary = RememberingAdversary(dict(type='Counting'))
    black, white = np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 255, np.uint8)
    boxes = np.array([[0.0, 0, 2, 2]])
    for image in (black, white, black, white):
        assert len(adversary(image, boxes).boxes) == 1
    adversary(black, boxes[:0])
    adversary(black.reshape(2, 8, 3), boxes)
    assert adversary.adversary.looks == 4


def test_the_plain_generator_computes_the_same():
    from _eraser_cost import plain_generator

    from mmprivacy.eraser.generator import FFCGenerator

    torch.manual_seed(0)
    net = FFCGenerator(base_channels=8, num_blocks=2)
    for _ in range(2):  # running means and variances of their own
        net(torch.rand(2, 4, 24, 40))
    net.eval()
    x = torch.rand(2, 4, 24, 40)
    with torch.no_grad():
        expected, found = net(x), plain_generator(net.state_dict(), x)
    assert torch.allclose(found, expected, atol=1e-5)
    assert expected.std() > 1e-3


def test_checkpoints_of_the_stages(tmp_path):
    from _eraser_training import stage_checkpoints
    from mmengine.config import Config

    stages = [dict(name='quality', epochs=10), dict(name='difference', epochs=4)]
    hooks = [dict(type='EraserStageHook', stages=stages)]
    cfg = Config(dict(work_dir=str(tmp_path), custom_hooks=hooks))
    state = dict(meta={}, optimizer={}, state_dict={})
    last = tmp_path / 'best_x_epoch_12.pth'
    hub = dict(runtime_info=dict(best_ckpt=str(last)))
    for name in ('best_x_epoch_8', 'best_x_epoch_12', 'epoch_13', 'epoch_14'):
        torch.save(state | dict(message_hub=hub), tmp_path / f'{name}.pth')
    found = stage_checkpoints(cfg)
    assert found == {'quality': tmp_path / 'best_x_epoch_8.pth', 'difference': last}


def figures(psnr, **more):
    return {
        'inpainting/psnr': 20.0,
        'inpainting/ssim': 0.8,
        'inpainting/clean_region_psnr': psnr,
        'inpainting/clean_region_ssim': psnr / 100,
        **more,
    }


def test_report(tmp_path):
    from _eraser_report import write_report

    removal = {
        'black mask': figures(10.0),
        'blur(8)': figures(16.0),
        'Telea': figures(21.5),
        'ERASER, stage 1': figures(21.0, **{'trained/loss': 2.0}),
        'ERASER': figures(20.5, **{'trained/loss': 3.0}),
    }
    recall = {'detector/before': 0.9, 'detector/any_after': 0.2, 'detector/clean': 0.02}
    privacy = {
        name: recall | {'detector/after': 0.04 if 'ERASER' in name else 0.5}
        for name in removal
    }
    result = {
        'inpainting': removal,
        'removal': removal,
        'privacy': privacy,
        'side': 96,
        'priors': {
            'raster': dict(passes=240.0, seconds=1.0, psnr=14.0),
            'parallel': dict(passes=8.0, seconds=0.1, psnr=13.5),
        },
        'pictures': ['removals.png'],
    }
    run = tmp_path / 'run'  # of a training that other networks have looked at, too
    job = job_of(tmp_path / 'job', '_eraser_training:train_and_test', work_dir=str(run))
    for folder in (job.folder, run):
        folder.mkdir()
    (run / 'removals.png').write_bytes(b'picture')
    record = record_of('eraser_ffc18', 9, result)
    (job.folder / 'record.json').write_text(json.dumps(record))
    cost = {
        'side': 512,
        'seconds': {'ERASER': 1.0, 'plain': 1.0},
        'ratio': 1.01,
        'quartiles': [1.0, 1.02],
        'largest_difference': 1e-6,
    }
    timed = job_of(tmp_path / 'cost', '_eraser_cost:forward_time')
    timed.folder.mkdir()
    record = record_of('forward', 0, cost, part='cost')
    (timed.folder / 'record.json').write_text(json.dumps(record))
    splits = {s: {'pictures': n} for s, n in NUM.items()}
    drawn = {'format': 'inpainting', 'num': NUM, 'seed': 0}
    data = dict(splits=splits, sample=drawn, frozen_baseline=True, options=[])
    args = Namespace(out=str(tmp_path / 'out'))
    found = write_report(args, [timed, job], data, 'command', [])
    text = ' '.join((tmp_path / 'out/eraser.md').read_text().split())
    assert 'sample results' in text
    assert 'than black mask, blur(8), not more than Telea (21.500 dB)' in text
    assert '2.000 before and 3.000 after (more), for 0.50 dB' in text
    assert '90.0 % of what is to be removed before, and 4.0 % after ERASER' in text
    assert '| FID |' in text.replace('| LPIPS', '|')  # a column, though not measured
    assert 'were not given: FID, LPIPS' in text
    assert '| ERASER | 0.862 | 25.592 | 65.350 | 0.125 |' in text
    assert '240 passes in raster order and 8 in parallel: 30 times fewer' in text
    assert 'eraser_removals.png' in text
    assert (tmp_path / 'out/eraser_removals.png').read_bytes() == b'picture'
    assert json.loads((tmp_path / 'out/eraser.json').read_text())['complete']
    assert found['tables']['privacy'][0]['name'] == 'black mask'


def test_report_without_any_measurement(tmp_path):
    from _eraser_report import write_report

    args = Namespace(out=str(tmp_path))
    found = write_report(args, [], None, 'command', ['x'])
    text = Path(tmp_path, 'eraser.md').read_text()
    assert 'Not measured yet.' in text
    assert not found['complete']


def test_command_line_and_plan(inpainting_root, tmp_path):
    import eraser
    from _eraser_plan import _cost_jobs, _networks

    weights = tmp_path / 'w.pth'
    args = eraser.parse_args(
        ['--only', 'cost', '--vgg', str(weights), '--detector', 'a.py', str(weights)]
    )
    assert args.configs == [str(ROOT / eraser.CONFIG)]
    assert _networks(args)['vgg'] == [str(weights)]
    assert len(_networks(args)['detector']) == 2
    (job,) = _cost_jobs(args)
    assert job.part == 'cost'
    with pytest.raises(SystemExit):
        eraser.parse_args(['--only', 'nothing'])


def test_a_run_from_training_to_pictures(tiny_options, tmp_path):
    from _eraser_training import train_and_test
    from PIL import Image

    path = 'configs/eraser/eraser_ffc18.py'
    options = tiny_options(path) | {'train_cfg.val_interval': 1}
    payload = dict(
        config=path,
        options=options,
        sample=True,
        work_dir=str(tmp_path),
        networks={},
    )
    result = train_and_test(payload)
    json.dumps(result)
    names = ['black mask', 'blur(8)', 'pixelate(8)', 'Telea', 'Navier-Stokes']
    names += ['ERASER, stage 1', 'ERASER']
    assert list(result['removal']) == list(result['inpainting']) == names
    assert result['privacy'] == {}  # no adversary was given
    for name in names:
        figures = result['removal'][name]
        assert figures['inpainting/touched'] == 0, name
        for key in ('inpainting/clean_region_psnr', 'trained/loss', 'difference/fm'):
            assert np.isfinite(figures[key]), (name, key)
    priors = result['priors']
    assert priors['oneshot']['passes'] == 1
    assert priors['parallel']['passes'] <= 8
    assert priors['raster']['passes'] > 30  # of 64 tokens
    assert all(np.isfinite(p['psnr']) for p in priors.values())
    assert result['pictures'] == ['removals.png', 'priors.png']
    for name in result['pictures']:
        assert np.asarray(Image.open(tmp_path / name)).std() > 10
