"""Starting the processes' group on machines without a GPU.

MMEngine's own start selects a CUDA device first and fails without one. If a group
exists already, its runner uses that.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from typing import Any

from mmprivacy.errors import ConfigError


def start_group(launcher: str, timeout: float | None = None) -> None:
    """Join the process group with gloo, if there is no CUDA device.

    With a CUDA device nothing happens here; MMEngine joins with the configured back
    end.

    Args:
        launcher: ``'none'``, ``'pytorch'`` (torchrun), ``'slurm'`` or ``'mpi'``.
        timeout: Seconds that a collective operation may take.

    Raises:
        ConfigError: If the launcher did not start this process.
    """
    import datetime

    import torch
    import torch.distributed as dist

    if launcher == 'none' or torch.cuda.is_available() or dist.is_initialized():
        return
    if launcher == 'slurm':
        _read_slurm()
    elif launcher == 'mpi':
        _read_mpi()
    for name in ('RANK', 'WORLD_SIZE', 'LOCAL_RANK', 'MASTER_ADDR', 'MASTER_PORT'):
        if name not in os.environ:
            raise _not_launched(launcher, name)
    limit = {} if timeout is None else {'timeout': datetime.timedelta(seconds=timeout)}
    dist.init_process_group(backend='gloo', **limit)


def stop_group() -> None:
    """Leave the process group, if there is one."""
    import torch.distributed as dist

    if dist.is_available() and dist.is_initialized():
        dist.destroy_process_group()


def main_first(work: Callable[[], Any]) -> None:
    """Let the first process do some work, then one process of every other machine.

    The work has to be idempotent: on a shared disk the second round finds it done.
    """
    from mmengine.dist import barrier, get_rank

    local_rank = int(os.environ.get('LOCAL_RANK', 0))
    if get_rank() == 0:
        work()
    barrier()
    if get_rank() != 0 and local_rank == 0:
        work()
    barrier()


def _read_slurm() -> None:
    try:
        os.environ['RANK'] = os.environ['SLURM_PROCID']
        os.environ['WORLD_SIZE'] = os.environ['SLURM_NTASKS']
        os.environ['LOCAL_RANK'] = os.environ.get('SLURM_LOCALID', '0')
        nodes = os.environ['SLURM_NODELIST']
    except KeyError as e:
        raise _not_launched('slurm', e.args[0]) from None
    if 'MASTER_ADDR' not in os.environ:
        hosts = subprocess.run(
            ['scontrol', 'show', 'hostname', nodes],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        os.environ['MASTER_ADDR'] = hosts[0]
    os.environ.setdefault('MASTER_PORT', '29500')


def _read_mpi() -> None:
    for name, source in (('RANK', 'RANK'), ('WORLD_SIZE', 'SIZE')):
        if f'OMPI_COMM_WORLD_{source}' not in os.environ:
            raise _not_launched('mpi', f'OMPI_COMM_WORLD_{source}')
        os.environ[name] = os.environ[f'OMPI_COMM_WORLD_{source}']
    os.environ['LOCAL_RANK'] = os.environ['OMPI_COMM_WORLD_LOCAL_RANK']
    os.environ.setdefault('MASTER_PORT', '29500')


def _not_launched(launcher: str, name: str) -> ConfigError:
    start = {
        'pytorch': 'tools/dist_train.sh CONFIG PROCESSES, or torchrun',
        'slurm': 'srun',
        'mpi': 'mpirun, with MASTER_ADDR set',
    }[launcher]
    return ConfigError.explain(
        f'--launcher {launcher}',
        expected=f'the environment variable {name}',
        got='none',
        fix=f'start with {start}, or drop --launcher',
    )
