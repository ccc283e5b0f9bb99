"""Checkpoints: loading them without pickle, finding the one to go on from."""

from __future__ import annotations

import functools
import os
import re
from pathlib import Path
from typing import Any

from mmprivacy.compat import safe_load
from mmprivacy.errors import CheckpointError


def register_safe_loading(trust: bool = False) -> None:
    """Make all checkpoints that MMEngine loads pass ``compat.safe_load``.

    Holds for files, URLs and ``torchvision://`` names, in ``load_from``, ``resume`` and
    ``init_cfg`` alike.

    Args:
        trust: Allow arbitrary pickled objects.
    """
    from mmengine.runner import CheckpointLoader

    # MMEngine logs the name of a loader from its 11th letter on.
    def load_from_local(filename: str, map_location: Any = None) -> Any:
        return safe_load(filename, map_location=map_location or 'cpu', trust=trust)

    def load_from_http(filename: str, map_location: Any = None) -> Any:
        return load_from_local(_download(filename), map_location)

    def load_from_torchvision(filename: str, map_location: Any = None) -> Any:
        from mmengine.runner.checkpoint import get_torchvision_models

        name = filename.partition('://')[2]
        urls = get_torchvision_models()
        if name not in urls:
            raise CheckpointError.explain(
                filename,
                expected='a model of torchvision with weights',
                got=repr(name),
                fix='check the name',
            )
        return load_from_http(urls[name], map_location)

    register = functools.partial(CheckpointLoader.register_scheme, force=True)
    register('', load_from_local)
    register(('http://', 'https://'), load_from_http)
    register(('modelzoo://', 'torchvision://'), load_from_torchvision)


def _download(url: str) -> Path:
    """Fetch a checkpoint into torch's cache, one process a machine."""
    import torch
    from mmengine.dist import barrier

    folder = Path(torch.hub.get_dir()) / 'checkpoints'
    path = folder / url.rpartition('/')[2].partition('?')[0]
    if int(os.environ.get('LOCAL_RANK', 0)) == 0 and not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        digest = re.search(r'-([0-9a-f]{8,})\.', path.name)
        try:
            torch.hub.download_url_to_file(url, path, digest and digest[1])
        except (OSError, RuntimeError) as e:
            raise CheckpointError.explain(
                url,
                expected='weights that can be downloaded',
                got=str(e),
                fix=f'put the file at {path}, or use --sample or init_cfg=None',
            ) from e
    barrier()
    return path


def find_resumable(
    work_dir: str | Path, trust: bool = False
) -> tuple[Path, dict] | None:
    """Find the newest checkpoint of a run that can be loaded.

    Usually the one that ``last_checkpoint`` names. If the folder was moved, or that
    file or the checkpoint is broken, the newest complete one takes its place.

    Args:
        work_dir: Folder of the run.
        trust: See :func:`register_safe_loading`.

    Returns:
        Path and content, or None if there is nothing to resume.

    Raises:
        CheckpointError: If there are checkpoints and none can be loaded.
    """
    work_dir = Path(work_dir)
    problem = None
    for path in _candidates(work_dir):
        try:
            return path, load_resumable(path, trust)
        except CheckpointError as e:
            problem = problem or e
    if problem is not None:
        raise problem
    return None


def load_resumable(path: str | Path, trust: bool = False) -> dict:
    """Load a checkpoint that a run can be resumed from.

    Raises:
        CheckpointError: If it cannot be loaded, or holds weights only.
    """
    checkpoint = safe_load(path, trust=trust)
    lacking = [k for k in ('meta', 'optimizer', 'message_hub') if k not in checkpoint]
    if lacking:
        raise CheckpointError.explain(
            path,
            expected='a checkpoint with the state of a run',
            got=f'weights only (no {", ".join(lacking)})',
            fix='resume from an epoch_*.pth, or start with '
            f'--cfg-options load_from={path}',
        )
    return checkpoint


def _candidates(work_dir: Path) -> list[Path]:
    numbered = {}
    for path in work_dir.glob('*.pth'):
        number = re.fullmatch(r'(?:epoch|iter)_(\d+)', path.stem)
        if number:
            numbered[path] = int(number[1])
    paths = sorted(numbered, key=numbered.get, reverse=True)
    note = work_dir / 'last_checkpoint'
    if note.is_file():
        named = Path(note.read_text().strip() or '.')
        # An absolute path inside is stale once the folder has been moved.
        named = named if named.is_file() else work_dir / named.name
        if named.is_file():
            paths = [named, *(p for p in paths if p != named)]
    return paths


def best_or_last(work_dir: str | Path, trust: bool = False) -> Path:
    """Return the checkpoint to evaluate after training.

    Args:
        work_dir: Folder of the run.
        trust: See :func:`register_safe_loading`.

    Returns:
        The best checkpoint of the last complete state, else the newest.

    Raises:
        CheckpointError: If the folder has none.
    """
    work_dir = Path(work_dir)
    found = find_resumable(work_dir, trust)
    if found is None:
        raise CheckpointError.explain(
            work_dir, expected='a checkpoint', got='none', fix='train first'
        )
    path, checkpoint = found
    best = checkpoint['message_hub'].get('runtime_info', {}).get('best_ckpt')
    if best and (work_dir / Path(best).name).is_file():
        return work_dir / Path(best).name
    return path


def check_match(model: Any, state: dict, path: object) -> None:
    """Refuse a checkpoint that belongs to another model.

    MMEngine loads what fits and warns about the rest, so a wrong file would be
    evaluated as an untrained model.

    Args:
        model: The model, unwrapped. Its attribute ``optional_state``, if there is one,
            lists beginnings of names that a file may lack.
        state: ``state_dict`` of the checkpoint.
        path: The file, for the message.

    Raises:
        CheckpointError: If a key is missing or of another shape.
    """
    optional = tuple(getattr(model, 'optional_state', ()))
    own = model.state_dict()
    state = {re.sub(r'^module\.', '', k): v for k, v in state.items()}
    lacking = [k for k in own if k not in state and not k.startswith(optional)]
    other = [k for k in own if k in state and own[k].shape != state[k].shape]
    if lacking or other:
        key = (other or lacking)[0]
        got = f'shape {tuple(state[key].shape)}' if other else 'nothing'
        raise CheckpointError.explain(
            path,
            expected=f'weights of this model ({len(own)} tensors, '
            f'{key} of shape {tuple(own[key].shape)})',
            got=f'{got} there; {len(lacking)} missing, {len(other)} of another shape',
            fix='use the config the checkpoint was trained with',
        )
