"""The advisor's parts that run PrivObfNet and ERASER, with small random models."""

import sys
from pathlib import Path

import matplotlib
import numpy as np
import pytest
import torch
from tiny_runs import ROOT

import mmprivacy.apis
from mmprivacy.advisor import Photo, Region
from mmprivacy.advisor.assessors import PrivObfNetAssessor
from mmprivacy.advisor.check import check_part
from mmprivacy.advisor.localisers import PrivObfNetLocaliser
from mmprivacy.advisor.protectors import EraserProtector
from mmprivacy.apis import load_config
from mmprivacy.datasets import load_photo
from mmprivacy.datasets.attributes import ATTRIBUTES

SOURCE = Path(matplotlib.get_data_path()) / 'sample_data' / 'grace_hopper.jpg'
FACE, CARD = 'a9_face_complete', 'a30_credit_card'
SMALL = {
    'model.backbone.base_channels': 2,
    'model.cam_head.in_channels': 128,
    'test_dataloader.dataset.pipeline.1.scale': (64, 64),
}
ERASER = """
_base_ = [{runtime!r}]
custom_imports = dict(imports=['mmprivacy.eraser'], allow_failed_imports=False)
model = {model}
"""


def need(name):
    if name not in mmprivacy.apis.__all__:
        pytest.skip(f'this version has no {name}')


@pytest.fixture(scope='module')
def photo():
    pixels = load_photo(SOURCE)[::6, ::6, ::-1]
    return Photo(np.ascontiguousarray(pixels))


@pytest.fixture(scope='module')
def privobfnet(tmp_path_factory):
    """Arguments of a model that finds faces and cards in every photo."""
    need('ObfuscationInferencer')
    pytest.importorskip('mmseg')
    from mmengine.registry import DefaultScope
    from mmseg.registry import MODELS

    config = str(ROOT / 'configs/privobfnet/privobfnet_r38d_vispr.py')
    cfg = load_config(config, SMALL, sample=True, draw=False)
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmseg'):
        model = MODELS.build(cfg.model)
    model.cam_head.classifier.weight.data.abs_()  # so that every map shows something
    torch.nn.init.zeros_(model.attr_head.classifier.weight)
    bias = model.attr_head.classifier.bias.data.fill_(-2)
    for name, value in ((FACE, 2), (CARD, 1), ('a0_safe', 2)):
        bias[2 * ATTRIBUTES[name].idx] = value
    path = tmp_path_factory.mktemp('privobfnet') / 'model.pth'
    torch.save({'state_dict': model.state_dict()}, path)
    return dict(config=config, checkpoint=path, cfg_options=SMALL, sample=True)


def test_masks_of_attributes_are_regions(privobfnet, photo):
    face, card = PrivObfNetLocaliser(**privobfnet, device='cpu').localise(photo)
    assert (face.kind, card.kind) == (FACE, CARD)
    assert face.score > card.score > 0.5
    x0, y0, x1, y1 = map(int, face.box)
    assert face.mask.shape == photo.size
    assert face.mask[y0:y1, x0:x1].sum() == face.mask.sum() > 0
    assert face.mask[y0].any()
    assert face.mask[:, x1 - 1].any()
    (only,) = PrivObfNetLocaliser(**privobfnet, attributes=[CARD]).localise(photo)
    assert only.kind == CARD
    checks = check_part(PrivObfNetLocaliser, privobfnet)
    assert [c for c in checks if not c.ok] == []


def test_attributes_are_findings(privobfnet, photo):
    assessor = PrivObfNetAssessor(**privobfnet, device='cpu')
    said = assessor.assess(photo)
    assert [f.name for f in said.findings] == [CARD, FACE]  # 4.3 and 3.7 of 5
    assert 0 <= said.score <= 5
    assert said.heat_map.shape == photo.size
    assert said.heat_map.max() == pytest.approx(max(f.score for f in said.findings))
    checks = check_part(PrivObfNetAssessor, privobfnet)
    assert [c for c in checks if not c.ok] == []


def test_eraser_paints_without_seeing(tmp_path, photo):
    need('EraserInferencer')
    sys.path.append(str(ROOT / 'tests/test_eraser'))
    from mmengine.registry import MODELS
    from tiny_eraser import MODEL

    import mmprivacy.eraser  # noqa: F401

    runtime = str(ROOT / 'configs/_base_/mmengine_runtime.py')
    (tmp_path / 'config.py').write_text(ERASER.format(runtime=runtime, model=MODEL))
    torch.manual_seed(0)
    state = dict(state_dict=MODELS.build(MODEL).state_dict())
    torch.save(state, tmp_path / 'model.pth')
    files = dict(config=tmp_path / 'config.py', checkpoint=tmp_path / 'model.pth')
    checks = check_part(EraserProtector, files)
    assert [c for c in checks if not c.ok] == []
    region = Region((20.0, 20.0, 50.0, 60.0), 'face')
    after = EraserProtector(**files).protect(photo.pixels, [region])
    changed = (after != photo.pixels).any(-1)
    assert changed[20:60, 20:50].mean() > 0.9
    assert not changed[60:].any()
