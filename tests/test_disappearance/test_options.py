import inspect

import pytest

pytest.importorskip('mmdet')

from mmprivacy.disappearance import PRESETS, ObjectDisappearance
from mmprivacy.errors import ConfigError


def test_paper_preset_is_algorithm_1():
    options = ObjectDisappearance('paper').options
    assert options.eps == 3 / 255
    assert options.score_thr == 0.3
    assert options.anchor == 'prev'
    assert options.proposals == 'fixed'
    assert options.target == 'cycle'
    assert options.fallback is None
    assert options.loss_on == 'all'
    assert not options.focus
    assert not options.quantize
    assert not options.verify
    assert not options.momentum
    sen = ObjectDisappearance('paper', mode='sen', sensitive='a', decoy='b').options
    assert sen.target == 'fixed'


def test_every_option_has_a_preset_and_is_in_the_signature():
    signature = inspect.signature(ObjectDisappearance).parameters
    presets = {n for n, p in signature.items() if p.default is ...}
    for preset in PRESETS.values():
        assert set(preset) == presets
    assert ObjectDisappearance(eps=0.1).options.eps == 0.1
    fallback = dict(target='background')
    assert ObjectDisappearance('paper', fallback=fallback).options.fallback == fallback


def test_fingerprint_tells_options_apart():
    same = ObjectDisappearance(), ObjectDisappearance('product', mode='all')
    assert same[0].config_hash == same[1].config_hash
    others = [
        ObjectDisappearance(eps=7 / 255),
        ObjectDisappearance('paper'),
        ObjectDisappearance(seed=1),
        ObjectDisappearance(mode='sen', sensitive='a', decoy='b'),
    ]
    assert len({a.config_hash for a in (same[0], *others)}) == 5


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(eps=0), r'eps.*above 0.*got 0'),
        (dict(eps=1.5), r'eps.*at most 1'),
        (dict(eps=8), r'eps.*8/255'),
        (dict(eps=0.5 / 255), r'at least 1/255'),
        (dict(alpha=0), 'alpha'),
        (dict(max_iters=0), 'max_iters'),
        (dict(patience=0), 'patience'),
        (dict(focus=-1), 'focus.*at least 0'),
        (dict(fallback=dict(target='cycle')), r"fallback.*'untargeted'.*cycle"),
        (dict(fallback=dict(direction='l2')), r'fallback.*a target'),
        (dict(fallback=dict(target='background', eps=1)), r'fallback.*eps'),
        (dict(score_thr=1), 'score_thr'),
        (dict(stop_margin=0.4), 'stop_margin'),
        (dict(target='none'), r"target.*'background' or 'cycle'"),
        (dict(target='fixed'), r"fixed.*mode='sen'"),
        (dict(mode='sen', decoy='b'), 'sensitive'),
        (dict(mode='sen', sensitive='a'), 'decoy'),
        (dict(mode='sen', sensitive=['a', 'b'], decoy='b'), 'decoy.*not among'),
        (dict(sensitive='a'), 'mode'),
        (dict(preset='papper'), "did you mean 'paper'"),
        (dict(anchor='prev', budget='auto'), 'budget'),
        (dict(eot=[dict(type='webp')]), r'eot\.0'),
        (dict(momentum=1), 'momentum'),
        (dict(num_proposals=0), 'num_proposals'),
        (dict(region_margin=-1), 'region_margin'),
    ],
)
def test_wrong_options_are_explained(options, message):
    with pytest.raises(ConfigError, match=message):
        ObjectDisappearance(**options)


def test_budgets_below_a_level_need_no_bound():
    assert ObjectDisappearance(eps=0.5 / 255, anchor='prev').options
