import torch
from mmengine.model import BaseModule

from mmprivacy.apis import types
from mmprivacy.datasets import LoadPhoto


class Base:
    def __init__(self, a, b=1):
        pass


class Passing(Base):
    def __init__(self, c, **kwargs):
        super().__init__(**kwargs)


class Keeping(Base):
    def __init__(self, c, **kwargs):
        super().__init__(1)
        self.options = kwargs


class Module(BaseModule):
    def __init__(self, depth, **kwargs):
        super().__init__(**kwargs)


class Bare(torch.nn.Module):
    pass


def test_kwargs_are_followed_to_the_base_class():
    assert types.parameters(Passing) == ({'a', 'b', 'c'}, False)
    assert types.parameters(Keeping) == ({'c'}, True)
    assert types.parameters(Module) == ({'depth', 'init_cfg'}, False)
    assert types.parameters(Bare) == (set(), False)
    assert types.accepts(Passing, 'b')
    assert not types.accepts(Passing, 'd')
    assert types.accepts(Keeping, 'd')


def test_functions():
    def closed(a, *, b):
        pass

    def opened(a, **kwargs):
        pass

    assert types.parameters(closed) == ({'a', 'b'}, False)
    assert types.accepts(opened, 'z')


def test_place_tells_the_registry():
    expected = {
        'model': 'MODELS',
        'model.head.cls_head': 'MODELS',
        'train_dataloader.dataset': 'DATASETS',
        'train_dataloader.dataset.datasets.1': 'DATASETS',
        'train_dataloader.dataset.pipeline.0': 'TRANSFORMS',
        'train_dataloader.sampler': 'DATA_SAMPLERS',
        'default_hooks.param_scheduler': 'HOOKS',
        'param_scheduler.0': 'PARAM_SCHEDULERS',
        'custom_hooks.0.phases.0.optim_wrapper.optimizer': 'OPTIMIZERS',
        'val_evaluator': 'METRICS',
        'visualizer.vis_backends.0': 'VISBACKENDS',
        'model.backbone.init_cfg': 'WEIGHT_INITIALIZERS',
        'train_cfg': 'LOOPS',
        'model.train_cfg': '',
        'model.rpn_head.anchor_generator': 'TASK_UTILS',
        'model.roi_head.bbox_head.bbox_coder': 'TASK_UTILS',
        'model.train_cfg.rpn.sampler': 'TASK_UTILS',
        'model.train_cfg.rcnn.assigner': 'TASK_UTILS',
        'model.test_cfg.rcnn.nms': 'OPS',
        'model.roi_head.bbox_roi_extractor.roi_layer': 'OPS',
        'model.roi_head.bbox_roi_extractor': 'MODELS',
        'model.backbone.norm_cfg': 'MODELS',
    }
    assert {p: types.kind_of(p) for p in expected} == expected


def test_a_place_of_no_registry_is_looked_up_in_all():
    found = types.resolve({'type': 'LoadPhoto'}, 'custom_hooks.0.part', 'mmengine')
    assert found is LoadPhoto
    assert (
        types.resolve({'type': 'LoadPhotos'}, 'custom_hooks.0.part', 'mmengine') is None
    )
