"""One drawn data set, and the smallest run of a config, for all tests."""

import importlib.util
import logging
import os
import sys
from functools import partial
from types import SimpleNamespace

# Before torch is imported, here and in the processes that tests start: pools of threads
# that wait for each other on few cores make small tensors ten times slower.
os.environ.setdefault('OMP_NUM_THREADS', '1')

import pytest
from tiny_runs import NUM, ROOT, shrink

sys.path.append(str(ROOT / 'tools/benchmarks'))


def _drawn(form):
    """Make a fixture: folder of 8 / 4 / 6 drawn pictures, only to be read."""

    @pytest.fixture(scope='session')
    def root(tmp_path_factory):
        from mmprivacy.datasets.sample import write_sample

        folder = tmp_path_factory.mktemp('sample') / form
        return write_sample(form, folder, NUM, seed=0, progress=False)

    return root


sample_root = _drawn('image-privacy')
vispr_root = _drawn('vispr')
objects_root = _drawn('objects')
coco_root = _drawn('coco')
voc_root = _drawn('voc')
inpainting_root = _drawn('inpainting')
visual_redactions_root = _drawn('visual-redactions')
voc_image_labels_root = _drawn('voc-image-labels')
coco_image_labels_root = _drawn('coco-image-labels')


@pytest.fixture(scope='session')
def tiny_options(sample_root, request):
    """Build overrides that shrink a config, for ``--sample``."""
    roots = {'image-privacy': lambda: sample_root}
    for name in ('vispr', 'objects', 'coco', 'voc', 'inpainting', 'visual-redactions',
                 'voc-image-labels', 'coco-image-labels'):  # fmt: skip
        fixture = f'{name.replace("-", "_")}_root'
        roots[name] = partial(request.getfixturevalue, fixture)

    def build(cfg_path, **more):
        from mmprivacy.apis.config import load_config

        cfg = load_config(cfg_path, sample=True, draw=False)
        root = roots[cfg.sample.data.format]()
        options = {'sample.data.root': str(root), 'visualizer.vis_backends': []}
        options |= {f'sample.data.num.{k}': v for k, v in NUM.items()}
        if cfg.sample.get('encoder'):
            options['sample.encoder'] = None  # which would take minutes
        if cfg.sample.get('prior'):
            options['sample.prior'] = None
        options |= shrink(cfg)
        return options | more

    return build


@pytest.fixture
def run_tool(capfd, monkeypatch):
    """Run a tool in this process: ``run_tool('train', *arguments)``."""

    def run(name, *argv, cwd=ROOT):
        from mmprivacy.apis import cli

        path = ROOT / 'tools' / f'{name}.py'
        spec = importlib.util.spec_from_file_location(f'tools_{name}', path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        monkeypatch.chdir(cwd)
        monkeypatch.setattr('sys.argv', [path.name, *map(str, argv)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as exit_:
            cli.run_tool(module.main)
        logging.disable(logging.NOTSET)  # check_config silences its process
        out, err = capfd.readouterr()
        return SimpleNamespace(status=exit_.value.code, out=out, err=err)

    return run


@pytest.fixture(scope='module', autouse=True)
def no_scope_is_left_behind():
    """Types are looked up where a test asks for them, whatever ran before it."""
    from mmengine.registry import DefaultScope

    DefaultScope._instance_dict.clear()
