"""The benchmark of object disappearance: methods, peers, figures, report."""

import copy
import json
from argparse import Namespace

import _common
import cv2
import numpy as np
import pytest
import torch
from benchmark_records import ROOT, job_of, record_of
from test_object_disappearance_hook import _text
from tiny_detectors import CLASSES

from mmprivacy.evaluation.functional import l_inf

EPS = 8 / 255


@pytest.fixture
def payload(tmp_path, data_root, weights):
    config = tmp_path / 'detector.py'
    text = _text(tmp_path, data_root, protect=False)
    config.write_text(text.replace("'ProbeMetric'", "'DumpDetResults'"))
    detector = dict(config=str(config), checkpoint=str(weights), sample=False)
    return {
        'detectors': {'first': detector, 'second': detector},
        'options': {},
        'photos': 3,
        'sensitive': None,
        'jpeg': [75],
        'folder': str(tmp_path / 'files'),
        'methods': {
            'nothing': dict(kind='none'),
            'noise': dict(kind='noise', eps=EPS),
            'ours': dict(kind='ours', options=dict(preset='product')),
        },
    }


def test_what_is_counted_is_what_the_files_hold(payload, tmp_path, photos):
    from _disappearance_protection import protect_and_measure

    found = protect_and_measure(payload)
    nothing, noise, ours = (found[n]['rates']['0.3'] for n in payload['methods'])
    assert nothing['r_all'] == 0
    assert nothing['p_all'] == nothing['p_sen'] == 1
    assert found['nothing']['psnr'] is None
    assert noise['r_all_detected'] < 0.2  # a budget alone hides nothing
    assert found['noise']['linf'] == 8
    assert ours['r_all'] == 1
    assert found['ours']['photos'] == 3
    assert found['ours']['transfer']['second'] == ours
    for n, photo in enumerate(photos[:3]):
        file = cv2.imread(str(tmp_path / f'files/ours/p{n}.png'))
        assert 0 < l_inf(file, photo) <= 8
        assert (tmp_path / f'files/ours/p{n}.75.jpg').is_file()
    assert set(found['ours']['jpeg']) == {'75'}


def test_photos_can_be_chosen_by_their_classes(payload, view):
    from _disappearance_protection import test_photos as read

    every = list(read(dict(payload, photos=50), view))
    label = int(every[0].truth.labels[0])
    wanted = dict(payload, containing=[CLASSES[label]], photos=50)
    chosen = [photo.name for photo in read(wanted, view)]
    assert chosen == [p.name for p in every if label in p.truth.labels]
    assert len(chosen) > 0
    assert len(list(read(dict(wanted, photos=1), view))) == 1


def test_photos_of_peers_keep_their_colours():
    from _disappearance_peers import to_bgr, to_photo, to_unit

    photo = np.random.default_rng(0).integers(0, 256, (5, 7, 3)).astype(np.uint8)
    unit = to_unit(photo)
    assert unit.shape == (1, 3, 5, 7)
    assert np.allclose(unit[0, 0], photo[..., 2] / 255)
    assert np.array_equal(to_photo(unit), photo)
    back = to_bgr(torch.from_numpy(unit[0]))
    assert np.allclose(back.permute(1, 2, 0), photo)


@pytest.mark.parametrize('kind', ['art', 'torchattacks'])
def test_peers_keep_the_budget_and_lower_the_scores(kind, view, photos):
    pytest.importorskip(kind)
    from _disappearance_methods import build_method
    from _disappearance_protection import detect

    spec = dict(kind=kind, eps=EPS, alpha=1 / 255, steps=10)
    before = {n: p.clone() for n, p in view.model.state_dict().items()}
    changed, steps = build_method(spec, [view], ())(photos[0])
    assert steps == 10
    assert 0 < l_inf(changed, photos[0]) <= 8
    scores = [detect(view, photo).scores.sum() for photo in (photos[0], changed)]
    assert scores[1] < scores[0]
    after = view.model.state_dict()
    assert all(torch.equal(before[n], after[n]) for n in before)


def test_losses_of_the_peer_are_those_of_the_detector(view, photos):
    """With a fixed proposal sampling, as ``TwoStageDetector.loss`` computes them."""
    from _disappearance_peers import LOSSES, LossOfNothing, to_unit

    view = copy.deepcopy(view)  # training moves the statistics of its normalisation
    model = LossOfNothing(view, photos[0])
    model.train()
    torch.manual_seed(0)
    losses = model([torch.from_numpy(to_unit(photos[0])[0])], None)
    assert set(losses) == set(LOSSES)
    assert losses['loss_rpn_bbox'] == 0  # nothing to regress to
    assert losses['loss_bbox'] == 0
    assert losses['loss_cls'] > 0


def test_goals_say_what_is_missed():
    from _disappearance_results import goals
    from _report import goal_row

    def figures(r_all, p_all, psnr, seconds=1.0):
        rates = dict(r_all=r_all, p_all=p_all, r_sen=r_all, p_sen=p_all)
        rates['r_all_detected'] = r_all
        rate = {'0.3': rates}
        return dict(rates=rate, psnr=psnr, linf=8, seconds=seconds, jpeg={'75': rates})

    ours, art = figures(0.97, 0.01, 40.0), figures(0.95, 0.02, 38.5, 4.0)
    found = goals(
        {
            'accuracy': {'a': {'metrics': {'recall': 0.89}}, 'b': {'metrics': {}}},
            'protection': {'product 8/255, all': {'ours': ours}},
            'peers': {'5/255': {'ours': ours, 'art': art}},
        }
    )
    rows = [goal_row(**goal) for goal in found]
    met = {name: verdict for name, *_, verdict in rows}
    assert met['recall of the detector, unchanged photos'] == '**no**'
    assert met['r_all, product 8/255'] == 'yes'
    assert met['p_all, product 8/255'] == '**no**'
    assert met['dB more than ART, 5/255'] == 'yes'
    assert met['seconds a photo by those of ART, 5/255'] == 'yes'


@pytest.fixture
def plan_args(tmp_path):
    return Namespace(
        photos=4,
        seeds=[0],
        work_dir=str(tmp_path),
        out=str(tmp_path / 'out'),
        only=['accuracy'],
    )


def test_jobs_have_folders_and_measurements_of_their_own(plan_args):
    from _disappearance_plan import Measurements
    from _plan import Study

    data = {'stamp': 's', 'label': 'drawn sample data'}
    study = Study(plan_args, 'disappearance', {}, {'options': {}, 'sample': True}, data)
    trainings = []
    for name in ('a', 'b', 'c'):
        job = job_of(ROOT / name, 'm:f', config=f'{name}.py', sample=True)
        object.__setattr__(job, 'name', name)
        trainings.append(job)
    jobs = Measurements(study, trainings).jobs()
    assert len({job.folder for job in jobs}) == len(jobs)
    transfers = [job for job in jobs if job.part == 'transfer']
    assert [len(job.payload['surrogates']) for job in transfers] == [0, 0, 0, 1]
    assert all(len(job.payload['detectors']) == 3 for job in transfers)
    peers = [job.payload['methods'] for job in jobs if job.part == 'peers']
    for methods in peers:
        budgets = {
            m.get('eps', m.get('options', {}).get('eps')) for m in methods.values()
        }
        assert len(budgets) == 1


def test_report_without_and_with_records(tmp_path, plan_args):
    from _disappearance_report import write_report

    data = {
        'splits': {'test': {'pictures': 4}},
        'sample': dict(format='coco', seed=0),
        'options': [],
        'frozen_baseline': True,
        'label': 'drawn sample data',
    }
    job = job_of(tmp_path / 'job', 'm:f')
    object.__setattr__(job, 'part', 'sweep')
    object.__setattr__(job, 'name', '3/255')
    write_report(plan_args, [job], data, 'command', [])
    text = (tmp_path / 'out/disappearance.md').read_text()
    assert 'Partial results' in text
    assert '96.1' in text
    rates = dict(r_sen=0.9, p_sen=0.1, r_all=0.0, p_all=1.0, n_sensitive=3)
    ours = dict(
        rates={'0.3': rates}, psnr=40.0, ssim=0.9, linf=3, iters=4.0, seconds=1.0,
        jpeg={}, transfer={},
    )  # fmt: skip
    job.folder.mkdir()
    record = record_of('3/255', 9, {'ours': ours}, part='sweep')
    _common.write_json(job.folder / 'record.json', record)
    write_report(plan_args, [job], data, 'command', [])
    text = (tmp_path / 'out/disappearance.md').read_text()
    assert '| 3/255 | 90.0 | 10.0 |' in text
    assert (tmp_path / 'out/disappearance_sweep.png').is_file()
    kept = json.loads((tmp_path / 'out/disappearance.json').read_text())
    assert kept['sweep']['3/255']['rates']['0.3']['r_sen'] == 0.9


def test_presets_are_timed_on_the_same_photos(payload):
    from _disappearance_cost import preset_time

    found = preset_time(dict(payload, photos=1))
    assert found['photos'] == 1
    assert found['ratio'] == found['seconds']['product'] / found['seconds']['paper']
