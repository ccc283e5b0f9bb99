"""Assess, protect and verify whole folders: shards, processes, results.

Convention:
    Every process of a distributed run walks over the same tree and takes each n-th
    photo. What is written about a photo depends on the photo, the plan and the config
    alone, so that neither the number of processes nor an interruption changes the
    result.
"""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from mmengine.utils import import_modules_from_strings

from mmprivacy.advisor.certificate import PASSED, REFUSED, read_certificate
from mmprivacy.advisor.folder_walk import Entry, walk
from mmprivacy.advisor.jobs import (
    FAILED,
    AssessJob,
    Outcome,
    ProtectJob,
    VerifyJob,
    outcome_of,
)
from mmprivacy.advisor.json_text import to_json
from mmprivacy.advisor.output_folder import OutputFolder, check_separate
from mmprivacy.advisor.reading import SUFFIXES
from mmprivacy.advisor.workers import run_jobs
from mmprivacy.datasets.file_writing import check_writable, write_lines
from mmprivacy.datasets.image_checks import track
from mmprivacy.errors import ConfigError, DataError, MissingDependencyError
from mmprivacy.version import __version__

_SHOWN = 20


@dataclass(frozen=True)
class Setup:
    """How a run is made.

    Attributes:
        advisor: The ``advisor`` part of a config.
        imports: Modules that register its parts.
        workers: Processes on this machine.
        rank: Number of this process among those that a launcher started.
        world: How many these are.
        progress: Show a bar on stderr.
        debug: Raise what goes wrong with a photo.
    """

    advisor: Mapping[str, Any]
    imports: Sequence[str] = ()
    workers: int = 1
    rank: int = 0
    world: int = 1
    progress: bool = True
    debug: bool = False


@dataclass
class RunResult:
    """What came of a run.

    Attributes:
        counts: Status to number of photos.
        problems: The first outcomes that are not ``'passed'``.
        resumed: How many photos an earlier run had finished.
    """

    counts: Counter = field(default_factory=Counter)
    problems: list[Outcome] = field(default_factory=list)
    resumed: int = 0

    def add(self, outcome: Outcome) -> Outcome:
        """Count an outcome."""
        self.counts[outcome.status] += 1
        self.resumed += not outcome.fresh
        bad = outcome.status in (REFUSED, FAILED)
        if bad and len(self.problems) < _SHOWN:
            self.problems.append(outcome)
        return outcome

    @property
    def ok(self) -> bool:
        """Whether no photo was refused or failed."""
        return not self.counts[REFUSED] and not self.counts[FAILED]


def assess_folder(setup: Setup, photos: str | Path, out: str | Path) -> RunResult:
    """Write the plans of photos.

    Args:
        setup: How.
        photos: A photo, or a folder of photos.
        out: The folder to write plans to; it mirrors the tree of photos.

    Returns:
        What came of it; in a distributed run of this process's share.

    Raises:
        ConfigError: If the config or a folder is wrong.
        DataError: If there are no photos.
    """
    source, entries = _source(photos)
    check_separate(Path(photos), Path(out), '--out')
    check_writable(Path(out), '--out')
    arguments = dict(source=source, out=Path(out), debug=setup.debug)
    make_job = _job_maker(setup, AssessJob, arguments)
    return _run(setup, make_job, make_job(), entries, 'Assessing photos')


def protect_folder(
    setup: Setup,
    photos: str | Path,
    out: str | Path,
    plans: str | Path | None = None,
    barrier: Any = None,
) -> RunResult:
    """Protect photos, verify what was written, and certify it.

    Args:
        setup: How.
        photos: A photo, or a folder of photos.
        out: The output folder, see :mod:`mmprivacy.advisor.output_folder`.
        plans: A folder of plans to carry out, as :func:`assess_folder` writes it.
        barrier: Called where the processes of a distributed run have to wait for each
            other.

    Returns:
        What came of all photos; in a distributed run the first process knows it, the
        others their share.

    Raises:
        ConfigError: If the config or a folder is wrong.
        DataError: If there are no photos.
    """
    source, entries = _source(photos)
    folder = OutputFolder(out)
    plans = None if plans is None else Path(plans)
    if plans is not None and not plans.is_dir():
        raise ConfigError.explain(
            '--plan', expected='a folder of plans', got=plans, fix='run assess before'
        )
    arguments = dict(source=source, out=folder.root, plans=plans, debug=setup.debug)
    make_job = _job_maker(setup, ProtectJob, arguments)
    job = make_job()  # says what is wrong with the config before anything is written
    if setup.rank == 0:
        about = {
            'version': __version__,
            'advisor': setup.advisor,
            'imports': list(setup.imports),
            'planned': plans is not None,
        }
        folder.prepare(Path(photos), about)
    if barrier:
        barrier()
    share = _run(setup, make_job, job, entries, 'Protecting photos')
    if barrier:
        barrier()
    if setup.rank:
        return share
    result = _write_results(folder, entries)
    result.resumed = share.resumed
    folder.finish()
    return result


def verify_folder(
    setup: Setup, out: str | Path, other_config: bool = False
) -> RunResult:
    """Look at all published photos again.

    Args:
        setup: How.
        out: The output folder of :func:`protect_folder`.
        other_config: Whether certificates may be of another config.

    Returns:
        What came of it. Files without a certificate are among the problems.

    Raises:
        ConfigError: If the config is wrong.
        DataError: If it is no output folder.
    """
    folder = OutputFolder(out)
    if not (folder.root / 'run.json').is_file():
        raise DataError.explain(
            out,
            expected='an output folder of protect',
            got='another one' if Path(out).is_dir() else 'no folder',
            fix='check the path',
        )

    def entries() -> Iterator[Entry]:
        yield from map(Entry, folder.certificates())

    arguments = dict(source=folder.root, other_config=other_config, debug=setup.debug)
    make_job = _job_maker(setup, VerifyJob, arguments)
    result = _run(setup, make_job, make_job(), entries, 'Verifying photos')
    if setup.rank == 0:
        for name in folder.photos():
            if not _has_certificate(folder, name):
                message = 'a file that no certificate is of'
                result.add(Outcome(f'photos/{name}', FAILED, message))
    return result


def read_setup(out: str | Path) -> tuple[dict[str, Any], list[str]]:
    """Read the config that an output folder was written with.

    Args:
        out: The output folder.

    Returns:
        The ``advisor`` part, and the modules to import.

    Raises:
        DataError: If it is no output folder.
    """
    path = Path(out) / 'run.json'
    try:
        about = json.loads(path.read_text(encoding='utf-8'))
        return about['advisor'], about['imports']
    except (OSError, ValueError, KeyError) as e:
        raise DataError.explain(
            path,
            expected='what protect writes into its output folder',
            got=e.strerror if isinstance(e, OSError) else 'another file',
            fix='check the path, or name a config',
        ) from e


def _source(photos: str | Path) -> tuple[Path, Any]:
    """Give the root of the photos and a function that lists them."""
    path = Path(photos)
    if path.is_dir():
        if next(walk(path), None) is None:
            raise DataError.explain(
                path,
                expected=f'photos ({" ".join(SUFFIXES)})',
                got='none',
                fix='check the folder',
            )
        return path, partial(walk, path)
    if not path.exists():
        raise DataError.explain(
            path, expected='a photo or a folder', got='nothing', fix='check the path'
        )
    return path.parent, lambda: iter([Entry(path.name)])


def _run(setup: Setup, make_job: Any, job: Any, entries: Any, what: str) -> RunResult:
    """Do a job for this process's share of the photos."""
    total = sum(1 for _ in islice(entries(), setup.rank, None, setup.world))
    share = islice(entries(), setup.rank, None, setup.world)
    make = make_job if setup.workers > 1 else lambda: job
    outcomes = run_jobs(make, share, setup.workers, partial(_lost, job))
    shown = setup.progress and setup.rank == 0 and total > 1
    result = RunResult()
    for outcome in track(outcomes, total, shown, what):
        result.add(outcome)
    return result


def _job_maker(setup: Setup, kind: type, arguments: Mapping[str, Any]) -> Any:
    return partial(_make_job, list(setup.imports), kind, setup.advisor, dict(arguments))


def _make_job(
    imports: list[str], kind: type, advisor: Mapping[str, Any], arguments: dict
) -> Any:
    try:
        import_modules_from_strings(imports or None)
    except ImportError as e:
        raise MissingDependencyError.explain(
            'custom_imports',
            expected=f'the modules {", ".join(imports)}',
            got=e,
            fix='name the config file that they lie beside, or set PYTHONPATH',
        ) from e
    return kind(advisor, **arguments)


def _lost(job: Any, entry: Entry) -> Outcome:
    message = 'the process that worked on it died (was there enough memory?)'
    return job.failed(entry.name, message)


def _write_results(folder: OutputFolder, entries: Any) -> RunResult:
    """Write ``results.jsonl`` and ``summary.json`` from the certificates."""
    result = RunResult()

    def lines() -> Iterator[str]:
        for entry in entries():
            outcome = result.add(_read_outcome(folder, entry))
            row = asdict(outcome)
            del row['fresh']
            yield to_json(row)

    write_lines(folder.root / 'results.jsonl', lines())
    summary = {status: result.counts[status] for status in (PASSED, REFUSED, FAILED)}
    write_lines(folder.root / 'summary.json', [to_json(summary)])
    return result


def _read_outcome(folder: OutputFolder, entry: Entry) -> Outcome:
    message = folder.read_failure(entry.name)
    if message is not None:
        return Outcome(entry.name, FAILED, message)
    try:
        return outcome_of(read_certificate(folder.certificate(entry.name)))
    except DataError as e:
        return Outcome(entry.name, FAILED, str(e))


def _has_certificate(folder: OutputFolder, name: str) -> bool:
    """Tell whether a published file is the one that a certificate is of."""
    for photo in (name, name.removesuffix('.jpg')):
        with contextlib.suppress(DataError):
            certificate = read_certificate(folder.certificate(photo))
            if certificate.get('file') == f'photos/{name}':
                return certificate['status'] == PASSED
    return False
