"""Runs that are killed, and runs of two processes."""

import signal
import time

import hook_runs
import pytest
from test_object_disappearance_hook import _text


@pytest.fixture(scope='module')
def whole(data_root, weights, tmp_path_factory):
    """What an uninterrupted run writes."""
    folder = tmp_path_factory.mktemp('whole')
    hook_runs.build(_text(folder, data_root, num=6), folder, weights).test()
    return hook_runs.content(folder / 'out')


def test_a_killed_run_goes_on(whole, data_root, weights, tmp_path):
    path = tmp_path / 'config.py'
    path.write_text(
        'custom_imports = dict(imports=["mmprivacy.disappearance"])\n'
        + _text(tmp_path, data_root, num=6)
        + "test_evaluator = dict(type='CocoMetric', "
        f"ann_file={str(data_root / 'train.json')!r}, metric='bbox')\n"
    )
    run = hook_runs.start(path, weights)
    records = tmp_path / 'out/records'
    deadline = time.monotonic() + 200
    while len(list(records.glob('p*.json'))) < 2:
        assert run.poll() is None, run.stdout.read().decode()[-3000:]
        assert time.monotonic() < deadline
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    run.wait()
    done = {p.name: p.stat().st_mtime_ns for p in records.glob('p*.json')}
    assert 2 <= len(done) < 6
    assert not (tmp_path / 'out/report.jsonl').exists()
    text = _text(tmp_path, data_root, num=6)
    hook_runs.build(text, tmp_path, weights).test()
    assert hook_runs.content(tmp_path / 'out') == whole
    assert {n: (records / n).stat().st_mtime_ns for n in done} == done


def test_two_processes_write_the_files_of_one(whole, data_root, weights, tmp_path):
    path = tmp_path / 'config.py'
    path.write_text(
        'custom_imports = dict(imports=["mmprivacy.disappearance"])\n'
        + _text(tmp_path, data_root, num=6)
        + "test_evaluator = dict(type='CocoMetric', "
        f"ann_file={str(data_root / 'train.json')!r}, metric='bbox')\n"
        "launcher = 'pytorch'\n"
    )
    port = hook_runs.free_port()
    runs = [hook_runs.start(path, weights, rank, 2, port) for rank in range(2)]
    try:
        outputs = [run.communicate(timeout=240)[0].decode() for run in runs]
    finally:
        for run in runs:
            run.kill()
    assert [run.returncode for run in runs] == [0, 0], outputs[0][-3000:]
    assert hook_runs.content(tmp_path / 'out') == whole
