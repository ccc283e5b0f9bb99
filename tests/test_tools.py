"""The command lines, run as a user runs them."""

import json
import multiprocessing
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from tiny_runs import ROOT, as_arguments

from mmprivacy.compat import safe_load

CONFIG = 'configs/drag/drag_r18.py'
PRIVATTNET = 'configs/privattnet/privattnet_r50.py'
TOOLS = ('train', 'test', 'check_config', 'pseudo_labels')

# A server that has imported everything once and forks for each run: every run is a
# process of its own, that can be killed, and starts at once.
FORK = multiprocessing.get_context('forkserver')
FORK.set_forkserver_preload(
    [
        'mmprivacy.drag',
        'mmprivacy.visualization',
        'mmprivacy.apis.run',
        'sklearn.cluster',
    ]
)


def _child(tool, argv, log, death):
    os.chdir(ROOT)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(out, 1)
    os.dup2(out, 2)
    if death:
        _arrange_death(*death)
    sys.argv = [f'{tool}.py', *argv]
    sys.path.insert(0, str(ROOT / 'tools'))
    import runpy

    runpy.run_path(f'tools/{tool}.py', run_name='__main__')


def _arrange_death(kind, where):
    from mmprivacy.apis import hooks

    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    if kind == 'batch':
        check = hooks.FiniteLossHook.after_train_iter

        def after_train_iter(self, runner, batch_idx, **rest):
            check(self, runner, batch_idx, **rest)
            if (runner.epoch + 1, batch_idx + 1) == where:
                die()

        hooks.FiniteLossHook.after_train_iter = after_train_iter
        return
    replace = Path.replace

    def dying_replace(self, target):
        if Path(target).name == where:
            os.truncate(self, self.stat().st_size // 2)
            die()
        return replace(self, target)

    Path.replace = dying_replace


def run(tool, *argv, log, death=None, timeout=120):
    """Run a tool in a process of its own; return its exit status."""
    process = FORK.Process(target=_child, args=(tool, argv, str(log), death))
    process.start()
    process.join(timeout)
    if process.is_alive():
        process.kill()
        pytest.fail(f'{tool} takes too long: {Path(log).read_text()[-3000:]}')
    return process.exitcode


def run_group(command, env, timeout):
    """Run a command that starts processes; none of them outlives the test."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        out, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.terminate()  # torchrun passes it on to its processes
        process.wait(60)
        raise
    return process.returncode, out


@pytest.fixture
def arguments(tiny_options, monkeypatch):
    """The sample run of a config, the smallest if none is named, as words to a tool."""
    monkeypatch.chdir(ROOT)

    def build(*flags, config=CONFIG, **changes):
        changes = {k.replace('__', '.'): v for k, v in changes.items()}
        options = tiny_options(config, **changes)
        options['visualizer.vis_backends'] = '[]'
        return [config, '--sample', *flags, *as_arguments(options)]

    return build


@pytest.mark.parametrize('tool', TOOLS)
def test_help(tool):
    command = [sys.executable, f'tools/{tool}.py', '--help']
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert '--cfg-options' in done.stdout


@pytest.mark.parametrize('tool', TOOLS)
def test_hint_without_the_package(tool, tmp_path):
    shutil.copy(ROOT / 'tools' / f'{tool}.py', tmp_path)
    code = (
        f'import sys, runpy; sys.path = [p for p in sys.path if p != {str(ROOT)!r}];'
        'sys.meta_path = [f for f in sys.meta_path if "editable" not in repr(f)];'
        f'runpy.run_path({str(tmp_path / tool)!r} + ".py", run_name="__main__")'
    )
    env = {k: v for k, v in os.environ.items() if k != 'PYTHONPATH'}
    done = subprocess.run(
        [sys.executable, '-c', code],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.count('\n') == 1
    assert 'pip install -e .' in done.stderr


def test_tools_are_short():
    for tool in TOOLS:
        assert len((ROOT / f'tools/{tool}.py').read_text().splitlines()) <= 120


@pytest.mark.parametrize(
    ('script', 'words', 'expected'),
    [
        ('dist_train.sh', ['C.py', '3', '--sample'], 'train.py C.py --launcher'),
        ('dist_test.sh', ['C.py', 'K.pth', '3', '--sample'], 'test.py C.py K.pth'),
    ],
)
def test_launch_scripts(script, words, expected):
    env = os.environ | {'PYTHON': 'echo', 'NNODES': '2', 'NODE_RANK': '1', 'PORT': '9'}
    command = ['bash', f'tools/{script}', *words]
    out = subprocess.check_output(command, cwd=ROOT, env=env, text=True)
    assert expected in out
    for part in ('--nproc_per_node=3', '--nnodes=2', '--node_rank=1', 'port=9'):
        assert part in out
    assert out.rstrip().endswith('--launcher pytorch --sample')
    assert subprocess.run(command[:2], cwd=ROOT, capture_output=True).returncode != 0


def test_missing_data_is_one_line_and_leaves_nothing(tmp_path):
    command = [sys.executable, str(ROOT / 'tools/train.py'), str(ROOT / CONFIG)]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    line = done.stderr.strip().splitlines()[-1]
    assert line.startswith('error: data/image_privacy: expected ')
    assert 'tools/prepare_data.py image-privacy' in line
    assert '--sample' in line
    assert 'Traceback' not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_misspelt_option(run_tool):
    done = run_tool('train', CONFIG, '--cfg-options', 'optim_wrapper.optimizer.lrr=1')
    assert done.status == 2
    assert "'lrr'" in done.err
    assert "did you mean 'lr'" in done.err


def test_named_checkpoint_that_is_missing(run_tool, arguments, tmp_path):
    work_dir = tmp_path / 'run'
    flags = ('--work-dir', str(work_dir))
    done = run_tool('train', *arguments(*flags, '--resume', str(tmp_path / 'a.pth')))
    assert done.status == 2
    assert 'a.pth: expected a checkpoint file' in done.err
    config, *rest = arguments(*flags)
    done = run_tool('test', config, str(tmp_path / 'a.pth'), *rest)
    assert done.status == 2
    assert 'a.pth: expected a checkpoint file' in done.err
    assert not work_dir.exists()


def test_show_dir_and_out_are_checked_first(run_tool, arguments, tmp_path):
    (tmp_path / 'a.pth').touch()
    config, *rest = arguments()
    done = run_tool('test', config, tmp_path / 'a.pth', '--out', 'a.pkl', *rest)
    assert (done.status, '.json' in done.err) == (2, True)
    done = run_tool(
        'test', config, tmp_path / 'a.pth', '--show-dir', 'd', *rest, 'custom_hooks=[]'
    )
    assert (done.status, 'HeatMapVisualizationHook' in done.err) == (2, True)


@pytest.fixture
def broken(sample_root, tmp_path):
    """A copy of the data set, to be damaged."""
    return shutil.copytree(sample_root, tmp_path / 'data')


def _csv(root, split='train'):
    return root / 'exp' / 'partition1' / f'{split}.csv'


def truncate(root):
    row = _csv(root).read_text().splitlines()[1]
    image = root / row.split(',')[1]
    image.write_bytes(image.read_bytes()[: image.stat().st_size // 2])
    return image.name


def empty_split(root):
    _csv(root).write_text(_csv(root).read_text().splitlines()[0] + '\n')
    return 'train.csv'


def unknown_label(root):
    text = _csv(root, 'val').read_text()
    _csv(root, 'val').write_text(text.replace(',private\n', ',secret\n', 1))
    return 'secret'


@pytest.mark.parametrize('damage', [truncate, empty_split, unknown_label])
def test_broken_data_is_named(damage, broken, run_tool, arguments, tmp_path):
    named = damage(broken)
    work_dir = tmp_path / 'run'
    done = run_tool(
        'train',
        *arguments('--work-dir', str(work_dir), train_dataloader__num_workers=1),
        f'data_root={broken}',
        'train_dataloader.num_batch_per_epoch=None',
    )
    last = done.err.strip().splitlines()[-1]
    assert done.status == 2, done.err[-2000:]
    assert last.startswith('error: ')
    assert named in last
    assert 'Traceback' not in last
    assert not list(work_dir.rglob('*.pth'))
    assert not (work_dir / 'last_checkpoint').exists()


def test_wrong_feature_size_is_explained(run_tool, arguments, tmp_path):
    flags = ('--work-dir', str(tmp_path))
    done = run_tool('train', *arguments(*flags), 'model.head.feat_size=(5,5)')
    assert done.status == 2
    assert 'feat_size' in done.err.strip().splitlines()[-1]


def test_check_config_reports_and_counts(run_tool, tmp_path):
    wrong = tmp_path / 'wrong.py'
    base = (ROOT / CONFIG).resolve()
    wrong.write_text(
        f'_base_ = {str(base)!r}\n'
        'model = dict(head=dict(num_regionss=3), backbone=dict(type="ResNett"))\n'
        'train_cfg = dict(epochs=3)\n'
    )
    done = run_tool('check_config', wrong, '--no-build')
    assert done.status == 1
    for text in ('num_regionss', "'ResNet' (mmpretrain)", 'train_cfg.epochs'):
        assert text in done.out
    assert run_tool('check_config', tmp_path / 'none.py').status == 2
    assert run_tool('check_config', CONFIG, '--no-build').status == 0


def weights(path):
    return safe_load(path)['state_dict']


def assert_same(a, b):
    assert a.keys() == b.keys()
    assert [k for k in a if not torch.equal(a[k], b[k])] == []


@pytest.fixture
def schedule():
    """Two epochs of fine-tuning, one of pre-training, two of joint training."""
    flip = [
        dict(type='LoadPhoto'),
        dict(type='Resize', scale=(64, 64), backend='pillow'),
        dict(type='RandomFlip', prob=0.5),
        dict(type='PackInputs'),
    ]
    step = "[{'type': 'MultiStepLR', 'milestones': [1], 'gamma': 0.5}]"
    return {
        'train_dataloader.dataset.pipeline': str(flip),
        'train_dataloader.num_workers': 1,
        'custom_hooks.0.phases.0.epochs': 2,
        'custom_hooks.0.phases.2.epochs': 2,
        'train_cfg.max_epochs': 5,
        'train_cfg.val_interval': 1,
        'param_scheduler': step,
        'default_hooks.checkpoint.interval': 1,
    }


def test_killed_runs_end_like_an_uninterrupted_one(arguments, schedule, tmp_path):
    log = tmp_path / 'log'
    whole = arguments('--work-dir', str(tmp_path / 'whole'), '--test', **schedule)
    assert run('train', *whole, log=log) == 0, log.read_text()[-3000:]

    parts = arguments(
        '--work-dir', str(tmp_path / 'parts'), '--test', '--resume', **schedule
    )
    deaths = [
        ('batch', (2, 1)),  # fine-tuning
        ('batch', (3, 2)),  # pre-training of the grouping layer
        ('replace', 'epoch_4.pth'),  # joint training, in the middle of a save
    ]
    for death in deaths:
        status = run('train', *parts, log=log, death=death)
        assert status == -signal.SIGKILL, log.read_text()[-3000:]
    assert (tmp_path / 'parts' / 'epoch_3.pth').is_file()
    assert run('train', *parts, log=log) == 0, log.read_text()[-3000:]

    text = log.read_text()
    assert 'nothing to resume' in text
    for epoch in (1, 2, 3):
        assert f'after epoch {epoch} of 5' in text
    ends = [tmp_path / name / 'epoch_5.pth' for name in ('whole', 'parts')]
    assert_same(*map(weights, ends))
    reports = [
        json.loads((tmp_path / n / 'metrics.json').read_text())
        for n in ('whole', 'parts')
    ]
    assert reports[0]['metrics'] == reports[1]['metrics']
    kept = sorted(p.name for p in (tmp_path / 'parts').glob('epoch_*.pth'))
    assert kept == ['epoch_4.pth', 'epoch_5.pth']
    assert not list((tmp_path / 'parts').glob('.*.tmp'))

    _check_that_the_printed_command_gives_the_same_number(text, tmp_path, reports[1])
    assert run('train', *parts, log=tmp_path / 'again') == 0
    assert 'this run is finished' in (tmp_path / 'again').read_text()


def _check_that_the_printed_command_gives_the_same_number(text, tmp_path, report):
    command = re.findall(r'^the same number: (.*)$', text, re.M)[-1]
    words = shlex.split(command)
    assert words[:2] == ['python', 'tools/test.py']
    assert words[3] == report['checkpoint']
    (tmp_path / 'parts' / 'metrics.json').unlink()
    extra = ['--out', str(tmp_path / 'p.json'), '--show-dir', str(tmp_path / 'maps')]
    log = tmp_path / 'test_log'
    assert run('test', *words[2:4], *extra, *words[4:], log=log) == 0, log.read_text()
    again = json.loads((tmp_path / 'parts' / 'metrics.json').read_text())
    assert again == report
    rows = json.loads((tmp_path / 'p.json').read_text())
    assert len(rows) == len(list((tmp_path / 'maps').glob('*.png'))) == 6
    right = sum(r['gt_label'] == r['pred_label'] for r in rows)
    assert right / len(rows) == pytest.approx(again['metrics']['privacy/accuracy'])
    assert all(len(r['pred_score']) == 2 for r in rows)


def test_a_killed_privattnet_ends_like_an_uninterrupted_one(arguments, tmp_path):
    log = tmp_path / 'log'
    changes = {
        'config': PRIVATTNET,
        'train_cfg.max_epochs': 2,
        'train_cfg.val_interval': 1,
        'default_hooks.checkpoint.interval': 1,
    }
    whole = arguments('--work-dir', str(tmp_path / 'whole'), '--test', **changes)
    assert run('train', *whole, log=log) == 0, log.read_text()[-3000:]

    parts = arguments(
        '--work-dir', str(tmp_path / 'parts'), '--test', '--resume', **changes
    )
    status = run('train', *parts, log=log, death=('batch', (2, 1)))
    assert status == -signal.SIGKILL, log.read_text()[-3000:]
    assert run('train', *parts, log=log) == 0, log.read_text()[-3000:]
    assert 'after epoch 1 of 2' in log.read_text()
    folders = [tmp_path / name for name in ('whole', 'parts')]
    assert_same(*(weights(folder / 'epoch_2.pth') for folder in folders))
    reports = [json.loads((f / 'metrics.json').read_text()) for f in folders]
    assert reports[0]['metrics'] == reports[1]['metrics']


@pytest.mark.parametrize('config', [CONFIG, PRIVATTNET])
def test_two_processes(config, arguments, run_tool, tmp_path):
    work_dir = tmp_path / 'run'
    config, *rest = arguments(
        '--work-dir', str(work_dir), config=config, test_dataloader__batch_size=2
    )
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    env = os.environ | {'PYTHON': sys.executable, 'PORT': str(port)}
    command = ['bash', 'tools/dist_train.sh', config, '2', '--test', *rest]
    status, out = run_group(command, env, timeout=300)
    assert status == 0, out[-3000:]
    assert out.count('test metrics on the drawn sample data') == 1
    two = json.loads((work_dir / 'metrics.json').read_text())
    rows = ['--out', str(tmp_path / 'rows.json')]
    assert run_tool('test', config, two['checkpoint'], *rows, *rest).status == 0
    one = json.loads((work_dir / 'metrics.json').read_text())
    assert one['metrics'] == pytest.approx(two['metrics'])
    assert len(json.loads((tmp_path / 'rows.json').read_text())) == 6
