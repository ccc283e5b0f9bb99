"""The tools on a detector of mmdet: check, train, test, write boxes."""

import copy
import json

import pytest
import torch
from mmdet.datasets import CocoDataset, VOCDataset
from mmengine.structures import InstanceData
from tiny_runs import NUM, ROOT, as_arguments

from mmprivacy.apis import types
from mmprivacy.apis.check import check_config, check_keys
from mmprivacy.apis.config import load_config
from mmprivacy.apis.predictions import PredictionFile
from mmprivacy.apis.runner import build_runner
from mmprivacy.datasets.sample.detection import CLASSES, COCO_CLASSES, VOC_NAMES
from mmprivacy.errors import ConfigError

FOLDER = ROOT / 'configs/disappearance'
DETECTOR = FOLDER / 'faster-rcnn_r18_fpn_sample-detector.py'
VOC07 = FOLDER / 'faster-rcnn_r50_fpn_voc07.py'
COCO = FOLDER / 'faster-rcnn_r50_fpn_coco.py'


@pytest.fixture(autouse=True)
def _here(monkeypatch):
    monkeypatch.chdir(ROOT)


@pytest.fixture
def detector(tiny_options, tmp_path):
    """Runner of the sample detector, on the CPU."""
    cfg = load_config(DETECTOR, tiny_options(DETECTOR), sample=True)
    cfg.work_dir = str(tmp_path)
    return build_runner(cfg)


def test_detectors_stay_contiguous_on_a_cpu(detector):
    """mmcv's RoIAlign reads a channels-last map in the wrong order, silently."""
    if torch.cuda.is_available():
        pytest.skip('models on a GPU are left alone')
    model = detector.model
    model.eval()
    assert all(p.is_contiguous() for p in model.parameters())
    plain = copy.deepcopy(model).to(memory_format=torch.contiguous_format)
    inputs = torch.rand(1, 3, 64, 96)
    rois = torch.tensor([[0.0, 8, 8, 40, 56], [0.0, 30, 4, 90, 60]])
    seen, expected = (
        m.roi_head._bbox_forward(m.extract_feat(inputs), rois) for m in (model, plain)
    )
    assert torch.equal(seen['cls_score'], expected['cls_score'])
    # RoIAlign by hand: the mean over a box of a map that is linear is its centre.
    extract = model.roi_head.bbox_roi_extractor
    stride = extract.featmap_strides[0]
    rows = torch.arange(64.0 / stride)[:, None].expand(-1, 96 // stride)
    maps = torch.stack([rows * (k + 1) for k in range(extract.out_channels)])[None]
    feats = [model.neck(model.backbone(inputs))[0] * 0 + maps]
    pooled = extract(feats, torch.tensor([[0.0, 16.0, 16.0, 48.0, 48.0]]))
    centre = (32 / stride - 0.5) * torch.arange(1.0, extract.out_channels + 1)
    torch.testing.assert_close(pooled.mean((0, 2, 3)), centre, rtol=1e-4, atol=1e-3)


def test_types_of_a_detector_are_checked(tiny_options):
    cfg = load_config(DETECTOR, tiny_options(DETECTOR), sample=True)
    assert check_keys(cfg) == []
    wrong = copy.deepcopy(cfg)
    wrong.model.roi_head.bbox_roi_extractor.roi_layer.type = 'RoIAlgn'
    wrong.model.train_cfg.rpn.sampler.nums = 3
    wrong.model.train_cfg.rcnn.assigner.type = 'MaxIouAssigner'
    problems = '\n'.join(check_keys(wrong))
    assert "did you mean 'RoIAlign' (mmcv.ops)" in problems
    assert "did you mean 'MaxIoUAssigner'" in problems
    assert problems.count('\n') <= 2
    with pytest.raises(ConfigError, match="did you mean 'iou_threshold'"):
        load_config(DETECTOR, {'model.test_cfg.rcnn.nms.iou_thresold': 0.4})
    assert types.kind_of('model.test_cfg') == ''


def test_metrics_read_the_annotations_of_the_drawn_data(coco_root):
    options = {'sample.data.root': str(coco_root)}
    options |= {f'sample.data.num.{k}': v for k, v in NUM.items()}
    cfg = load_config(COCO, options, sample=True)
    path = f'{coco_root}/annotations/instances_val2017.json'
    assert cfg.val_evaluator[0].ann_file == cfg.test_evaluator[0].ann_file == path
    real = load_config(COCO, {'data_root': '/photos/coco/'})
    path = '/photos/coco/annotations/instances_val2017.json'
    assert real.val_evaluator[0].ann_file.replace('//', '/') == path
    assert real.load_from.endswith('047c8118.pth')
    assert cfg.load_from is None
    assert cfg.model.backbone.init_cfg is None


def test_labels_of_the_configs():
    drawn = load_config(DETECTOR)
    for split in NUM:
        loader = drawn[f'{split}_dataloader']
        assert loader.dataset.metainfo.classes == CLASSES
    assert drawn.model.roi_head.bbox_head.num_classes == len(CLASSES)
    assert CocoDataset.METAINFO['classes'] == COCO_CLASSES
    voc = load_config(VOC07)
    classes = voc.test_dataloader.dataset.metainfo.classes
    theirs = VOCDataset.METAINFO['classes']
    assert set(theirs) <= set(classes)
    respelled = {a: b for a, b in zip(COCO_CLASSES, classes, strict=True) if a != b}
    assert set(respelled.values()) <= set(theirs)
    assert respelled == {
        'motorcycle': 'motorbike', 'airplane': 'aeroplane', 'couch': 'sofa',
        'potted plant': 'pottedplant', 'dining table': 'diningtable', 'tv': 'tvmonitor',
    }  # fmt: skip
    assert VOC_NAMES.items() <= respelled.items()


def test_train_and_test_from_the_command_line(run_tool, tiny_options, tmp_path):
    words = ['--sample', '--work-dir', tmp_path / 'run']
    words += as_arguments(tiny_options(DETECTOR))
    done = run_tool('train', DETECTOR, '--test', *words)
    assert done.status == 0, done.err
    assert 'detection/recall' in done.out
    report = json.loads((tmp_path / 'run/metrics.json').read_text())
    assert 0 <= report['metrics']['detection/recall'] <= 1
    assert report['metrics']['detection/n'] > 3
    checkpoint = tmp_path / 'run/epoch_1.pth'
    shown, out = tmp_path / 'shown', tmp_path / 'boxes.json'
    extra = ['--show-dir', shown, '--out', out]
    options = [*words, f'load_from={checkpoint}']
    done = run_tool('test', DETECTOR, *extra, *options)
    assert done.status == 0, done.err
    assert (
        json.loads((tmp_path / 'run/metrics.json').read_text())['metrics']
        == (report['metrics'])
    )
    rows = json.loads(out.read_text())
    assert len(rows) == NUM['test']
    for row in rows:
        found = row['pred_instances']
        assert len(found['bboxes']) == len(found['scores']) == len(found['labels'])
        assert all(len(box) == 4 for box in found['bboxes'])
    assert len(list(shown.rglob('*.jpg'))) == NUM['test']


def test_without_a_checkpoint_the_config_must_name_one(run_tool, tiny_options):
    words = as_arguments(tiny_options(DETECTOR))
    done = run_tool('test', DETECTOR, '--sample', *words)
    assert done.status == 2
    assert 'expected a checkpoint file, got none' in done.err


def test_one_detection_is_written_like_many(tmp_path):
    found = InstanceData(
        bboxes=torch.ones(1, 4), scores=torch.ones(1), labels=torch.zeros(1).long()
    )
    metric = PredictionFile(str(tmp_path / 'p.json'))
    metric.process(None, [dict(img_path='a', pred_instances=found.to_dict())])
    metric.compute_metrics(metric.results)
    (row,) = json.loads((tmp_path / 'p.json').read_text())
    assert row['pred_instances'] == dict(bboxes=[[1.0] * 4], scores=[1.0], labels=[0])


def test_real_configs_pass_the_check_without_data():
    for path in (COCO, VOC07):
        findings = check_config(load_config(path), build=False)
        assert {f.level for f in findings} == {'note'}
        assert all('unpack' in f.text for f in findings)
