"""What the drawn data are like, on many scenes (slow)."""

from __future__ import annotations

import io
import multiprocessing
import re
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from difflib import SequenceMatcher

import cv2
import numpy as np
import pytest
from PIL import Image

from mmprivacy.datasets.sample import SceneGenerator
from mmprivacy.datasets.sample.annotation import to_jpeg
from mmprivacy.datasets.sample.elements import ELEMENTS
from mmprivacy.datasets.sample.labels import is_private
from mmprivacy.datasets.sample.settings import SETTINGS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
SIDE = 128
LARGE_TEXT = 16  # pixels


def _look(task: tuple[str, int]) -> dict:
    split, index = task
    scene = SceneGenerator(0, split).scene(index)
    file = io.BytesIO(to_jpeg(scene.render(), scene.camera.quality))
    small = Image.open(file).resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    return dict(
        split=split,
        image=np.asarray(small),
        private=scene.private,
        setting=scene.setting,
        kinds=scene.kinds,
        categories={t.category for t in scene.elements if t.visible},
        attributes=scene.attributes,
        score=scene.score,
        areas=[t.mask.mean() for t in scene.elements if t.visible],
        texts={text for t in scene.elements for text, _ in t.texts},
    )


@pytest.fixture(scope='module')
def looks():
    tasks = [('train', k) for k in range(1500)]
    tasks += [(split, k) for split in ('val', 'test') for k in range(500)]
    return _in_parallel(_look, tasks)


def _in_parallel(function, tasks):
    cv2.setNumThreads(1)
    context = multiprocessing.get_context('fork')
    with ProcessPoolExecutor(None, context, cv2.setNumThreads, (1,)) as pool:
        return list(pool.map(function, tasks, chunksize=25))


def test_s1_only_pairs_decide(looks):
    private = np.array([look['private'] for look in looks])
    assert 0.33 <= private.mean() <= 0.39
    features = {s: [look['setting'] == s for look in looks] for s in SETTINGS}
    for kind in ELEMENTS.values():
        features[kind.name] = [kind.name in look['kinds'] for look in looks]
        name = f'class {kind.category}'
        features[name] = [kind.category in look['categories'] for look in looks]
    for name, present in features.items():
        accuracy = (np.array(present) == private).mean()
        assert max(accuracy, 1 - accuracy) <= 0.70, name
    rule = [is_private(look['setting'], look['kinds']) for look in looks]
    assert rule == private.tolist()


def test_s1_colours_do_not_decide(looks):
    linear = pytest.importorskip('sklearn.linear_model')
    private = np.array([look['private'] for look in looks])
    bins = [
        np.concatenate(
            [
                np.bincount((look['image'][..., c] // 16).ravel(), minlength=16)
                for c in range(3)
            ]
        )
        for look in looks
    ]
    x = np.sqrt(np.array(bins) / SIDE**2)
    order = np.random.default_rng(0).permutation(len(x))
    a, b = np.array_split(order, 2)
    model = linear.LogisticRegression(C=10, max_iter=3000).fit(x[a], private[a])
    assert model.score(x[b], private[b]) <= 0.65


def test_s4_statistics_are_near_those_of_vispr(looks):
    safe = np.mean([look['attributes'] == ('a0_safe',) for look in looks])
    scores = np.array([look['score'] for look in looks])
    labels = np.array([len(look['attributes']) for look in looks])
    objects = np.array([len(look['areas']) for look in looks])
    assert 0.33 <= safe <= 0.42
    assert 2.1 <= scores.mean() <= 2.5
    assert 1.65 <= scores.std() <= 1.95
    assert 4.0 <= labels.mean() <= 6.0
    assert 1.5 <= objects.mean() <= 5
    areas = np.concatenate([look['areas'] for look in looks])
    assert (areas < 0.02).mean() > 0.1
    assert (areas > 0.15).mean() > 0.1


def test_s5_large_texts_can_be_read():
    engine = pytest.importorskip('rapidocr_onnxruntime').RapidOCR()
    generator = SceneGenerator(0, 'val')
    read = []
    for index in range(400):
        scene = generator.scene(index)
        texts = [
            _plain(text)
            for t in scene.elements
            for text, (x0, y0, x1, y1) in t.texts
            if t.kind != 'qr_code' and min(x1 - x0, y1 - y0) >= LARGE_TEXT
        ]
        if not texts:
            continue
        file = io.BytesIO(to_jpeg(scene.render(), scene.camera.quality))
        found, _ = engine(np.asarray(Image.open(file))[..., ::-1].copy())
        lines = [_plain(line) for _, line, _ in found or []]
        read += [_occurs(text, lines) for text in texts]
    assert len(read) > 50
    assert np.mean(read) >= 0.8


def _plain(text: str) -> str:
    return re.sub('[^a-z0-9]', '', text.lower())


def _occurs(text: str, lines: list[str]) -> bool:
    near = (SequenceMatcher(None, text, line).ratio() for line in lines)
    return text in ''.join(lines) or max(near, default=0) >= 0.75


def test_s6_everything_occurs_and_no_text_is_shared(looks):
    seen, texts = defaultdict(set), defaultdict(set)
    for look in looks:
        seen[look['split']] |= look['kinds'] | {look['setting']}
        texts[look['split']] |= look['texts']
    for split in ('train', 'val', 'test'):
        assert seen[split] == set(ELEMENTS) | set(SETTINGS), split
    assert not texts['train'] & texts['test']
    assert not texts['train'] & texts['val']
    assert not texts['val'] & texts['test']


def _shrink(task: tuple[str, int]) -> tuple[np.ndarray, bool]:
    look = _look(task)
    small = Image.fromarray(look['image']).resize((54, 54), Image.Resampling.BOX)
    return np.asarray(small), look['private']


def test_s7_a_small_network_learns_but_not_perfectly():
    torch = pytest.importorskip('torch')
    vision = pytest.importorskip('torchvision')
    tasks = [('train', k) for k in range(4000)]
    tasks += [(split, k) for split in ('val', 'test') for k in range(500)]
    pictures, labels = zip(*_in_parallel(_shrink, tasks))
    x = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float()
    x, y = (x - 115) / 60, 1 - torch.tensor(labels).long()
    xa, ya, xb, yb = x[:4000], y[:4000], x[4000:, :, 3:51, 3:51], y[4000:]
    torch.manual_seed(0)
    net = vision.models.resnet18(num_classes=2).to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.05)
    epochs, batch = 14, 64
    steps = epochs * (len(xa) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 1e-3, steps, pct_start=0.1
    )
    for _ in range(epochs):
        order = torch.randperm(len(xa))
        for k in range(0, len(xa) - batch + 1, batch):
            pick = order[k : k + batch]
            top, left = torch.randint(0, 7, (2, batch)).tolist()
            mirrored = torch.rand(batch) < 0.5
            images = torch.stack(
                [
                    image[:, t : t + 48, u : u + 48].flip([-1] if flip else [])
                    for image, t, u, flip in zip(xa[pick], top, left, mirrored)
                ]
            ).contiguous(memory_format=torch.channels_last)
            loss = torch.nn.functional.cross_entropy(net(images), ya[pick])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    net.eval()
    with torch.no_grad():
        guess = torch.cat([net(part) for part in xb.split(50)]).argmax(1)
    accuracy = (guess == yb).float().mean().item()
    assert 0.85 <= accuracy < 0.99
