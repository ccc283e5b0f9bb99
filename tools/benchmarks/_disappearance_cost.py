"""Time of the attack: beside ART's, and beside the paper's preset.

Runs in a child process.
"""

from __future__ import annotations

from typing import Any

from _cost import seconds_of, time_in_turns
from _disappearance_methods import build_method
from _disappearance_protection import load_views, test_photos
from mmengine.logging import MMLogger

ENDLESS = dict(
    preset='product',
    patience=None,
    score_thr=1e-6,
    stop_margin=0.0,
    verify=False,
)
"""Options with which no photo is ever done, so that every update is paid for."""


def iteration_time(payload: dict) -> dict:
    """Time the same number of updates of the product preset and of ART's PGD.

    Args:
        payload: As for :func:`_disappearance_protection.protect_and_measure`, with
            ``steps`` updates, and ``pairs`` and ``warm_up`` of the timing.

    Returns:
        See :func:`_cost.time_in_turns`; ``steps``.
    """
    views, photos = _prepared(payload)
    steps, eps, alpha = payload['steps'], 8 / 255, 1 / 255
    ours = dict(ENDLESS, eps=eps, alpha=alpha, max_iters=steps)
    peer = dict(kind='art', eps=eps, alpha=alpha, steps=steps)
    methods = {
        'ours': build_method(dict(kind='ours', options=ours), views, ()),
        'ART': build_method(peer, views, ()),
    }
    work = {n: (lambda m=m: m(photos[0].pixels)) for n, m in methods.items()}
    timed = time_in_turns(work, payload['pairs'], payload['warm_up'])
    return {**timed, 'steps': steps}


def preset_time(payload: dict) -> dict:
    """Time the product and the paper's preset on photos, until each gives up.

    Args:
        payload: As for :func:`_disappearance_protection.protect_and_measure`.

    Returns:
        ``ratio``: all seconds of the product preset by those of the paper's;
        ``seconds`` by preset; ``photos``.
    """
    views, photos = _prepared(payload)
    seconds = {'product': 0.0, 'paper': 0.0}
    methods = {
        name: build_method(dict(kind='ours', options=dict(preset=name)), views, ())
        for name in seconds
    }
    for photo in photos:
        for name, method in methods.items():
            seconds[name] += seconds_of(lambda m=method, p=photo: m(p.pixels))
    ratio = seconds['product'] / seconds['paper']
    return {'ratio': ratio, 'seconds': seconds, 'photos': len(photos)}


def _prepared(payload: dict) -> tuple[list, list[Any]]:
    MMLogger.get_current_instance().setLevel('WARNING')
    views = list(load_views(payload).values())[:1]
    return views, list(test_photos(payload, views[0]))
