"""The PrivAttNet benchmark: pointing, baselines, comparisons, report, measurements."""

import json
import subprocess
import sys
from argparse import Namespace

import _common
import numpy as np
import pytest
from _jobs import Job
from benchmark_records import ROOT, job_of, kill_when, record_of
from tiny_runs import NUM

from mmprivacy.datasets.rle import encode_rle

PRIVATTNET = 'configs/privattnet/privattnet_r50.py'
AP_PR = 'configs/privattnet/ap-pr_r50.py'
COUNTS = {'safe': 10, 'unsafe': 15}


@pytest.fixture(autouse=True)
def in_root(monkeypatch):
    monkeypatch.chdir(ROOT)


@pytest.fixture
def payload(tiny_options):
    options = tiny_options(PRIVATTNET)
    return {'config': PRIVATTNET, 'options': options, 'sample': True}


# What maps ought to point at


def element(**parts):
    masks = {name: np.zeros((4, 6), bool) for name in parts}
    for name, at in parts.items():
        masks[name][at] = True
    return {'parts': {name: encode_rle(mask) for name, mask in masks.items()}}


def test_what_shows_the_highest_rated_attribute_is_the_target():
    from _pointing import most_private_mask

    card = element(a1_age_approx=(0, slice(0, 3)), a30_credit_card=(0, 0))
    face = element(a9_face_complete=(1, 1))
    other = element(a30_credit_card=(2, 2))
    cup = element()
    assert np.argwhere(most_private_mask({'elements': [face, card, cup]})).tolist() == [
        [0, 0]
    ]
    person = element(a9_face_complete=(1, 1)) | {'mask': encode_rle(np.ones((4, 4)))}
    assert most_private_mask({'elements': [person]}, whole=True).all()
    assert most_private_mask({'elements': [person]}).sum() == 1
    both = most_private_mask({'elements': [card, face, other]})
    assert np.argwhere(both).tolist() == [[0, 0], [2, 2]]
    assert most_private_mask({'elements': [cup]}) is None
    assert most_private_mask({'elements': []}) is None


def test_masks_are_those_of_the_unsafe_photos(vispr_root):
    from _pointing import target_masks

    lines = (vispr_root / 'scenes.jsonl').read_text().splitlines()
    scenes = [s for s in map(json.loads, lines) if s['split'] == 'test']
    masks = target_masks(vispr_root)
    assert len(masks) == sum(s['score'] > 0 for s in scenes)
    for scene in scenes:
        name = scene['file'].rpartition('/')[2].removesuffix('.jpg')
        if name in masks:
            assert masks[name].shape == tuple(scene['size'])
            assert masks[name].any()


def test_pointing_counts_unsafe_photos_only(monkeypatch):
    import _privattnet_training as module
    from _privattnet_training import point

    mask = np.zeros((40, 40), bool)
    mask[:10, :10] = True
    more = mask | mask[::-1, ::-1]
    masks = {False: {'a': mask, 'b': mask}, True: {'a': more, 'b': more}}
    monkeypatch.setattr(module, 'target_masks', lambda root, whole: masks[whole])
    heat = np.zeros((3, 4, 4))
    heat[0, 0, 0] = heat[1, 3, 3] = 1
    found = {'names': np.array(['a', 'b', 'safe']), 'maps': heat}
    assert point(found, 'root') == {'hit': 0.5, 'element': 1.0, 'photos': 2}
    assert point({'names': found['names']}, 'root') is None
    flat = {'names': np.array(['a']), 'maps': np.full((1, 4, 4), 0.3)}
    assert point(flat, 'root')['hit'] == mask.mean()


# Figures and baselines


def test_figures_of_profiles_and_of_their_mean():
    from _score_figures import score_figures

    truth = np.array([[0.0, 0.0], [2.0, 4.0], [4.0, 5.0]])
    scores = truth + np.array([[1, -1], [1, -1], [0, 0]])
    found = score_figures(scores, truth)
    assert found['l1'] == pytest.approx(2 / 3)
    assert found['l1_mean'] == 0
    assert found['spearman'] == pytest.approx(1)


def test_targets_have_names():
    from _score_figures import target_name

    from mmprivacy.apis import load_config

    assert target_name(load_config(PRIVATTNET)) == 'one score'
    assert target_name(load_config(AP_PR)) == '30 profiles'
    options = {'test_dataloader.dataset.pool': 'avg'}
    assert target_name(load_config(PRIVATTNET, options)) == 'one score, pool=avg'


def test_data_and_dumb_baselines(payload):
    from _privattnet_baselines import (
        count_photos,
        histogram_baseline,
        label_baselines,
        pointing_baselines,
    )

    from mmprivacy.apis import load_config

    cfg = load_config(payload['config'], payload['options'], payload['sample'])
    assert sum(count_photos(cfg, 'test').values()) == NUM['test']
    found = label_baselines(payload)
    constant, oracle = found['methods'].values()
    assert found['target'] == 'one score'
    assert constant['spearman'] == constant['pearson'] == 0
    assert oracle['l1'] <= constant['l1']
    (histogram,) = histogram_baseline(payload)['methods'].values()
    assert 0 <= histogram['l1'] <= 5
    chance, centre, fixed = pointing_baselines(payload)['pointing'].values()
    assert 0 < chance['hit'] <= chance['element'] < 1
    for key in ('hit', 'element'):
        assert fixed[key] >= centre[key]


def test_baselines_of_profiles(tiny_options):
    from _privattnet_baselines import histogram_baseline, label_baselines

    payload = {'config': AP_PR, 'options': tiny_options(AP_PR), 'sample': True}
    assert label_baselines(payload)['target'] == '30 profiles'
    (figures,) = histogram_baseline(payload)['methods'].values()
    assert figures['l1'] >= figures['l1_mean']


# Report


def figures(spearman, l1, **more):
    return {'l1': l1, 'l1_mean': l1, 'pearson': 0.5, 'spearman': spearman, **more}


def run(name, seed, spearman, l1, target='one score', hit=None):
    result = {
        'metrics': figures(spearman, l1),
        'target': target,
        'attends': name == 'privattnet_r50',
        'pointing': None
        if hit is None
        else {'hit': hit, 'element': hit + 0.2, 'photos': 15},
        'epochs': 3,
    }
    return record_of(name, seed, result)


def records():
    dumb = {
        'constant (training median)': figures(0.0, 1.5),
        'safe/unsafe oracle': figures(0.79, 0.3),
    }
    pointing = {
        'chance (mean area)': {'hit': 0.1, 'element': 0.2},
        'centre of the photo': {'hit': 0.45, 'element': 0.5},
    }
    found = [record_of('pointing', None, {'pointing': pointing, 'photos': 15})]
    for target in ('30 profiles', 'one score'):
        result = {'target': target, 'methods': dumb}
        found.append(record_of(f'labels, {target}', None, result))
    for seed, noise in ((9, 0.0), (10, 0.05), (11, -0.05)):
        found += [
            run('privnet_r50', seed, 0.70 + noise, 0.60 - noise, hit=0.1),
            run('privattnet_r50', seed, 0.72 + 1.2 * noise, 0.6 - noise, hit=0.4),
            run('pr-cnn_r50', seed, 0.6 + noise, 0.9, '30 profiles'),
        ]
    return found


def cost_records():
    def timed(ratio, quartiles):
        seconds = {'a': [2.1, 2.2], 'b': [2.0, 2.1]}
        times = {'ratio': ratio, 'quartiles': quartiles, 'seconds': seconds}
        return times | {'batch_size': 16}

    speed = {'size': [64, 64], 'gflop': 2.0, 'matmul': 30.0}
    rows = [
        ('training step', timed(1.2, [1.1, 1.25])),
        ('inference, full size, files', timed(1.4, [1.3, 1.5])),
        ('inference, full size, model', timed(2.2, [1.8, 2.4]) | speed),
    ]
    return [record_of(name, 0, result, 'cost') for name, result in rows]


@pytest.fixture
def report(tmp_path):
    """Write a report of given records."""

    def write(found, data=..., sample=True):
        from _privattnet_report import write_report

        jobs = []
        for i, record in enumerate(found):
            target = '_privattnet_training:train_and_test'
            job = job_of(tmp_path / 'work' / str(i), target)
            _common.write_json(job.folder / 'record.json', record)
            more = {k: record[k] for k in ('part', 'name')}
            jobs.append(Job(**{**vars(job), **more, 'seed': record['seed'] or 9}))
            if 'metrics' in record['result']:
                truth = np.repeat([0.0, 0.0, 2.0, 3.0, 4.0], 5)[:, None]
                scores = truth + 0.1 * record['seed'] - 1
                arrays = {'scores': scores, 'truth': truth}
                np.savez(job.folder / 'predictions.npz', **arrays)
        data = data and {
            'splits': dict.fromkeys(('train', 'val', 'test'), COUNTS),
            'sample': {'format': 'vispr', 'seed': 0, 'num': {}} if sample else None,
            'options': [],
            'frozen_baseline': True,
            'label': 'drawn sample data',
        }
        results = write_report(Namespace(out=tmp_path / 'out'), jobs, data, 'cmd', [])
        text = (tmp_path / 'out/privattnet.md').read_text(encoding='utf-8')
        return results, ' '.join(text.split()), tmp_path / 'out'

    return write


def test_report_says_what_is_beaten_and_what_is_not(report):
    results, text, out = report(records())
    first, second = results['sentences'][:2]
    assert first.startswith('L1: `privattnet_r50` beats constant')
    assert '**does not beat** `privnet_r50` (+0.000 ± 0.000)' in first
    assert 'worse than** safe/unsafe oracle (+0.300' in first
    assert second.startswith('Spearman: `privattnet_r50` beats `privnet_r50` (+0.020')
    assert not any('pr-cnn_r50`' in s for s in results['sentences'][:2])
    assert sum('`privnet_r50` ' in s for s in results['sentences'][2:]) == 2
    assert all(' '.join(s.split()) in text for s in results['sentences'])
    written = json.loads((out / 'privattnet.json').read_text())
    assert written['sentences'] == results['sentences']


def test_goals_are_compared_with_the_means(report):
    _, text, _ = report(records())
    goals = text.split('## Goals')[1].split('## ')[0]
    assert '| Spearman | 0.720 | ≥ 0.85 | **no** |' in goals
    assert '| Spearman above that of PrivNet | 0.020 | ≥ 0.0 | yes |' in goals
    assert '| L1 by that of the best constant | 0.400 | ≤ 0.5 | yes |' in goals
    assert '| pointing at the element, by chance | 3.000 | ≥ 5 | **no** |' in goals
    above_centre = 'pointing at the element, above the centre of the photo'
    assert f'| {above_centre} | 0.100 | ≥ 0.0 | yes |' in goals


def test_goals_that_were_not_measured_are_left_out(report):
    results, text, _ = report([r for r in records() if r['name'] == 'privattnet_r50'])
    assert [goal['name'] for goal in results['goals']] == ['Spearman']
    results, text, _ = report([r for r in records() if r['name'] == 'privnet_r50'])
    assert results['goals'] == []
    assert '## Goals Not measured yet.' in text


def test_privattnet_comes_first_and_targets_stay_apart(report):
    results, text, _ = report(records())
    names = [(m['target'], m['name']) for m in results['methods']]
    assert names[0] == ('one score', 'privattnet_r50')
    assert [t for t, _ in names] == ['one score'] * 4 + ['30 profiles'] * 3
    one, profiles = text.split('### 30 profiles')
    assert '`pr-cnn_r50` | 3' not in one
    assert 'L1 of the mean' not in one
    assert '| L1 of the mean |' in profiles


def test_flat_maps_are_chance_in_the_report(report):
    results, text, _ = report(records())
    ours, elements, flat, _ = results['pointing_sentences']
    assert '`privattnet_r50` beats chance (mean area) (+30.0 ± 0.0)' in ours
    assert '**is worse than** centre of the photo (\N{MINUS SIGN}5.0' in ours
    assert '`privnet_r50` **does not beat** chance (mean area) (+0.0 ± 0.0)' in flat
    assert 'Share of the 15 unsafe test pictures' in text
    assert elements.startswith('Elements: `privattnet_r50` beats chance')
    assert '| `privattnet_r50` | 3 | 40.0 ± 0.0 | 60.0 ± 0.0 |' in text


def test_sample_and_published_figures_are_kept_apart(report):
    _, text, _ = report(records())
    ours, published = text.split('## Published figures')
    assert ours.index('These are sample results') < ours.index('## ')
    assert '| PR-CNN | Zhang et al. 2020, poster; 30 profiles | 0.637 |' in published
    assert 'Other data than the sample data' in published
    assert '0.637' not in ours


def test_cost_against_its_targets(report):
    results, text, out = report(cost_records(), data=None)
    assert not results['complete']
    assert '1.200 | ≤ 1.3 | yes |' in text
    assert '1.400 | ≥ 2 | **no** |' in text
    assert '2.200 | ≥ 2 | **undecided**' in text
    assert '64 x 64 px, 2.00 GFLOP a photo: the model does 15 GFLOP/s on' in text
    assert 'would gain 2.02.' in text.replace('\n', ' ')
    assert 'no scores, since its data are not there' in text
    assert not list(out.glob('*.png'))


def test_real_data_have_no_masks(report):
    found = [r for r in records() if r['name'] != 'pointing']
    _, text, _ = report(found, sample=False)
    assert 'what maps point at cannot be told' in text
    assert 'These are sample results' not in text
    assert '## Goals' not in text


def test_plots_are_small_and_nothing_names_the_machine(report):
    import platform

    _, text, out = report(records())
    for name in ('privattnet.png', 'privattnet_scores.png'):
        assert (out / name).stat().st_size < 150_000
        assert f']({name})' in text
    content = (out / 'privattnet.json').read_text(encoding='utf-8')
    for word in (str(out), str(ROOT), platform.node()):
        assert word not in text + content


def test_predictions_are_those_of_the_lowest_seed(report, tmp_path):
    from _score_plots import read_predictions

    report(records())
    jobs = []
    for seed in (10, 9):
        job = job_of(tmp_path / str(seed), 'a:b')
        _common.write_json(job.folder / 'record.json', {})
        arrays = {'scores': np.full((2, 1), seed), 'truth': np.zeros((2, 1))}
        np.savez(job.folder / 'predictions.npz', **arrays)
        jobs.append(Job(**{**vars(job), 'seed': seed}))
    jobs.append(Job(**{**vars(job_of(tmp_path / 'none', 'a:b')), 'name': 'y'}))
    found = read_predictions(jobs, ['y', 'x'])
    assert list(found) == ['x']
    assert found['x']['seed'] == 9
    assert found['x']['scores'].tolist() == [[9], [9]]


# Measurements


def test_cost_step_trains_the_head_alone():
    from _privattnet_cost import VARIANTS, training_step

    options = {
        'test_dataloader.dataset.pipeline.1.scale': (64, 64),
        'model.head.feat_size': (4, 4),
    }
    payload = {'config': PRIVATTNET, 'options': options, 'batch_size': 2}
    for variant in VARIANTS:
        step = training_step(variant, payload)
        learning = {n for n, p in step.model.named_parameters() if p.requires_grad}
        assert learning
        assert all(n.startswith('head.') for n in learning)
        before = {n: p.clone() for n, p in step.model.named_parameters()}
        step()
        after = dict(step.model.named_parameters())
        moved = {n for n, p in before.items() if not p.equal(after[n])}
        assert moved <= learning
        assert moved


@pytest.mark.parametrize('of', ['files', 'arrays', 'model'])
def test_inference_is_timed(of):
    from _privattnet_cost import inference_time

    payload = {'config': PRIVATTNET, 'sample': True, 'of': of}
    found = inference_time({**payload, 'batch_size': 2, 'steps': 2, 'warm_up': 0})
    assert found['ratio'] > 0
    assert list(found['seconds']) == ['single', 'batch']
    assert found['size'] == [96, 96]
    assert 0.3 < found['gflop'] < 0.5
    assert found['matmul'] > 0


@pytest.fixture
def words(tmp_path, tiny_options):
    """A command line that measures in miniature."""

    def build(*flags, **more):
        options = tiny_options(PRIVATTNET, **more)
        # These hold for all configs, whatever their heads are and the maps they expect.
        options = {
            k: v
            for k, v in options.items()
            if not k.startswith('model.head') and '.pipeline.' not in k
        }
        places = ['--work-dir', tmp_path / 'work', '--out', tmp_path / 'out']
        options = [f'{k}={v}' for k, v in options.items()]
        return [*map(str, [*flags, *places]), '--cfg-options', *options]

    return build


def test_plan_has_baselines_for_each_target(words):
    from _privattnet_plan import plan
    from privattnet import parse_args

    jobs, data = plan(parse_args(words('--only', 'accuracy', '--seeds', '9', '10')))
    names = [(j.name, j.seed) for j in jobs if j.part == 'accuracy']
    assert len(names) == len(set(names)) == 1 + 2 * 4 + 5 * 2
    assert ('random ResNet-50, 30 profiles', 10) in names
    assert ('pointing without a model', None) in names
    assert len({j.folder for j in jobs}) == len(jobs)
    assert data['frozen_baseline']
    assert data['sample']['format'] == 'vispr'


def test_plan_draws_nothing_for_the_cost(words, tmp_path):
    from _privattnet_plan import plan
    from privattnet import parse_args

    root = tmp_path / 'none'
    more = {'sample.data.root': str(root)}
    jobs, data = plan(parse_args(words('--only', 'cost', **more)))
    assert data is None
    assert {job.part for job in jobs} == {'cost'}
    assert not root.exists()


def test_a_run_keeps_what_it_predicts(payload, tmp_path):
    from _privattnet_training import train_and_test

    found = train_and_test({**payload, 'work_dir': str(tmp_path)})
    assert found['attends']
    assert found['target'] == 'one score'
    assert found['metrics']['l1_mean'] == pytest.approx(found['metrics']['l1'])
    assert 0 <= found['pointing']['hit'] <= 1
    with np.load(tmp_path / 'predictions.npz') as file:
        assert file['scores'].shape == file['truth'].shape == (NUM['test'], 1)
        size = payload['options']['model.head.feat_size']
        assert file['maps'].shape == (NUM['test'], *size)
        error = np.abs(file['scores'] - file['truth']).mean()
    assert error == pytest.approx(found['metrics']['l1'], rel=1e-5)


@pytest.mark.slow
def test_a_killed_benchmark_goes_on(tmp_path, words):
    """Kill it while it trains; the next start finishes, and a third has nothing to do.

    Two configs of two targets: that of maps, and that of profiles.
    """
    flags = ['--configs', PRIVATTNET, AP_PR, '--seeds', '9', '--only', 'accuracy']
    more = {'default_hooks.checkpoint.interval': 1, 'train_cfg.max_epochs': 2}
    line = words(*flags, **more)
    command = [sys.executable, 'tools/benchmarks/privattnet.py', *line]
    kill_when(command, tmp_path, 'epoch_1.pth')
    assert subprocess.run(command, check=False).returncode == 0
    results = json.loads((tmp_path / 'out/privattnet.json').read_text())
    runs = {r['name']: r['result'] for r in results['records'] if r['seed'] == 9}
    assert runs['privattnet_r50']['pointing']['photos'] > 0
    assert runs['ap-pr_r50']['pointing'] is None
    assert not list(tmp_path.rglob('*.pth'))
    assert all(n.startswith(('training', 'inference')) for n in results['missing'])
    assert (tmp_path / 'out/privattnet_scores.png').is_file()
    again = subprocess.run(command, check=True, capture_output=True, text=True)
    assert '1 of' not in again.stdout
