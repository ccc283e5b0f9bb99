"""EraserInferencer: what may be given, what is written, what is refused."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.structures import BaseDataElement, InstanceData, PixelData
from PIL import Image
from tiny_runs import ROOT

from mmprivacy.apis import EraserInferencer, load_config
from mmprivacy.apis.model_loading import load_model
from mmprivacy.apis.removal_regions import found_regions, grow, read_mask
from mmprivacy.errors import CheckpointError, ConfigError, DataError, ShapeError

sys.path.append(str(ROOT / 'tests/test_eraser'))
from tiny_eraser import MODEL

CONFIG = """
_base_ = [{runtime!r}]
custom_imports = dict(imports=['mmprivacy.eraser'], allow_failed_imports=False)
model = {model}
"""


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """Config, checkpoint, three photos of different sizes with masks."""
    from mmengine.registry import MODELS

    import mmprivacy.eraser  # noqa: F401

    root = tmp_path_factory.mktemp('eraser')
    text = CONFIG.format(
        runtime=str(ROOT / 'configs/_base_/mmengine_runtime.py'), model=MODEL
    )
    (root / 'config.py').write_text(text)
    torch.manual_seed(0)
    model = MODELS.build(MODEL)
    torch.save(dict(state_dict=model.state_dict()), root / 'model.pth')
    rng = np.random.default_rng(0)
    for name in ('photos', 'masks'):
        (root / name).mkdir()
    for n, (h, w) in enumerate(((40, 56), (33, 17), (64, 64))):
        photo = rng.integers(0, 256, (h, w, 3), dtype=np.uint8)
        Image.fromarray(photo).save(root / 'photos' / f'p{n}.png')
        mask = np.zeros((h, w), np.uint8)
        mask[5:20, 4:12] = 255
        Image.fromarray(mask).save(root / 'masks' / f'p{n}.png')
    return root


@pytest.fixture(scope='module')
def remove(folder):
    return EraserInferencer(folder / 'config.py', folder / 'model.pth', device='cpu')


def read(path):
    with Image.open(path) as image:
        return np.asarray(image.convert('RGB'))[..., ::-1]


def test_a_folder(remove, folder, tmp_path):
    before = {p: p.read_bytes() for p in (folder / 'photos').iterdir()}
    results = remove(folder / 'photos', masks=folder / 'masks', out_dir=tmp_path)
    assert [r.image.shape[:2] for r in results] == [(40, 56), (33, 17), (64, 64)]
    for n, result in enumerate(results):
        photo = read(folder / 'photos' / f'p{n}.png')
        written = read(tmp_path / f'p{n}.png')
        assert np.array_equal(written, result.image)
        assert np.array_equal(result.photo, photo)
        assert result.mask.sum() == 15 * 8
        assert np.array_equal(written[~result.mask], photo[~result.mask])
        assert (written[result.mask] != photo[result.mask]).mean() > 0.5
        assert (tmp_path / 'before_after' / f'p{n}.png').is_file()
        assert result.out_file == str(tmp_path / f'p{n}.png')
    assert before == {p: p.read_bytes() for p in (folder / 'photos').iterdir()}


def test_one_photo_by_mask_array_boxes_and_prediction(remove, folder):
    path = folder / 'photos' / 'p0.png'
    by_file = remove(path, masks=folder / 'masks' / 'p0.png')
    mask = np.zeros((40, 56), bool)
    mask[5:20, 4:12] = True
    by_array = remove(path, masks=mask)
    by_box = remove(path, boxes=[[4, 5, 12, 20]])
    found = SimpleNamespace(
        pred_instances=InstanceData(
            bboxes=torch.tensor([[4.0, 5, 12, 20], [0, 0, 56, 40]]),
            scores=torch.tensor([0.9, 0.1]),
            labels=torch.tensor([0, 0]),
        )
    )
    by_model = remove(path, found=found)
    by_bgr = remove(read(path), masks=mask)
    for result in (by_array, by_box, by_model, by_bgr):
        assert np.array_equal(result.mask, mask)
        assert np.array_equal(result.image, by_file.image)
    wide = remove(path, masks=mask, margin=2)
    assert wide.mask.sum() > mask.sum()
    assert wide.removed == wide.mask.mean()


def test_empty_full_and_tiny(remove):
    photo = np.random.default_rng(1).integers(0, 256, (1, 1, 3), dtype=np.uint8)
    assert remove(photo, masks=np.ones((1, 1), bool)).image.shape == (1, 1, 3)
    photo = np.random.default_rng(1).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    empty = remove(photo, masks=np.zeros((20, 30), bool))
    assert np.array_equal(empty.image, photo)
    assert remove(photo, boxes=np.zeros((0, 4))).removed == 0
    full = remove(photo, masks=np.ones((20, 30), np.uint8))
    assert full.removed == 1
    assert (full.image != photo).mean() > 0.5


def test_large_photos_are_painted_small(remove):
    photo = np.random.default_rng(1).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    mask = np.zeros((90, 120), bool)
    mask[10:30, 50] = True  # thinner than a pixel of the small photo
    result = remove(photo, masks=mask, max_side=40)
    assert result.image.shape == photo.shape
    assert np.array_equal(result.image[~mask], photo[~mask])
    assert (result.image[mask] != photo[mask]).mean() > 0.5


@pytest.mark.parametrize(
    ('mode', 'kind'), [('L', 'png'), ('RGBA', 'png'), ('I;16', 'png'), ('P', 'gif')]
)
def test_photos_of_any_mode(remove, tmp_path, mode, kind):
    values = np.random.default_rng(2).integers(0, 256, (24, 20), dtype=np.uint8)
    image = Image.fromarray(values)
    if mode == 'I;16':
        image = Image.fromarray(values.astype(np.uint16) * 257)
    else:
        image = image.convert(mode)
    image.save(tmp_path / f'photo.{kind}')
    result = remove(tmp_path / f'photo.{kind}', boxes=[[2, 2, 9, 9]])
    assert result.image.shape == (24, 20, 3)


def test_jpeg_masks_are_thresholded(remove, folder, tmp_path):
    mask = np.zeros((40, 56), np.uint8)
    mask[5:20, 4:12] = 255
    Image.fromarray(mask).save(tmp_path / 'mask.jpg', quality=60)
    result = remove(folder / 'photos' / 'p0.png', masks=tmp_path / 'mask.jpg')
    assert abs(int(result.mask.sum()) - 120) < 30


def test_bad_input_is_refused_and_nothing_is_overwritten(remove, folder, tmp_path):
    path = folder / 'photos' / 'p0.png'
    with pytest.raises(ConfigError, match='at least one of them'):
        remove(path)
    with pytest.raises(ShapeError, match=r'\(40, 56\)'):
        remove(path, masks=np.zeros((40, 55), bool))
    with pytest.raises(ShapeError, match=r'p1\.png'):
        remove(path, masks=folder / 'masks' / 'p1.png')
    with pytest.raises(DataError, match='0 and 255'):
        remove(path, masks=np.full((40, 56), 7, np.uint8))
    with pytest.raises(DataError, match=r'no\.png'):
        remove(path, masks=tmp_path / 'no.png')
    with pytest.raises(ShapeError, match='BGR uint8'):
        remove(np.zeros((4, 4), np.uint8), masks=np.ones((4, 4)))
    with pytest.raises(ConfigError, match='a list of 3'):
        remove(folder / 'photos', boxes=[[[1, 1, 2, 2]]])
    with pytest.raises(DataError, match='one mask for'):
        remove(folder / 'photos', masks=tmp_path)
    with pytest.raises(DataError, match='inputs are never overwritten'):
        remove(path, boxes=[[1, 1, 5, 5]], out_dir=folder / 'photos')
    (tmp_path / 'broken.png').write_bytes(path.read_bytes()[:60])
    photos = [path, tmp_path / 'broken.png']
    boxes = [[[1, 1, 5, 5]]] * 2
    with pytest.raises(DataError, match=r'broken\.png'):
        remove(photos, boxes=boxes)
    assert len(remove(photos, boxes=boxes, skip_broken=True)) == 1


def test_predictions_of_models():
    masks = torch.zeros(2, 8, 9, dtype=torch.bool)
    masks[0, :2] = masks[1, :, :3] = True
    instances = InstanceData(
        masks=masks, scores=torch.tensor([0.9, 0.4]), labels=torch.tensor([3, 7])
    )
    found = BaseDataElement(pred_instances=instances)
    both = found_regions(found, (8, 9))
    assert np.array_equal(both, masks.any(0).numpy())
    assert np.array_equal(found_regions(found, (8, 9), [7]), masks[1].numpy())
    assert np.array_equal(found_regions(found, (8, 9), None, 0.5), masks[0].numpy())
    assert not found_regions(found, (8, 9), [1]).any()
    bitmaps = SimpleNamespace(masks=masks.numpy())
    instances = dict(masks=bitmaps, scores=np.ones(2), labels=np.zeros(2))
    assert np.array_equal(found_regions(dict(pred_instances=instances), (8, 9)), both)
    maps = BaseDataElement(attr_masks=PixelData(data=masks.float() * 0.5))
    assert np.array_equal(found_regions(maps, (8, 9)), both)
    assert np.array_equal(found_regions(maps, (8, 9), [0]), masks[0].numpy())
    assert np.array_equal(found_regions(SimpleNamespace(mask=both), (8, 9)), both)
    with pytest.raises(ShapeError, match='rescaled to its size'):
        found_regions(found, (9, 9))
    with pytest.raises(ConfigError, match='pred_instances, attr_masks or mask'):
        found_regions(object(), (8, 9))


def test_masks_grow():
    mask = np.zeros((9, 9), bool)
    mask[4, 4] = True
    assert np.array_equal(grow(mask, 0), mask)
    assert grow(mask, 2)[4, 2:7].all()
    assert grow(mask, 2)[2, 4]
    assert not grow(mask, 2)[2, 2]
    assert read_mask(mask.astype(np.uint8) * 255, (9, 9)).sum() == 1


def test_imported_weights_need_no_discriminator(folder, tmp_path):
    state = torch.load(folder / 'model.pth')['state_dict']
    part = {k: v for k, v in state.items() if k.startswith('generator.ffc.')}
    torch.save(dict(state_dict=part), tmp_path / 'lama.pth')
    cfg = load_config(folder / 'config.py')
    model = load_model(cfg, tmp_path / 'lama.pth', 'cpu')
    fusion = model.generator.fuse.conv.weight
    assert torch.equal(fusion[:, :3, 0, 0], torch.eye(3))
    assert not fusion[:, 3:].any()
    name = 'generator.ffc.model.1.ffc.convl2l.weight'
    assert torch.equal(model.state_dict()[name], state[name])
    part.pop(name)
    torch.save(dict(state_dict=part), tmp_path / 'lama.pth')
    with pytest.raises(CheckpointError, match='1 missing'):
        load_model(cfg, tmp_path / 'lama.pth', 'cpu')


def test_loss_networks_are_not_needed(folder):
    options = {
        'model.loss_difference.allow_random': False,
        'model.loss_difference.weights': 'no/vgg.pth',
    }
    EraserInferencer(folder / 'config.py', folder / 'model.pth', 'cpu', options)


def test_other_models_are_refused(folder):
    with pytest.raises(ConfigError, match='a config of an ERASER'):
        EraserInferencer(ROOT / 'configs/eraser/prior_places2.py', folder / 'model.pth')
