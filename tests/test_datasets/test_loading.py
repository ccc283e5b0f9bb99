"""Every kind of image file becomes an upright colour photo."""

from __future__ import annotations

import numpy as np
import pytest
from mmengine.registry import TRANSFORMS
from PIL import Image

from mmprivacy.datasets import LoadPhoto, load_photo
from mmprivacy.errors import DataError, MMPrivacyError


@pytest.fixture
def gradient():
    row = np.linspace(0, 255, 24, dtype=np.uint8)
    return np.stack([np.tile(row, (16, 1)), np.full((16, 24), 90, np.uint8),
                     np.tile(row[::-1], (16, 1))], -1)  # fmt: skip


def save(tmp_path, image, name='x.png', **kwargs):
    path = tmp_path / name
    image.save(path, **kwargs)
    return path


def test_rgb_becomes_bgr(tmp_path, gradient):
    path = save(tmp_path, Image.fromarray(gradient))
    results = LoadPhoto()({'img_path': str(path), 'gt_label': 1})
    np.testing.assert_array_equal(results['img'], gradient[..., ::-1])
    assert results['img'].flags['C_CONTIGUOUS']
    assert results['img_shape'] == results['ori_shape'] == (16, 24)
    assert results['gt_label'] == 1


@pytest.mark.parametrize('mode', ['1', 'L', 'P', 'LA', 'RGBA', 'I;16'])
def test_png_modes(tmp_path, gradient, mode):
    if mode == 'I;16':
        image = Image.fromarray(gradient[..., 0].astype(np.uint16) * 257)
    else:
        image = Image.fromarray(gradient).convert(mode)
    out = load_photo(save(tmp_path, image))
    assert out.dtype == np.uint8
    assert out.shape == (16, 24, 3)
    assert out.max() > (120 if mode[0] == 'L' else 200)
    if mode == 'I;16':
        np.testing.assert_array_equal(out[..., 1], gradient[..., 0])


def test_cmyk_jpeg_and_float_tiff(tmp_path, gradient):
    cmyk = Image.fromarray(gradient).convert('CMYK')
    out = load_photo(save(tmp_path, cmyk, 'x.jpg', quality=95))
    assert np.abs(out[..., ::-1].astype(int) - gradient).mean() < 12
    gray = Image.fromarray(gradient[..., 0].astype(np.float32) / 255)
    out = load_photo(save(tmp_path, gray, 'x.tif'))
    np.testing.assert_array_equal(out[..., 0], gradient[..., 0])


def test_transparency_is_laid_on_white(tmp_path):
    text = np.zeros((8, 8, 4), np.uint8)
    text[2:4, 2:4, 3] = 255
    out = load_photo(save(tmp_path, Image.fromarray(text)))
    assert (out[2:4, 2:4] == 0).all()
    assert (out[5:] == 255).all()


@pytest.mark.parametrize('orientation', range(1, 9))
def test_exif_orientation(tmp_path, orientation):
    upright = np.zeros((32, 48, 3), np.uint8)
    upright[:16, :24] = (255, 0, 0)
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    image = Image.fromarray(upright)
    if orientation > 1:
        image = image.transpose(undo[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = load_photo(save(tmp_path, image, 'x.png', exif=exif.tobytes()))
    np.testing.assert_array_equal(out, upright[..., ::-1])


@pytest.mark.parametrize(
    ('min_side', 'shrunk'), [(None, 1), (60, 4), (61, 2), (500, 1)]
)
@pytest.mark.parametrize('orientation', [1, 6])
def test_jpeg_files_are_decoded_small(
    tmp_path, gradient, min_side, shrunk, orientation
):
    image = Image.fromarray(gradient).resize((320, 240))
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = save(tmp_path, image, 'x.jpg', exif=exif.tobytes(), quality=95)
    results = LoadPhoto(min_side)({'img_path': path})
    whole = load_photo(path)
    assert results['img_shape'] == tuple(n // shrunk for n in whole.shape[:2])
    reduced = Image.fromarray(whole).reduce(shrunk)
    error = np.abs(results['img'].astype(int) - np.asarray(reduced)).max()
    assert error <= 8
    path = save(tmp_path, image, 'x.png')
    assert load_photo(path, min_side).shape == (240, 320, 3)


@pytest.mark.parametrize('min_side', [None, 20])
@pytest.mark.parametrize('kind', ['truncated', 'empty', 'text', 'missing', 'folder'])
@pytest.mark.parametrize('ending', ['jpg', 'png'])
def test_broken_files_are_named(tmp_path, gradient, kind, ending, min_side):
    path = save(tmp_path, Image.fromarray(gradient).resize((200, 200)), f'x.{ending}')
    if kind == 'truncated':
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    elif kind in ('empty', 'text'):
        path.write_bytes(b'' if kind == 'empty' else b'hello')
    else:
        path.unlink()
        if kind == 'folder':
            path.mkdir()
    with pytest.raises(DataError, match=rf'x\.{ending}'):
        load_photo(path, min_side)


def test_registered_in_the_root():
    assert TRANSFORMS.get('LoadPhoto') is LoadPhoto
    with pytest.raises(MMPrivacyError, match='img_path'):
        LoadPhoto()({})
