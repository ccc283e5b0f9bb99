"""Run one function of a benchmark in a process of its own.

``_child.py module:function REQUEST RESULT``; the two are JSON files.

Fresh, because peak memory and thread pools belong to a process. The child ends when the
benchmark that started it does, so that a killed benchmark leaves nothing running.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from mmprivacy.apis.cli import find_own_error, one_line, run_tool

sys.path.insert(0, str(Path(__file__).parent))


def end_with_parent(parent: int) -> None:
    """Terminate this process, and its data loading workers, once it is an orphan."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def main(argv: Sequence[str]) -> None:
    """Call the target and write what it returns, or why it did not."""
    from _common import read_json, write_json

    target, request, result = argv
    watch = threading.Thread(target=end_with_parent, args=(os.getppid(),), daemon=True)
    watch.start()
    module, _, name = target.partition(':')
    try:
        answer = getattr(importlib.import_module(module), name)(read_json(request))
    except Exception as e:
        own = find_own_error(e)
        reason = one_line(own) if own else f'{type(e).__name__}: {one_line(e)}'
        write_json(result, {'error': reason})
        raise
    write_json(result, answer)


if __name__ == '__main__':
    run_tool(main)
