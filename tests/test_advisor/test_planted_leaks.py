"""Leaks planted by hand: the certificate has to refuse them, and nothing else.

The photos are crops of two real photographs, the bright spot stands for a face.
"""

from collections import Counter
from dataclasses import replace
from functools import lru_cache
from itertools import cycle

import cv2
import fake_parts
import numpy as np
import pytest
from planted_files import CANARY, exif_block, plant_jpeg, plant_png, plant_webp, segment
from sklearn.datasets import load_sample_images

from mmprivacy.advisor import Advisor, Photo, PlannedRegion, Region
from mmprivacy.advisor.encoding import encode_photo
from mmprivacy.advisor.metadata_verifier import MetadataVerifier
from mmprivacy.advisor.photo_file import PhotoFile
from mmprivacy.advisor.policy import KEEP

CASES = 160
FORMATS = ('JPEG', 'PNG', 'WEBP')


class Inpaint:
    """Telea's method: plausible pixels, none of the region's own."""

    can_be_undone = False

    def protect(self, image, regions):
        mask = fake_parts.covered(regions, image.shape[:2]).astype(np.uint8)
        return cv2.inpaint(image, mask, 3, cv2.INPAINT_TELEA)


class Forgetful(fake_parts.BlackProtector):
    """Forgets regions, or draws them somewhere else."""

    def __init__(self, fault):
        self.fault = fault

    def protect(self, image, regions):
        if self.fault == 'one region':
            return super().protect(image, regions[1:])
        if self.fault == 'lower half':
            return super().protect(image, [_halved(r) for r in regions])
        if self.fault == 'moved':
            return super().protect(image, [_moved(r) for r in regions])
        return image.copy()


def _halved(region):
    x0, y0, x1, y1 = region.box
    return replace(region, box=(x0, y0, x1, (y0 + y1) / 2))


def _moved(region):
    x0, y0, x1, y1 = region.box
    return replace(region, box=(x0 - 14, y0, x1 - 14, y1))


def make_advisor(fill=None):
    return Advisor(
        localisers=[fake_parts.SpotLocaliser()],
        protectors=dict(
            fill=fill or fake_parts.BlackProtector(), inpaint=Inpaint(),
            soften=fake_parts.SoftProtector(),
        ),
        verifiers=dict(meta=MetadataVerifier(), spots=fake_parts.SpotVerifier()),
        policy=dict(default=dict(margin=0.0)),
    )  # fmt: skip


@lru_cache
def photographs():
    return load_sample_images().images


def draw_photo(rng, file_format, advisor):
    """Cut a textured crop, and put a spot into it; returns the file and its regions."""
    picture = photographs()[rng.integers(2)]
    while True:
        y, x = rng.integers(0, 420 - 112), rng.integers(0, 630 - 112)
        crop = np.minimum(picture[y : y + 112, x : x + 112], 225)
        box = (*(int(v) for v in rng.integers(16, 60, 2)), *([0] * 2))
        box = (box[0], box[1], box[0] + int(rng.integers(24, 40)), box[1] + 32)
        if crop[box[1] : box[3], box[0] : box[2]].std(axis=(0, 1)).max() > 20:
            break
    spot = (92, 92, 104, 103)
    crop[spot[1] : spot[3], spot[0] : spot[2]] = rng.integers(246, 256, (11, 12, 3))
    photo = Photo(crop, '', None, file_format, 'RGB')
    data = encode_photo(PhotoFile(photo, crop, lossless=file_format == 'PNG'))
    file = advisor.decode(data)
    method = ('fill', 'inpaint')[int(rng.integers(2))]
    private = PlannedRegion(Region(tuple(map(float, box)), 'person'), method)
    plan = advisor.assess(file, 'photo')
    assert len(plan.regions) == 1
    return file, replace(plan, regions=(private, *plan.regions))


def certify(advisor, file, plan, path, change=None):
    """Protect and write; ``change`` stands for what goes wrong with the file."""
    protected = advisor.protect(file, plan)
    written = encode_photo(protected.file)
    path.write_bytes(change(written) if change else written)
    return advisor.certify(path, written, file, protected, plan)


def undone_box(rng, file_format, path):
    fault = ('one region', 'lower half', 'moved', 'all')[int(rng.integers(4))]
    advisor = make_advisor(Forgetful(fault))
    file, plan = draw_photo(rng, file_format, advisor)
    filled = [replace(r, method='fill') for r in plan.regions]
    return certify(advisor, file, replace(plan, regions=tuple(filled)), path)


def box_undone_on_disk(rng, file_format, path):
    """The file shows the original again, in one region only."""
    advisor = make_advisor()
    file, plan = draw_photo(rng, file_format, advisor)

    def change(_):
        without = replace(plan, regions=plan.regions[1:])
        return encode_photo(advisor.protect(file, without).file)

    return certify(advisor, file, plan, path, change)


def missed_face(rng, file_format, path):
    advisor = make_advisor()
    file, plan = draw_photo(rng, file_format, advisor)
    return certify(advisor, file, replace(plan, regions=plan.regions[:1]), path)


def thumbnail(rng, file_format, path):
    """The encoder itself leaves something in the file."""
    advisor = make_advisor()
    file, plan = draw_photo(rng, file_format, advisor)
    protected = advisor.protect(file, plan)
    written = encode_photo(protected.file)
    if file_format == 'JPEG' and rng.integers(2):
        kinds = [
            segment(0xE1, exif_block(1)), segment(0xFE, CANARY),
            segment(0xE2, b'MPF\0' + CANARY), segment(0xED, b'Photoshop 3.0\0'),
        ]  # fmt: skip
        written = written[:2] + kinds[int(rng.integers(len(kinds)))] + written[2:]
    else:
        plant = {'JPEG': plant_jpeg, 'PNG': plant_png, 'WEBP': plant_webp}[file_format]
        written = plant(written, 1)
    path.write_bytes(written)
    return advisor.certify(path, written, file, protected, plan)


def swapped_file(rng, file_format, path):
    advisor = make_advisor()
    file, plan = draw_photo(rng, file_format, advisor)
    other, other_plan = draw_photo(rng, file_format, advisor)
    safe = encode_photo(advisor.protect(other, other_plan).file)
    return certify(advisor, file, plan, path, lambda _: safe)


def flipped_byte(rng, file_format, path):
    advisor = make_advisor()
    file, plan = draw_photo(rng, file_format, advisor)

    def change(written):
        data = bytearray(written)
        data[int(rng.integers(len(data)))] ^= 1 << int(rng.integers(8))
        return bytes(data)

    return certify(advisor, file, plan, path, change)


LEAKS = [
    undone_box, box_undone_on_disk, missed_face, thumbnail, swapped_file, flipped_byte,
]  # fmt: skip


def test_planted_leaks_are_refused(tmp_path):
    passed = Counter()
    for n, leak in zip(range(CASES), cycle(LEAKS)):
        rng, file_format = np.random.default_rng(n), FORMATS[n // len(LEAKS) % 3]
        certificate = leak(rng, file_format, tmp_path / f'{n}.x')
        if certificate['status'] == 'passed':
            passed[leak.__name__, file_format] += 1
        assert bool(certificate['problems']) == (certificate['status'] == 'refused')
        assert not (certificate['problems'] and certificate['proved'])
    assert sum(passed.values()) <= 0.01 * CASES, passed


def test_honest_files_are_not_refused(tmp_path):
    refused = []
    for n, file_format in zip(range(CASES), cycle(FORMATS)):
        rng = np.random.default_rng(1000 + n)
        advisor = make_advisor()
        file, plan = draw_photo(rng, file_format, advisor)
        certificate = certify(advisor, file, plan, tmp_path / f'{n}.x')
        if certificate['status'] == 'refused':
            refused.append((n, file_format, certificate['problems'][0]['message']))
    assert len(refused) <= 0.05 * CASES, refused


def test_what_can_be_undone_passes_with_a_warning(tmp_path):
    advisor = make_advisor()
    file, plan = draw_photo(np.random.default_rng(5), 'PNG', advisor)
    soft = [replace(r, method='soften') for r in plan.regions[:1]]
    soft += [replace(r, method='fill') for r in plan.regions[1:]]
    certificate = certify(
        advisor, file, replace(plan, regions=tuple(soft)), tmp_path / 'x'
    )
    assert certificate['status'] == 'passed'
    assert any('it can be sharpened' in line for line in certificate['not_proved'])


def test_certificate_says_who_looked_where(tmp_path):
    advisor = make_advisor()
    file, plan = draw_photo(np.random.default_rng(5), 'JPEG', advisor)
    certificate = certify(advisor, file, plan, tmp_path / 'x')
    by_name = {p['check']: p for p in certificate['proved']}
    assert by_name['spots']['on'] == ['file', 'jpeg90', 'jpeg75']
    assert by_name['spots']['independent']
    assert by_name['meta']['on'] == ['file']
    assert any('no person is left' in line for line in certificate['not_proved'])
    twin = fake_parts.SpotVerifier()
    twin.model = 'SpotLocaliser'
    advisor = Advisor([fake_parts.SpotLocaliser()], dict(fill=Inpaint()), dict(s=twin))
    certificate = certify(advisor, file, replace(plan, regions=()), tmp_path / 'x')
    assert certificate['status'] == 'refused'
    plan = advisor.assess(file, 'photo')
    certificate = certify(advisor, file, plan, tmp_path / 'x')
    assert not certificate['proved'][-1]['independent']
    assert any('also its localiser' in line for line in certificate['not_proved'])
    assert any('no metadata' in line for line in certificate['not_proved'])


def test_spots_that_may_stay_do_not_count(tmp_path):
    advisor = make_advisor()
    file, plan = draw_photo(np.random.default_rng(5), 'JPEG', advisor)
    kept = [replace(r, method=KEEP) for r in plan.regions[1:]]
    certificate = certify(
        advisor, file, replace(plan, regions=(plan.regions[0], *kept)), tmp_path / 'x'
    )
    assert certificate['status'] == 'passed'
    spots = next(p for p in certificate['proved'] if p['check'] == 'spots')
    assert spots['allowed'] >= 1


@pytest.mark.parametrize('part', ['+advisor.verifiers.x', 'optional'])
def test_parts_without_their_package(part):
    cfg = dict(type='NeedsWhatIsNotThere', optional=part == 'optional')
    from mmprivacy.errors import MissingDependencyError

    def build():
        return Advisor([fake_parts.SpotLocaliser()], {}, dict(x=cfg), policy=dict(
            default=dict(method='keep')))  # fmt: skip

    if part != 'optional':
        with pytest.raises(MissingDependencyError, match='a_package_that_nobody_has'):
            build()
        return
    advisor = build()
    assert advisor.verifiers == {}
    assert 'NeedsWhatIsNotThere' in advisor.skipped['x']
