"""Photos of every format, mode and orientation: upright, and clean when written."""

import io
import os
import sys
import threading

import numpy as np
import pytest
from PIL import Image
from planted_files import (
    CANARY,
    INVERSE,
    SECRET,
    SIZE,
    SRGB,
    dirty_profile,
    exif_block,
    has_canary,
    make_planted,
    planted_files,
    quality_jpeg,
    secret_colour,
    upright_native,
    xmp,
)

from mmprivacy.advisor.containers import find_extras
from mmprivacy.advisor.decoding import decode_photo
from mmprivacy.advisor.encoding import encode_photo, output_format, output_name
from mmprivacy.advisor.icc import clean_profile
from mmprivacy.advisor.native import clear_hidden, paste, to_colour
from mmprivacy.advisor.orientation import make_upright
from mmprivacy.advisor.reading import read_stable
from mmprivacy.errors import DataError, MissingDependencyError

FILES = planted_files()


@pytest.fixture(scope='module', params=FILES, ids=lambda f: f.name)
def planted(request):
    return request.param


def test_there_are_enough_files():
    assert len(FILES) >= 60
    assert len({f.name for f in FILES}) == len(FILES)


def test_decodes_upright_and_counts_what_it_removes(planted):
    assert has_canary(planted.data)
    file = decode_photo(planted.data, planted.name)
    assert file.photo.size == SIZE
    assert file.photo.mode == planted.mode
    assert file.lossless == planted.lossless
    gap = np.abs(file.native.astype(int) - planted.native.astype(int))
    assert gap.max() == 0 if planted.lossless else gap.mean() < 6
    assert file.removed
    x0, y0, x1, y1 = SECRET
    seen = file.photo.pixels[y0 + 2 : y1 - 2, x0 + 2 : x1 - 2].astype(int)
    assert np.abs(seen - secret_colour(planted.mode)).max() < 40


def test_written_file_holds_the_picture_and_nothing_else(planted):
    file = decode_photo(planted.data, planted.name)
    where = np.zeros(SIZE, bool)
    x0, y0, x1, y1 = SECRET
    where[y0:y1, x0:x1] = True
    black = np.zeros((*SIZE, 3), np.uint8)
    data = encode_photo(file.protected(black, where))
    assert not has_canary(data)
    again = decode_photo(data)
    kind = output_format(file.photo.format)
    assert find_extras(data, kind) == []
    assert again.removed == ()
    assert again.photo.orientation == 1
    assert again.photo.mode == planted.mode
    assert (again.icc is None) == (file.icc is None)
    inside = again.photo.pixels[where]
    if planted.lossless:
        assert (inside == 0).all()
        np.testing.assert_array_equal(again.native[~where], planted.native[~where])
    else:
        assert inside.astype(int).max() < 60


@pytest.mark.parametrize('orientation', range(1, 9))
def test_orientation_by_hand(orientation):
    """The letter F, as the EXIF standard draws it."""
    letter = np.uint8([[1, 1, 1], [1, 0, 0], [1, 1, 0], [1, 0, 0]])
    stored = {
        1: letter,
        2: letter[:, ::-1],
        3: letter[::-1, ::-1],
        4: letter[::-1],
        5: letter.T,
        6: np.rot90(letter, 1),
        7: np.rot90(letter, 2).T,
        8: np.rot90(letter, -1),
    }[orientation]
    np.testing.assert_array_equal(make_upright(stored, orientation), letter)


def test_profile_keeps_colours_and_drops_the_device():
    assert clean_profile(SRGB, 'RGB') == SRGB
    assert clean_profile(SRGB, 'L') is None
    assert clean_profile(b'no profile', 'RGB') is None
    cleaned = clean_profile(dirty_profile(), 'RGB')
    assert CANARY not in cleaned
    assert clean_profile(cleaned, 'RGB') == cleaned
    picture = Image.fromarray(np.arange(192, dtype=np.uint8).reshape(8, 8, 3))
    from PIL import ImageCms

    def shown(profile):
        import io

        ours = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile('LAB')
        return np.asarray(
            ImageCms.profileToProfile(picture, ours, target, outputMode='LAB')
        )

    np.testing.assert_array_equal(shown(cleaned), shown(SRGB))


def test_transparent_pixels_hide_no_colours():
    native = np.full((2, 2, 4), 7, np.uint8)
    native[0, 0, 3] = 0
    cleared = clear_hidden(native, 'RGBA')
    assert cleared[0, 0].tolist() == [0, 0, 0, 0]
    assert (cleared[1] == 7).all()
    assert to_colour(cleared, 'RGBA')[0, 0].tolist() == [255, 255, 255]


def test_pasted_pixels_are_opaque_and_scaled():
    where = np.array([[True, False]])
    picture = np.full((1, 2, 3), 128, np.uint8)
    deep = paste(np.zeros((1, 2, 4), np.uint16), 'RGBA;16', picture, where)
    assert deep[0, 0].tolist() == [128 * 257] * 3 + [65535]
    assert deep[0, 1].tolist() == [0] * 4


def test_jpeg_is_written_in_the_quality_that_it_had():
    low = Image.fromarray(np.asarray(Image.effect_noise((64, 64), 60).convert('RGB')))
    sizes = []
    for quality in (40, 95):
        buffer = io.BytesIO()
        low.save(buffer, 'JPEG', quality=quality)
        again = encode_photo(decode_photo(buffer.getvalue()))
        assert abs(len(again) / len(buffer.getvalue()) - 1) < 0.05
        sizes.append(len(again))
    assert sizes[0] < sizes[1] / 2


@pytest.mark.parametrize('name', ['JPEG', 'PNG', 'WEBP', 'TIFF', 'BMP'])
def test_truncated_files_are_named(name):
    data = next(f.data for f in FILES if f.name.startswith(name))
    clean = encode_photo(decode_photo(data))
    for share in (0.2, 0.6):
        with pytest.raises(DataError, match=r'holiday\.x'):
            decode_photo(clean[: int(len(clean) * share)], 'holiday.x')


@pytest.mark.parametrize('name', ['JPEG', 'PNG', 'WEBP', 'TIFF', 'BMP'])
def test_no_cut_or_byte_makes_a_parser_fail(name):
    """Whatever the bytes are, a list comes back, and it is not empty."""
    data = encode_photo(decode_photo(make_planted(name, 'RGB', 1).data))
    rng = np.random.default_rng(0)
    for _ in range(150):
        broken = bytearray(data[: rng.integers(0, len(data))])
        assert find_extras(bytes(broken), name)
    for _ in range(150):
        broken = bytearray(data)
        broken[rng.integers(0, min(200, len(data)))] ^= 1 << rng.integers(8)
        find_extras(bytes(broken), name)


def test_heic_without_its_reader_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, 'pillow_heif', None)
    with pytest.raises(MissingDependencyError, match='pip install pillow-heif'):
        decode_photo(b'\0\0\0\x18ftypheic' + bytes(40))


def test_filling_before_a_marker_is_seen():
    data = make_planted('JPEG', 'L', 1).data
    clean = encode_photo(decode_photo(data))
    assert find_extras(clean, 'JPEG') == []
    filled = clean[:-2] + b'\xff\xff' + clean[-2:]
    assert find_extras(filled, 'JPEG') == ['filling between segments']


@pytest.mark.parametrize('orientation', range(1, 9))
@pytest.mark.parametrize('mode', ['RGB', 'RGBA'])
def test_heic_is_upright_and_becomes_a_clean_jpeg(mode, orientation):
    heif = pytest.importorskip('pillow_heif')
    native = np.repeat(np.repeat(upright_native(mode), 4, axis=0), 4, axis=1)
    stored = make_upright(native, INVERSE.get(orientation, orientation))
    buffer = io.BytesIO()
    heif.from_bytes(mode, stored.shape[1::-1], stored.tobytes()).save(
        buffer, quality=-1, exif=exif_block(orientation), xmp=xmp()
    )
    data = buffer.getvalue()
    assert has_canary(data)
    file = decode_photo(data, 'me.heic')
    assert any('EXIF' in line for line in file.removed)
    assert any('XMP' in line for line in file.removed)
    x0, y0, x1, y1 = (4 * v for v in SECRET)
    assert file.photo.size == (4 * SIZE[0], 4 * SIZE[1])
    seen = file.photo.pixels[y0 + 2 : y1 - 2, x0 + 2 : x1 - 2].astype(int)
    assert np.abs(seen - secret_colour(mode)).max() < 12
    outside = file.photo.pixels[y1 + 4 :, x1 - 30 :].astype(int)
    assert np.abs(outside - secret_colour(mode)).max(axis=2).min() > 40
    written = encode_photo(file)
    assert not has_canary(written)
    assert find_extras(written, 'JPEG') == []
    assert Image.open(io.BytesIO(written)).size == file.photo.size[::-1]


def test_hidden_bytes_in_png_streams_are_seen():
    import struct
    import zlib

    from planted_files import chunk

    header = struct.pack('>IIBBBBB', 2, 2, 8, 0, 0, 0, 0)
    rows = b'\0\1\2\0\3\4'

    def png(stream):
        parts = chunk(b'IHDR', header), chunk(b'IDAT', stream), chunk(b'IEND', b'')
        return b'\x89PNG\r\n\x1a\n' + b''.join(parts)

    assert find_extras(png(zlib.compress(rows)), 'PNG') == []
    assert find_extras(png(zlib.compress(rows) + CANARY), 'PNG') == [
        f'{len(CANARY)} bytes after the last row'
    ]
    assert find_extras(png(zlib.compress(rows + CANARY)), 'PNG') == [
        f'{len(CANARY)} bytes below the last row'
    ]


def test_pixels_that_cannot_be_kept_are_refused():
    import io

    buffer = io.BytesIO()
    Image.fromarray(np.ones((4, 4), np.float32)).save(buffer, 'TIFF')
    with pytest.raises(DataError, match='mode F'):
        decode_photo(buffer.getvalue(), 'depth.tif')
    with pytest.raises(DataError, match='megapixels'):
        decode_photo(quality_jpeg(), 'big.jpg', max_megapixels=1e-6)
    with pytest.raises(DataError, match='JPEG, PNG'):
        decode_photo(b'GIF89a' + bytes(99), 'a.gif')


def test_reading_names_what_is_wrong(tmp_path):
    (tmp_path / 'empty.jpg').touch()
    (tmp_path / 'folder.jpg').mkdir()
    os.mkfifo(tmp_path / 'pipe.jpg')
    for name, reason in [
        ('empty.jpg', 'an empty file'),
        ('folder.jpg', 'a folder'),
        ('pipe.jpg', 'no regular file'),
        ('nowhere.jpg', 'no regular file'),
    ]:
        with pytest.raises(DataError, match=rf'{name}.*{reason}'):
            read_stable(tmp_path / name)


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path):
    path = tmp_path / 'growing.jpg'
    path.write_bytes(bytes(20_000_000))
    stop = threading.Event()

    def touch():
        n = 0
        while not stop.is_set():
            n += 1
            os.utime(path, ns=(n, n))

    thread = threading.Thread(target=touch)
    thread.start()
    try:
        with pytest.raises(DataError, match='changed while it was read'):
            list(map(read_stable, [path] * 50))
    finally:
        stop.set()
        thread.join()
    assert len(read_stable(path)) == 20_000_000


def test_names_never_collide():
    assert output_name('a/b.heic', 'HEIF') == 'a/b.heic.jpg'
    assert output_name('a/b.png', 'PNG') == 'a/b.png'
