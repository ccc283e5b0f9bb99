"""Photographs, not drawings, from folders to region maps."""

import shutil
from pathlib import Path

import matplotlib
import pytest
from PIL import Image
from tiny_runs import ROOT, as_arguments, shrink

CONFIG = 'configs/drag/drag_r50.py'


@pytest.fixture
def photos(tmp_path):
    """Three photographs of different sizes that ship inside installed packages."""
    data = pytest.importorskip('sklearn.datasets')
    images = Path(data.__file__).parent / 'images'
    hopper = Path(matplotlib.get_data_path()) / 'sample_data' / 'grace_hopper.jpg'
    for label, source in (
        ('private', hopper),
        ('public', images / 'china.jpg'),
        ('public', images / 'flower.jpg'),
    ):
        (tmp_path / label).mkdir(exist_ok=True)
        shutil.copy(source, tmp_path / label)
    return tmp_path


def test_photographs_go_all_the_way(photos, run_tool):
    from mmprivacy.apis import load_config

    out = photos / 'image_privacy'
    folders = ['--private', photos / 'private', '--public', photos / 'public']
    refused = run_tool('prepare_data', 'image-privacy', *folders, '--out', out)
    assert refused.status == 2
    assert '--overlap' in refused.err
    done = run_tool(
        'prepare_data', 'image-privacy', *folders, '--out', out, '--overlap'
    )
    assert done.status == 0, done.err

    options = shrink(load_config(ROOT / CONFIG))
    options |= {
        'data_root': out,
        'model.backbone.init_cfg': None,
        'train_dataloader.num_batch_per_epoch': 1,
    }
    words = [*as_arguments(options), '--work-dir', photos / 'work']
    trained = run_tool('train', CONFIG, *words)
    assert trained.status == 0, trained.err
    (checkpoint,) = (photos / 'work').glob('epoch_*.pth')
    shown = photos / 'shown'
    tested = run_tool('test', CONFIG, checkpoint, *words, '--show-dir', shown)
    assert tested.status == 0, tested.err
    names = {path.stem for path in shown.glob('*.png')}
    assert names == {'grace_hopper', 'china', 'flower'}
    for path in shown.glob('*.png'):
        with Image.open(path) as picture:
            assert min(picture.size) > 100
