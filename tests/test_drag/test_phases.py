"""Plan of the training phases."""

import pytest

from mmprivacy.drag.drag_head import PHASES
from mmprivacy.drag.phases import PhasePlan
from mmprivacy.errors import ConfigError

PLAN = [
    dict(name='finetune', epochs=50),
    dict(name='cgl_pretrain', epochs=3),
    dict(name='joint', epochs=15, freeze_backbone_epochs=5, cgl_interval=5),
]


def test_d11_phase_is_a_function_of_the_epoch():
    plan = PhasePlan(PLAN, PHASES)
    assert plan.total_epochs == 68
    indices = [plan.index_at(e) for e in (0, 49, 50, 52, 53, 67)]
    assert indices == [0, 0, 1, 1, 2, 2]
    joint = plan.phases[2]
    frozen = [joint.is_backbone_frozen(e) for e in range(53, 68)]
    assert frozen == [True] * 5 + [False] * 10
    cgl = [e - 52 for e in range(53, 68) if joint.is_cgl_epoch(e)]
    assert cgl == [5, 10, 15]


def test_official_interval_never_comes():
    cfg = [dict(name='joint', epochs=15, cgl_interval=20)]
    joint = PhasePlan(cfg, PHASES).phases[0]
    assert not any(joint.is_cgl_epoch(e) for e in range(15))


@pytest.mark.parametrize(
    ('phases', 'message'),
    [
        ([], 'at least one phase'),
        ([dict(name='finetun', epochs=1)], 'finetune'),
        ([dict(name='finetune')], "the key 'epochs'"),
        ([dict(name='finetune', epochs=0)], 'integer >= 1'),
        ([dict(name='finetune', epochs=1, lr=1)], "got 'lr'"),
        ([dict(name='joint', epochs=1), dict(name='finetune', epochs=1)], 'order'),
        ([dict(name='joint', epochs=1, cgl_interval=0)], 'cgl_interval'),
        ([dict(name='joint', epochs=1, optim_wrapper=dict(type='X'))], 'top-level'),
    ],
)
def test_wrong_plans_are_refused(phases, message):
    with pytest.raises(ConfigError, match=message):
        PhasePlan(phases, PHASES)
