"""The DRAG benchmark: records, comparisons, report, measurements in miniature."""

import json
import math
import os
import re
import subprocess
import sys
from argparse import Namespace

import _common
import pytest
from _compare import compare, compare_paired, gain, listed, points, signed
from _jobs import Job, remove_checkpoints
from _markdown import figure, paragraph, percent, table
from benchmark_records import ROOT, job_of, kill_when, record_of

DRAG = 'configs/drag/drag_r18.py'


@pytest.fixture(autouse=True)
def in_root(monkeypatch):
    monkeypatch.chdir(ROOT)


# Records


def test_json_is_written_whole_and_without_nan(tmp_path):
    path = tmp_path / 'deep' / 'a.json'
    _common.write_json(path, {'x': (math.nan, 1.0), 'y': math.inf, 3: None})
    assert json.loads(path.read_text()) == {'x': [None, 1.0], 'y': None, '3': None}
    assert [p.name for p in path.parent.iterdir()] == ['a.json']
    assert _common.read_json(tmp_path / 'none.json') is None


def test_broken_record_is_named(tmp_path):
    path = tmp_path / 'record.json'
    path.write_text('{')
    with pytest.raises(_common.DataError, match='expected a JSON record'):
        _common.read_json(path)


def test_provenance_has_versions_and_no_names():
    found = _common.provenance()
    assert {'torch', 'mmengine', 'mmpretrain', 'mmprivacy'} <= set(found['versions'])
    assert all(found['versions'].values())
    assert found['machine']['cpu_cores'] >= 1
    assert set(found['machine']) == {'cpu_cores', 'threads', 'gpu'}


def test_paths_outside_the_repository_are_not_shown():
    words = ['--out', str(ROOT / 'docs'), '--data-root=/home/me/x', 'lr=0.1', '/tmp/y']
    shown = _common.command_line(words, 'drag')
    assert shown == (
        'python tools/benchmarks/drag.py --out docs --data-root=DIR lr=0.1 DIR'
    )


@pytest.fixture
def child_module(tmp_path, monkeypatch):
    """A module that the child process can import."""
    folder = tmp_path / 'modules'
    folder.mkdir()
    (folder / 'measures.py').write_text(
        'import os\n'
        'from mmprivacy.errors import DataError\n'
        'def double(payload):\n'
        "    return {'y': 2 * payload['x'], 'pid': os.getpid()}\n"
        'def fail(payload):\n'
        "    raise DataError('broken photo')\n"
        'def die(payload):\n'
        '    os._exit(3)\n'
    )
    found = os.environ.get('PYTHONPATH', '')
    monkeypatch.setenv(
        'PYTHONPATH', os.pathsep.join(filter(None, (str(folder), found)))
    )
    return 'measures'


def test_a_job_is_done_once_in_a_process_of_its_own(tmp_path, child_module):
    job = job_of(tmp_path / 'a', f'{child_module}:double', x=4)
    assert job.record() is None
    first = job.run()
    assert first['result']['y'] == 8
    assert (first['seed'], first['command'], first['data']) == (9, 'command', 'data')
    assert job.run() == first  # the same process id: not run again
    assert job.run(fresh=True)['result']['pid'] != first['result']['pid']
    assert [p.name for p in job.folder.iterdir()] == ['record.json']


def test_a_failed_job_says_why_and_leaves_norecord_of(tmp_path, child_module):
    job = job_of(tmp_path / 'a', f'{child_module}:fail')
    with pytest.raises(_common.RunFailedError, match='broken photo'):
        job.run()
    with pytest.raises(_common.RunFailedError, match='exit status 3'):
        job_of(tmp_path / 'b', f'{child_module}:die').run()
    assert job.record() is None


def test_weights_of_a_finished_run_are_removed(tmp_path):
    for name in ('epoch_1.pth', 'last_checkpoint', 'record.json'):
        (tmp_path / name).touch()
    remove_checkpoints(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ['record.json']


def test_weights_are_deleted_where_the_run_left_them(tmp_path):
    import _cli

    weights = tmp_path / 'run/epoch_1.pth'
    weights.parent.mkdir()
    weights.touch()
    job = job_of(tmp_path / 'job', 'module:function', work_dir=str(weights.parent))
    _cli.clean_up(job, keep=True)
    assert weights.exists()
    _cli.clean_up(job, keep=False)
    assert not weights.exists()


# Comparisons and words


def test_mean_and_spread():
    assert _common.mean_spread([0.5, None, 0.7]) == pytest.approx((0.6, 0.1 * 2**0.5))
    assert _common.mean_spread([0.5]) == (0.5, None)
    assert math.isnan(_common.mean_spread([math.nan])[0])


@pytest.mark.parametrize(
    ('ours', 'theirs', 'fixed', 'verdict'),
    [
        ([0.80, 0.82], [0.70, 0.71], False, 'beats'),
        ([0.80, 0.84], [0.78, 0.83], False, 'is not better than'),
        ([0.70, 0.71], [0.80, 0.82], False, 'is worse than'),
        ([0.80, 0.82], [0.60], True, 'beats'),
        ([0.80, 0.82], [0.60], False, 'unknown'),
        ([0.80], [0.60], True, 'unknown'),
        ([0.60, 0.60], [0.60], True, 'is not better than'),
    ],
)
def test_compare(ours, theirs, fixed, verdict):
    assert compare(ours, theirs, fixed)[0] == verdict


def test_gain_is_paired():
    # Runs differ by far more than the stages of a run.
    assert gain([0.6, 0.9], [0.55, 0.84])[0] == 'more'
    assert gain([0.6, 0.9], [0.65, 0.80])[0] == 'no more'
    assert gain([0.5, 0.8], [0.6, 0.91])[0] == 'less'
    assert gain([0.5], [0.6])[0] == 'unknown'


def test_methods_are_paired_by_seed():
    ours = {'seeds': [9, 10], 'values': {'l1': [0.5, 0.9]}, 'deterministic': False}
    late = {'seeds': [10, 11, 9], 'values': {'l1': [1.0, 7.0, 0.62]}}
    late['deterministic'] = False
    verdict, mean, spread = compare_paired(ours, late, 'l1', less_is_better=True)
    assert verdict == 'beats'
    assert (mean, spread) == pytest.approx((-0.11, 0.0141421), abs=1e-6)
    assert compare_paired(ours, late, 'l1')[0] == 'is worse than'
    fixed = {'seeds': [None], 'values': {'l1': [0.7]}, 'deterministic': True}
    assert compare_paired(ours, fixed, 'l1')[0] == 'is not better than'
    late['values']['l1'][0] = None
    assert compare_paired(ours, late, 'l1')[0] == 'unknown'


def test_phrases():
    assert points(0.0123, 0.004) == '+1.2 ± 0.4'
    assert points(-0.0123) == '\N{MINUS SIGN}1.2'
    assert signed(-0.5, 0.25, digits=2) == '\N{MINUS SIGN}0.50 ± 0.25'
    assert figure([-0.5, -0.5]) == '\N{MINUS SIGN}0.500 ± 0.000'
    assert listed(['a']) == 'a'
    assert listed(['a', 'b', 'c']) == 'a, b and c'
    assert percent([0.5, 0.6]) == '55.0 ± 7.1'
    assert percent([0.5, None]) == '50.0 (1 of 2)'
    assert percent([None]) == 'n/a'
    assert table(['a', 'b'], [['x', 1]]).splitlines()[1] == '| :--- | ---: |'
    assert paragraph('a  b', 'c', prefix='> ') == '> a b c'


# Report


def _metrics(accuracy):
    from _drag_results import METRICS

    return dict.fromkeys(METRICS, accuracy)


def _training(name, seed, accuracy, finetuned=None):
    stage = None if finetuned is None else _metrics(finetuned)
    result = {'metrics': _metrics(accuracy), 'finetuned': stage, 'epochs': 3}
    return record_of(name, seed, result)


def _records():
    dumb = {'majority': _metrics(0.5), 'all_private': _metrics(0.48)}
    records = [record_of('labels', None, dumb)]
    for seed, noise in ((9, 0.0), (10, 0.01), (11, -0.01)):
        frozen = {'frozen': _metrics(0.61 + noise)}
        records += [
            record_of('random ResNet-50', seed, frozen),
            _training('drag_r50', seed, 0.80 + noise, 0.70 + noise),
            _training('drag_r50_wo-gcn', seed, 0.805 - noise, 0.70),
            _training('baseline_r50', seed, 0.80 - noise),
        ]
    return records


def _cost_records():
    timed = {
        'ratio': 1.05,
        'quartiles': [1.04, 1.1],
        'seconds': {'drag': [2.1, 2.2], 'baseline': [2.0, 2.1]},
        'batch_size': 4,
    }
    rows = [
        ('cost: time', timed),
        ('cost: memory of drag', {'peak_mib': 1300.0, 'before_mib': 300.0}),
        ('cost: memory of baseline', {'peak_mib': 1000.0, 'before_mib': 300.0}),
    ]
    return [record_of(name, 0, result, 'cost') for name, result in rows]


@pytest.fixture
def report(tmp_path):
    """Write a report of given records, and of one job that is not done."""

    def write(records, missing=True, data=...):
        from _drag_report import write_report

        jobs = []
        for i, record in enumerate(records):
            job = job_of(tmp_path / 'work' / str(i), '_drag_training:train_and_test')
            _common.write_json(job.folder / 'record.json', record)
            values = {**vars(job), 'part': record['part'], 'seed': record['seed'] or 9}
            jobs.append(Job(**values))
        if missing:
            jobs.append(job_of(tmp_path / 'work' / 'missing', 'a:b'))
        counts = {'private': 10, 'public': 15}
        data = data and {
            'splits': dict.fromkeys(('train', 'val', 'test'), counts),
            'sample': {'format': 'image-privacy', 'seed': 0, 'num': {}},
            'options': [],
            'frozen_baseline': True,
            'label': 'drawn sample data',
        }
        results = write_report(Namespace(out=tmp_path / 'out'), jobs, data, 'cmd', [])
        text = (tmp_path / 'out/drag.md').read_text(encoding='utf-8')
        return results, text, tmp_path / 'out'

    return write


def test_report_says_what_is_beaten_and_what_is_not(report):
    results, text, out = report(_records())
    said = ' '.join(results['sentences'])
    assert '`drag_r50` beats majority class (+30.0 ± 1.0), all private' in said
    assert '**does not beat** baseline_r50 (+0.0' in said
    assert '`drag_r50` after all phases is better than its own linear' in said
    assert 'Ablation: `drag_r50` is **not better** than `drag_r50_wo-gcn`' in said
    assert (
        json.loads((out / 'drag.json').read_text())['sentences']
        == (results['sentences'])
    )
    flat = ' '.join(text.split())
    assert all(' '.join(s.split()) in flat for s in results['sentences'])


def test_sample_and_published_figures_are_kept_apart(report):
    _, text, _ = report(_records())
    assert text.index('These are sample results') < text.index('## ')
    published = text.partition('## Published figures')[2]
    assert '87' in published
    assert '86.699' in published
    assert '63.894' in published
    assert '86.699' not in text.partition('## Published figures')[0]


def test_partial_report_says_so(report):
    results, text, _ = report(_records())
    assert not results['complete']
    assert '**Partial results**: 13 of 14 measurements' in ' '.join(text.split())
    assert 'Missing (with the seeds): x (9).' in ' '.join(text.split())


def test_one_seed_decides_nothing(report):
    records = [_training('drag_r50', 9, 0.9, 0.8), _training('baseline_r50', 9, 0.5)]
    results, _, _ = report(records)
    assert 'too few seeds' in results['sentences'][0]
    assert ' beats ' not in results['sentences'][0]


def test_cost_in_the_report(report):
    grouping = {'increase_mib': 500.0, 'seconds': 31.0, 'sizes': [1, 2, 3, 4]}
    grouped = record_of('channel grouping', 0, grouping, 'grouping')
    results, text, _ = report([*_cost_records(), grouped], missing=False)
    assert results['complete']
    assert results['cost'][0]['memory_ratio'] == pytest.approx(1.3)
    assert results['cost'][0]['memory_ratio_without_libraries'] == pytest.approx(10 / 7)
    assert '| time | 1.050 | ≤ 1.15 | yes |' in text
    assert '| peak memory | 1.300 | ≤ 1.2 | **no** |' in text
    assert '500 MiB, within the target of 2048 MiB' in ' '.join(text.split())


def test_plot_is_small_and_nothing_names_the_machine(report):
    import platform

    _, text, out = report(_records())
    assert (out / 'drag.png').stat().st_size < 150_000
    assert '](drag.png)' in text
    for name in ('drag.md', 'drag.json'):
        content = (out / name).read_text(encoding='utf-8')
        assert str(out) not in content
        assert str(ROOT) not in content
        assert not re.search(rf'\b{re.escape(platform.node())}\b', content)


def test_noisy_times_decide_nothing(report):
    records = _cost_records()
    records[0]['result']['quartiles'] = [0.7, 1.3]
    _, text, _ = report(records)
    assert '| time | 1.050 | ≤ 1.15 | **undecided**' in text


def test_cost_is_reported_without_data(report):
    results, text, out = report(_cost_records(), missing=False, data=None)
    assert not results['complete']
    assert '| time | 1.050 |' in text
    assert 'no accuracy, since its data are not there' in text
    assert '## Accuracy' not in text
    assert not (out / 'drag.png').exists()


# Measurements


@pytest.fixture
def payload(tiny_options):
    return {'config': DRAG, 'options': tiny_options(DRAG), 'sample': True}


def test_data_and_dumb_baselines(payload):
    from _drag_baselines import count_photos, histogram_baseline, label_baselines

    from mmprivacy.apis import load_config

    cfg = load_config(payload['config'], payload['options'], payload['sample'])
    counts = count_photos(cfg, 'test')
    photos = payload['options']['sample.data.num.test']
    assert sum(counts.values()) == photos
    found = label_baselines(payload)
    assert found['all_private']['accuracy'] == counts['private'] / photos
    assert found['all_private']['recall_private'] == 1
    assert found['majority']['auroc'] == 0.5
    histogram = histogram_baseline(payload)['histogram']
    assert 0 <= histogram['accuracy'] <= 1


def test_colour_histogram_counts_joint_colours():
    import torch
    from _features import BINS, colour_histogram

    photos = torch.zeros(1, 3, 2, 2, dtype=torch.uint8)
    photos[0, 2, 0, 0] = 255
    found = colour_histogram(photos)
    assert found.shape == (1, BINS**3)
    assert (found[0, 0], found[0, BINS - 1]) == (0.75, 0.25)


def test_cost_step_trains_what_a_joint_epoch_does():
    from _drag_cost import training_step

    options = {
        'train_dataloader.dataset.pipeline.1.scale': (64, 64),
        'model.head.feat_size': (2, 2),
    }
    step = training_step('drag', {'config': DRAG, 'options': options, 'batch_size': 2})
    learning = {n for n, p in step.model.named_parameters() if p.requires_grad}
    assert 'backbone.conv1.weight' in learning
    assert 'head.fc.weight' in learning
    assert not {n for n in learning if n.startswith(('head.cgl', 'head.finetune'))}
    before = step.model.head.fc.weight.clone()
    step()
    assert not before.equal(step.model.head.fc.weight)
    assert not step.model.head.cgl.training


def test_grouping_is_measured():
    from _drag_cost import grouping

    found = grouping({'channels': 32, 'images': 40, 'groups': 4, 'side': 14})
    assert sum(found['sizes']) == 32
    assert found['increase_mib'] >= 0


def test_plan_says_what_was_drawn(tmp_path, tiny_options):
    from _drag_plan import plan
    from drag import parse_args

    found = tiny_options(DRAG)
    words = ['--configs', DRAG, '--work-dir', str(tmp_path), '--cfg-options']
    _, data = plan(parse_args([*words, *(f'{k}={v}' for k, v in found.items())]))
    assert data['sample']['format'] == 'image-privacy'
    test = data['splits']['test']
    assert sum(test.values()) == found['sample.data.num.test']


def test_plan_draws_nothing_for_the_cost(tmp_path, tiny_options):
    from _drag_plan import plan
    from drag import parse_args

    root = tmp_path / 'none'
    found = tiny_options(DRAG, **{'sample.data.root': str(root)})
    words = ['--configs', DRAG, '--work-dir', str(tmp_path), '--cfg-options']
    words += [f'{k}={v}' for k, v in found.items()]
    jobs, data = plan(parse_args(['--only', 'cost,grouping', *words]))
    assert data is None
    assert {job.part for job in jobs} == {'cost', 'grouping'}
    assert not root.exists()


def test_wrong_part_is_refused(run_tool):
    found = run_tool('benchmarks/drag', '--only', 'speed')
    assert found.status == 2
    assert "'speed' is none of cost, grouping, accuracy" in found.err


@pytest.mark.slow
def test_a_killed_benchmark_goes_on(tmp_path, payload):
    """Kill it while it trains; nothing stays behind, and the next start finishes."""
    chosen = {**payload['options'], 'default_hooks.checkpoint.interval': 1}
    options = [f'{k}={v}' for k, v in chosen.items()]
    command = [sys.executable, 'tools/benchmarks/drag.py', '--configs', DRAG]
    command += ['--seeds', '9', '--only', 'accuracy', '--work-dir', str(tmp_path / 'w')]
    command += ['--out', str(tmp_path / 'out'), '--cfg-options', *options]
    kill_when(command, tmp_path, 'epoch_1.pth')
    assert list(tmp_path.rglob('finetuned.pth'))
    assert subprocess.run(command, check=False).returncode == 0
    results = json.loads((tmp_path / 'out/drag.json').read_text())
    runs = [r for r in results['records'] if r['name'] == 'drag_r18']
    assert runs[0]['result']['finetuned'] is not None
    assert not list(tmp_path.rglob('*.pth'))
    missing = {name for name in results['missing'] if not name.startswith('cost')}
    assert missing == {'channel grouping'}
