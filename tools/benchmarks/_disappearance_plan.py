"""Which measurements the benchmark of object disappearance consists of."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from _common import provenance
from _disappearance_detectors import count_photos
from _jobs import Job
from _plan import Study, find_study, folder_of, inside

from mmprivacy.obfuscation import PAPER_PSNR

PEOPLE = ('person', 'face')
DECOY = 'potted plant'
NINE = (  # Fig. 4 has nine classes of COCO
    'person', 'face', 'car', 'dog', 'chair', 'laptop', 'book', 'bank card', 'clock',
)  # fmt: skip
SWEPT = (1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 19)  # grey levels; Figs. 5 and 6
JPEG = (95, 85, 75, 50)
PEER_EPS = (3, 5, 8)
PEER_STEPS = 20


def plan(args: Namespace) -> tuple[list[Job], dict | None]:
    """List all measurements, recorded or not.

    Args:
        args: The command line.

    Returns:
        The jobs in the order they run in, detectors first, and the description of the
        data; without data, no jobs and None.
    """
    study = find_study(args, 'disappearance', count_photos)
    if study is None:
        return [], None
    study.data['frozen_baseline'] = True
    trainings = study.training_jobs('_disappearance_detectors:train_and_test')
    return trainings + Measurements(study, trainings).jobs(), study.data


class Measurements:
    """The measurements that need trained detectors.

    Args:
        study: What is trained, and on which data.
        trainings: The jobs that train. The first one's detector is attacked.
    """

    def __init__(self, study: Study, trainings: list[Job]) -> None:
        self.study = study
        self.detectors = {
            job.title: {
                'config': job.payload['config'],
                'checkpoint': str(job.folder),
                'sample': job.payload['sample'],
            }
            for job in trainings
        }
        self.first = next(iter(self.detectors))
        self.photos = study.args.photos

    def jobs(self) -> list[Job]:
        """List the jobs."""
        few = max(1, self.photos // 2)
        people = dict(mode='sen', sensitive=list(PEOPLE), decoy=DECOY)
        jobs = []
        for preset, eps in (('product', 8), ('product', 3), ('paper', 3)):
            every = dict(preset=preset, eps=eps / 255)
            some, name = {**every, **people}, f'{preset} {eps}/255'
            seen = dict(jpeg=JPEG, containing=PEOPLE)
            jobs.append(self._ours('protection', f'{name}, all', every, jpeg=JPEG))
            jobs.append(self._ours('protection', f'{name}, sen', some, PEOPLE, **seen))
        smallest = dict(preset='product', budget='auto')
        jobs.append(self._ours('protection', 'smallest eps, all', smallest))
        survives = dict(preset='jpeg')
        jobs.append(self._ours('protection', 'jpeg 16/255, all', survives, jpeg=JPEG))
        dumb = {'nothing': dict(kind='none')}
        dumb['noise 8/255'] = dict(kind='noise', eps=8 / 255)
        dumb |= {n: dict(kind='classical', name=n) for n in PAPER_PSNR}
        jobs.append(self._job('protection', 'without a detector', dumb, jpeg=JPEG))
        for eps in SWEPT:
            options = dict(preset='product', eps=eps / 255, **people)
            name = f'{eps}/255'
            more = dict(photos=few, containing=PEOPLE)
            jobs.append(self._ours('sweep', name, options, PEOPLE, **more))
        for name in NINE:
            decoy = DECOY if name != DECOY else PEOPLE[0]
            options = dict(mode='sen', sensitive=[name], decoy=decoy)
            more = dict(containing=[name], photos=few)
            jobs.append(self._ours('classes', name, options, [name], **more))
        jobs += [self._peers(eps) for eps in PEER_EPS]
        return jobs + self._transfers() + self._costs()

    def _peers(self, eps: int) -> Job:
        """Compare at the same budget, step size and number of steps."""
        given = dict(eps=eps / 255, alpha=1 / 255)
        ours = dict(preset='product', max_iters=PEER_STEPS, **given)
        methods = {'ours': dict(kind='ours', options=ours)}
        for kind in ('art', 'torchattacks'):
            methods[kind] = dict(kind=kind, steps=PEER_STEPS, **given)
        few = max(1, self.photos // 2)
        return self._job('peers', f'{eps}/255', methods, jpeg=JPEG, photos=few)

    def _transfers(self) -> list[Job]:
        """Attack each detector, and the first two together; look with all of them."""
        names = list(self.detectors)
        attacks = [(name, ()) for name in names]
        if len(names) > 2:
            attacks.append((names[0], (names[1],)))
        if len(names) < 2:
            return []
        jobs = []
        for first, more in attacks:
            detectors = {first: self.detectors[first], **self.detectors}
            title = ' and '.join((first, *more))
            options = dict(preset='product')
            jobs.append(
                self._ours(
                    'transfer', title, options, detectors=detectors, surrogates=more
                )
            )
        return jobs

    def _costs(self) -> list[Job]:
        few = dict(methods={}, photos=min(10, self.photos))
        all_photos = dict(methods={}, photos=self.photos)
        timing = {**few, 'steps': PEER_STEPS, 'pairs': 5, 'warm_up': 1}
        target = '_disappearance_cost'
        jobs = [
            self._bare('cost', 'iteration', f'{target}:iteration_time', timing),
            self._bare('cost', 'time to success', f'{target}:preset_time', all_photos),
        ]
        for photos in (max(1, self.photos // 5), self.photos):
            name = f'memory of {photos} photos'
            options = dict(preset='product', max_iters=2)
            jobs.append(self._ours('cost', name, options, photos=photos))
        return jobs

    def _ours(
        self,
        part: str,
        name: str,
        options: Mapping[str, Any],
        sensitive: Any = None,
        jpeg: Any = (),
        **more: Any,
    ) -> Job:
        methods = {'ours': dict(kind='ours', options=dict(options))}
        return self._job(part, name, methods, sensitive, jpeg, **more)

    def _job(
        self,
        part: str,
        name: str,
        methods: Mapping[str, Any],
        sensitive: Any = None,
        jpeg: Any = (),
        **more: Any,
    ) -> Job:
        payload = {
            'methods': dict(methods),
            'sensitive': None if sensitive is None else list(sensitive),
            'jpeg': list(jpeg),
            'photos': self.photos,
            **more,
        }
        target = '_disappearance_protection:protect_and_measure'
        return self._bare(part, name, target, payload)

    def _bare(self, part: str, name: str, target: str, payload: dict) -> Job:
        detectors = {self.first: self.detectors[self.first]}
        options = self.study.common['options']
        payload = {'detectors': detectors, 'options': options, **payload}
        machine = provenance()['machine'] if part == 'cost' else None
        place = f'{part}/{name}'.replace('/255', '').replace(' ', '-').replace(',', '')
        stamp = self.study.data['stamp']
        known = payload['detectors'].items()
        known = {name: {**d, 'config': inside(d['config'])} for name, d in known}
        depends_on = {**payload, 'detectors': known}
        folder = folder_of(self.study.args, place, depends_on, stamp, machine)
        command = f'python tools/benchmarks/disappearance.py --only {part}'
        return Job(
            part=part,
            name=name,
            target=target,
            payload={**payload, 'folder': str(folder)},
            folder=folder,
            command=f'{command} --photos {self.photos}',
            data=self.study.data['label'],
        )
