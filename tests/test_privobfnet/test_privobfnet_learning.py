"""Masks are learned from labels of images: coloured squares on noise are found."""

from __future__ import annotations

import pytest
import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample
from tiny_privobfnet import BACKBONE, build, total

SIDE, SQUARE = 48, 16


def _draw(num, generator):
    """Photos with a red square, a blue one, or both; labels, and where they are."""
    images = 0.3 * torch.randn(num, 3, SIDE, SIDE, generator=generator)
    labels = torch.zeros(num, 2)
    places = torch.zeros(num, 2, SIDE, SIDE, dtype=torch.bool)
    for n in range(num):
        kind = int(torch.randint(3, (1,), generator=generator))
        for c in (0, 1) if kind == 2 else (kind,):
            top, left = torch.randint(SIDE - SQUARE, (2,), generator=generator).tolist()
            rows, columns = slice(top, top + SQUARE), slice(left, left + SQUARE)
            places[n, :, rows, columns] = False  # the later one lies above
            places[n, c, rows, columns] = True
            images[n, :, rows, columns] = 0.0
            images[n, 2 * c, rows, columns] = 2.0
            labels[n, c] = 1
    return images, labels, places


def _samples(labels):
    samples = []
    for row in labels:
        samples.append(SegDataSample())
        samples[-1].set_field(row, 'gt_score')
    return samples


def _train(permute, steps=70):
    generator = torch.Generator().manual_seed(0)
    model = build(
        backbone=BACKBONE | dict(base_channels=4),
        cam_head=dict(type='CAMHead', in_channels=256, num_classes=2),
        attr_head=dict(type='AttributePairHead'),
        priv_head=None,
        mask_types='none',
        test_cfg=dict(label_source='gt'),
    )
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    images, labels, _ = _draw(160, generator)
    if permute:
        labels = labels[torch.randperm(len(labels), generator=generator)]
    for _ in range(steps):
        chosen = torch.randint(len(images), (8,), generator=generator)
        optimizer.zero_grad()
        total(model.loss(images[chosen], _samples(labels[chosen]))).backward()
        optimizer.step()
    images, labels, places = _draw(40, generator)
    with torch.no_grad():
        samples = model.eval().predict(images, _samples(labels))
    maps = torch.stack([s.attr_masks.data for s in samples])
    peaks = maps.flatten(2).argmax(2)[..., None]
    hit = places.flatten(2).gather(2, peaks)[..., 0][labels > 0].float().mean()
    masks, there = maps > 0.4, (labels > 0)[:, :, None, None]
    iou = ((masks & places).sum() / ((masks | places) & there).sum()).item()
    right = (torch.stack([s.pred_score for s in samples]) > 0.5) == (labels > 0.5)
    return hit.item(), iou, right.float().mean().item()


def test_squares_are_found_and_with_wrong_labels_they_are_not():
    hit, iou, right = _train(permute=False)
    assert hit >= 0.7
    assert iou >= 0.4
    assert right >= 0.9
    wrong_hit, wrong_iou, wrong_right = _train(permute=True)
    assert wrong_hit <= 0.5
    assert wrong_iou <= 0.25
    assert wrong_right <= 0.8


WIDE, BODY = 64, 24
IMAGE_ONLY = dict(
    image_only=True,
    loss_cls=dict(type='MultiLabelSoftMarginLoss'),
    mask_types='none',
)


def _draw_bodies(num, generator):
    """Large gray bodies with a small red or blue mark, and imperfect masks of them."""

    def number(below):
        return int(torch.randint(below, (1,), generator=generator))

    images = 0.3 * torch.randn(num, 3, WIDE, WIDE, generator=generator)
    places = torch.zeros(num, 2, WIDE, WIDE, dtype=torch.bool)
    masks = torch.zeros(num, 1, WIDE, WIDE, dtype=torch.uint8)
    labels = torch.zeros(num, 2)
    for n in range(num):
        kind = number(3)
        for c in (0, 1) if kind == 2 else (kind,):
            top, left = number(WIDE - BODY), number(WIDE - BODY)
            rows, columns = slice(top, top + BODY), slice(left, left + BODY)
            places[n, :, rows, columns] = False
            places[n, c, rows, columns] = True
            images[n, :, rows, columns] = 1.0
            mark = (slice(top + 2, top + 9), slice(left + 8, left + 16))
            images[(n, slice(None), *mark)] = 0.0
            images[(n, 2 * c, *mark)] = 2.0
            labels[n, c] = 1
            if number(10):  # one in ten is missed, the others are too large
                masks[
                    n, 0, max(0, top - 2) : top + BODY + 1, left : left + BODY + 2
                ] = 1
    return images, labels, places, masks


def _overlap(seed, permute=False, **changes):
    """Train on bodies; the overlap of masks at the best of seven thresholds."""
    generator = torch.Generator().manual_seed(seed)
    options = dict(
        backbone=BACKBONE | dict(base_channels=4),
        cam_head=dict(type='CAMHead', in_channels=256, num_classes=2),
        attr_head=dict(type='AttributePairHead'),
        priv_head=None,
        mask_types='human',
        crop_size=40,
        test_cfg=dict(label_source='gt'),
    )
    model = build(seed, **(options | changes))
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    images, labels, _, masks = _draw_bodies(160, generator)
    if permute:
        labels = labels[torch.randperm(len(labels), generator=generator)]
    for _ in range(80):
        chosen = torch.randint(len(images), (8,), generator=generator)
        samples = _samples(labels[chosen])
        for sample, mask in zip(samples, masks[chosen]):
            sample.set_field(PixelData(human=mask), 'priv_masks')
        optimizer.zero_grad()
        total(model.loss(images[chosen], samples)).backward()
        optimizer.step()
    images, labels, places, _ = _draw_bodies(60, generator)
    with torch.no_grad():
        samples = model.eval().predict(images, _samples(labels))
    maps = torch.stack([s.attr_masks.data for s in samples])
    there = (labels > 0)[:, :, None, None]
    return max(
        (((maps > t) & places).sum() / (((maps > t) | places) & there).sum()).item()
        for t in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
    )


@pytest.mark.slow
def test_windows_and_imperfect_masks_beat_a_map_of_the_image_by_far():
    """Whole bodies, of which only the mark tells one class from the other."""
    full = [_overlap(seed) for seed in (0, 1)]
    image = [_overlap(seed, **IMAGE_ONLY) for seed in (0, 1)]
    wrong = _overlap(0, permute=True)
    assert sum(full) / 2 >= sum(image) / 2 + 0.08, (full, image)
    assert wrong <= sum(image) / 2, (wrong, image)
