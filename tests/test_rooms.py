"""The arrows of the house: which room may import what, and what stays light."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / 'mmprivacy'
HOSTS = {'mmcv', 'mmdet', 'mmpretrain', 'mmseg'}
METHODS = {
    'drag': {'mmpretrain'},
    'privattnet': {'mmpretrain'},
    'privobfnet': {'mmseg'},
    'disappearance': {'mmdet'},
    'eraser': set(),
}
SHARED = {'datasets', 'evaluation', 'visualization', 'obfuscation'}
EVERYWHERE = {'errors', 'compat', 'version', 'fields'}
OPEN = {'advisor', 'apis'}
TORCH_ONLY = {
    'drag/graph.py', 'drag/regions.py', 'privattnet/relu_dropout.py',
    'privattnet/shifted_scores.py', 'privattnet/soft_attention.py',
    'privobfnet/cam.py', 'privobfnet/windows.py',
    *(f'disappearance/{name}.py' for name in (
        'descent', 'frozen', 'jpeg', 'options', 'perturb', 'photo_state', 'resize',
        'survival', 'targets', 'view',
    )),
    *(f'eraser/{name}.py' for name in (
        'adversarial_loss', 'compositing', 'difference', 'discriminator', 'ffc',
        'frozen', 'generator', 'padding', 'palette', 'prior_sampling',
        'prior_transformer', 'reconstruction_losses', 'vgg',
    )),
}  # fmt: skip
FILES = sorted(PACKAGE.rglob('*.py'))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix('.py')


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Yield every imported module with whether it runs when the file is imported."""
    tree = ast.parse(path.read_text(encoding='utf-8'))
    lazy = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            lazy.update(id(n) for n in ast.walk(node))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and 'TYPE_CHECKING' in ast.dump(node.test):
            lazy.update(id(n) for n in ast.walk(node))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, id(node) not in lazy
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ''
            if node.level:
                base = path.relative_to(PACKAGE.parent).parts[: -node.level]
                module = '.'.join([*base, module]).rstrip('.')
            yield module, id(node) not in lazy
            if module == 'mmprivacy':
                for alias in node.names:
                    yield f'mmprivacy.{alias.name}', id(node) not in lazy


def broken_arrows(path: Path) -> list[str]:
    room = room_of(path)
    found = []
    for module, at_import in imports(path):
        top, *rest = module.split('.')
        target = rest[0] if top == 'mmprivacy' and rest else None
        if room in METHODS:
            hosts, rooms = METHODS[room] | {'mmcv'}, {room} | SHARED | EVERYWHERE
            hosts = hosts if METHODS[room] else set()
        elif room in SHARED:
            hosts, rooms = set(), SHARED | EVERYWHERE
        elif room in OPEN:
            hosts = set() if at_import else HOSTS
            rooms = OPEN | SHARED | EVERYWHERE
            rooms = rooms if at_import else rooms | set(METHODS)
        else:
            hosts, rooms = set(), EVERYWHERE
        if top in HOSTS - hosts or (target and target not in rooms):
            found.append(f'{path.relative_to(PACKAGE)} imports {module}')
    return found


def test_the_check_sees_what_it_must(tmp_path, monkeypatch):
    monkeypatch.setattr('test_rooms.PACKAGE', tmp_path / 'mmprivacy')
    cases = {
        'drag/a.py': ('import mmseg', 1),
        'drag/b.py': ('from mmprivacy.eraser import x\nfrom ..privattnet import y', 2),
        'drag/c.py': (
            'from mmpretrain.models import x\nfrom mmprivacy import errors',
            0,
        ),
        'datasets/d.py': ('def f():\n    import mmcv', 1),
        'datasets/e.py': ('from mmprivacy import drag', 1),
        'apis/f.py': ('import mmpretrain\nimport mmprivacy.drag', 2),
        'apis/g.py': ('def f():\n    import mmpretrain, mmprivacy.drag', 0),
        'eraser/h.py': ('import mmcv', 1),
    }
    for name, (text, expected) in cases.items():
        path = tmp_path / 'mmprivacy' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        assert len(broken_arrows(path)) == expected, name


@pytest.mark.parametrize('room', sorted({room_of(p) for p in FILES}))
def test_arrows(room):
    known = set(METHODS) | SHARED | EVERYWHERE | OPEN | {'__init__'}
    assert room in known, f'{room} is no room of the house'
    files = [p for p in FILES if room_of(p) == room]
    assert not [line for path in files for line in broken_arrows(path)]


@pytest.mark.parametrize('name', sorted(TORCH_ONLY))
def test_maths_imports_torch_only(name):
    path = PACKAGE / name
    if not path.exists():
        pytest.skip('not built yet')
    allowed = {'__future__', 'torch', 'math', 'mmprivacy', *sys.stdlib_module_names}
    modules = {module for module, _ in imports(path)}
    assert {m.split('.')[0] for m in modules} <= allowed
    ours = {m for m in modules if m.startswith('mmprivacy')}
    own = f'mmprivacy.{name.split("/")[0]}.'
    others = {own + Path(n).stem for n in TORCH_ONLY}
    assert ours <= {'mmprivacy.errors'} | others


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().rpartition('\n')[2]


def test_importing_the_package_is_light():
    heavy = HOSTS | {'torch', 'mmengine', 'numpy', 'cv2', 'PIL', 'matplotlib'}
    code = (
        'import sys, mmprivacy, mmprivacy.errors, mmprivacy.compat, mmprivacy.apis\n'
        f'print(sorted({heavy!r} & set(sys.modules)))'
    )
    assert run(code) == '[]'


def test_shared_rooms_load_no_host():
    rooms = [f'mmprivacy.{r}' for r in sorted(SHARED) if (PACKAGE / r).is_dir()]
    code = (
        f'import sys, {", ".join(rooms)}\nprint(sorted({HOSTS!r} & set(sys.modules)))'
    )
    assert run(code) == '[]'


REGISTERS = re.compile(
    r'^@(\w+)\.register_module\(([^)]*)\)\s*\n(?:@.*\n)*(?:class|def) (\w+)',
    re.MULTILINE,
)


def registered(folder: Path) -> Iterator[tuple[str, str]]:
    """Read the registered names below a folder, with the file, without importing."""
    for path in folder.rglob('*.py'):
        text = path.read_text(encoding='utf-8', errors='replace')
        if 'register_module' in text:
            for _, argument, name in REGISTERS.findall(text):
                given = re.search(r"['\"](\w+)['\"]", argument)
                yield (given[1] if given else name), str(path)


def test_no_host_has_a_name_of_ours():
    """A name in a host's node hides the one in the root."""
    ours = {name: path for room in SHARED for name, path in registered(PACKAGE / room)}
    assert {'BlurImage', 'LoadPhoto', 'PrivacyClassificationMetric'} <= set(ours)
    specs = [importlib.util.find_spec(h) for h in ('mmpretrain', 'mmdet', 'mmseg')]
    folders = [Path(s.submodule_search_locations[0]) for s in specs if s]
    theirs = {name: path for folder in folders for name, path in registered(folder)}
    assert not folders or len(theirs) > 100
    assert not {ours[n]: theirs[n] for n in set(ours) & set(theirs)}
