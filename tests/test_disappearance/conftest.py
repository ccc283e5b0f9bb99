"""One small detector that knows its pictures by heart, for all tests of the room."""

import json

import cv2
import pytest

pytest.importorskip('mmdet')

import torch
from tiny_detectors import CLASSES, PIPELINE, build, draw, faster_rcnn, fit

from mmprivacy.disappearance import DetectionPipeline, view_of

NUM = 6


@pytest.fixture(scope='session')
def pictures():
    """Pictures with their boxes and labels."""
    return [draw(n) for n in range(NUM)]


@pytest.fixture(scope='session')
def photos(pictures):
    """The pictures alone, BGR uint8."""
    return [image for image, _, _ in pictures]


@pytest.fixture(scope='session')
def trained(pictures):
    """A Faster R-CNN that finds what is in the pictures."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    model = build(faster_rcnn())
    fit(model, pictures, iters=150)
    torch.set_num_threads(threads)
    return model


@pytest.fixture(scope='session')
def weights(trained, tmp_path_factory):
    """Its checkpoint."""
    path = tmp_path_factory.mktemp('weights') / 'weights.pth'
    meta = dict(dataset_meta=dict(classes=CLASSES))
    torch.save(dict(state_dict=trained.state_dict(), meta=meta), path)
    return path


@pytest.fixture(scope='session')
def view(trained):
    """Its view."""
    return view_of(trained, DetectionPipeline(PIPELINE), CLASSES)


@pytest.fixture(scope='session')
def data_root(pictures, tmp_path_factory):
    """The pictures as a data set in the layout of COCO."""
    root = tmp_path_factory.mktemp('data')
    (root / 'photos').mkdir()
    images, annotations = [], []
    for n, (image, boxes, labels) in enumerate(pictures):
        cv2.imwrite(str(root / 'photos' / f'p{n}.png'), image)
        height, width = image.shape[:2]
        images.append(
            dict(id=10 + n, file_name=f'p{n}.png', height=height, width=width)
        )
        for (left, top, right, bottom), label in zip(boxes.tolist(), labels.tolist()):
            box = [left, top, right - left, bottom - top]
            annotations.append(
                dict(id=len(annotations), image_id=10 + n, category_id=label + 1,
                     bbox=box, area=box[2] * box[3], iscrowd=0)
            )  # fmt: skip
    categories = [dict(id=n + 1, name=name) for n, name in enumerate(CLASSES)]
    content = dict(images=images, annotations=annotations, categories=categories)
    (root / 'train.json').write_text(json.dumps(content))
    return root
