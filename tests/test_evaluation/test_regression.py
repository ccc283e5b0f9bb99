"""Errors, correlations and the predictors to beat."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from scipy import stats

from mmprivacy.errors import ShapeError
from mmprivacy.evaluation.functional import (
    average_ranks,
    best_constant,
    mean_absolute_error,
    mean_squared_error,
    pearson,
    safe_unsafe_oracle,
    spearman,
)


@pytest.fixture(autouse=True)
def _no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        yield


def vispr_like(n=800, seed=0):
    """True scores with many ties at 0, and noisy predictions, some of them tied."""
    rng = np.random.default_rng(seed)
    levels = np.array([2.5, 2.9, 3.2, 3.695, 4.1])
    targets = np.where(rng.random(n) < 0.375, 0.0, rng.choice(levels, n))
    predictions = np.round(targets + rng.normal(0, 1, n), 1).clip(0, 5)
    return predictions, targets


def test_errors_over_both_axes():
    targets = np.array([[0.0, 1.0], [2.0, 3.0]])
    predictions = np.array([[1.0, 1.0], [2.0, 0.0]])
    assert mean_absolute_error(predictions, targets) == 1.0
    assert mean_squared_error(predictions, targets) == 2.5
    assert mean_absolute_error([1.0, 5.0], [0.0, 2.0]) == 2.0
    assert math.isnan(mean_absolute_error([], []))


@pytest.mark.parametrize('figure', [mean_absolute_error, pearson, spearman])
def test_nothing_is_broadcast(figure):
    with pytest.raises(ShapeError, match=r'\(3,\).*\(3, 1\)'):
        figure(np.zeros((3, 1)), np.zeros(3))


@pytest.mark.parametrize('seed', range(5))
def test_correlations_equal_scipy_with_ties(seed):
    predictions, targets = vispr_like(seed=seed)
    assert len(np.unique(predictions)) < len(predictions) / 5
    expected = stats.spearmanr(predictions, targets).statistic
    assert spearman(predictions, targets) == pytest.approx(expected, abs=1e-12)
    expected = stats.pearsonr(predictions, targets).statistic
    assert pearson(predictions, targets) == pytest.approx(expected, abs=1e-12)
    np.testing.assert_array_equal(average_ranks(targets), stats.rankdata(targets))


def test_ranks_by_sort_order_would_be_wrong():
    predictions, targets = vispr_like()
    naive = [np.argsort(np.argsort(v, kind='stable')) for v in (predictions, targets)]
    assert abs(np.corrcoef(*naive)[0, 1] - spearman(predictions, targets)) > 0.01


@pytest.mark.parametrize('figure', [pearson, spearman])
class TestUndefinedCorrelations:
    @pytest.mark.parametrize('constant', [0.0, 0.1, 1e300, -3.695])
    def test_constants_give_zero(self, figure, constant):
        values = np.random.default_rng(0).random(37)
        assert figure(np.full(37, constant), values) == 0.0
        assert figure(values, np.full(37, constant)) == 0.0
        assert figure(np.full((37, 30), constant), np.full((37, 30), 0.3)) == 0.0

    def test_few_photos(self, figure):
        assert figure([], []) == 0.0
        assert figure([1.0], [2.0]) == 0.0
        assert figure([1.0, 2.0], [2.0, 1.0]) == pytest.approx(-1)

    def test_tiny_and_huge_values(self, figure):
        values = np.array([1.0, 2.0, 4.0])
        assert figure(values * 1e-200, values * 1e200) == pytest.approx(1)


def test_profiles_are_averaged_before_correlating():
    rng = np.random.default_rng(0)
    predictions, targets = rng.random((40, 30)), rng.random((40, 30))
    means = predictions.mean(1), targets.mean(1)
    assert pearson(predictions, targets) == pytest.approx(pearson(*means))
    assert spearman(predictions, targets) == pytest.approx(
        stats.spearmanr(*means).statistic
    )


def test_no_constant_is_better_than_the_median():
    targets = vispr_like()[1]
    best = mean_absolute_error(best_constant(targets), targets)
    others = [
        mean_absolute_error(np.full_like(targets, c), targets)
        for c in np.linspace(0, 5, 101)
    ]
    assert best <= min(others) + 1e-12
    profiles = np.stack([targets, targets + 1], 1)
    np.testing.assert_array_equal(best_constant(profiles)[0], np.median(profiles, 0))


class TestOracle:
    def test_knows_the_safe_photos_only(self):
        targets = np.array([0.0, 3.0, 0.0, 4.0, 4.5])
        np.testing.assert_array_equal(safe_unsafe_oracle(targets), [0, 4, 0, 4, 4])
        np.testing.assert_array_equal(targets, [0, 3, 0, 4, 4.5])

    def test_safe_weight_and_profiles(self):
        targets = np.array([1.0, 3.0, 5.0])
        np.testing.assert_array_equal(safe_unsafe_oracle(targets, 1.0), [1, 4, 4])
        targets = np.array([[0.0, 0.0], [0.0, 2.0], [3.0, 4.0]])
        expected = [[0, 0], [1.5, 3], [1.5, 3]]
        np.testing.assert_array_equal(safe_unsafe_oracle(targets), expected)

    def test_one_kind_of_photos(self):
        assert (safe_unsafe_oracle(np.zeros(3)) == 0).all()
        assert (safe_unsafe_oracle(np.array([1.0, 2.0, 3.0])) == 2).all()
        assert safe_unsafe_oracle(np.zeros((0, 30))).shape == (0, 30)
