from __future__ import annotations

import numpy as np
import pytest

from mmprivacy.datasets.rle import decode_rle, encode_rle
from mmprivacy.errors import DataError


def test_columns_come_first_and_zeros_start():
    mask = np.array([[0, 1], [1, 1]], bool)
    assert encode_rle(mask) == {'size': [2, 2], 'counts': [1, 3]}
    assert encode_rle(~mask) == {'size': [2, 2], 'counts': [0, 1, 3]}


@pytest.mark.parametrize('share', [0.0, 0.1, 0.5, 1.0])
def test_round_trip(share):
    mask = np.random.default_rng(0).random((17, 23)) < share
    rle = encode_rle(mask)
    assert sum(rle['counts']) == mask.size
    np.testing.assert_array_equal(decode_rle(rle), mask)


def test_wrong_counts_are_an_error():
    with pytest.raises(DataError, match='add up to 2 x 2'):
        decode_rle({'size': [2, 2], 'counts': [1, 2]})
