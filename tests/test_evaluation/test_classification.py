"""The maths, against scikit-learn and loops."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from mmprivacy.evaluation import functional as F

SEEDS = range(6)


@pytest.fixture(params=SEEDS)
def case(request):
    rng = np.random.default_rng(request.param)
    n = int(rng.integers(5, 300))
    labels = rng.permutation(np.r_[0, 1, rng.integers(0, 2, n - 2)])
    decimals = 1 if request.param % 2 else 6  # one decimal gives many ties
    private = np.round(np.clip(rng.normal(0.6 - 0.3 * labels, 0.3), 0, 1), decimals)
    return labels, np.stack([private, 1 - private], 1)


def test_against_sklearn(case):
    labels, scores = case
    predictions = scores.argmax(1)
    confusion = F.confusion_matrix(labels, predictions)
    np.testing.assert_array_equal(confusion, sk.confusion_matrix(labels, predictions))
    assert F.accuracy(confusion) == pytest.approx(
        sk.accuracy_score(labels, predictions)
    )
    assert F.balanced_accuracy(confusion) == pytest.approx(
        sk.balanced_accuracy_score(labels, predictions)
    )
    theirs = sk.precision_recall_fscore_support(
        labels, predictions, zero_division=np.nan
    )
    for mine, their in zip(F.precision_recall_f1(confusion), theirs, strict=False):
        np.testing.assert_allclose(mine, their)
    assert F.auroc(labels == 0, scores[:, 0]) == pytest.approx(
        sk.roc_auc_score(labels == 0, scores[:, 0])
    )


def loop_ece(labels, scores, bins=15):
    total = 0.0
    for b in range(bins):
        inside = [
            i for i, s in enumerate(scores)
            if b / bins < max(s) <= (b + 1) / bins
        ]  # fmt: skip
        if inside:
            right = np.mean([scores[i].argmax() == labels[i] for i in inside])
            total += len(inside) * abs(
                right - np.mean([max(scores[i]) for i in inside])
            )
    return total / len(scores)


def test_calibration_error(case):
    labels, scores = case
    assert F.expected_calibration_error(labels, scores) == pytest.approx(
        loop_ece(labels, scores)
    )


def test_calibration_by_hand():
    # Three photos at confidence 0.9, two of them right; one at 1.0, right.
    scores = np.array([[0.9, 0.1]] * 3 + [[1.0, 0.0]])
    labels = np.array([0, 0, 1, 0])
    expected = 3 / 4 * (0.9 - 2 / 3)  # bins (13/15, 14/15] and (14/15, 1]
    assert F.expected_calibration_error(labels, scores) == pytest.approx(expected)


def test_undefined_is_nan():
    confusion = F.confusion_matrix(np.array([0, 0]), np.array([0, 0]))
    precision, recall, f1 = F.precision_recall_f1(confusion)
    assert precision[0] == recall[0] == f1[0] == 1
    assert np.isnan([precision[1], recall[1], f1[1]]).all()
    assert np.isnan(F.balanced_accuracy(confusion))
    assert np.isnan(F.auroc(np.array([True, True]), np.array([0.1, 0.2])))
    empty = F.confusion_matrix(np.array([], int), np.array([], int))
    assert np.isnan(F.accuracy(empty))
    none = np.zeros((0, 2))
    assert np.isnan(F.expected_calibration_error(np.array([], int), none))


def test_auroc_of_ties_is_one_half():
    assert F.auroc(np.array([True, False, True]), np.ones(3)) == 0.5
