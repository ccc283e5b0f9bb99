"""The user study of VISPR, and the scores made of it."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from vispr_tree import EXAMPLE, write_study

from mmprivacy.datasets.attributes import ATTRIBUTE_IDS, ATTRIBUTES
from mmprivacy.datasets.vispr import SAFE, multi_hot, read_vispr
from mmprivacy.datasets.vispr_scores import PrivacyScore, ScoreOptions
from mmprivacy.datasets.vispr_users import (
    PROFILES,
    STUDY,
    load_ratings,
    packaged_means,
    read_profiles,
    read_study,
)
from mmprivacy.errors import ConfigError, DataError, ShapeError

INDEX = {name: k for k, name in enumerate(ATTRIBUTE_IDS)}
REAL = Path(os.environ.get('MMPRIVACY_VISPR_ROOT', 'nowhere'))
# Ratings of the example's attributes by the first three published profiles
# (tribhuvanesh/vpa, Apache-2.0).
THREE_PROFILES = {
    'a1_age_approx': (1.33333, 2.22727, 1.11111),
    'a4_gender': (1.0, 2.68182, 1.0),
    'a6_hair_color': (1.0, 2.27273, 1.22222),
    'a9_face_complete': (4.0, 4.72727, 1.22222),
    'a10_face_partial': (2.66667, 4.0, 1.44444),
    'a16_race': (1.0, 3.04545, 1.0),
    'a17_color': (1.0, 2.90909, 1.44444),
    'a56_sexual_orientation': (1.0, 3.95455, 1.44444),
    'a57_culture': (1.33333, 2.81818, 1.22222),
    'a68_rel_spectators': (1.0, 2.90909, 1.33333),
}


def rows(*labels):
    return multi_hot([INDEX[name] for name in photo] for photo in labels)


def scores(root, *labels, **options):
    return PrivacyScore.from_root(root, ScoreOptions(**options))(rows(*labels))


@pytest.fixture
def root(tmp_path):
    return write_study(tmp_path)


def test_s01_the_worked_example(root, tmp_path_factory):
    empty = tmp_path_factory.mktemp('empty')
    for where in (root, empty):
        score = scores(where, EXAMPLE)
        assert score.dtype == np.float32
        assert score.shape == (1,)
        assert score[0] == pytest.approx(1127 / 305, abs=1e-6)
        assert score[0] == pytest.approx(3.69508, abs=5e-6)
        score = scores(where, EXAMPLE, users='profiles')
        assert score[0] == pytest.approx(3.42497, abs=6e-4)


def test_s01_first_profiles_of_the_worked_example(root):
    ratings, _ = load_ratings(root, 'profiles')
    for name, values in THREE_PROFILES.items():
        ratings[INDEX[name], :3] = values
    score = PrivacyScore(ratings, ScoreOptions('per_profile', 'profiles'))
    np.testing.assert_allclose(
        score(rows(EXAMPLE))[0, :3], [4.0, 4.72727, 1.44444], atol=1e-5
    )


@pytest.mark.skipif(
    not (REAL / STUDY).is_file(),
    reason='MMPRIVACY_VISPR_ROOT does not name a folder with the real user study',
)
def test_s01_all_values_on_the_published_study():
    def score(mode, users):
        return scores(REAL, EXAMPLE, score_mode=mode, users=users)[0]

    assert score('max_of_mean', 'respondents') == pytest.approx(3.69508, abs=5e-6)
    assert score('mean_of_max', 'respondents') == pytest.approx(4.22295, abs=5e-6)
    assert score('max_of_mean', 'profiles') == pytest.approx(3.42497, abs=5e-6)
    assert score('mean_of_max', 'profiles') == pytest.approx(3.96993, abs=5e-6)
    profiles = score('per_profile', 'profiles')
    np.testing.assert_allclose(profiles[:3], [4.0, 4.72727, 1.44444], atol=1e-5)
    means = read_study(REAL / STUDY).mean(1, keepdims=True)
    np.testing.assert_allclose(means, packaged_means('respondents'), atol=1e-12)
    means = read_profiles(REAL / PROFILES).mean(1, keepdims=True)
    np.testing.assert_allclose(means, packaged_means('profiles'), atol=5.1e-4)


@pytest.mark.skipif(
    not (REAL / 'train2017.txt').is_file(),
    reason='MMPRIVACY_VISPR_ROOT does not name a folder that holds VISPR',
)
@pytest.mark.timeout(1200)
def test_distribution_of_the_published_scores():
    images = 'images' if (REAL / 'images').is_dir() else 'images_250'
    score = PrivacyScore.from_root(REAL)
    train, test = (
        score(multi_hot(r.labels for r in read_vispr(REAL / file, REAL, images)))
        for file in ('train2017.txt', 'test2017.txt')
    )
    assert train.mean() == pytest.approx(2.2993, abs=5e-5)
    assert train.std() == pytest.approx(1.7890, abs=5e-5)
    assert test.mean() == pytest.approx(2.2794, abs=5e-5)
    constant = np.abs(test - np.median(test)).mean()
    assert constant == pytest.approx(1.508, abs=5e-4)


MODES = [
    ('max_of_mean', 'respondents'),
    ('mean_of_max', 'respondents'),
    ('mean_of_max', 'profiles'),
    ('per_profile', 'profiles'),
]


@pytest.mark.parametrize('scale', ['raw', 'unit'])
@pytest.mark.parametrize('pool', ['max', 'sum', 'avg'])
@pytest.mark.parametrize(('mode', 'users'), MODES)
def test_s02_safe_photos(root, mode, users, pool, scale):
    options = dict(score_mode=mode, users=users, pool=pool, scale=scale)
    phone = ['a49_phone', 'a9_face_complete']
    photos = ['a0_safe'], ['a0_safe', *phone], phone, []
    safe, mixed, others, nothing = scores(root, *photos, **options)
    assert np.shape(safe) == ((30,) if mode == 'per_profile' else ())
    assert np.all(safe == 0)
    assert np.all(nothing == 0)
    assert np.all(others > 0)
    np.testing.assert_array_equal(mixed, others)
    options['safe_weight'] = 1
    safe, mixed, others, nothing = scores(root, *photos, **options)
    np.testing.assert_allclose(safe, 1 if scale == 'raw' else 0.2)
    np.testing.assert_array_equal(mixed, others)
    assert np.all(nothing == 0)


def test_s03_rows_are_joined_by_id(root):
    options = ScoreOptions('per_profile', 'profiles')
    before = PrivacyScore.from_root(root, options).weights
    for file in (STUDY, PROFILES):
        path = root / file
        header = file == STUDY
        lines = path.read_text().splitlines()
        assert lines[46 + header].split('\t')[0] == 'a64_rel_personal'
        assert ATTRIBUTE_IDS[47] == 'a70_education_history'  # without a0_safe: row 46
        study = read_study(root / STUDY)
        path.write_text('\n'.join(lines[:header] + lines[header:][::-1]))
        np.testing.assert_array_equal(read_study(root / STUDY), study)
    np.testing.assert_array_equal(PrivacyScore.from_root(root, options).weights, before)


def test_s04_the_profiles_have_no_header(root):
    path = root / PROFILES
    lines = path.read_text().splitlines()
    assert len(lines) == 67
    assert read_profiles(path)[INDEX['a1_age_approx'], 0] == float(
        lines[0].split('\t')[2]
    )
    path.write_text('\n'.join(lines[1:]))
    with pytest.raises(DataError, match=r'user_profiles\.tsv.*none of a1_age_approx'):
        read_profiles(path)
    path.write_text('\n'.join(['attribute_id\tname' + '\tx' * 30, *lines]))
    with pytest.raises(DataError, match=r"line 1: .*'attribute_id'"):
        read_profiles(path)


def test_s05_control_rows_are_dropped(root):
    path = root / STUDY
    lines = path.read_text().splitlines()
    assert len(lines) == 1 + 72
    assert sum('_control_' in line for line in lines) == 5
    ratings = read_study(path)
    assert ratings.shape == (68, 305)
    assert (ratings[1:] >= 1).all()
    assert not ratings[SAFE].any()
    without = [line for line in lines if '_control_' not in line]
    path.write_bytes('\r\n'.join(without).encode())  # the published file has CRLF
    np.testing.assert_array_equal(read_study(path), ratings)


def test_s06_pooling(root):
    ratings, _ = load_ratings(root, 'profiles')
    age, face = ratings[INDEX['a1_age_approx']], ratings[INDEX['a9_face_complete']]
    options = dict(score_mode='per_profile', users='profiles')
    photo = ['a1_age_approx', 'a9_face_complete']
    for pool, expected in (
        ('max', np.maximum(age, face)),
        ('sum', age + face),
        ('avg', (age + face) / 2),
    ):
        raw = scores(root, photo, pool=pool, **options)
        np.testing.assert_allclose(raw[0], expected, rtol=1e-6)
        unit = scores(root, photo, pool=pool, scale='unit', **options)
        np.testing.assert_allclose(unit[0], expected / 5, rtol=1e-6)
    mean = scores(root, photo, score_mode='mean_of_max', users='profiles')
    assert mean[0] == pytest.approx(np.maximum(age, face).mean(), rel=1e-6)


def test_many_photos_are_scored_like_single_ones(root):
    labels = np.random.default_rng(0).random((300, 68)) < 0.08
    for mode, users in MODES:
        score = PrivacyScore.from_root(root, ScoreOptions(mode, users))
        weights = np.where(labels[:, :, None], score.weights, 0).max(1)
        weights = weights if mode == 'per_profile' else weights.mean(1)
        np.testing.assert_allclose(score(labels), weights, rtol=1e-6)
        np.testing.assert_array_equal(score(labels.astype(np.int64)), score(labels))
        assert np.isfinite(score(labels)).all()


def test_packaged_means_are_those_of_the_table(tmp_path):
    means = packaged_means('respondents')
    np.testing.assert_allclose(
        means[:, 0], [a.mean_305 for a in ATTRIBUTES.values()], atol=5.1e-4
    )
    np.testing.assert_allclose(means * 305, np.rint(means * 305), atol=1e-9)
    score = PrivacyScore.from_root(tmp_path)
    assert 'packaged' in score.source
    assert score.weights.shape == (68, 1)


@pytest.mark.parametrize(('mode', 'users'), MODES[1:])
def test_users_that_are_needed_are_asked_for(tmp_path, mode, users):
    name = STUDY if users == 'respondents' else PROFILES
    with pytest.raises(DataError, match=rf'{name}: .*tribhuvanesh/vpa'):
        scores(tmp_path, EXAMPLE, score_mode=mode, users=users)


def edit(path, line, column, cell):
    lines = [row.split('\t') for row in path.read_text().splitlines()]
    lines[line - 1][column - 1] = cell
    path.write_text('\n'.join('\t'.join(row) for row in lines))


@pytest.mark.parametrize('file', [STUDY, PROFILES])
@pytest.mark.parametrize('cell', ['', 'x', 'nan', 'inf', '0', '5.5'])
def test_cells_out_of_range_are_named(root, file, cell):
    edit(root / file, 5, 9, cell)
    name = 'a4_gender' if file == STUDY else 'a5_eye_color'
    with pytest.raises(DataError, match=rf'{file}, line 5, row {name}, column 9'):
        load_ratings(root, 'respondents' if file == STUDY else 'profiles')


def test_rows_that_are_wrong_are_named(root):
    path = root / STUDY
    text = path.read_text()
    edit(path, 3, 4, '2.5')
    with pytest.raises(DataError, match=r'row a2_weight_approx, column 4: .*2\.5'):
        read_study(path)
    path.write_text(text)
    edit(path, 3, 1, 'a1_age_approx')
    with pytest.raises(DataError, match=r'line 3: .*a1_age_approx twice'):
        read_study(path)
    path.write_text(text)
    edit(path, 3, 1, 'a2_weigth_approx')
    with pytest.raises(DataError, match=r"line 3: .*mean 'a2_weight_approx'"):
        read_study(path)
    lines = text.splitlines()
    path.write_text('\n'.join([*lines[:3], lines[3].rpartition('\t')[0], *lines[4:]]))
    with pytest.raises(DataError, match=r'a3_height_approx: .*305 ratings, got 304'):
        read_study(path)
    path.write_text('\n'.join(lines[1:]))
    with pytest.raises(DataError, match='line 1: expected a header'):
        read_study(path)
    path.write_text('')
    with pytest.raises(DataError, match='got none'):
        read_study(path)


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (
            lambda rows: rows[:60],
            'rows of 67 .*none of a',
        ),
        (lambda rows: [r.rpartition('\t')[0] for r in rows], '30 ratings, got 29'),
        (lambda rows: [f'{r}\t3' for r in rows], '30 ratings, got 31'),
        (
            lambda rows: [r.replace('\t', ',') for r in rows],
            'line 1: .*rated',
        ),
        (lambda rows: [*rows, rows[4]], 'line 68: .*a5_eye_color twice'),
        (lambda rows: ['a0_safe' + rows[0][13:], *rows], "line 1: .*got 'a0_safe'"),
        (lambda rows: ['9' + rows[8][16:], *rows[1:]], "line 1: .*'a9_face_complete'"),
        (lambda _: [], '67 rows, got none'),
    ],
)
def test_profiles_of_another_shape_are_named(root, change, message):
    path = root / PROFILES
    path.write_text('\n'.join(change(path.read_text().splitlines())))
    with pytest.raises(DataError, match=message) as caught:
        read_profiles(path)
    assert str(path) in str(caught.value)


def test_misuse(root):
    with pytest.raises(ConfigError, match=r"score_mode: .*did you mean 'max_of_mean'"):
        ScoreOptions('max_of_means')
    with pytest.raises(ConfigError, match='safe_weight'):
        ScoreOptions(safe_weight=2)
    with pytest.raises(ConfigError, match=r"users: .*'profiles', since"):
        ScoreOptions('per_profile')
    with pytest.raises(ConfigError, match='users'):
        load_ratings(root, 'respondent')
    with pytest.raises(ShapeError, match='labels'):
        PrivacyScore.from_root(root)(np.zeros(68))
    with pytest.raises(ShapeError, match='ratings'):
        PrivacyScore(np.zeros((67, 30)), ScoreOptions())
    assert ScoreOptions().num_targets == 1
    assert ScoreOptions('per_profile', 'profiles').num_targets == 30
