"""Whole runs: phases, grouping, class weights, resuming."""

import copy

import pytest
import torch
from mmengine.hooks import Hook

from mmprivacy.errors import ConfigError


def _state(module):
    return {k: v.detach().clone() for k, v in module.state_dict().items()}


def _changed(before, after):
    """Names of the parameters that differ, without buffers of normalisation layers."""
    return {
        k
        for k in before
        if not torch.equal(before[k], after[k])
        and 'running' not in k
        and 'num_batches' not in k
    }


class Watch(Hook):
    """Note what every epoch changes, and how."""

    priority = 'LOWEST'

    def __init__(self):
        self.epochs = []

    def before_train(self, runner):
        self.first = _state(runner.model)

    def before_train_epoch(self, runner):
        self.start = _state(runner.model)

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        self.losses = {k for k in outputs if 'loss' in k}
        scalars = {k for k in runner.message_hub.log_scalars if 'loss' in k}
        assert scalars == {f'train/{k}' for k in self.losses}
        self.training = {
            'backbone': runner.model.backbone.layer1[0].bn1.training,
            'cgl': runner.model.head.cgl.training,
            'graph': runner.model.head.correlation.training,
        }

    def after_train_epoch(self, runner):
        after = _state(runner.model)
        names = _changed(self.start, after)
        parts = ('backbone', 'finetune_fc', 'cgl', 'correlation', 'gcn', 'fc')
        changed = {
            p
            for p in parts
            if any(p in n.removeprefix('head.').split('.') for n in names)
        }
        statistics = 'backbone.layer1.0.bn1.running_mean'
        self.epochs.append(
            dict(
                changed=changed - ({'fc'} - {n.split('.')[1] for n in names}),
                training=self.training,
                losses=self.losses - {'loss'},
                moved=not torch.equal(self.start[statistics], after[statistics]),
                phase=runner.model.head.phase,
                lrs=sorted({g['lr'] for g in runner.optim_wrapper.param_groups}),
            )
        )


class Record(Hook):
    """Note the learning rates and the groups of every epoch."""

    priority = 'LOWEST'

    def __init__(self):
        self.lrs, self.groups = {}, {}

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        rates = [g['lr'] for g in runner.optim_wrapper.param_groups]
        self.lrs[runner.iter] = rates
        self.groups[runner.epoch] = runner.model.head.channel_groups.clone()


class PowerCut(Hook):
    """Interrupt a run before an iteration or in a validation."""

    def __init__(self, iteration=None, validation=None):
        self.iteration, self.validation = iteration, validation

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if runner.iter == self.iteration:
            raise KeyboardInterrupt

    def before_val_iter(self, runner, batch_idx, data_batch=None):
        if runner.epoch == self.validation:
            raise KeyboardInterrupt


def test_d11_d13_d16_one_run_trains_what_each_phase_says(make_runner):
    watch = Watch()
    runner = make_runner(hooks=[watch])
    runner.train()
    epochs = watch.epochs
    graph = {'correlation', 'gcn', 'fc'}
    assert [e['phase'] for e in epochs] == (
        ['finetune'] * 2 + ['cgl_pretrain'] * 2 + ['joint'] * 4
    )
    assert [e['changed'] for e in epochs] == [
        *[{'backbone', 'finetune_fc'}] * 2,
        *[{'cgl'}] * 2,
        graph,
        graph | {'backbone'},
        {'cgl'},
        graph | {'backbone'},
    ]
    # Joint epochs with a frozen backbone leave it in training mode, as officially.
    assert [e['training']['backbone'] for e in epochs] == (
        [True] * 2 + [False] * 2 + [True, True, False, True]
    )
    assert [e['moved'] for e in epochs] == [e['training']['backbone'] for e in epochs]
    assert [e['training']['cgl'] for e in epochs[2:]] == (
        [True] * 2 + [False, False, True, False]
    )
    assert [e['losses'] for e in epochs] == [
        *[{'loss_cls'}] * 2,
        *[{'loss_cgl'}] * 2,
        *[{'loss_cls'}] * 2,
        {'loss_cls', 'loss_dis', 'loss_div'},
        {'loss_cls'},
    ]
    # In the joint phase, all parameters are in the optimizer, at two rates.
    assert epochs[4]['lrs'] == pytest.approx([1e-5, 1e-3])
    grouped = sum(len(g['params']) for g in runner.optim_wrapper.optimizer.param_groups)
    assert grouped == len(list(runner.model.parameters()))
    # 7 of the 20 training photos are private.
    weights = runner.model.head.loss_module.class_weight
    assert weights == pytest.approx([1 - 7 / 20, 1 - 13 / 20])


def test_d13_class_weights_of_a_linear_head(make_runner):
    head = dict(type='LinearClsHead', num_classes=2, in_channels=64)
    backbone = dict(type='ResNet', depth=18, base_channels=8, stem_channels=8)
    model = dict(
        type='ImageClassifier',
        backbone=backbone,
        neck=dict(type='GlobalAveragePooling'),
        head=head,
    )
    hooks = [dict(type='ClassWeightHook')]
    cfg = dict(by_epoch=True, max_epochs=1)
    runner = make_runner(model=model, custom_hooks=hooks, train_cfg=cfg)
    runner.train()
    weights = runner.model.head.loss_module.class_weight
    assert weights == pytest.approx([0.65, 0.35])


class GroupingSpy(Hook):
    """Compare the backbone at the grouping with the one at the end of finetune."""

    priority = 'LOWEST'

    def __init__(self):
        self.seen = {}

    def after_train_epoch(self, runner):
        self.seen[runner.epoch] = _state(runner.model.backbone)


def test_d04_d05_d16_grouping_sees_each_training_image_once(
    make_runner, monkeypatch, photos
):
    from mmprivacy.drag import ChannelGroupingHook

    calls, spy = [], GroupingSpy()
    original = ChannelGroupingHook.collect_peaks
    whole = ChannelGroupingHook.before_train_epoch

    def before_train_epoch(self, runner):
        noise = torch.get_rng_state()
        whole(self, runner)
        assert torch.equal(noise, torch.get_rng_state())

    def collect(self, runner):
        before = _state(runner.model)
        modes = [m.training for m in runner.model.modules()]
        first, width = original(self, runner)
        second, _ = original(self, runner)
        assert torch.equal(first, second)
        after = _state(runner.model)
        assert all(torch.equal(before[k], after[k]) for k in before)
        assert modes == [m.training for m in runner.model.modules()]
        calls.append((first, width, before))
        return first, width

    monkeypatch.setattr(ChannelGroupingHook, 'collect_peaks', collect)
    monkeypatch.setattr(ChannelGroupingHook, 'before_train_epoch', before_train_epoch)
    runner = make_runner(hooks=[spy])
    runner.train()
    assert len(calls) == 1
    indices, width, before = calls[0]
    assert indices.shape == (20, 64)
    assert width == 2
    assert indices.min() >= 0
    assert indices.max() <= 3
    trained = spy.seen[1]
    assert all(torch.equal(trained[k], before[f'backbone.{k}']) for k in trained)
    _check_reference(runner, indices, before, photos)


def _check_reference(runner, indices, state, photos):
    """Compute the peaks of the images anew, in the order of the annotations."""
    import numpy as np
    from PIL import Image

    model = copy.deepcopy(runner.model)
    model.load_state_dict(state)
    rows = (photos / 'exp' / 'partition1' / 'train.csv').read_text().split('\n')[1:]
    names = [row.split(',')[1] for row in rows if row]
    pixels = np.stack([np.asarray(Image.open(photos / name)) for name in names])
    inputs = (torch.from_numpy(pixels).permute(0, 3, 1, 2).float() - 120) / 60
    with torch.no_grad():
        feat = model.eval().backbone(inputs)[-1]
    agree = (feat.flatten(2).argmax(-1) == indices).float().mean()
    assert agree > 0.99


@pytest.mark.parametrize(
    'cut',
    [
        dict(iteration=4),  # second epoch of finetune
        dict(iteration=6),  # before the first step of cgl_pretrain
        dict(iteration=10),  # second epoch of cgl_pretrain
        dict(validation=4),  # between cgl_pretrain and joint
        dict(validation=6),  # plateau within joint
        dict(iteration=22),  # last epoch, after an epoch of the grouping layer
    ],
    ids=lambda c: '-'.join(f'{k}{v}' for k, v in c.items()),
)
def test_d17_resumed_run_equals_an_uninterrupted_one(make_runner, cut, uninterrupted):
    before, after = Record(), Record()
    runner = make_runner(work_dir='cut', hooks=[before, PowerCut(**cut)])
    with pytest.raises(KeyboardInterrupt):
        runner.train()
    runner = make_runner(work_dir='cut', hooks=[after], resume=True)
    runner.train()
    expected, record = uninterrupted
    found = _state(runner.model)
    assert [k for k in expected if not torch.equal(expected[k], found[k])] == []
    assert {**before.lrs, **after.lrs} == record.lrs
    groups = {**before.groups, **after.groups}
    assert all(torch.equal(groups[e], record.groups[e]) for e in record.groups)


@pytest.fixture(scope='module')
def reference():
    """Keep the result of the uninterrupted run for all interruptions."""
    return {}


@pytest.fixture
def uninterrupted(reference, make_runner):
    if not reference:
        record = Record()
        runner = make_runner(work_dir='whole', hooks=[record])
        runner.train()
        reference['result'] = (_state(runner.model), record)
    return reference['result']


class Rising(Hook):
    """Replace the accuracy of a validation by a planned one."""

    priority = 'VERY_HIGH'

    def __init__(self, values):
        self.values = iter(values)

    def after_val_epoch(self, runner, metrics=None):
        metrics['privacy/accuracy'] = next(self.values)


@pytest.mark.parametrize(
    ('values', 'drops'),
    [
        ([0.1 * i for i in range(1, 9)], False),
        ([0.9 - 0.1 * i for i in range(8)], True),
    ],
)
def test_d18_rising_accuracy_never_lowers_the_rate(make_runner, values, drops):
    record = Record()
    runner = make_runner(hooks=[record, Rising(values)])
    runner.train()
    joint = [lrs[0] for i, lrs in record.lrs.items() if i >= 12]
    assert joint[0] == pytest.approx(1e-5)
    assert (joint[-1] < joint[0]) is drops
    # However bad the accuracy was before, the joint phase begins at its own rate, and
    # looks for its own best checkpoint.
    best = runner.message_hub.get_info('best_score')
    assert best == pytest.approx(max(values[4:]))


def test_epochs_have_to_add_up(make_runner):
    runner = make_runner(train_cfg=dict(by_epoch=True, max_epochs=9))
    message = r'expected 8 \(phases: 2 finetune \+ 2 cgl_pretrain \+ 4 joint\), got 9'
    with pytest.raises(ConfigError, match=message):
        runner.train()


def test_auto_scale_lr_reaches_every_phase(make_runner, phases):
    record = Record()
    scale = dict(enable=True, base_batch_size=16)
    for phase in phases:
        phase['epochs'] = 1
    runner = make_runner(hooks=[record], auto_scale_lr=scale, phases=phases)
    runner.train()
    rates = [record.lrs[i][0] for i in (0, 3, 6)]
    assert rates == pytest.approx([0.005, 0.005, 5e-6])


def test_checkpoint_of_finetune_is_tested_with_its_own_classifier(make_runner):
    runner = make_runner(work_dir='cut', hooks=[PowerCut(iteration=4)])
    with pytest.raises(KeyboardInterrupt):
        runner.train()
    path = str(runner.work_dir) + '/epoch_1.pth'
    tester = make_runner(work_dir='test', load_from=path)
    tester.test()
    assert tester.model.head.phase == 'finetune'


def test_frozen_stages_stay_frozen(make_runner, phases):
    backbone = dict(
        type='ResNet', depth=18, base_channels=8, stem_channels=8, frozen_stages=1
    )
    head = dict(type='DRAGHead', in_channels=64, feat_size=(2, 2))
    model = dict(type='ImageClassifier', backbone=backbone, head=head)
    watch = Watch()
    runner = make_runner(model=model, hooks=[watch], phases=phases[:1])
    runner.train()
    changed = _changed(watch.first, _state(runner.model))
    assert not any('layer1' in name for name in changed)
    assert any('layer2' in name for name in changed)
