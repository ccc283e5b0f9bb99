"""The drawn VISPR data: the files, the invented user study, the ground truth."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from tiny_runs import NUM

from mmprivacy.datasets.attributes import ATTRIBUTE_IDS
from mmprivacy.datasets.rle import decode_rle
from mmprivacy.datasets.sample import SceneGenerator, write_sample, writing
from mmprivacy.datasets.sample.user_study import draw_profiles, draw_respondents
from mmprivacy.datasets.sample.vispr import VISPR
from mmprivacy.datasets.vispr import SAFE, multi_hot, read_vispr
from mmprivacy.datasets.vispr_scores import PrivacyScore, ScoreOptions
from mmprivacy.datasets.vispr_users import (
    PROFILES,
    STUDY,
    packaged_means,
    read_profiles,
    read_study,
)


def read_lines(root):
    return [json.loads(x) for x in (root / 'scenes.jsonl').read_text().splitlines()]


def test_layout(vispr_root):
    for split, n in NUM.items():
        lines = (vispr_root / f'{split}2017.txt').read_text().splitlines()
        assert len(lines) == n
        for line in lines:
            assert line.startswith(f'annotations/{split}2017/')
            data = json.loads((vispr_root / line).read_text())
            assert list(data) == [
                'id', 'image_path', 'labels', 'openimages_id', 'source_url'
            ]  # fmt: skip
            assert data['image_path'] == f'images/{split}2017/{data["id"]}.jpg'
            with Image.open(vispr_root / data['image_path']) as image:
                assert image.format == 'JPEG'
    readme = (vispr_root / 'README.md').read_text()
    assert 'drawn' in readme
    assert 'user study in `user_studies/` is synthetic' in readme
    assert not list(vispr_root.rglob('.*'))


def test_side_files_have_the_published_layout(vispr_root):
    table = (vispr_root / 'attributes.tsv').read_text().splitlines()
    assert table[0] == 'idx\tattribute_id\tgroup\tdescription'
    assert len(table) == 69
    assert table[15].split('\t')[:2] == ['14', 'a16_race']
    study = (vispr_root / STUDY).read_text().splitlines()
    assert study[0] == 'attribute_id\tattribute_name' + '\t' * 305
    assert len(study) == 1 + 72
    assert [row[:5] for row in study[-5:]] == [f'a{k}_' for k in range(105, 110)]
    profiles = (vispr_root / PROFILES).read_text().splitlines()
    assert len(profiles) == 67
    assert profiles[0].startswith('a1_age_approx\tAge Group\t')
    assert profiles[46].startswith('a64_rel_personal\t')
    assert ATTRIBUTE_IDS[47] == 'a70_education_history'


def test_invented_users_have_the_published_means(vispr_root):
    study = read_study(vispr_root / STUDY)
    profiles = read_profiles(vispr_root / PROFILES)
    means = study.mean(1, keepdims=True)
    np.testing.assert_allclose(means, packaged_means('respondents'), atol=1e-12)
    means = profiles.mean(1, keepdims=True)
    np.testing.assert_allclose(means, packaged_means('profiles'), atol=1e-8)
    for ratings in (study[1:], profiles[1:]):
        assert 0.25 < np.corrcoef(ratings).mean() < 0.45
        assert ratings.mean(0).std() > 0.5


@pytest.mark.parametrize('mean', [1, 1.003, 3, 5])
def test_ratings_of_every_mean_can_be_drawn(mean):
    sums = np.array([round(305 * mean)])
    ratings = draw_respondents(np.random.default_rng(0), sums)
    assert ratings.sum(1) == sums
    assert 1 <= ratings.min() <= ratings.max() <= 5
    profiles = draw_profiles(np.random.default_rng(0), np.array([float(mean)]))
    assert profiles.mean() == pytest.approx(mean, abs=1e-8)
    assert 1 <= profiles.min() <= profiles.max() <= 5


def test_scores_are_those_of_the_scenes(vispr_root):
    lines = read_lines(vispr_root)
    records = [
        record
        for split in NUM
        for record in read_vispr(vispr_root / f'{split}2017.txt')
    ]
    labels = multi_hot(r.labels for r in records)
    for record, line in zip(records, lines, strict=True):
        assert record.img_path == str(vispr_root / line['file'])
        assert [ATTRIBUTE_IDS[k] for k in record.labels] == line['attributes']
    score = PrivacyScore.from_root(vispr_root)
    assert score.source == str(vispr_root / STUDY)
    expected = [line['score'] for line in lines]
    np.testing.assert_allclose(score(labels), expected, atol=6e-4)
    safe = labels[:, SAFE]
    assert 0 < safe.sum() < len(safe)
    assert (labels[safe].sum(1) == 1).all()
    assert (score(labels)[safe] == 0).all()
    for mode in ('mean_of_max', 'per_profile'):
        options = ScoreOptions(mode, 'profiles')
        scores = PrivacyScore.from_root(vispr_root, options)(labels)
        assert (scores[safe] == 0).all()
        assert (scores[~safe] >= 1).all()
    scene = SceneGenerator(0, 'train', 'scores').scene(1)
    assert score(labels)[1] == pytest.approx(scene.score, abs=6e-4)


def test_ground_truth_locates_the_attributes(vispr_root):
    lines = read_lines(vispr_root)
    assert [x['split'] for x in lines] == [s for s, n in NUM.items() for _ in range(n)]
    for line in lines:
        shown = {a for element in line['elements'] for a in element['attributes']}
        assert shown == set(line['attributes']) - {'a0_safe'}
        for element in line['elements']:
            if element['attributes']:
                mask = decode_rle(element['mask'])
                assert list(mask.shape) == line['size']
                x0, y0, x1, y1 = element['box']
                assert mask[y0:y1, x0:x1].sum() == mask.sum() > 0


def test_an_interrupted_run_ends_the_same(tmp_path, monkeypatch):
    num = dict(train=3, test=1)
    whole = write_sample(
        'vispr', tmp_path / 'a', num, seed=3, workers=1, progress=False
    )
    monkeypatch.setattr(writing, 'CHUNK', 2)

    def break_down(root, lines):
        raise KeyboardInterrupt

    fmt = replace(VISPR, finish=break_down)
    with pytest.raises(KeyboardInterrupt):
        writing.write_folder(fmt, tmp_path / 'b', num, 3, 1, False)
    (tmp_path / 'b/.chunks/train_000002.jsonl').unlink()
    resumed = write_sample('vispr', tmp_path / 'b', num, seed=3, progress=False)

    def files(root):
        paths = sorted(p for p in root.rglob('*') if p.is_file())
        return {str(p.relative_to(root)): p.read_bytes() for p in paths}

    assert files(resumed) == files(whole)
