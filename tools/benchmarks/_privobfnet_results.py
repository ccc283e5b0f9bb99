"""Everything docs/results/privobfnet.json says, computed from the records."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

import _results
from _common import mean_spread
from _jobs import Job
from _privobfnet_plan import ROWS, SECOND
from _results import Methods

FULL, CAM, PERMUTED = (row.title for row in ROWS[:3])
METRICS = (
    'score/l1',
    'score/pearson',
    'score/spearman',
    'attribute/map',
    'attribute/accuracy',
    'masks/miou',
    'masks/miou_none',
    'masks/miou_human',
    'masks/miou_text',
    'masks/iou_per_photo',
    'one_threshold/miou',
)
BLIND = ('masks/miou_photo', 'masks/miou_centre', 'masks/miou_chance')
#: Table 2 of the paper: L1, Pearson, Spearman.
SCORES = {
    'AP-PR': (0.66, None, None),
    'PR-CNN': (0.64, None, None),
    'PrivAttNet_MLC': (0.44, 0.83, 0.76),
    'PrivNet': (0.43, 0.83, 0.78),
    'PrivAttNet': (0.40, 0.87, 0.84),
    'PrivObfNet': (0.09, 0.88, 0.86),
}
#: Table 3: accuracy in percent.
ACCURACIES = {
    'a0_safe': 88.1,
    'a1_age_approx': 91.7,
    'a2_weight_approx': 85.1,
    'a3_height_approx': 85.1,
    'a4_gender': 93.6,
    'a5_eye_color': 87.3,
    'a6_hair_color': 93.1,
    'a9_face_complete': 90.4,
    'a10_face_partial': 87.2,
    'a12_semi_nudity': 96.2,
    'a16_race': 93.4,
    'a17_color': 94.2,
    'a19_name_full': 94.6,
    'a46_occupation': 92.5,
    'a60_occassion_personal': 96.8,
    'a57_culture': 95.7,
    'a59_sports': 97.3,
    'a61_opinion_general': 97.1,
    'a64_rel_personal': 96.9,
    'a65_rel_social': 92.9,
    'a66_rel_professional': 94.7,
    'a68_rel_spectators': 93.2,
    'a69_rel_views': 97.1,
    'a73_landmark': 91.3,
    'a75_address_current_partial': 92.7,
    'a82_date_time': 93.7,
}
#: Table 4: Pearson and Spearman by row.
ABLATION = {
    CAM: (0.79, 0.76),
    'Image + Priv': (0.82, 0.79),
    'Image + Attr': (0.82, 0.80),
    'Image + Priv + Attr': (0.85, 0.83),
    FULL: (0.88, 0.86),
}
#: Table 5: mIoU in percent on the test split of VOC 2012 and on val of COCO 2014.
SEGMENTATION = {
    'EDAM': (70.6, None),
    'EPS++': (72.4, 42.4),
    'DRS': (71.4, None),
    'L2G': (71.7, 44.2),
    'RCA': (72.8, 36.8),
    'IRN': (64.8, 41.4),
    'CDA': (66.8, 33.2),
    'RIB': (68.6, 43.8),
    'URN': (69.7, 40.7),
    'MCTformer': (71.6, 42.0),
    'BECO': (71.8, 45.1),
    'PrivObfNet': (71.5, 43.9),
}
STAGES = ('pseudo_labels', 'pseudo_labels_test', 'first_stage', 'second_stage')
CHANCE = ('photo', 'centre', 'chance')
GAIN, PEARSON, MAP, RATIO = 0.08, 0.9, 0.85, 1.1


def collect(
    jobs: Sequence[Job], data: dict | None, command: str, failed: Sequence[str]
) -> dict[str, Any]:
    """Gather all records; see :func:`_results.collect`.

    Returns:
        The content of the JSON file.
    """
    results, parts = _results.collect('PrivObfNet', jobs, data, command, failed)
    records = parts['accuracy']
    methods = summarise(records)
    runs = [r for r in records if 'masks' in r['result']]
    blind = [r for r in records if 'scores' in r['result']]
    stages = [r['result'] for r in records if r['name'] == SECOND]
    results |= {
        'methods': methods,
        'without_photo': blind[0]['result'] if blind else None,
        'attributes': attribute_rows(runs),
        'masks': mask_rows(runs),
        'blind': {k: _mean(runs, k) for k in BLIND} if runs else {},
        'stages': {k: [s[k] for s in stages] for k in STAGES},
        'cost': [_cost(r) for r in parts['cost']],
    }
    results['goals'] = goals(results)
    return results | {'records': [r for part in parts.values() for r in part]}


def summarise(records: Sequence[dict]) -> list[dict]:
    """Turn the records of runs into one entry a row, in the order of the rows."""
    found = Methods(METRICS)
    for row in ROWS:
        for record in records:
            result = record['result']
            if record['name'] == row.title and 'metrics' in result:
                more = {k: result[k] for k in ('epochs', 'peak_memory')}
                found.add(row.title, 'config', record, result['metrics'], **more)
    return found.summary()


def attribute_rows(runs: Sequence[dict]) -> list[dict]:
    """Gather what is known of each attribute that the test photos show (Table 3)."""
    tables = [r['result']['attributes'] for r in runs if r['name'] == FULL]
    rows = []
    for of_seeds in zip(*tables, strict=True) if tables else ():
        first = of_seeds[0]
        if first['n']:
            rows.append(
                {k: first[k] for k in ('id', 'description', 'n', 'prevalence')}
                | {k: [row[k] for row in of_seeds] for k in ('ap', 'accuracy')}
            )
    return rows


def mask_rows(runs: Sequence[dict]) -> list[dict]:
    """Gather the overlap of each attribute's masks, of all rows of the benchmark."""
    found: dict[str, dict] = {}
    for record in runs:
        for row in record['result']['masks']:
            if row['n']:
                same = {k: row[k] for k in ('id', 'mask', 'n', *CHANCE)}
                entry = found.setdefault(row['id'], same)
                entry.setdefault(record['name'], []).append(row['iou'])
    return list(found.values())


def goals(results: dict) -> list[dict]:
    """Compare with what has to hold; what was not measured is left out.

    Returns:
        Rows with ``name``, ``value``, ``target``, ``at_least``.
    """
    means = {m['name']: m['summary'] for m in results['methods']}

    def mean(row: str, metric: str) -> float | None:
        return means[row][metric]['mean'] if row in means else None

    full, cam = mean(FULL, 'masks/miou'), mean(CAM, 'masks/miou')
    permuted = mean(PERMUTED, 'masks/miou')
    rows = []
    if full is not None and cam is not None:
        rows.append(('mask mIoU above the image-only CAM', full - cam, GAIN, True))
    if permuted is not None and cam is not None:
        title = 'mask mIoU with permuted labels above the image-only CAM'
        rows.append((title, permuted - cam, 0.0, False))
    if full is not None:
        worst = min(
            statistics.fmean(row[FULL]) - max(row[k] for k in CHANCE)
            for row in results['masks']
        )
        rows += [
            ('worst attribute: IoU above the best blind guess', worst, 0, True),
            ('Pearson of the score', mean(FULL, 'score/pearson'), PEARSON, True),
            ('attribute mAP', mean(FULL, 'attribute/map'), MAP, True),
        ]
    stages = results['stages']
    if stages['second_stage']:
        for k, of in (('pseudo_labels', 'training'), ('first_stage', 'test')):
            what = 'pseudo labels' if of == 'training' else 'first stage'
            title = f'second stage above the {what}, mIoU in points'
            gains = [a - b for a, b in zip(stages['second_stage'], stages[k])]
            rows.append((title, statistics.fmean(gains), 0.0, True))
    for entry in results['cost']:
        if 'ratio' in entry:
            title = f'{entry["name"]}: by the sum of its parts'
            rows.append((title, entry['ratio'], RATIO, False))
        elif 'local' in entry:
            title = f'{entry["name"]}: of Model-Cropped at inference'
            rows.append((title, entry['local'], 0, False))
    names = ('name', 'value', 'target', 'at_least')
    return [dict(zip(names, row)) for row in rows]


def _mean(runs: Sequence[dict], metric: str) -> float:
    return mean_spread([r['result']['metrics'].get(metric) for r in runs])[0]


def _cost(record: dict) -> dict[str, Any]:
    """Summarise one record of time, memory or parameters."""
    result = dict(record['result'])
    if 'seconds' in result:
        result['pairs'] = len(result['seconds']['step'])
        result['seconds'] = {
            k: statistics.median(v) for k, v in result['seconds'].items()
        }
    return {'name': record['name'], **result, 'measured_by': record['provenance']}
