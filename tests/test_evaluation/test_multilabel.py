"""Average precision and accuracy of attributes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from mmprivacy.evaluation.functional import attribute_accuracy, average_precision


@pytest.mark.parametrize('decimals', [1, 8])
@pytest.mark.parametrize('seed', range(5))
def test_average_precision_equals_scikit_learn(seed, decimals):
    rng = np.random.default_rng(seed)
    positive = rng.random(300) < 0.1
    scores = np.round(rng.random(300) * 0.7 + 0.3 * positive, decimals)
    expected = average_precision_score(positive, scores)
    assert average_precision(positive, scores) == pytest.approx(expected, abs=1e-12)


def test_average_precision_at_the_ends():
    positive = np.array([True, False, True, False])
    assert average_precision(positive, [3, 1, 2, 0]) == 1
    assert average_precision(positive, np.full(4, 0.7)) == 0.5
    assert math.isnan(average_precision(np.zeros(4, bool), np.arange(4)))
    assert average_precision(np.ones(1, bool), [0.1]) == 1


def test_attribute_accuracy():
    present = np.array([[1, 0], [1, 0], [0, 0]], bool)
    scores = np.array([[0.9, 0.2], [0.5, 0.8], [0.1, 0.1]])
    np.testing.assert_allclose(attribute_accuracy(present, scores), [2 / 3, 2 / 3])
    np.testing.assert_allclose(attribute_accuracy(present, scores, 0.4), [1, 2 / 3])
    assert np.isnan(attribute_accuracy(present[:0], scores[:0])).all()
