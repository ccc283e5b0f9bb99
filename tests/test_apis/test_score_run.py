"""A score model through `tools/test.py`: metrics, panels and predictions."""

import json

import numpy as np
import pytest
from tiny_runs import NUM, ROOT

pytest.importorskip('mmpretrain')

from tiny_score_head import BACKBONE, save_model

from mmprivacy.apis import PrivacyScoreInferencer, load_config
from mmprivacy.privattnet import VISPRDataset

CONFIG = """
_base_ = [{runtime!r}]
custom_imports = dict(imports=['mmprivacy.privattnet'], allow_failed_imports=False)
data_preprocessor = dict(
    num_classes=68, mean=[120.0] * 3, std=[60.0] * 3, to_rgb=True
)
model = dict(
    type='ImageClassifier',
    backbone={backbone},
    head=dict(type='TinyScoreHead', attributes=True),
)
test_dataloader = dict(
    batch_size=4,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=False),
    collate_fn=dict(type='default_collate'),
    dataset=dict(
        type='VISPRDataset',
        data_root={root!r},
        ann_file='test2017.txt',
        test_mode=True,
        pipeline=[
            dict(type='LoadPhoto'),
            dict(type='Resize', scale=(64, 64), backend='pillow'),
            dict(type='PackInputs', algorithm_keys=('gt_privacy_score',)),
        ],
    ),
)
test_cfg = dict()
test_evaluator = [
    dict(type='PrivacyScoreMetric'),
    dict(type='AttributeMetric', out_file={table!r}),
]
custom_hooks = [dict(type='PrivacyScoreVisualizationHook', tile=64)]
visualizer = dict(vis_backends=[])
"""


@pytest.fixture
def folder(tmp_path, vispr_root):
    text = CONFIG.format(
        runtime=str(ROOT / 'configs/_base_/mmpretrain_runtime.py'),
        backbone=BACKBONE,
        root=str(vispr_root),
        table=str(tmp_path / 'attributes.tsv'),
    )
    (tmp_path / 'config.py').write_text(text)
    save_model(load_config(tmp_path / 'config.py'), tmp_path / 'model.pth')
    return tmp_path


def test_tool_and_inferencer_agree(folder, vispr_root, run_tool):
    out, panels = folder / 'predictions.json', folder / 'panels'
    done = run_tool(
        'test', 'config.py', 'model.pth', '--work-dir', 'work',
        '--out', out, '--show-dir', panels, cwd=folder,
    )  # fmt: skip
    assert done.status == 0, done.err
    (log,) = (folder / 'work').rglob('*.log')
    assert 'safe/unsafe oracle' in log.read_text()
    metrics = json.loads((folder / 'work' / 'metrics.json').read_text())['metrics']
    assert metrics['score/n'] == metrics['attribute/n'] == NUM['test']
    rows = json.loads(out.read_text())
    truth = np.array([row['gt_privacy_score'] for row in rows])
    scores = np.array([row['pred_privacy_score'] for row in rows])
    assert truth.shape == scores.shape == (NUM['test'],)
    dataset = VISPRDataset('test2017.txt', str(vispr_root))
    labels = [dataset.get_cat_ids(i) for i in range(len(rows))]
    assert [row['gt_label'] for row in rows] == labels
    assert 1 in map(len, labels)
    assert metrics['score/l1'] == pytest.approx(np.abs(scores - truth).mean(), abs=1e-6)
    assert len((folder / 'attributes.tsv').read_text().splitlines()) == 69
    assert len(list(panels.glob('*.png'))) == NUM['test']

    infer = PrivacyScoreInferencer(folder / 'config.py', folder / 'model.pth')
    results = infer([row['img_path'] for row in rows], batch_size=4)
    np.testing.assert_allclose([r.score for r in results], scores, atol=1e-5)
    for row, result in zip(rows, results, strict=True):
        np.testing.assert_allclose(
            np.ravel(row['score_contributions']), result.contributions[:, 0], atol=1e-5
        )
        np.testing.assert_allclose(row['pred_score'], result.attributes, atol=1e-5)
