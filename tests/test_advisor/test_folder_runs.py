"""A folder of photos through assess, protect and verify, with foreseeable parts."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from planted_files import (
    SECRET,
    SIZE,
    has_canary,
    make_planted,
    planted_files,
    write_planted,
)

from mmprivacy.advisor.decoding import decode_photo
from mmprivacy.apis.advising import assess_photos, protect_photos, verify_photos
from mmprivacy.apis.console import main
from mmprivacy.errors import ConfigError, DataError

HERE = Path(__file__).parent
CONFIG = HERE / 'spot_config.py'
QUIET = dict(progress=False)


def tree(folder):
    """Every file below a folder with its bytes."""
    paths = sorted(p for p in Path(folder).rglob('*') if p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in paths}


def write_photos(folder, count=6):
    """A few photos in two folders, of the same stems."""
    for n in range(count):
        file = make_planted(('JPEG', 'PNG', 'WEBP')[n % 3], 'RGB', 1 + n % 8)
        path = folder / f'{"ab"[n % 2]}/{n // 3}{Path(file.name).suffix}'
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
    return folder


@pytest.fixture(scope='module')
def all_protected(tmp_path_factory):
    """All planted files, protected once."""
    folder = tmp_path_factory.mktemp('all')
    files = planted_files()
    write_planted(folder / 'in', files)
    before = tree(folder / 'in')
    result = protect_photos(folder / 'in', folder / 'out', config=CONFIG, **QUIET)
    assert tree(folder / 'in') == before
    return files, folder / 'out', result


def test_every_format_mode_and_orientation_passes(all_protected):
    files, out, result = all_protected
    assert result.ok
    assert result.counts == {'passed': len(files)}
    assert set(tree(out / 'photos')) == {f.name for f in files}
    assert not (out / 'quarantine').exists()
    assert not list(out.rglob('.*'))


def test_no_canary_and_no_misplaced_region_in_any_output(all_protected):
    files, out, _ = all_protected
    x0, y0, x1, y1 = SECRET
    for file in files:
        data = (out / 'photos' / file.name).read_bytes()
        assert not has_canary(data), file.name
        again = decode_photo(data)
        certificate = json.loads((out / f'certificates/{file.name}.json').read_text())
        assert certificate['removed'], file.name
        regions = [r['box'] for r in certificate['regions']]
        assert len(regions) == 1, file.name
        slack = 0 if file.lossless else 2
        assert np.abs(np.subtract(regions[0], SECRET)).max() <= slack, file.name
        inside = again.photo.pixels[y0 + 2 : y1 - 2, x0 + 2 : x1 - 2]
        assert inside.max() <= (0 if file.lossless else 50), file.name
        if file.lossless:
            outside = np.ones(SIZE, bool)
            outside[y0:y1, x0:x1] = False
            np.testing.assert_array_equal(
                again.native[outside], file.native[outside], file.name
            )


def test_verify_accepts_all_and_notices_any_flipped_byte(all_protected, tmp_path):
    files, out, _ = all_protected
    assert verify_photos(out, **QUIET).ok
    copy = shutil.copytree(out, tmp_path / 'out')
    rng = np.random.default_rng(0)
    changed = [f.name for f in files[::7]]
    for name in changed:
        path = copy / 'photos' / name
        data = bytearray(path.read_bytes())
        data[rng.integers(len(data))] ^= 1 << rng.integers(8)
        path.write_bytes(data)
    result = verify_photos(copy, **QUIET)
    assert result.counts['refused'] == len(changed)
    assert {o.photo for o in result.problems} <= set(changed)


def test_verify_notices_what_came_and_went(tmp_path):
    out = tmp_path / 'out'
    protect_photos(write_photos(tmp_path / 'in'), out, config=CONFIG, **QUIET)
    first, second, third = sorted(tree(out / 'photos'))[:3]
    (out / 'photos/new.jpg').write_bytes(b'x')
    (out / 'photos' / first).unlink()
    certificate = out / f'certificates/{second}.json'
    certificate.write_text(certificate.read_text().replace('"kept": []', '"kept": [ ]'))
    assert verify_photos(out, **QUIET).counts['failed'] == 2
    certificate.write_text(certificate.read_text().replace('passed', 'refused'))
    certificate = out / f'certificates/{third}.json'
    shutil.copy(out / f'certificates/{first}.json', certificate)
    result = verify_photos(out, **QUIET)
    said = {o.photo: o.message for o in result.problems}
    assert set(said) == {first, second, third, 'photos/new.jpg', *(
        f'photos/{n}' for n in (second, third))}  # fmt: skip
    assert 'seal' in said[second]
    assert 'no certificate' in said['photos/new.jpg']


def test_plans_can_be_edited_and_are_replayed(tmp_path):
    photos, plans = write_photos(tmp_path / 'in'), tmp_path / 'plans'
    assert assess_photos(photos, plans, config=CONFIG, **QUIET).ok
    direct, planned, edited = (tmp_path / n for n in ('direct', 'planned', 'edited'))
    protect_photos(photos, direct, config=CONFIG, **QUIET)
    protect_photos(photos, planned, plans, config=CONFIG, **QUIET)
    assert tree(direct / 'photos') == tree(planned / 'photos')
    assert tree(plans) == tree(direct / 'plans')

    name = 'b/0.png'
    path = plans / f'{name}.json'
    plan = json.loads(path.read_text())
    assert plan['regions'][0]['reason'] == 'it is bright'
    assert plan['assessments'][0]['findings'][0]['name'] == 'bright'
    plan['regions'] = [
        {'box': [2, 3, 9, 11], 'kind': 'mole'},
        {'box': list(SECRET), 'kind': 'spot', 'method': 'keep'},
    ]
    path.write_text(json.dumps(plan))
    again = assess_photos(photos, plans, config=CONFIG, **QUIET)
    assert again.ok
    assert again.resumed == sum(again.counts.values())
    assert json.loads(path.read_text()) == plan
    assert protect_photos(photos, edited, plans, config=CONFIG, **QUIET).ok
    pixels = decode_photo((edited / 'photos' / name).read_bytes()).photo.pixels
    assert (pixels[3:11, 2:9] == 0).all()
    assert (pixels[SECRET[1] + 1, SECRET[0] + 1] == (255, 0, 255)).all()
    certificate = json.loads((edited / f'certificates/{name}.json').read_text())
    assert len(certificate['kept']) == 1
    assert any('kept on purpose' in line for line in certificate['not_proved'])
    assert any('no mole' in line for line in certificate['not_proved'])


def test_wrong_plans_are_named(tmp_path):
    photos, plans = write_photos(tmp_path / 'in', 4), tmp_path / 'plans'
    assess_photos(photos, plans, config=CONFIG, **QUIET)
    first, second, third, fourth = sorted(plans.rglob('*.json'))
    for path, old, new in [
        (first, '"method": "fill"', '"method": "fil"'),
        (second, '"sha256": "', '"sha256": "0'),
        (third, '"score"', '"scoer"'),
    ]:
        path.write_text(path.read_text().replace(old, new))
    fourth.unlink()
    result = protect_photos(photos, tmp_path / 'o', plans, config=CONFIG, **QUIET)
    messages = [o.message for o in result.problems]
    assert result.counts == {'failed': 4}
    for message, words in zip(
        messages, ("did you mean 'fill'", 'another one', "mean 'score'", 'No such file')
    ):
        assert words in message
    assert not list((tmp_path / 'o').rglob('*.png'))


def test_bad_files_are_reported_and_the_rest_is_done(tmp_path):
    photos = write_photos(tmp_path / 'in')
    good = len(tree(photos))
    whole = make_planted('PNG', 'RGB', 1).data
    (photos / 'truncated.png').write_bytes(whole[: len(whole) // 3])
    (photos / 'folder.jpg').mkdir()
    (photos / 'folder.jpg/inside.png').write_bytes(whole)
    (photos / 'empty.jpg').touch()
    (photos / 'text.jpg').write_text('not a photo')
    (photos / 'moving.GIF').write_bytes(b'GIF89a')
    (photos / 'notes.txt').write_text('no photo by its name')
    (photos / '.hidden.jpg').write_bytes(whole)
    os.mkfifo(photos / 'pipe.jpg')
    (photos / 'a/loop').symlink_to(photos)
    (photos / 'gone.jpg').symlink_to(tmp_path / 'nowhere')
    (photos / 'big.png').write_bytes(make_planted('PNG', 'L', 1).data)
    options = {'advisor.max_megapixels': 0.01}
    result = protect_photos(
        photos, tmp_path / 'out', config=CONFIG, options=options, **QUIET
    )
    said = {o.photo: o.message for o in result.problems}
    assert set(said) == {
        'truncated.png', 'folder.jpg', 'empty.jpg', 'text.jpg', 'pipe.jpg', 'a/loop',
        'gone.jpg', 'moving.GIF',
    }  # fmt: skip
    assert result.counts == {'passed': good + 2, 'failed': 8}
    assert (tmp_path / 'out/photos/folder.jpg/inside.png').is_file()
    rows = (tmp_path / 'out/results.jsonl').read_text().splitlines()
    assert len(rows) == good + 10
    assert {json.loads(r)['photo'] for r in rows if 'failed' in r} == set(said)
    args = ['protect', str(photos), '--out', str(tmp_path / 'out'), '--quiet']
    args += ['--config', str(CONFIG), '--cfg-options', 'advisor.max_megapixels=0.01']
    assert main(args) == 1


def test_names_of_any_bytes_and_length(tmp_path):
    photos = write_photos(tmp_path / 'in', 2)
    data = (photos / 'a/0.jpg').read_bytes()
    strange = ['b\xe9.jpg', '\u65e5\u672c \n.jpg', os.fsdecode(b'\xff\xfe.jpg')]
    for name in strange:
        (photos / name).write_bytes(data)
    long = 'x' * 247 + '.jpg'  # with .json it is longer than names may be
    (photos / long).write_bytes(data)
    out = tmp_path / 'out'
    for resumed in (0, 5):
        result = protect_photos(photos, out, config=CONFIG, **QUIET)
        assert result.counts == {'passed': 5, 'failed': 1}
        assert result.problems[0].photo == long
        assert result.resumed == resumed
    assert set(tree(out / 'photos')) >= set(strange)
    assert verify_photos(out, **QUIET).counts == {'passed': 5}
    plans = assess_photos(photos, tmp_path / 'plans', config=CONFIG, **QUIET)
    assert plans.counts == {'passed': 5, 'failed': 1}


@pytest.mark.skipif(os.geteuid() == 0, reason='root can read everything')
def test_unreadable_files_are_reported(tmp_path):
    photos = write_photos(tmp_path / 'in', 2)
    (photos / 'a/0.jpg').chmod(0)
    result = protect_photos(photos, tmp_path / 'out', config=CONFIG, **QUIET)
    assert 'Permission denied' in result.problems[0].message


def test_large_photos_are_refused_by_name(tmp_path):
    photos = write_photos(tmp_path / 'in', 1)
    result = protect_photos(
        photos, tmp_path / 'out', config=CONFIG, **QUIET,
        options={'advisor.max_megapixels': 0.001},
    )  # fmt: skip
    assert 'megapixels' in result.problems[0].message


def test_number_of_processes_changes_nothing(tmp_path):
    photos = write_photos(tmp_path / 'in', 9)
    (photos / 'bad.jpg').write_text('x')
    protect_photos(photos, tmp_path / 'one', config=CONFIG, **QUIET)
    result = protect_photos(
        photos, tmp_path / 'three', config=CONFIG, **QUIET, workers=3
    )
    assert result.counts == {'passed': 9, 'failed': 1}
    assert tree(tmp_path / 'one') == tree(tmp_path / 'three')


@pytest.mark.slow
def test_torchrun_gives_the_same_files(tmp_path):
    photos = write_photos(tmp_path / 'in', 9)
    (photos / 'bad.jpg').write_text('x')
    protect_photos(photos, tmp_path / 'one', config=CONFIG, **QUIET)
    command = [sys.executable, '-m', 'torch.distributed.run', '--nproc-per-node', '2']
    command += ['--master-port', '29541', '-m', 'mmprivacy', 'protect', str(photos)]
    command += ['--out', str(tmp_path / 'two'), '--config', str(CONFIG), '--quiet']
    command += ['--launcher', 'pytorch']
    done = subprocess.run(command, capture_output=True, text=True, timeout=280)
    assert '9 protected and verified, 1 failed' in done.stdout, done.stderr
    assert tree(tmp_path / 'one') == tree(tmp_path / 'two')


@pytest.mark.slow
def test_photos_of_100_megapixels(tmp_path):
    from PIL import Image

    (tmp_path / 'in').mkdir()
    for name, side in (('large.jpg', 10_000), ('larger.jpg', 12_500)):
        image = Image.new('L', (side, side), 60)
        image.paste(255, (100, 200, 400, 500))
        image.save(tmp_path / 'in' / name, quality=60)
    result = protect_photos(tmp_path / 'in', tmp_path / 'out', config=CONFIG, **QUIET)
    assert result.counts == {'passed': 1, 'failed': 1}
    assert 'megapixels' in result.problems[0].message


def test_a_process_that_dies_takes_one_photo_with_it(tmp_path):
    photos = write_photos(tmp_path / 'in', 9)
    result = protect_photos(
        photos, tmp_path / 'out', config=CONFIG, **QUIET, workers=2,
        options={'advisor.localisers.0.dies_of': 'b/1.jpg'},
    )  # fmt: skip
    assert result.counts == {'passed': 8, 'failed': 1}
    assert result.problems[0].photo == 'b/1.jpg'
    assert 'died' in result.problems[0].message


def test_killed_run_goes_on_and_ends_with_the_same_files(tmp_path):
    photos = tmp_path / 'in'
    data = make_planted('PNG', 'RGB', 6).data
    for n in range(60):
        path = photos / f'{n % 3}/{n:02}.png'
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    protect_photos(photos, tmp_path / 'whole', config=CONFIG, **QUIET)
    out = tmp_path / 'killed'
    command = [sys.executable, '-m', 'mmprivacy', 'protect', str(photos), '--quiet']
    command += ['--out', str(out), '--config', str(CONFIG)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while len(list((out / 'certificates').rglob('*.json'))) < 5:
        time.sleep(0.01)
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = len(list((out / 'certificates').rglob('*.json')))
    assert 5 <= done < 60
    (out / 'photos/0').mkdir(parents=True, exist_ok=True)
    (out / 'photos/0/.00.png.4711.tmp').write_bytes(b'half')
    result = protect_photos(photos, out, config=CONFIG, **QUIET)
    assert result.resumed >= done - 1
    assert tree(out) == tree(tmp_path / 'whole')
    again = protect_photos(photos, out, config=CONFIG, **QUIET)
    assert again.resumed == 60
    assert tree(out) == tree(tmp_path / 'whole')


def test_a_run_killed_at_any_step_of_a_photo_goes_on(tmp_path):
    photos, out = write_photos(tmp_path / 'in', 1), tmp_path / 'out'
    name = 'a/0.jpg'
    protect_photos(photos, out, config=CONFIG, **QUIET)
    whole = tree(out)
    photo, hidden = out / 'photos' / name, out / 'quarantine' / name
    certificate = out / f'certificates/{name}.json'
    hidden.parent.mkdir(parents=True)

    def leave(*steps):
        for step in steps:
            step()
        (out / '.unfinished').touch()
        assert protect_photos(photos, out, config=CONFIG, **QUIET).ok
        assert tree(out) == whole

    leave(lambda: photo.rename(hidden))  # certified, not yet moved
    hidden.parent.mkdir(parents=True, exist_ok=True)
    leave(lambda: photo.rename(hidden), certificate.unlink)  # not yet certified
    hidden.parent.mkdir(parents=True, exist_ok=True)
    leave(photo.unlink, certificate.unlink, lambda: hidden.write_bytes(b'half'))
    leave((out / f'plans/{name}.json').unlink, photo.unlink, certificate.unlink)


def test_nothing_is_overwritten(tmp_path):
    photos, out = write_photos(tmp_path / 'in', 2), tmp_path / 'out'
    with pytest.raises(ConfigError, match='apart from the photos'):
        protect_photos(photos, photos / 'safe', config=CONFIG, **QUIET)
    with pytest.raises(ConfigError, match='apart from the photos'):
        assess_photos(photos, photos, config=CONFIG, **QUIET)
    out.mkdir()
    (out / 'diary.txt').write_text('mine')
    with pytest.raises(ConfigError, match='nothing is overwritten'):
        protect_photos(photos, out, config=CONFIG, **QUIET)
    (out / 'diary.txt').unlink()
    assert protect_photos(photos, out, config=CONFIG, **QUIET).ok
    with pytest.raises(ConfigError, match='same config'):
        protect_photos(
            photos, out, config=CONFIG, **QUIET,
            options={'advisor.policy.default.margin': 0.5},
        )  # fmt: skip
    edited = out / 'photos/a/0.jpg'
    edited.write_bytes(b'edited by hand')
    result = protect_photos(photos, out, config=CONFIG, **QUIET)
    assert 'nothing is overwritten' in result.problems[0].message
    assert edited.read_bytes() == b'edited by hand'


def test_a_changed_photo_is_protected_again(tmp_path):
    photos, out = write_photos(tmp_path / 'in', 2), tmp_path / 'out'
    protect_photos(photos, out, config=CONFIG, **QUIET)
    before = tree(out / 'photos')
    (photos / 'a/0.jpg').write_bytes(make_planted('JPEG', 'L', 3).data)
    result = protect_photos(photos, out, config=CONFIG, **QUIET)
    assert result.ok
    assert result.resumed == 1
    after = tree(out / 'photos')
    assert [n for n in after if after[n] != before[n]] == ['a/0.jpg']


def test_missed_spots_go_to_quarantine(tmp_path):
    photos, out = write_photos(tmp_path / 'in', 3), tmp_path / 'out'
    blind = {'advisor.localisers.0.blind': True, 'advisor.repairs': 0}
    result = protect_photos(photos, out, config=CONFIG, options=blind, **QUIET)
    assert result.counts == {'refused': 3}
    assert len(tree(out / 'quarantine')) == 3
    assert not tree(out / 'photos')
    assert 'a spot is left' in result.problems[0].message
    checked = verify_photos(out, **QUIET)
    assert checked.ok
    assert checked.counts == {'unpublished': 3}
    (out / 'photos').mkdir()
    shutil.copytree(out / 'quarantine', out / 'photos', dirs_exist_ok=True)
    assert verify_photos(out, **QUIET).counts['failed'] == 3


def test_what_verifiers_find_is_protected_too(tmp_path):
    photos, out = write_photos(tmp_path / 'in', 3), tmp_path / 'out'
    blind = {'advisor.localisers.0.blind': True}
    assert protect_photos(photos, out, config=CONFIG, options=blind, **QUIET).ok
    for name, data in tree(out / 'photos').items():
        x0, y0, x1, y1 = SECRET
        pixels = decode_photo(data).photo.pixels
        assert pixels[y0 + 2 : y1 - 2, x0 + 2 : x1 - 2].max() < 50
        certificate = json.loads((out / f'certificates/{name}.json').read_text())
        assert certificate['regions'][0]['source'] == 'spots'
        assert any('on their word' in line for line in certificate['not_proved'])
    plans = {'plans': out / 'plans', 'config': CONFIG, 'options': blind}
    protect_photos(photos, tmp_path / 'again', **plans, **QUIET)
    assert tree(tmp_path / 'again/photos') == tree(out / 'photos')


def test_console(tmp_path, capsys):
    photos, out = write_photos(tmp_path / 'in', 2), tmp_path / 'out'
    common = ['--quiet', '--config', str(CONFIG)]
    assert main(['assess', str(photos), '--out', str(tmp_path / 'p'), *common]) == 0
    assert '2 assessed' in capsys.readouterr().out
    plan = ['--plan', str(tmp_path / 'p')]
    assert main(['protect', str(photos), '--out', str(out), *plan, *common]) == 0
    assert '2 protected and verified' in capsys.readouterr().out
    assert main(['verify', str(out), '--quiet']) == 0
    single = ['protect', str(photos / 'a/0.jpg'), '--out', str(tmp_path / 's'), *common]
    assert main(single) == 0
    assert list(tree(tmp_path / 's/photos')) == ['0.jpg']
    with pytest.raises(DataError, match='nothing'):
        main(['protect', str(tmp_path / 'nowhere'), '--out', str(out), *common])
    with pytest.raises(ConfigError, match=r"method of 'face'.*did you mean 'fill'"):
        protect_photos(
            photos, tmp_path / 'x', config=CONFIG,
            options={'+advisor.policy.rules': {'face': {'method': 'fil'}}},
        )  # fmt: skip


def test_errors_are_one_line_and_help_is_quick(tmp_path):
    command = [sys.executable, '-X', 'importtime', '-m', 'mmprivacy']
    done = subprocess.run([*command, '--help'], capture_output=True, text=True)
    assert done.returncode == 0
    assert 'mmprivacy protect photos --out safe' in done.stdout
    for heavy in ('torch', 'mmengine', 'cv2', 'numpy'):
        assert f' {heavy}\n' not in done.stderr
    command = [sys.executable, '-m', 'mmprivacy', 'protect', str(tmp_path), '--out']
    done = subprocess.run(
        [*command, str(tmp_path / 'o'), '--config', 'defualt'],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith('error: --config: expected')
    assert len(done.stderr.splitlines()) == 1
