"""Small photos with a secret rectangle, and canaries in every kind of metadata."""

import io
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

from mmprivacy.advisor.contracts import Photo
from mmprivacy.advisor.encoding import encode_photo
from mmprivacy.advisor.native import MODES, paste, to_colour
from mmprivacy.advisor.orientation import make_upright
from mmprivacy.advisor.photo_file import PhotoFile

SIZE = (32, 48)  # H, W of the upright photo
SECRET = (30, 4, 42, 12)  # xyxy, off every axis of symmetry
CANARY = b'CANARY-7f3a'
WIDE = 'CANARY-7f3a'.encode('utf-16-le')
INVERSE = {6: 8, 8: 6}
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()


def secret_colour(mode):
    """What the secret rectangle looks like: magenta, or light in gray photos."""
    return (255, 255, 255) if mode in ('L', 'LA', 'I;16') else (255, 0, 255)


def upright_native(mode, seed=0):
    """Draw smooth noise, dark, with the secret rectangle in it."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(20, 160, (8, 12, 3), np.uint8)
    picture = np.asarray(Image.fromarray(coarse).resize(SIZE[::-1], Image.BILINEAR))
    channels, kind = MODES[mode]
    shape = SIZE if channels == 1 else (*SIZE, channels)
    native = paste(np.zeros(shape, kind), mode, picture, np.ones(SIZE, bool))
    if kind is np.uint16:  # low bits that 8 bits would lose
        low = rng.integers(0, 99, native.shape, kind)
        native[:] = np.where(native < 60_000, native + low, native)
    x0, y0, x1, y1 = SECRET
    inside = np.zeros(SIZE, bool)
    inside[y0:y1, x0:x1] = True
    secret = np.broadcast_to(np.uint8(secret_colour(mode)), (*SIZE, 3))
    native = paste(native, mode, np.ascontiguousarray(secret), inside)
    if mode in ('LA', 'RGBA', 'RGBA;16'):
        native[-6:, -6:, -1] = 90 if kind is np.uint8 else 90 * 257
    return native


@dataclass
class Planted:
    """A file to protect, and the truth about it."""

    name: str
    data: bytes
    native: np.ndarray  # upright
    mode: str
    lossless: bool


def planted_files():
    """Make all files: modes and formats x orientations where the format has them."""
    plans = [
        ('JPEG', 'RGB'), ('JPEG', 'L'), ('JPEG', 'CMYK'), ('PNG', 'RGB'), ('PNG', 'L'),
        ('PNG', 'RGBA'), ('PNG', 'LA'), ('PNG', 'P'), ('PNG', 'I;16'),
        ('PNG', 'RGB;16'), ('PNG', 'RGBA;16'), ('WEBP', 'RGB'), ('WEBP', 'RGBA'),
        ('TIFF', 'RGB'), ('TIFF', 'L'), ('TIFF', 'CMYK'), ('TIFF', 'RGBA'),
        ('TIFF', 'I;16'), ('TIFF', 'RGB;16'),
    ]  # fmt: skip
    files = [make_planted(f, m, o) for f, m in plans for o in range(1, 9)]
    files += [make_planted('BMP', m, 1) for m in ('RGB', 'L', 'RGBA', 'P')]
    return files


def make_planted(file_format, mode, orientation):
    """Make one file."""
    held = 'RGB' if mode == 'P' else mode
    native = upright_native(held)
    if mode == 'P':
        flat = Image.fromarray(native).quantize(60)
        native = np.asarray(flat.convert('RGB'))
        x0, y0, x1, y1 = SECRET
        assert (native[y0:y1, x0:x1] == secret_colour('P')).all()
    stored = make_upright(native, INVERSE.get(orientation, orientation))
    suffix = {'JPEG': 'jpg', 'TIFF': 'tif'}.get(file_format, file_format.lower())
    name = f'{file_format}-{mode.replace(";", "")}/{orientation}.{suffix}'
    lossless = file_format not in ('JPEG', 'WEBP') or mode == 'RGBA'
    if mode == 'P':
        stored_p = make_upright(np.asarray(flat), INVERSE.get(orientation, orientation))
        image = Image.fromarray(stored_p, 'L')
        image = image.convert('L')
        image = Image.frombytes('P', image.size, image.tobytes())
        spare = (CANARY * 9)[: 3 * 30]
        image.putpalette(bytes(flat.getpalette()[: 3 * 60]) + spare)
        buffer = io.BytesIO()
        image.save(buffer, file_format)
        data = buffer.getvalue()
    else:
        photo = Photo(to_colour(stored, held), '', None, file_format, held)
        icc = dirty_profile() if held.startswith('RGB') else None
        tables = (Image.open(io.BytesIO(quality_jpeg())).quantization, 0)
        file = PhotoFile(photo, stored, icc, lossless, tables)
        data = encode_photo(file)
    plant = {'JPEG': plant_jpeg, 'PNG': plant_png, 'WEBP': plant_webp,
             'TIFF': plant_tiff, 'BMP': plant_bmp}[file_format]  # fmt: skip
    return Planted(name, plant(data, orientation), native, held, lossless)


def quality_jpeg():
    buffer = io.BytesIO()
    Image.new('RGB', (8, 8)).save(buffer, 'JPEG', quality=97)
    return buffer.getvalue()


def dirty_profile():
    """A colour profile with a private tag and trailing bytes."""
    count = struct.unpack_from('>I', SRGB, 128)[0]
    table = SRGB[132 : 132 + 12 * count]
    shift = 12
    moved = b''.join(
        struct.pack('>4sII', n, a + shift, s)
        for n, a, s in struct.iter_unpack('>4sII', table)
    )
    body = SRGB[132 + 12 * count :]
    tag = struct.pack('>4sII', b'mmod', len(SRGB) + shift, len(CANARY) + 1)
    data = (
        SRGB[:128] + struct.pack('>I', count + 1) + moved + tag + body + CANARY + b'\0'
    )
    data += CANARY
    return struct.pack('>I', len(data)) + data[4:]


def exif_block(orientation):
    """EXIF with GPS, maker note, comment, Windows' wide texts, and a thumbnail."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = CANARY.decode()
    exif[0x010F] = CANARY.decode()
    exif[0x9C9C] = WIDE
    sub = exif.get_ifd(0x8769)
    sub[0x927C] = CANARY
    sub[0x9286] = b'ASCII\0\0\0' + CANARY
    sub[0xA431] = CANARY.decode()
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = 'N', (52.0, 31.0, 7.0)
    gps[0x1B] = CANARY
    block = exif.tobytes()
    thumbnail = quality_jpeg()
    thumbnail = thumbnail[:2] + segment(0xFE, CANARY) + thumbnail[2:]
    return block + thumbnail  # after its end, as some cameras do


def segment(marker, body):
    return struct.pack('>BBH', 0xFF, marker, len(body) + 2) + body


def xmp():
    return b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + CANARY + b'</x:xmpmeta>'


def plant_jpeg(data, orientation):
    small = quality_jpeg()
    second = small[:2] + segment(0xFE, CANARY) + small[2:]
    iptc = b'Photoshop 3.0\x008BIM\x04\x04\0\0' + struct.pack('>I', 16)
    extras = [
        segment(0xE1, exif_block(orientation)),
        segment(0xE1, b'http://ns.adobe.com/xap/1.0/\0' + xmp()),
        segment(0xED, iptc + b'\x1c\x02\x78\0\x0b' + CANARY),
        segment(0xE0, b'JFXX\0\x10' + CANARY),
        segment(0xE2, b'MPF\0' + CANARY),
        segment(0xEF, CANARY),
        segment(0xFE, CANARY),
    ]
    end = data.rindex(b'\xff\xd9')
    return data[:2] + b''.join(extras) + data[2:end] + data[end:] + second + CANARY


def chunk(name, body):
    return (
        struct.pack('>I', len(body))
        + name
        + body
        + struct.pack('>I', zlib.crc32(name + body))
    )


def plant_png(data, orientation):
    extras = [
        chunk(b'eXIf', exif_block(orientation)[6:]),
        chunk(b'tEXt', b'Author\0' + CANARY),
        chunk(b'zTXt', b'Comment\0\0' + zlib.compress(CANARY)),
        chunk(b'iTXt', b'XML:com.adobe.xmp\0\0\0\0\0' + xmp()),
        chunk(b'prVt', CANARY),
    ]
    end = data.rindex(b'\0\0\0\0IEND')
    return data[:33] + b''.join(extras) + data[33:end] + data[end:] + CANARY


def plant_webp(data, orientation):
    """Put the picture into an extended file."""
    image = Image.open(io.BytesIO(data))
    w, h = (n - 1 for n in image.size)
    body = data[12:]
    head = b''
    if body[:4] != b'VP8X':
        flags = 0x08 | 0x04 | (0x10 if image.mode == 'RGBA' else 0)
        head = struct.pack('<4sIB3x', b'VP8X', 10, flags)
        head += w.to_bytes(3, 'little') + h.to_bytes(3, 'little')
    else:
        body = body[:8] + bytes([body[8] | 0x0C]) + body[9:]
    extras = b''
    for name, content in (
        (b'EXIF', exif_block(orientation)[6:]),
        (b'XMP ', xmp()),
        (b'prVt', CANARY),
    ):
        extras += (
            struct.pack('<4sI', name, len(content)) + content + bytes(len(content) % 2)
        )
    body = b'WEBP' + head + body + extras
    return b'RIFF' + struct.pack('<I', len(body)) + body + CANARY


def plant_tiff(data, orientation):
    """Write the table of tags again, longer, at the end of the file."""
    first = struct.unpack_from('<I', data, 4)[0]
    count = struct.unpack_from('<H', data, first)[0]
    entries = [data[first + 2 + 12 * n :][:12] for n in range(count)]
    values, place = b'', len(data)
    for tag, kind in ((270, 2), (271, 2), (315, 2), (700, 1), (33723, 7), (34377, 7),
                      (33432, 2), (65000, 7)):  # fmt: skip
        value = xmp() if tag == 700 else CANARY + b'\0'
        entries.append(struct.pack('<HHII', tag, kind, len(value), place + len(values)))
        values += value + bytes(len(value) % 2)
    entries.append(struct.pack('<HHIHH', 274, 3, 1, orientation, 0))
    gps = place + len(values)
    entries.append(struct.pack('<HHII', 34853, 4, 1, gps))
    values += struct.pack('<HHHIII', 1, 0x1B, 7, len(CANARY), gps + 18, 0) + CANARY
    values += bytes(len(values) % 2)
    entries.sort(key=lambda e: struct.unpack_from('<H', e)[0])
    table = struct.pack('<H', len(entries)) + b''.join(entries)
    start = place + len(values)
    second = start + len(table) + 4
    page = [(256, 3, 1, 1), (257, 3, 1, 1), (258, 3, 1, 8), (259, 3, 1, 1),
            (262, 3, 1, 1), (270, 2, len(CANARY), second + 2 + 12 * 9 + 4),
            (273, 4, 1, 8), (278, 3, 1, 1), (279, 3, 1, 1)]  # fmt: skip
    table += struct.pack('<I', second) + struct.pack('<H', len(page))
    table += b''.join(struct.pack('<HHII', *entry) for entry in page) + bytes(4)
    return data[:4] + struct.pack('<I', start) + data[8:] + values + table + CANARY * 2


def plant_bmp(data, orientation):
    """Bytes before and after the picture, where viewers look for none."""
    start = struct.unpack_from('<I', data, 10)[0]
    moved = struct.pack('<I', start + len(CANARY))
    return data[:10] + moved + data[14:start] + CANARY + data[start:] + CANARY


def has_canary(data):
    """Look for a canary in a file, in each of its streams, and after decoding."""
    found = [data]
    for at in range(len(data) - 2):
        if data[at] == 0x78:  # what zlib streams begin with
            stream = zlib.decompressobj()
            try:
                found.append(stream.decompress(data[at:]))
            except zlib.error:
                continue
    return any(CANARY in part or WIDE in part for part in found)


def write_planted(folder: Path, files):
    """Write files below a folder."""
    for file in files:
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
