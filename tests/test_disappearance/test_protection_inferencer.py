"""Photos in, protected files out, without a runner."""

import json
import shutil
from pathlib import Path

import cv2
import hook_runs
import numpy as np
import pytest
import torch
from PIL import Image
from test_object_disappearance_hook import ATTACK, _text

from mmprivacy.apis import ProtectionInferencer, protect_image
from mmprivacy.errors import CheckpointError, ConfigError, DataError, ShapeError


@pytest.fixture(scope='module')
def config(data_root, tmp_path_factory):
    folder = tmp_path_factory.mktemp('config')
    path = folder / 'config.py'
    path.write_text(
        'custom_imports = dict(imports=["mmprivacy.disappearance"])\n'
        + _text(folder, data_root).replace("'ProbeMetric'", "'DumpDetResults'")
    )
    return path


@pytest.fixture(scope='module')
def protect(config, weights):
    return ProtectionInferencer(config, weights)


@pytest.fixture
def paths(data_root):
    return [str(data_root / 'photos' / f'p{n}.png') for n in range(3)]


def test_options_are_those_of_the_hook_in_the_config(protect, config, weights):
    assert protect.attack.options.max_iters == ATTACK['max_iters']
    other = ProtectionInferencer(config, weights, dict(preset='paper'))
    assert other.attack.options.anchor == 'prev'


def test_files_arrays_folders_and_lists(protect, paths, tmp_path, capfd):
    one = protect(paths[0], tmp_path / 'one')
    assert one['success']
    assert one['image'] == str(tmp_path / 'one/images/p0.png')
    assert capfd.readouterr().err == ''
    array = cv2.imread(paths[0])
    same = protect(array, tmp_path / 'array')
    assert Path(same['image']).read_bytes() == Path(one['image']).read_bytes()
    assert Path(same['image']).name == 'photo_0.png'
    (tmp_path / 'photos/more').mkdir(parents=True)
    shutil.copy(paths[0], tmp_path / 'photos/p0.png')
    shutil.copy(paths[1], tmp_path / 'photos/more/p0.png')
    many = protect(tmp_path / 'photos', tmp_path / 'out', batch_size=1)
    assert 'Protecting photos' in capfd.readouterr().err
    assert len({r['image'] for r in many}) == 2
    by_name = {Path(r['image']).name: Path(r['image']) for r in many}
    assert by_name['photos_p0.png'].read_bytes() == Path(one['image']).read_bytes()
    rows = (tmp_path / 'out/report.jsonl').read_text().splitlines()
    assert len(rows) == 2
    assert json.loads(rows[0])['image'].startswith('images/')
    # Again: nothing is computed.
    before = {p: p.stat().st_mtime_ns for p in by_name.values()}
    again = protect([tmp_path / 'photos'], tmp_path / 'out', show_progress=False)
    assert again == many
    assert {p: p.stat().st_mtime_ns for p in by_name.values()} == before


def test_hook_inferencer_and_function_agree(
    protect, trained, paths, data_root, weights, tmp_path, view
):
    one = protect(paths[0], tmp_path / 'one')
    text = _text(tmp_path, data_root, num=1)
    hook_runs.build(text, tmp_path, weights).test()
    png = Path(one['image']).read_bytes()
    assert (tmp_path / 'out/images/p0.png').read_bytes() == png
    result = protect_image(
        trained, paths[0], pipeline=view.pipeline, out_file=tmp_path / 'x.png', **ATTACK
    )
    assert (tmp_path / 'x.png').read_bytes() == png
    assert result.success
    in_memory = protect_image(trained, paths[0], pipeline=view.pipeline, **ATTACK)
    assert np.array_equal(in_memory.image, result.image)


def test_noise_of_the_same_size_protects_nothing(protect, photos, view, tmp_path):
    """And what it is compared with does, on the same photos."""
    rng = np.random.default_rng(0)
    hidden = 0
    for photo in photos:
        noise = rng.choice([-8, 8], photo.shape)
        noisy = np.clip(photo + noise, 0, 255).astype(np.uint8)
        found = view.detect(torch.from_numpy(noisy.transpose(2, 0, 1).copy()))
        hidden += not len(found.above(0.3))
    assert hidden < 0.2 * len(photos)
    records = protect(photos, tmp_path, show_progress=False)
    assert all(record['success'] for record in records)


def test_sensitive_objects(trained, photos, view):
    """R_sen of at least 0.8 over all classes that are found."""
    tried, done = 0, 0
    for photo in photos:
        found = view.detect(torch.from_numpy(photo.transpose(2, 0, 1).copy()))
        sensitive = int(found.above(0.3).labels[0])
        decoy = (sensitive + 3) % 6
        result = protect_image(
            trained, photo, pipeline=view.pipeline, mode='sen', sensitive=sensitive,
            decoy=decoy, max_iters=25,
        )  # fmt: skip
        tried += 1
        done += result.success
        left = result.found.above(0.3, [sensitive])
        assert result.success == (len(left) == 0)
    assert done >= 0.8 * tried


def test_colours_are_not_swapped(trained, view, tmp_path):
    red = np.zeros((96, 96, 3), np.uint8)
    red[..., 2] = 200
    protect_image(trained, red, pipeline=view.pipeline, out_file=tmp_path / 'red.png')
    mean = np.asarray(Image.open(tmp_path / 'red.png')).reshape(-1, 3).mean(0)
    assert mean[0] > 150
    assert mean[1:].max() < 50


def test_jpeg_files_need_a_protection_that_survives(
    protect, config, weights, photos, paths, trained, view, tmp_path
):
    with pytest.raises(ConfigError, match="preset='jpeg'"):
        protect(paths[0], tmp_path / 'no', image_format='jpg')
    assert not (tmp_path / 'no').exists()
    with pytest.raises(ConfigError, match="preset='jpeg'"):
        protect_image(
            trained, photos[0], pipeline=view.pipeline, out_file=tmp_path / 'x.jpg'
        )
    assert not (tmp_path / 'x.jpg').exists()
    with pytest.raises(ConfigError, match="'png' or 'jpg'"):
        protect(paths[0], tmp_path / 'no', image_format='gif')
    options = dict(preset='jpeg', max_iters=40)
    hardy = ProtectionInferencer(config, weights, options)
    record = hardy(paths[0], tmp_path / 'jpeg', image_format='jpg')
    picture = Image.open(record['image'])
    assert picture.format == 'JPEG'
    assert not picture.getexif()
    saved = cv2.imread(record['image'])
    found = view.detect(torch.from_numpy(saved.transpose(2, 0, 1).copy()))
    assert record['success'] == (len(found.above(0.3)) == 0)
    assert record['success']


def test_metadata_of_the_input_is_gone(protect, photos, tmp_path):
    exif = Image.Exif()
    exif[0x010E] = 'at home'
    exif[0x8825] = {1: 'N', 2: (52.0, 31.0, 0.0)}
    source = tmp_path / 'gps.jpg'
    Image.fromarray(photos[0][..., ::-1]).save(source, quality=98, exif=exif)
    assert b'at home' in source.read_bytes()
    record = protect(source, tmp_path / 'out')
    assert not Image.open(record['image']).getexif()
    for path in (tmp_path / 'out').rglob('*'):
        if path.is_file():
            data = path.read_bytes()
            assert b'at home' not in data
            assert str(tmp_path).encode() not in data


def test_photos_without_objects_are_written_as_they_are(protect, tmp_path):
    blank = np.full((96, 96, 3), 120, np.uint8)
    record = protect(blank, tmp_path)
    assert record['success']
    assert record['n_before'] == record['iters'] == 0
    assert record['psnr'] is None
    assert np.array_equal(cv2.imread(record['image']), blank)


def test_broken_files(protect, paths, tmp_path):
    (tmp_path / 'in').mkdir()
    shutil.copy(paths[0], tmp_path / 'in/a.png')
    broken = tmp_path / 'in/b.png'
    broken.write_bytes(Path(paths[1]).read_bytes()[:300])
    with pytest.raises(DataError, match=r'b\.png'):
        protect(tmp_path / 'in', tmp_path / 'out', show_progress=False)
    with pytest.raises(DataError, match=r'b\.png'):
        protect(broken, tmp_path / 'out', skip_broken=True)
    (record,) = protect(
        tmp_path / 'in', tmp_path / 'out', skip_broken=True, show_progress=False
    )
    assert Path(record['image']).name == 'a.png'


def test_refuses(protect, trained, view, config, weights, paths, photos, tmp_path):
    with pytest.raises(ShapeError, match='BGR uint8'):
        protect(np.zeros((4, 4, 3)), tmp_path)
    with pytest.raises(ConfigError, match='batch_size'):
        protect(paths, tmp_path, batch_size=0)
    with pytest.raises(ConfigError, match='masks'):
        protect(paths, tmp_path, masks=[photos[0][..., 0]])
    with pytest.raises(DataError, match='no such file'):
        protect(tmp_path / 'none.jpg', tmp_path / 'out')
    with pytest.raises(CheckpointError, match='no such file'):
        ProtectionInferencer(config, tmp_path / 'none.pth')
    with pytest.raises(ConfigError, match=r"sensitive.*6 of them.*'cat'"):
        ProtectionInferencer(
            config, weights, dict(mode='sen', sensitive='cat', decoy='ball')
        )
    own = tmp_path / 'own.png'
    shutil.copy(paths[0], own)
    with pytest.raises(ConfigError, match='never overwritten'):
        protect_image(trained, own, pipeline=view.pipeline, out_file=own)
    with pytest.raises(ConfigError, match='can be written to'):
        protect_image(trained, own, pipeline=view.pipeline, out_file=own / 'x.png')


def test_masks_and_surrogates(config, weights, photos, tmp_path):
    options = dict(region='mask', max_iters=3)
    pair = dict(config=str(config), checkpoint=str(weights))
    masked = ProtectionInferencer(config, weights, options, surrogates=[pair])
    assert len(masked.views) == 2
    mask = np.zeros((96, 96), np.uint8)
    mask[:, :48] = 1
    record = masked(photos[0], tmp_path, masks=[mask])
    changed = (cv2.imread(record['image']) != photos[0]).any(-1)
    assert changed.any()
    assert not changed[:, 48:].any()
    with pytest.raises(ConfigError, match='surrogates'):
        ProtectionInferencer(config, weights, surrogates=[dict(config='x')])


def test_pictures_of_before_and_after(protect, paths, tmp_path):
    protect(paths[:2], tmp_path / 'out', show_dir=tmp_path / 'shown')
    shown = [Image.open(tmp_path / f'shown/p{n}.png') for n in range(2)]
    assert all(picture.width > 3 * picture.height / 2 for picture in shown)
    again = protect(paths[0], tmp_path / 'out', show_dir=tmp_path / 'again')
    assert again['success']
    same = (tmp_path / 'again/p0.png').read_bytes()
    assert same == (tmp_path / 'shown/p0.png').read_bytes()
