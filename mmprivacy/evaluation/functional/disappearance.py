"""How well objects are hidden from a detector: Eqs. 5 to 8 of the paper, in NumPy.

A detection counts if its score is ``thr`` (T) or more. Sensitive classes are those that
the user names, or, if none are named, those that are correctly detected in the clean
photo (Sec. 3.3).

Where the paper leaves open what it counts, both readings are here:

* *correctly detected* (Eq. 8): against ground truth, or against the detections in the
  clean photo, which is all that is known about a photo without annotations;
* *classified incorrectly* (Eq. 6): no box of a sensitive class is left, or, strictly,
  moreover a box of another class lies where each of them was;
* *all images* (Eqs. 5 and 6): with or without photos in which nothing (sensitive) was
  detected before, and which therefore need no protection.

Reference:
    The Object Disappearance paper, Sec. 4.1.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from mmprivacy.evaluation.functional.detections import Boxes, box_iou, match_boxes


class Counts(NamedTuple):
    """What is counted in one photo.

    Attributes:
        before: Detections in the clean photo, right or wrong.
        after: Detections in the protected photo, right or wrong.
        right_before: Correct detections of sensitive classes in the clean photo.
        right_after: The same in the protected photo.
        same_before: Detections of sensitive classes in the clean photo.
        same_after: Those of them that are still detected in the protected photo.
        sensitive_after: Detections of sensitive classes in the protected photo, right
            or wrong.
        renamed: Whether every correct sensitive detection of the clean photo is covered
            by one of another class in the protected photo.
    """

    before: int
    after: int
    right_before: int
    right_after: int
    same_before: int
    same_after: int
    sensitive_after: int
    renamed: bool


def count_detections(
    clean: Boxes,
    protected: Boxes,
    truth: Boxes | None,
    thr: float,
    sensitive: Collection[int] | None = None,
    iou_thr: float = 0.5,
) -> Counts:
    """Count the detections of one photo.

    Args:
        clean: Detections in the clean photo.
        protected: Detections in the protected photo.
        truth: Ground truth; None if there is none, then the detections in the clean
            photo count as correct.
        thr: Score from which on a detection counts.
        sensitive: Class indices; None for the classes that are correctly detected in
            the clean photo.
        iou_thr: Least intersection over union with the box that is detected.

    Returns:
        The counts.
    """
    clean, protected = clean.above(thr), protected.above(thr)
    reference = clean if truth is None else truth
    right = clean.keep(match_boxes(clean, reference, iou_thr) >= 0)
    classes = np.unique(right.labels) if sensitive is None else np.array([*sensitive])
    right = right.keep(np.isin(right.labels, classes))
    same = clean.keep(np.isin(clean.labels, classes))
    left = protected.keep(np.isin(protected.labels, classes))
    others = protected.keep(~np.isin(protected.labels, classes))
    covered = (box_iou(right.boxes, others.boxes) >= iou_thr).any(1)
    return Counts(
        before=len(clean.boxes),
        after=len(protected.boxes),
        right_before=len(right.boxes),
        right_after=int((match_boxes(left, reference, iou_thr) >= 0).sum()),
        same_before=len(same.boxes),
        same_after=int((match_boxes(left, same, iou_thr) >= 0).sum()),
        sensitive_after=len(left.boxes),
        renamed=bool(covered.all()),
    )


def disappearance_rates(counts: Sequence[Counts]) -> dict[str, float]:
    """Compute the rates of the paper over photos.

    Args:
        counts: Counts of each photo, at one threshold.

    Returns:
        Shares by key; NaN where the photos define none:

        * ``r_all`` (Eq. 5): photos in which nothing is detected any more;
          ``r_all_detected``: among those in which something was detected before;
        * ``r_sen`` (Eq. 6): photos without a detection of a sensitive class, among
          those where one was correct before; ``r_sen_strict``: of these, where moreover
          another class is detected in the place of each;
        * ``p_all`` (Eq. 7): detections left, right or wrong. More than 1 if there are
          more than before; ``p_all_capped`` is 1 then;
        * ``p_sen`` (Eq. 8): correct detections of sensitive classes left;
          ``p_sen_clean``: what counts as correct are the detections of the clean photo;
        * ``n``, ``n_detected``, ``n_sensitive``: photos, and those that the rates
          above are among.
    """
    table = {key: np.array([c[k] for c in counts]) for k, key in enumerate(_FIELDS)}
    hidden = table['after'] == 0
    detected, sensitive = table['before'] > 0, table['right_before'] > 0
    kept = table['sensitive_after'] == 0
    renamed = kept & table['renamed'].astype(bool)
    p_all = _share(table['after'].sum(), table['before'].sum())
    return {
        'r_all': _share(hidden.sum(), len(counts)),
        'r_sen': _share((kept & sensitive).sum(), sensitive.sum()),
        'p_all': p_all,
        'p_sen': _share(table['right_after'].sum(), table['right_before'].sum()),
        'r_all_detected': _share((hidden & detected).sum(), detected.sum()),
        'r_sen_strict': _share((renamed & sensitive).sum(), sensitive.sum()),
        'p_all_capped': p_all if np.isnan(p_all) else min(1.0, p_all),
        'p_sen_clean': _share(table['same_after'].sum(), table['same_before'].sum()),
        'n': len(counts),
        'n_detected': int(detected.sum()),
        'n_sensitive': int(sensitive.sum()),
    }


_FIELDS = Counts._fields


def _share(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole else float('nan')
