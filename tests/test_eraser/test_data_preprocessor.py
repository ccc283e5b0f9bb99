"""Padding and scaling, and what is refused."""

import numpy as np
import pytest
import torch
from tiny_eraser import batch

from mmprivacy.eraser import EraserDataPreprocessor
from mmprivacy.eraser.padding import mirror_pad, padded_size
from mmprivacy.errors import ConfigError, DataError, ShapeError


@pytest.mark.parametrize('size', [(97, 131), (1, 1), (3, 200), (16, 16)])
def test_padding_is_numpys_symmetric(size):
    target = padded_size(size, 8)
    assert all(t % 8 == 0 and t >= max(s, 16) for s, t in zip(size, target))
    image = torch.rand(3, *size)
    pad = [(0, t - s) for s, t in zip(size, target)]
    wanted = np.pad(image.numpy(), [(0, 0), *pad], mode='symmetric')
    assert np.array_equal(mirror_pad(image, target).numpy(), wanted)


def test_sizes_by_hand():
    assert padded_size((100, 75), 8) == (104, 80)
    assert padded_size((60, 60), 8) == (64, 64)
    assert padded_size((1, 64), 8) == (16, 64)


def test_pictures_keep_their_own_size_outside_of_training():
    data = EraserDataPreprocessor()(batch(((20, 30), (33, 17))), False)
    inputs, samples = data['inputs'], data['data_samples']
    assert [tuple(i.shape) for i in inputs['img']] == [(3, 24, 32), (3, 40, 24)]
    assert [tuple(m.shape) for m in inputs['mask']] == [(1, 24, 32), (1, 40, 24)]
    assert [s.img_shape for s in samples] == [(20, 30), (33, 17)]
    raw = batch(((20, 30), (33, 17)))['inputs']['img'][0]
    assert torch.equal((inputs['img'][0][:, :20, :30] * 255).round().byte(), raw)


def test_a_training_batch_is_stacked():
    data = EraserDataPreprocessor()(batch(((20, 30), (33, 17))), True)
    assert data['inputs']['img'].shape == (2, 3, 40, 32)
    assert set(data['inputs']['mask'].unique().tolist()) == {0, 1}


def test_a_hole_is_a_hole_in_the_mirror():
    mask = torch.zeros(1, 20, 30, dtype=torch.uint8)
    mask[:, 15:, 25:] = 1
    data = EraserDataPreprocessor()(batch(((20, 30),), mask=mask), False)
    padded = data['inputs']['mask'][0]
    assert torch.equal(padded[:, 20:, :30], padded[:, 16:20, :30].flip(1))
    assert padded[:, 20:].sum() > 0


def test_data_without_samples_gets_some():
    data = batch()
    del data['data_samples']
    samples = EraserDataPreprocessor()(data)['data_samples']
    assert [s.img_shape for s in samples] == [(32, 32)] * 2


def test_bad_inputs_are_refused_by_name():
    preprocessor = EraserDataPreprocessor()
    other = batch()
    other['inputs']['mask'][1] = torch.zeros(1, 32, 31, dtype=torch.uint8)
    with pytest.raises(ShapeError, match=r'photo_1.png: expected a mask \(1, 32, 32\)'):
        preprocessor(other)
    gray = batch()
    gray['inputs']['mask'][0] = gray['inputs']['mask'][0] * 255
    with pytest.raises(DataError, match=r'photo_0.png.*values up to 255'):
        preprocessor(gray)
    with pytest.raises(DataError, match='one pixel or more'):
        preprocessor(batch(((0, 4),)))
    with pytest.raises(ConfigError, match='at least 1'):
        EraserDataPreprocessor(pad_divisor=0)
