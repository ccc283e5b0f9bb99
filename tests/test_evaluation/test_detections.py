"""Overlaps, matching and counting of detections against hand-made cases."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mmprivacy.evaluation.functional import (
    Boxes,
    Counts,
    box_iou,
    count_detections,
    disappearance_rates,
    match_boxes,
)

A, B, C = (0, 0, 10, 10), (20, 0, 30, 10), (0, 20, 10, 40)


def boxes(*rows):
    """Rows of (box, label[, score])."""
    return Boxes(
        np.array([r[0] for r in rows], float).reshape(-1, 4),
        np.array([r[1] for r in rows], int),
        np.array([r[2] if len(r) > 2 else 1.0 for r in rows], float),
    )


def moved(box, dx):
    return (box[0] + dx, box[1], box[2] + dx, box[3])


def test_iou():
    table = box_iou([A, B, (5, 5, 5, 5)], [A, moved(A, 5), (0, 0, 20, 20)])
    np.testing.assert_allclose(table[0], [1, 50 / 150, 0.25])
    assert table[1].tolist() == [0, 0, 0]
    assert table[2].tolist() == [0, 0, 0]
    assert box_iou([(5, 5, 5, 5)], [(5, 5, 5, 5)]).item() == 0
    assert box_iou([], [A]).shape == (0, 1)


def test_every_box_is_found_once_and_by_the_best():
    truth = boxes((A, 0), (B, 0))
    found = boxes(
        (A, 0, 0.5), (moved(A, 1), 0, 0.9), (B, 1, 0.8), (moved(B, 4), 0, 0.7)
    )
    assert match_boxes(found, truth).tolist() == [-1, 0, -1, -1]
    assert match_boxes(found, truth, 0.4).tolist() == [-1, 0, -1, 1]
    assert match_boxes(boxes(), truth).tolist() == []
    assert match_boxes(found, boxes()).tolist() == [-1] * 4


def test_a_detection_counts_from_the_threshold_on():
    """Invariant 10: of .1 and .6 one counts; .29 is success, .31 failure."""
    clean = boxes((A, 0, 0.1), (B, 0, 0.6))
    for score, left in ((0.29, 0), (0.3, 1), (0.31, 1)):
        counts = count_detections(clean, boxes((A, 0, score)), None, 0.3)
        assert (counts.before, counts.after) == (1, left)


def test_readings_of_correct():
    """Invariant 11: a box elsewhere (IoU .33) and a second one are not correct."""
    truth = boxes((A, 0), (B, 0), (C, 1))
    clean = boxes(
        (A, 0, 0.9), (moved(B, 1), 0, 0.8), (C, 2, 0.9), (moved(A, 40), 0, 0.7)
    )
    protected = boxes(
        (moved(A, 5), 0, 0.9),
        (B, 0, 0.8),
        (moved(B, 1), 0, 0.7),
        (moved(A, 40), 0, 0.6),
    )
    counts = count_detections(clean, protected, truth, 0.3, {0})
    assert counts.before == 4
    assert counts.after == counts.sensitive_after == 4
    assert (counts.right_before, counts.right_after) == (2, 1)
    assert (counts.same_before, counts.same_after) == (3, 2)
    no_truth = count_detections(clean, protected, None, 0.3, {0})
    assert (no_truth.right_before, no_truth.right_after) == (3, 2)


def test_sensitive_are_the_classes_that_were_right():
    truth = boxes((A, 0), (B, 1))
    clean = boxes((A, 0, 0.9), (B, 2, 0.9))
    protected = boxes((B, 2, 0.9))
    assert count_detections(clean, protected, truth, 0.3).sensitive_after == 0
    assert count_detections(clean, protected, None, 0.3).sensitive_after == 1


def test_strict_success_needs_another_class_in_the_place():
    clean = boxes((A, 0, 0.9), (B, 0, 0.9))
    lost = count_detections(clean, boxes((A, 5, 0.9)), None, 0.3, {0})
    renamed = count_detections(clean, boxes((A, 5, 0.9), (B, 3, 0.4)), None, 0.3, {0})
    weak = count_detections(clean, boxes((A, 5, 0.9), (B, 3, 0.2)), None, 0.3, {0})
    beside = count_detections(
        clean, boxes((A, 5, 0.9), (B, 3, 0.9), (B, 0, 0.5)), None, 0.3, {0}
    )
    rates = disappearance_rates([lost, renamed, weak, beside])
    assert rates['r_sen'] == 0.75
    assert rates['r_sen_strict'] == 0.25


def test_rates():
    nothing = Counts(0, 0, 0, 0, 0, 0, 0, True)
    hidden = Counts(3, 0, 2, 0, 2, 0, 0, False)
    created = Counts(1, 7, 1, 1, 2, 1, 3, False)
    rates = disappearance_rates([nothing, hidden, created])
    assert rates == {
        'r_all': 2 / 3,
        'r_all_detected': 0.5,
        'r_sen': 0.5,
        'r_sen_strict': 0.0,
        'p_all': 7 / 4,
        'p_all_capped': 1.0,
        'p_sen': 1 / 3,
        'p_sen_clean': 0.25,
        'n': 3,
        'n_detected': 2,
        'n_sensitive': 2,
    }
    empty = disappearance_rates([nothing])
    assert empty['r_all'] == 1
    for key in ('r_all_detected', 'r_sen', 'p_all', 'p_all_capped', 'p_sen'):
        assert math.isnan(empty[key])


def test_success_does_not_fall_with_the_threshold():
    rng = np.random.default_rng(0)
    photos = [
        [
            boxes(*((A, k % 3, s) for k, s in enumerate(rng.random(rng.integers(5)))))
            for _ in range(2)
        ]
        for _ in range(40)
    ]
    rates = [
        disappearance_rates([count_detections(*p, None, t) for p in photos])['r_all']
        for t in (0.2, 0.3, 0.5, 0.9)
    ]
    assert rates == sorted(rates)
    assert rates[0] < rates[-1]


@pytest.mark.parametrize('key', ['p_all', 'p_sen'])
def test_leakage_falls_with_the_threshold_when_scores_fall(key):
    """Invariant 10: the sweep is monotone where only the protected scores move."""
    clean = boxes(*((A if k else B, 0, 0.95) for k in range(2)))
    values = [
        disappearance_rates(
            [count_detections(clean, boxes((A, 0, s), (B, 0, s / 2)), None, t)
             for s in (0.25, 0.35, 0.45)]
        )[key]
        for t in (0.2, 0.24, 0.3, 0.4)
    ]  # fmt: skip
    assert values == sorted(values, reverse=True)
    assert values[0] > values[-1] > 0
