"""Mask providers: files that training reads, runs that go on, bad input."""

from __future__ import annotations

import shutil
import struct
import sys

import cv2
import numpy as np
import pytest
import torch
from mmengine.registry import TASK_UTILS
from PIL import Image

from mmprivacy.datasets.mask_files import MaskIndex, read_mask
from mmprivacy.datasets.vispr import read_vispr
from mmprivacy.errors import (
    CheckpointError,
    ConfigError,
    DataError,
    MissingDependencyError,
    ShapeError,
)
from mmprivacy.privobfnet.mask_providers import (
    BaseMaskProvider,
    CallableMask,
    CvDnnPerson,
    MaskFiles,
    MMDetPerson,
    RapidOCRText,
    make_masks,
)


def bright(image):
    """A mask of bright pixels; found by its name in the tests."""
    return image.min(2) > 128


def nothing(image):
    return np.zeros(image.shape[:2])


@pytest.fixture
def photos(tmp_path):
    """Three photos with a bright square, the second one without."""
    paths = []
    for k in range(3):
        image = np.zeros((40, 60, 3), np.uint8)
        if k != 1:
            image[10 : 20 + k, 20:40] = 255
        paths.append(tmp_path / f'photos/p{k}.png')
        paths[-1].parent.mkdir(exist_ok=True)
        Image.fromarray(image).save(paths[-1])
    return [str(p) for p in paths]


@pytest.fixture
def stopping():
    """A provider of a user's own, which stops once."""

    @TASK_UTILS.register_module()
    class Stopping(BaseMaskProvider):
        seen = []

        def __call__(self, image, path):
            if len(self.seen) == 2:
                self.seen.append('stop')
                raise KeyboardInterrupt
            self.seen.append(path)
            return bright(image)

    yield Stopping
    TASK_UTILS.module_dict.pop('Stopping')


def make(photos, root, progress=False, **provider):
    return make_masks(photos, root, 'human', 'train', provider, progress)


def test_masks_of_a_function(photos, tmp_path):
    config = dict(type='CallableMask', function=f'{__name__}:bright')
    report = make(photos, tmp_path, **config)
    assert (report.made, report.kept, report.empty, report.skipped) == (3, 0, 1, [])
    index = MaskIndex.read(tmp_path, 'human', 'train')
    assert index.made_by == config
    assert index.coverage['p0.png'] == pytest.approx(200 / 2400, abs=1e-6)
    assert index.coverage['p1.png'] == 0
    assert read_mask(index.find(photos[2]), (40, 60)).sum() == 255 * 12 * 20
    assert not list(tmp_path.rglob('*.lock'))
    again = make(photos, tmp_path, **config)
    assert (again.made, again.kept, again.empty) == (0, 3, 1)
    (tmp_path / 'masks/human/train/p0.png').unlink()
    assert make(photos, tmp_path, **config).made == 1
    with pytest.raises(ConfigError, match=r'train\.json.*--name'):
        make(photos, tmp_path, type='CallableMask', function=f'{__name__}:nothing')


def test_a_stopped_run_goes_on(photos, tmp_path, stopping):
    with pytest.raises(KeyboardInterrupt):
        make(photos, tmp_path, type='Stopping')
    assert len(MaskIndex.read(tmp_path, 'human', 'train').coverage) == 2
    report = make(photos, tmp_path, type='Stopping')
    assert (report.made, report.kept) == (1, 2)
    assert stopping.seen == [*photos[:2], 'stop', photos[2]]


def test_the_photo_is_upright(tmp_path):
    photo = tmp_path / 'turned.jpg'
    exif = Image.Exif()
    exif[0x0112] = 6  # shown a quarter turned
    Image.new('RGB', (60, 40)).save(photo, exif=exif)
    make([photo], tmp_path, type='CallableMask', function=f'{__name__}:bright')
    index = MaskIndex.read(tmp_path, 'human', 'train')
    assert read_mask(index.find(photo)).shape == (60, 40)


def test_bad_input(photos, tmp_path):
    def wrong(image):
        return np.zeros((4, 4))

    with pytest.raises(ConfigError, match='RapidOCRText'):
        make(photos, tmp_path, type='RapidOCR')
    with pytest.raises(ConfigError, match=r'CallableMask.*functions'):
        make(photos, tmp_path, type='CallableMask', functions='a:b')
    for name in ('nowhere', 'no.such:thing', f'{__name__}:thing'):
        with pytest.raises(ConfigError, match=r'package\.module:name'):
            CallableMask(name)
    with pytest.raises(ShapeError, match=r'CallableMask on .*p0\.png.*40 x 60'):
        make(photos, tmp_path, type='CallableMask', function=wrong)
    twin = tmp_path / 'p0.jpg'
    Image.new('RGB', (60, 40)).save(twin)
    with pytest.raises(DataError, match=r'p0\.jpg'):
        make([*photos, twin], tmp_path, type='CallableMask', function=nothing)
    twin.write_bytes(twin.read_bytes()[:200])
    with pytest.raises(DataError, match=r'p0\.jpg'):
        make([twin], tmp_path / 'x', type='CallableMask', function=nothing)


def test_masks_that_are_there(photos, tmp_path):
    folder = tmp_path / 'saliency'
    folder.mkdir()
    gray = np.zeros((40, 60), np.uint8)
    gray[:10], gray[10:20] = 100, 200
    for k in (0, 2):
        Image.fromarray(gray).save(folder / f'p{k}_sal.png')
    options = dict(type='MaskFiles', folder=str(folder), suffix='_sal.png')
    report = make(photos, tmp_path, **options, missing='skip')
    assert report.skipped == [photos[1]]
    assert set(report.index.coverage) == {'p0.png', 'p2.png'}
    assert report.index.coverage['p0.png'] == 0.25
    loose = MaskFiles(str(folder), '_sal.png', thr=0)
    assert loose(np.zeros((40, 60, 3)), photos[0]).mean() == 0.5
    with pytest.raises(DataError, match=r'p0_sal\.png.*8 x 8.*40 x 60'):
        loose(np.zeros((8, 8, 3)), photos[0])
    with pytest.raises(DataError, match=r'p1_sal\.png.*no such file'):
        make(photos, tmp_path / 'y', **options)
    for options in (dict(folder='nowhere'), dict(folder=str(folder), missing='x')):
        with pytest.raises(ConfigError, match='MaskFiles'):
            MaskFiles(**options)


# A network with one 1 x 1 convolution, written as ONNX by hand.


def _field(number, value):
    """One field of a protocol buffer: an integer, or bytes."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    value = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _tensor(name, array):
    dims = b''.join(_field(1, d) for d in array.shape)
    raw = np.asarray(array, np.float32).tobytes()
    return dims + _field(2, 1) + _field(8, name) + _field(9, raw)


def _value(name, shape):
    dims = b''.join(_field(1, _field(1, d)) for d in shape)
    return _field(1, name) + _field(2, _field(1, _field(1, 1) + _field(2, dims)))


def onnx_of_conv(weight, size):
    """Bytes of a network ``x -> conv(x)``; weight (K, 3)."""
    node = b''.join([_field(1, 'x'), _field(1, 'w'), _field(2, 'y'), _field(4, 'Conv')])
    kernel = _field(1, 'kernel_shape') + _field(8, 1) + _field(8, 1) + _field(20, 7)
    node += _field(5, kernel)
    weight = np.asarray(weight, np.float32)[..., None, None]
    graph = _field(1, node) + _field(2, 'g') + _field(5, _tensor('w', weight))
    graph += _field(11, _value('x', (1, 3, *size)))
    graph += _field(12, _value('y', (1, len(weight), *size)))
    return _field(1, 8) + _field(7, graph) + _field(8, _field(2, 13))


def test_opencv_runs_a_network(photos, tmp_path):
    """Scores of class 1 are red minus blue, after the pixels are brought to [-1, 1]."""
    path = tmp_path / 'net.onnx'
    path.write_bytes(onnx_of_conv([[0, 0, 0], [1, 0, -1]], (20, 30)))
    provider = CvDnnPerson(str(path), size=(20, 30))
    image = np.zeros((40, 60, 3), np.uint8)
    image[:20, :, 2] = 200  # BGR: red
    image[20:, :, 0] = 200
    mask = provider(image, '')
    assert mask.shape == (40, 60)
    assert mask[:18].all()
    assert not mask[22:].any()
    bgr = CvDnnPerson(str(path), size=(20, 30), rgb=False)(image, '')
    assert bgr[22:].all()
    single = tmp_path / 'single.onnx'
    single.write_bytes(onnx_of_conv([[1, 0, 0]], (20, 30)))
    mask = CvDnnPerson(str(single), size=(20, 30), thr=0.5)(image, '')
    assert mask[:18].all()
    assert not mask[22:].any()
    with pytest.raises(ConfigError, match='channel'):
        CvDnnPerson(str(path), size=(20, 30), channel=4)(image, '')
    path.write_bytes(struct.pack('f', 1))
    for wrong in (str(path), str(tmp_path / 'none.onnx')):
        with pytest.raises(ConfigError, match=r'CvDnnPerson\.model'):
            CvDnnPerson(wrong)


# mmdet


@pytest.fixture(scope='module')
def detector(tmp_path_factory):
    """A tiny Mask R-CNN of mmdet with a checkpoint."""
    mmdet = pytest.importorskip('mmdet')
    from mmengine.config import Config
    from mmengine.registry import DefaultScope

    folder = tmp_path_factory.mktemp('detector')
    root = mmdet.__path__[0] + '/.mim/configs/_base_/models/mask-rcnn_r50_fpn.py'
    cfg = Config.fromfile(root)
    cfg.model.backbone.update(depth=18, base_channels=4, init_cfg=None)
    cfg.model.neck.update(in_channels=[4, 8, 16, 32], out_channels=8)
    cfg.model.rpn_head.update(in_channels=8, feat_channels=8)
    roi = cfg.model.roi_head
    for name in ('bbox_roi_extractor', 'mask_roi_extractor'):
        roi[name].out_channels = 8
    roi.bbox_head.update(in_channels=8, fc_out_channels=8, num_classes=2)
    roi.mask_head.update(in_channels=8, conv_out_channels=8, num_classes=2)
    cfg.model.test_cfg.rcnn.score_thr = 0.0
    cfg.default_scope = 'mmdet'
    pipeline = [
        dict(type='LoadImageFromFile'),
        dict(type='Resize', scale=(64, 64), keep_ratio=True),
        dict(
            type='PackDetInputs', meta_keys=('ori_shape', 'img_shape', 'scale_factor')
        ),
    ]
    dataset = dict(type='CocoDataset', pipeline=pipeline)
    cfg.test_dataloader = dict(dataset=dataset)
    cfg.dump(folder / 'config.py')
    import mmdet.models
    from mmdet.registry import MODELS

    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmdet'):
        model = MODELS.build(cfg.model)
    meta = dict(dataset_meta=dict(classes=('dog', 'person')))
    state = dict(state_dict=model.state_dict(), meta=meta)
    torch.save(state, folder / 'weights.pth')
    return folder


def test_people_of_mmdet(detector, photos, tmp_path):
    config, weights = detector / 'config.py', detector / 'weights.pth'
    options = dict(config=str(config), checkpoint=str(weights), device='cpu')
    provider = MMDetPerson(**options, score_thr=0.0)
    image = np.random.default_rng(0).integers(0, 255, (40, 60, 3), np.uint8)
    mask = provider(image, '')
    assert mask.shape == (40, 60)
    assert mask.dtype == bool
    found = provider._infer(provider.model, image).pred_instances
    people = found.masks[found.labels == 1].any(0)
    assert len(found.labels.unique()) == 2
    np.testing.assert_array_equal(mask, people.numpy())
    assert not MMDetPerson(**options, score_thr=1.0)(image, '').any()
    report = make(photos, tmp_path, type='MMDetPerson', **options)
    assert report.made == 3
    with pytest.raises(ConfigError, match=r'classes.*cat'):
        MMDetPerson(**options, classes='cat')
    with pytest.raises(ConfigError, match=r'MMDetPerson\.config'):
        MMDetPerson('none.py', str(weights), device='cpu')
    torch.save(dict(state_dict={}), tmp_path / 'other.pth')
    with pytest.raises(CheckpointError, match=r'other\.pth.*missing'):
        MMDetPerson(str(config), str(tmp_path / 'other.pth'), device='cpu')


# text


def test_without_an_ocr_package_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, 'rapidocr', None)
    monkeypatch.setitem(sys.modules, 'rapidocr_onnxruntime', None)
    with pytest.raises(MissingDependencyError, match=r'mmprivacy\[ocr\]'):
        RapidOCRText()
    with pytest.raises(ConfigError, match='dilate'):
        RapidOCRText(dilate=-1)


@pytest.fixture
def _offline(monkeypatch):
    import socket

    def refuse(*args, **kwargs):
        raise OSError('no network in this test')

    monkeypatch.setattr(socket.socket, 'connect', refuse)


@pytest.fixture
def ocr(_offline):
    pytest.importorskip('rapidocr')
    pytest.importorskip('onnxruntime')
    return RapidOCRText()


def test_text_is_found_offline(ocr):
    image = np.full((160, 320, 3), 235, np.uint8)
    cv2.putText(image, 'SECRET 42', (30, 90), 0, 1.5, (20, 20, 20), 3)
    mask = ocr(image, '')
    ink = image.max(2) < 100
    assert mask[ink].mean() > 0.9
    assert mask.mean() < 0.45
    wider = RapidOCRText(dilate=5)(image, '')
    assert wider[mask].all()
    assert wider.sum() > mask.sum()


@pytest.mark.parametrize('size', [(120, 160), (12, 12)])
def test_a_photo_without_text_has_an_empty_mask(ocr, size):
    mask = ocr(np.full((*size, 3), 255, np.uint8), '')
    assert mask.shape == size
    assert not mask.any()


# the command


def test_the_command(vispr_root, tmp_path, run_tool):
    root = tmp_path / 'vispr'
    shutil.copytree(vispr_root, root)
    command = ['masks', '--root', root, '--split', 'val', '--name', 'bright']
    provider = ['--provider', 'CallableMask']
    provider += ['--options', f'function={__name__}:bright']
    done = run_tool('prepare_data', *command, *provider)
    assert done.status == 0, done.err
    assert 'bright masks of val: 4 made, 0 there already' in done.out
    index = MaskIndex.read(root, 'bright', 'val')
    index.require(r.img_path for r in read_vispr(root / 'val2017.txt'))
    again = run_tool('prepare_data', *command, *provider)
    assert '0 made, 4 there already' in again.out
    done = run_tool('prepare_data', *command, '--provider', 'Nobody')
    assert done.status == 2
    assert '--name' in done.err
    command[-1] = 'new'
    done = run_tool('prepare_data', *command, '--provider', 'Nobody')
    assert done.status == 2
    assert 'subclass of BaseMaskProvider' in done.err
