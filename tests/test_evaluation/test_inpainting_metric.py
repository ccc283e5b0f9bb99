"""InpaintingMetric: by hand, against the true background, and without anything."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from edited import batch, box_mask, picture, run
from mmengine.registry import METRICS

from mmprivacy.errors import DataError, ShapeError
from mmprivacy.evaluation import InpaintingMetric
from mmprivacy.evaluation.functional import mae, psnr, relative_mae, ssim


def test_is_in_the_root():
    assert METRICS.get('InpaintingMetric') is InpaintingMetric


def test_figures_by_hand():
    original, mask = (
        np.full((20, 20, 3), 100, np.uint8),
        box_mask(20, 20, (0, 0, 10, 20)),
    )
    result = original.copy()
    result[:, :10] += 10
    found = run(InpaintingMetric(), (original, mask, result))
    assert found['inpainting/region_mae'] == pytest.approx(10 / 255)
    assert found['inpainting/mae'] == pytest.approx(5 / 255)
    assert found['inpainting/region_mae_rel'] == pytest.approx(0.1)
    assert found['inpainting/mae_rel'] == pytest.approx(0.05)
    assert found['inpainting/region_psnr'] == pytest.approx(20 * math.log10(25.5))
    assert found['inpainting/psnr'] == pytest.approx(
        20 * math.log10(25.5) + 3.0103, abs=1e-4
    )
    assert found['inpainting/touched'] == 0
    assert found['inpainting/n'] == 1
    assert not any('clean' in key for key in found)


def test_relative_mae_is_the_formula_of_the_papers():
    a, b = picture(0).astype(float), picture(1).astype(float)
    assert relative_mae(a, b) == pytest.approx(np.abs(a - b).sum() / b.sum())
    assert mae(a, b) == pytest.approx(np.abs(a - b).mean() / 255)
    assert math.isnan(relative_mae(b, 0 * a))


def test_ssim_of_a_region_is_that_of_its_windows():
    a, b = picture(0), picture(1)
    index = [
        [
            ssim(a[y - 5 : y + 6, x - 5 : x + 6], b[y - 5 : y + 6, x - 5 : x + 6])
            for x in (20, 21)
        ]
        for y in (20, 21, 22)
    ]
    mask = np.zeros(a.shape[:2], bool)
    mask[20:23, 20:22] = True
    assert ssim(a, b, mask=mask) == pytest.approx(np.mean(index), abs=1e-9)
    for measure in (ssim, psnr, mae):
        with pytest.raises(ShapeError, match=r'mask: expected \(40, 48\)'):
            measure(a, b, mask=mask[:-1])
    mask[:] = False
    mask[0, 0] = True  # no window has it in the middle
    assert math.isnan(ssim(a, b, mask=mask))


def test_the_true_background_is_compared_with():
    original, clean, mask = picture(0), picture(0), box_mask()
    clean[mask == 1] = picture(1)[mask == 1]
    perfect, black = clean, original * (1 - mask[..., None])
    good = run(InpaintingMetric(), (original, mask, perfect, clean))
    bad = run(InpaintingMetric(), (original, mask, black, clean))
    assert good['inpainting/clean_region_psnr'] == 100
    assert good['inpainting/clean_region_ssim'] == pytest.approx(1)
    assert good['inpainting/clean_mae'] == 0
    for key in ('psnr', 'ssim', 'region_psnr', 'region_ssim'):
        assert bad[f'inpainting/clean_{key}'] < good[f'inpainting/clean_{key}']
    assert good['inpainting/region_mae'] == pytest.approx(mae(clean, original, mask))
    assert bad['inpainting/clean_region_psnr'] == pytest.approx(
        psnr(black, clean, mask=mask)
    )


def test_changes_outside_the_mask_are_told():
    original, mask = picture(0), box_mask()
    result = original.copy()
    result[0, :24] ^= 1
    found = run(InpaintingMetric(), (original, mask, result))
    assert found['inpainting/touched'] == pytest.approx(24 / (mask == 0).sum())


def test_means_leave_out_what_is_not_defined():
    """An empty mask has no region; a picture of one pixel has no SSIM."""
    empty = (picture(0), box_mask() * 0, picture(0))
    one = (
        np.full((1, 1, 3), 9, np.uint8),
        np.ones((1, 1), np.uint8),
        np.full((1, 1, 3), 19, np.uint8),
    )
    known = (picture(0), box_mask(), picture(2))
    alone = run(InpaintingMetric(), known)
    found = run(InpaintingMetric(), empty, known)
    assert found['inpainting/region_psnr'] == alone['inpainting/region_psnr']
    assert found['inpainting/psnr'] == pytest.approx(
        (100 + alone['inpainting/psnr']) / 2
    )
    small = run(InpaintingMetric(), one)
    assert math.isnan(small['inpainting/ssim'])
    assert math.isnan(small['inpainting/touched'])  # nothing is outside the mask
    assert small['inpainting/region_mae'] == pytest.approx(10 / 255)
    nothing = run(InpaintingMetric(), empty)
    assert math.isnan(nothing['inpainting/region_psnr'])


def test_full_mask():
    found = run(InpaintingMetric(), (picture(0), box_mask() * 0 + 1, picture(1)))
    for key in ('psnr', 'mae', 'mae_rel', 'ssim'):
        assert found[f'inpainting/{key}'] == found[f'inpainting/region_{key}']


def test_wrong_predictions_are_named():
    data, samples = batch((picture(0), box_mask(), picture(1)))
    with pytest.raises(DataError, match=r"0\.png: expected 'pred_img'"):
        InpaintingMetric().process(data, [dict(img_path='0.png')])
    floats = [dict(pred_img=samples[0]['pred_img'].float())]
    with pytest.raises(ShapeError, match=r'0\.png: pred_img.*uint8'):
        InpaintingMetric().process(data, floats)
    padded = [dict(pred_img=torch.zeros(3, 48, 48, dtype=torch.uint8))]
    with pytest.raises(ShapeError, match='crop the padding'):
        InpaintingMetric().process(data, padded)
    with pytest.raises(DataError, match='PackInpaintingInputs'):
        InpaintingMetric().process({}, samples)
