"""What the views make of mmdet's detectors."""

import contextlib

import numpy as np
import pytest
import torch
from mmengine.config import ConfigDict
from tiny_detectors import (
    CLASSES,
    PIPELINE,
    build,
    cascade_rcnn,
    draw,
    faster_rcnn,
    retinanet,
)

from mmprivacy.disappearance import (
    CascadeView,
    DenseView,
    DetectionPipeline,
    ObjectDisappearance,
    TwoStageView,
    view_of,
)
from mmprivacy.disappearance.frozen import frozen
from mmprivacy.errors import ConfigError, DataError

FAMILIES = {
    'faster': (faster_rcnn, TwoStageView),
    'cascade': (cascade_rcnn, CascadeView),
    'retina': (retinanet, DenseView),
}


@pytest.fixture(scope='module')
def views():
    """One untrained detector of each kind, with scores that are not all alike."""
    found = {}
    for name, (config, _) in FAMILIES.items():
        model = build(config())
        with torch.no_grad():
            for key, value in model.named_parameters():
                if key.endswith(('fc_cls.weight', 'retina_cls.weight')):
                    value.mul_(60)
                if key.endswith('retina_cls.bias'):
                    value.fill_(-1)
        found[name] = view_of(model, DetectionPipeline(PIPELINE))
    return found


def tensor(image):
    return torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1)))


def logits_of(view, images):
    frames = [view.frame(image) for image in images]
    encoded = view.encode([image.float() for image in images], frames)
    return view.classify(encoded, view.propose(encoded, None))


@pytest.mark.parametrize('name', sorted(FAMILIES))
def test_scores_are_those_of_the_detector(views, name):
    """The highest score over candidates is the highest of the detections."""
    view = views[name]
    assert type(view) is FAMILIES[name][1]
    assert view.classes == tuple(f'class {n}' for n in range(6))
    for size in ((96, 96), (150, 120), (64, 90)):
        photo = tensor(draw(3, size)[0])
        with view.frozen(), torch.no_grad():
            (logits,) = logits_of(view, [photo])
            found = view.detect(photo)
        scores = logits.softmax(-1)[:, :-1] if name != 'retina' else logits.sigmoid()
        assert scores.shape[1] == 6
        assert len(found) > 0
        # Resizing rounds a little differently than OpenCV.
        assert scores.max().item() == pytest.approx(found.scores.max().item(), abs=0.05)
        best = scores.amax(0).argmax().item()
        assert best in found.labels.tolist()


@pytest.mark.parametrize('name', sorted(FAMILIES))
def test_photos_of_a_batch_are_seen_as_alone(views, name):
    view = views[name]
    photos = [tensor(draw(n)[0]) for n in range(3)]
    with view.frozen(), torch.no_grad():
        together = logits_of(view, photos)
        for photo, logits in zip(photos, together):
            (alone,) = logits_of(view, [photo])
            torch.testing.assert_close(alone, logits, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize('name', sorted(FAMILIES))
def test_gradient_reaches_each_photo_alone(views, name):
    view = views[name]
    photos = [tensor(draw(0)[0]), tensor(draw(1, (120, 80))[0])]
    frames = [view.frame(photo) for photo in photos]
    leaves = [photo.float().requires_grad_() for photo in photos]
    with view.frozen():
        encoded = view.encode(leaves, frames)
        logits = view.classify(encoded, view.propose(encoded, 20))
        first, second = torch.autograd.grad(logits[0].sum(), leaves, allow_unused=True)
    assert first.shape == photos[0].shape
    assert first.abs().sum() > 0
    assert second is None or not second.any()
    assert [len(part) for part in logits] == [20, 20]


def test_few_or_no_candidates(views):
    view = views['faster']
    photo = tensor(draw(0)[0])
    with view.frozen():
        encoded = view.encode([photo.float()] * 2, [view.frame(photo)] * 2)
        boxes = view.propose(encoded, 5)
        assert [len(b) for b in boxes] == [5, 5]
        none = [b[:0] for b in boxes]
        assert [len(part) for part in view.classify(encoded, none)] == [0, 0]
        mixed = view.classify(encoded, [boxes[0], none[1]])
        assert [tuple(part.shape) for part in mixed] == [(5, 7), (0, 7)]
    for name in ('cascade', 'retina'):
        view = views[name]
        with view.frozen():
            encoded = view.encode([photo.float()] * 2, [view.frame(photo)] * 2)
            found = view.propose(encoded, 5)
            mixed = view.classify(encoded, [found[0][:0], found[1]])
            assert [len(part) for part in mixed] == [0, 5]


def test_loss_does_not_touch_the_boxes(views):
    view = views['faster']
    head = view.model.roi_head.bbox_head
    (logits,) = logits_of(view, [tensor(draw(0)[0])])
    grad = torch.autograd.grad(logits.sum(), head.fc_reg.weight, allow_unused=True)
    assert grad == (None,)


def test_boxes_do_not_matter_with_fixed_candidates(trained, view, photos):
    attack = ObjectDisappearance(proposals='fixed', max_iters=3, verify=False)
    (before,) = attack(view, photos[:1])
    fc_reg = trained.roi_head.bbox_head.fc_reg
    kept = {k: v.clone() for k, v in fc_reg.state_dict().items()}
    try:
        with torch.no_grad():
            fc_reg.weight.zero_()
        (after,) = attack(view, photos[:1])
    finally:
        fc_reg.load_state_dict(kept)
    assert before.iters == after.iters == 3
    assert np.array_equal(before.image, after.image)


def test_proposals_are_found_anew_or_once(trained, view, photos, monkeypatch):
    calls = []
    predict = type(trained.rpn_head).predict

    def spy(self, *args, **kwargs):
        calls.append(torch.is_grad_enabled())
        return predict(self, *args, **kwargs)

    monkeypatch.setattr(type(trained.rpn_head), 'predict', spy)
    options = dict(eps=1 / 255, max_iters=4, verify=False, stop_margin=0.29)
    for kind, times in (('refresh', 5), ('fixed', 1)):
        calls.clear()
        (result,) = ObjectDisappearance(proposals=kind, **options)(view, photos[:1])
        assert result.iters == 4
        assert len(calls) == times + 2  # before and after, for the report
        assert not any(calls)


@contextlib.contextmanager
def unchanged(model):
    """Check that nothing of a model changes."""
    first = next(model.parameters())
    first.grad = torch.ones_like(first)
    flags = [p.requires_grad for p in model.parameters()]
    modes = [m.training for m in model.modules()]
    state = {k: v.clone() for k, v in model.state_dict().items()}
    try:
        yield
        assert [p.requires_grad for p in model.parameters()] == flags
        assert [m.training for m in model.modules()] == modes
        assert all(torch.equal(v, state[k]) for k, v in model.state_dict().items())
        assert torch.equal(first.grad, torch.ones_like(first))
        assert all(p.grad is None for p in list(model.parameters())[1:])
    finally:
        first.grad = None


@pytest.mark.parametrize('name', sorted(FAMILIES))
def test_the_detector_is_as_before(views, name, photos, monkeypatch):
    view = views[name]
    view.model.train()
    next(iter(view.model.neck.parameters())).requires_grad_(False)
    attack = ObjectDisappearance(max_iters=2, eps=3 / 255)
    with unchanged(view.model):
        attack(view, photos[:2])
    calls = []

    def broken(*args):
        calls.append(args)
        raise RuntimeError('out of memory')

    monkeypatch.setattr('mmprivacy.disappearance.photo_state.PhotoState.step', broken)
    picky = ObjectDisappearance(max_iters=2, stop_margin=0.299)
    with unchanged(view.model), pytest.raises(RuntimeError, match='out of memory'):
        picky(view, photos[:2])
    assert calls


def test_frozen_restores_after_an_error():
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2))
    model[0].weight.requires_grad_(False)
    model[1].eval()

    def fail():
        with frozen(model):
            assert not any(p.requires_grad for p in model.parameters())
            assert not model.training
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert [p.requires_grad for p in model.parameters()] == [False, True, True, True]
    assert (model.training, model[1].training) == (True, False)


def test_layout_of_the_features_does_not_matter(views):
    """RoIAlign on a CPU reads channels-last features in the wrong order, silently."""
    view = views['faster']
    photo = tensor(draw(0)[0])
    with view.frozen(), torch.no_grad():
        (expected,) = logits_of(view, [photo])
        view.model.to(memory_format=torch.channels_last)
        try:
            (found,) = logits_of(view, [photo])
        finally:
            view.model.to(memory_format=torch.contiguous_format)
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-3)


def test_models_of_the_tools_keep_detectors_in_the_ordinary_layout(views):
    from mmprivacy.apis.memory_layout import use_channels_last

    view = views['faster']
    photo = tensor(draw(0)[0])
    with view.frozen():
        before = view.detect(photo)
        use_channels_last(view.model)
        after = view.detect(photo)
    assert torch.equal(before.scores, after.scores)
    plain = torch.nn.Conv2d(3, 4, 3)
    use_channels_last(plain)
    assert plain.weight.is_contiguous(memory_format=torch.channels_last)


def test_detectors_without_a_view_are_refused():
    model = build(faster_rcnn())
    pipeline = DetectionPipeline(PIPELINE)
    model.roi_head.__class__ = type('OddRoIHead', (torch.nn.Module,), {})
    with pytest.raises(ConfigError, match='FasterRCNN with OddRoIHead'):
        view_of(model, pipeline)
    with pytest.raises(ConfigError, match='Linear'):
        view_of(torch.nn.Linear(1, 1), pipeline)
    with pytest.raises(ConfigError, match='got 2'):
        view_of(build(retinanet()), pipeline, ['a', 'b'])


def test_fingerprint_follows_the_weights(views):
    view = views['retina']
    before = view.fingerprint()
    assert before == view.fingerprint()
    bias = view.model.bbox_head.retina_cls.bias
    with torch.no_grad():
        bias[0] += 1
    assert view.fingerprint() != before
    with torch.no_grad():
        bias[0] -= 1


PAD = dict(type='Pad', size=(128, 96), pad_val=dict(img=(114, 114, 114)))


@pytest.mark.parametrize('extra', [[], [PAD]])
def test_pipeline_is_followed(extra):
    steps = [*PIPELINE[:2], *extra, PIPELINE[-1]]
    pipeline = DetectionPipeline(steps)
    photo = tensor(draw(2, (130, 110))[0])
    frame = pipeline.frame(photo)
    assert frame.content.shape == (3, 96, 81)
    assert frame.canvas.shape == ((3, 96, 128) if extra else (3, 96, 81))
    view = view_of(build(faster_rcnn()), pipeline)
    with torch.no_grad():
        encoded = view.encode([photo.float()], [frame])
        packed = pipeline.pack(draw(2, (130, 110))[0])
        batch = dict(inputs=[packed['inputs']], data_samples=[packed['data_samples']])
        batch = view.model.data_preprocessor(batch, False)
        expected = view.model.extract_feat(batch['inputs'])
    for a, b in zip(encoded.feats, expected):
        torch.testing.assert_close(a, b, rtol=0.05, atol=0.05 * b.abs().max().item())


@pytest.mark.parametrize(
    ('steps', 'message'),
    [
        ([], 'no steps'),
        ([PIPELINE[1]], 'LoadPhoto or LoadImageFromFile'),
        ([PIPELINE[0], dict(type='TestTimeAug', transforms=[[PIPELINE[-1]]])], 'tta'),
    ],
)
def test_pipelines_that_cannot_be_used(steps, message):
    with pytest.raises(ConfigError, match=message):
        DetectionPipeline(steps)


@pytest.mark.parametrize(
    'step',
    [
        dict(type='RandomFlip', prob=1.0),
        dict(type='Resize', scale=(60, 60), keep_ratio=True, interpolation='nearest'),
        dict(type='CenterCrop', crop_size=(60, 60)),
    ],
)
def test_pipelines_that_cannot_be_followed(step):
    pipeline = DetectionPipeline([PIPELINE[0], step, PIPELINE[-1]])
    photo = np.random.default_rng(0).integers(0, 256, (90, 90, 3), dtype=np.uint8)
    with pytest.raises(ConfigError, match='take out crops'):
        pipeline.frame(tensor(photo))


def test_files_are_read_with_care(tmp_path, photos):
    import cv2

    pipeline = DetectionPipeline(PIPELINE)
    path = tmp_path / 'photo.jpg'
    cv2.imwrite(str(path), photos[0])
    assert pipeline.load(path).shape == photos[0].shape
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(DataError, match=r'photo\.jpg'):
        pipeline.load(path)
    with pytest.raises(DataError, match='no such file'):
        pipeline.load(tmp_path / 'none.png')


def test_classes_come_from_the_checkpoint(trained):
    from mmprivacy.disappearance.loading import classes_of

    cfg = ConfigDict(test_dataloader=dict(dataset=dict(metainfo=dict(classes=['a']))))
    coco = ConfigDict(test_dataloader=dict(dataset=dict(type='CocoDataset')))
    assert len(classes_of(coco, {})) == 80
    assert classes_of(coco, dict(meta=dict(CLASSES=('b',)))) == ('b',)
    assert classes_of(ConfigDict(), {}) is None
    assert classes_of(cfg, {}) == ['a']
    meta = dict(meta=dict(dataset_meta=dict(classes=CLASSES)))
    assert classes_of(cfg, meta) == CLASSES
