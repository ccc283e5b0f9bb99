# ruff: noqa: E501
import pytest
from mmengine.config import Config

from mmprivacy.apis import config as module
from mmprivacy.apis.config import default_work_dir, load_config
from mmprivacy.apis.overrides import apply_options, parse_value
from mmprivacy.errors import ConfigError, MissingDependencyError

TEXT = """
default_scope = 'mmengine'
_root = 'data/x'
pipeline = [dict(type='LoadPhoto'), dict(type='KeyMapper', mapping=dict(a='b'))]
model = dict(
    type='ToyModel',
    backbone=dict(type='ToyModel',
                  init_cfg=dict(type='Pretrained', checkpoint='x.pth')),
    init_cfg=[dict(type='Pretrained', checkpoint='x'), dict(type='Kaiming')],
    pretrained='y.pth')
train_dataloader = dict(batch_size=2, num_workers=0, dataset=dict(
    type='ConcatDataset', datasets=[
        dict(type='BaseDataset', data_root=_root, ann_file='a.json', pipeline=pipeline),
        dict(type='BaseDataset', data_root=_root, ann_file='b.json')]))
train_cfg = dict(by_epoch=True, max_epochs=3)
optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.1))
param_scheduler = [dict(type='MultiStepLR', milestones=[1, 2])]
custom_hooks = [dict(type='EarlyStoppingHook', monitor='x', patience=3)]
default_hooks = dict(checkpoint=dict(type='CheckpointHook', interval=1))
load_from = 'z.pth'
sample = dict(
    data=dict(format='image-privacy', root='data/sample/x',
              num=dict(train=4, val=2, test=2), seed=0),
    cfg_options={'train_cfg.max_epochs': 2, 'train_dataloader.batch_size': 8})
"""


@pytest.fixture
def path(tmp_path):
    file = tmp_path / 'configs' / 'toy' / 'toy_net.py'
    file.parent.mkdir(parents=True)
    file.write_text(TEXT)
    return file


@pytest.fixture
def drawn(monkeypatch):
    calls = []
    monkeypatch.setattr(module, 'draw_sample', lambda c: calls.append(c.sample.data))
    return calls


def test_missing_file_names_the_nearest(path):
    with pytest.raises(ConfigError, match=r'toy_met\.py.*did you mean .*toy_net\.py'):
        load_config(path.with_name('toy_met.py'))


def test_folder_is_refused(path):
    with pytest.raises(ConfigError, match='a folder'):
        load_config(path.parent)


@pytest.mark.parametrize(
    ('line', 'expected'),
    [
        ('x = 1 / 0', 'ZeroDivisionError'),
        ('x = (', 'SyntaxError'),
        ("_base_ = 'none.py'", r'none\.py'),
    ],
)
def test_error_in_the_file_is_explained(path, line, expected):
    path.write_text(line + '\n')
    with pytest.raises(ConfigError, match=rf'toy_net\.py.*{expected}'):
        load_config(path)


def imports(path, name):
    line = f'custom_imports = dict(imports=[{name!r}], allow_failed_imports=False)\n'
    path.write_text(line)


def test_missing_package_is_named(path):
    imports(path, 'no_such_package.part')
    with pytest.raises(MissingDependencyError, match="'no_such_package'"):
        load_config(path)


def test_misspelt_room_is_named(path):
    imports(path, 'mmprivacy.dragg')
    with pytest.raises(MissingDependencyError, match=r"'mmprivacy\.dragg'.*spelling"):
        load_config(path)


def test_own_import_error_survives(path, tmp_path, monkeypatch):
    (tmp_path / 'needs_host.py').write_text(
        'from mmprivacy.compat import require\nrequire("no_such_host", feature="X")\n'
    )
    monkeypatch.syspath_prepend(tmp_path)
    imports(path, 'needs_host')
    with pytest.raises(MissingDependencyError, match='X: expected the package'):
        load_config(path)


@pytest.mark.parametrize(
    ('path_', 'sample', 'expected'),
    [
        ('configs/drag/a.py', False, 'work_dirs/drag/a'),
        ('configs/drag/a.py', True, 'work_dirs/sample/drag/a'),
        ('/x/configs/y/configs/drag/a.py', False, 'work_dirs/drag/a'),
        ('/tmp/mine.py', False, 'work_dirs/mine'),
    ],
)
def test_work_dir_follows_the_path(path_, sample, expected):
    assert default_work_dir(module.Path(path_), sample) == expected


def test_sample_turns_everything(path, drawn):
    cfg = load_config(path, sample=True)
    sets = cfg.train_dataloader.dataset.datasets
    assert {d.data_root for d in sets} == {'data/sample/x'}
    assert cfg.load_from is None
    assert cfg.model.pretrained is None
    assert cfg.model.backbone.init_cfg is None
    assert cfg.model.init_cfg == [dict(type='Kaiming')]
    assert cfg.train_cfg.max_epochs == 2
    assert len(drawn) == 1
    assert module.on_sample(cfg)
    assert not module.on_sample(load_config(path))


def test_order_is_sample_options_then_sample_then_user_options(path, drawn):
    options = {'train_cfg.max_epochs': '5', 'sample.data.root': 'other'}
    cfg = load_config(path, options, sample=True)
    assert cfg.train_cfg.max_epochs == 5
    assert cfg.train_dataloader.batch_size == 8
    assert cfg.train_dataloader.dataset.datasets[1].data_root == 'other'
    assert drawn[0].root == 'other'


def test_config_without_sample_says_so(path):
    path.write_text('model = dict()\n')
    with pytest.raises(ConfigError, match='sample = dict'):
        load_config(path, sample=True)


def test_wrong_key_in_the_sample_is_found(path):
    path.write_text(TEXT.replace("'train_cfg.max_epochs': 2", "'train_cfg.epochs': 2"))
    with pytest.raises(ConfigError, match=r'sample\.cfg_options train_cfg\.epochs'):
        load_config(path, sample=True)


@pytest.mark.parametrize(
    ('text', 'value'),
    [
        ('1', 1),
        ('1e-3', 1e-3),
        ('true', True),
        ('None', None),
        ('a,b', ['a', 'b']),
        ('[1,2]', [1, 2]),
        ('(64,64)', (64, 64)),
        ('(64, 64)', (64, 64)),
        ('[(1,2),(3,4)]', [(1, 2), (3, 4)]),
        ('[]', []),
        ("[{'type': 'A', 'size': (1, 2)}]", [{'type': 'A', 'size': (1, 2)}]),
        ('[a,b]', ['a', 'b']),
        ("{'a': {'b': 1}}", {'a': {'b': 1}}),
        ("dict(type='Adam', lr=0.1)", {'type': 'Adam', 'lr': 0.1}),
        (0.5, 0.5),
    ],
)
def test_values_are_parsed(text, value):
    assert parse_value(text) == value


def test_blanks_in_a_path_stay():
    assert parse_value('/photos/my trip') == '/photos/my trip'


@pytest.mark.parametrize('text', ['[(1,2]', '{1: open}', 'dict(a=b)'])
def test_broken_values_are_refused(text):
    with pytest.raises(ConfigError):
        parse_value(text)


def change(path, **options):
    cfg = Config.fromfile(path)
    apply_options(cfg, options, '--cfg-options')
    return cfg


@pytest.mark.parametrize(
    ('key', 'value', 'read'),
    [
        ('optim_wrapper.optimizer.lr', '0.5', lambda c: c.optim_wrapper.optimizer.lr),
        # not in the file, but arguments of what its dicts stand for
        ('optim_wrapper.optimizer.nesterov', '1', lambda c: c.optim_wrapper.optimizer.nesterov),
        ('optim_wrapper.clip_grad', "{'max_norm': 1}", lambda c: c.optim_wrapper.clip_grad),
        ('optim_wrapper.clip_grad.max_norm', '1', lambda c: c.optim_wrapper.clip_grad.max_norm),
        ('param_scheduler.0.gamma', '0.5', lambda c: c.param_scheduler[0].gamma),
        ('param_scheduler.0.by_epoch', 'true', lambda c: c.param_scheduler[0].by_epoch),
        ('custom_hooks.0.priority', '49', lambda c: c.custom_hooks[0].priority),
        ('custom_hooks.0.min_delta', '1', lambda c: c.custom_hooks[0].min_delta),
        ('train_cfg.val_interval', '2', lambda c: c.train_cfg.val_interval),
        ('train_dataloader.pin_memory', 'true', lambda c: c.train_dataloader.pin_memory),
        ('default_hooks.checkpoint.max_keep_ckpts', '2', lambda c: c.default_hooks.checkpoint.max_keep_ckpts),
        ('default_hooks.logger.interval', '2', lambda c: c.default_hooks.logger.interval),
        ('randomness.seed', '1', lambda c: c.randomness.seed),
        ('auto_scale_lr.base_batch_size', '16', lambda c: c.auto_scale_lr.base_batch_size),
        ('resume', 'true', lambda c: c.resume),
        ('load_from', 'None', lambda c: c.load_from),
        ('sample.data.num.train', '9', lambda c: c.sample.data.num.train),
        ('train_dataloader.dataset.datasets.1.ann_file', 'c', lambda c: c.train_dataloader.dataset.datasets[1].ann_file),
        ('train_dataloader', 'None', lambda c: c.train_dataloader),
        ('+anything.new', '1', lambda c: c.anything.new),
    ],
)  # fmt: skip
def test_known_keys_are_set(path, key, value, read):
    assert read(change(path, **{key: value})) == parse_value(value)


@pytest.mark.parametrize(
    ('key', 'value', 'message'),
    [
        ('modle.type', 'x', r"'modle'.*did you mean 'model'"),
        ('optim_wrapper.optimizer.lrr', '1', "did you mean 'lr'"),
        ('train_cfg.max_epoch', '1', "did you mean 'max_epochs'"),
        ('train_dataloader.batchsize', '1', "did you mean 'batch_size'"),
        ('custom_hooks.0.patiense', '1', "did you mean 'patience'"),
        ('custom_hooks.1.patience', '1', r'1 entries.*0 to 0'),
        ('custom_hooks.x.patience', '1', 'an index'),
        ('param_scheduler.-1.gamma', '1', 'an index'),
        ('train_cfg', '3', 'a dict'),
        ('custom_hooks', '3', 'a list'),
        ('train_cfg.max_epochs', 'many', 'a number like 3'),
        ('train_cfg.by_epoch', 'perhaps', 'true or false'),
        ('train_cfg.max_epochs.x', '1', 'a dict or list at'),
        ('pipeline.0.type', 'X', r'variable.*train_dataloader\.dataset\.datasets\.0\.pipeline'),
        ('default_hooks.chekpoint.interval', '1', "did you mean 'checkpoint'"),
    ],
)  # fmt: skip
def test_wrong_keys_are_refused(path, key, value, message):
    with pytest.raises(ConfigError, match=message) as caught:
        change(path, **{key: value})
    assert key in str(caught.value)


def test_data_root_sets_all(path):
    cfg = change(path, data_root='/photos')
    sets = cfg.train_dataloader.dataset.datasets
    assert [d.data_root for d in sets] == ['/photos'] * 2


def test_dict_is_merged_unless_deleted(path):
    cfg = change(path, **{'optim_wrapper.optimizer': {'lr': 1}})
    assert cfg.optim_wrapper.optimizer == dict(type='SGD', lr=1)
    new = {'_delete_': True, 'type': 'Adam'}
    cfg = change(path, **{'optim_wrapper.optimizer': new})
    assert cfg.optim_wrapper.optimizer == dict(type='Adam')
