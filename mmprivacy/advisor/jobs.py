"""What is done with one photo of a folder, and what came of it.

A job never raises for a photo: whatever is wrong with one, the others go on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mmprivacy.advisor.advisor import Advisor
from mmprivacy.advisor.certificate import (
    PASSED,
    REFUSED,
    problem_dict,
    read_certificate,
    sha256_of,
    summarise,
)
from mmprivacy.advisor.encoding import encode_photo, output_name
from mmprivacy.advisor.folder_walk import Entry
from mmprivacy.advisor.json_text import to_json
from mmprivacy.advisor.output_folder import OutputFolder
from mmprivacy.advisor.photo_file import PhotoFile
from mmprivacy.advisor.plan import Plan, read_plan
from mmprivacy.advisor.reading import read_stable
from mmprivacy.datasets.file_writing import write_text
from mmprivacy.errors import DataError, MMPrivacyError

FAILED, UNPUBLISHED = 'failed', 'unpublished'
"""Statuses besides those of certificates: nothing could be written; there is nothing
to verify."""


@dataclass(frozen=True)
class Outcome:
    """What came of a photo.

    Attributes:
        photo: Its path below the input folder.
        status: ``'passed'``, ``'refused'``, ``'failed'``, or ``'unpublished'``.
        message: Why, if it is not ``'passed'``.
        regions: How many regions were found or protected.
        fresh: Whether work was done; False if an earlier run had finished it.
    """

    photo: str
    status: str
    message: str = ''
    regions: int = 0
    fresh: bool = True


class _Job:
    """Turns everything that can go wrong with a photo into an outcome."""

    def __call__(self, entry: Entry) -> Outcome:
        """Work on one photo."""
        if entry.problem:
            return self.failed(entry.name, entry.problem)
        try:
            return self.work(entry.name)
        except MMPrivacyError as e:
            return self.failed(entry.name, ' '.join(str(e).split()))
        except Exception as e:
            if self.debug:
                raise
            # A part is somebody else's code, and a photo somebody else's bytes.
            text = f'{type(e).__name__}: {e}' if str(e) else type(e).__name__
            return self.failed(entry.name, ' '.join(text.split()))


class AssessJob(_Job):
    """Writes the plan of a photo.

    Args:
        cfg: The ``advisor`` part of a config.
        source: The folder of photos.
        out: The folder of plans.
        debug: Raise what goes wrong.
    """

    def __init__(
        self, cfg: Mapping[str, Any], source: Path, out: Path, debug: bool = False
    ) -> None:
        self.advisor = Advisor.from_config(cfg)
        self.source, self.out, self.debug = source, out, debug

    def work(self, name: str) -> Outcome:
        """Assess one photo, unless there is a plan for it already."""
        data = read_stable(self.source / name)
        path = self.out / f'{name}.json'
        if path.is_file() and 'error' not in _content(path):
            plan = self._known(path, sha256_of(data))
            return Outcome(name, PASSED, regions=len(plan.regions), fresh=False)
        plan = self.advisor.assess(self.advisor.decode(data, self.source / name), name)
        write_text(path, plan.to_json())
        return Outcome(name, PASSED, regions=len(plan.regions))

    def failed(self, name: str, message: str) -> Outcome:
        """Write down that there is no plan."""
        path = self.out / f'{name}.json'
        text = to_json({'photo': name, 'error': message}) + '\n'
        try:
            if not path.is_file() or 'error' in _content(path):
                write_text(path, text)
        except (MMPrivacyError, OSError) as e:  # such as a name that is too long
            message = f'{message}; {e}'
        return Outcome(name, FAILED, message)

    def _known(self, path: Path, digest: str) -> Plan:
        """Read a plan that is there, which somebody may have edited."""
        plan = read_plan(path, self.advisor.policy, list(self.advisor.protectors))
        if plan.sha256 != digest or plan.config != self.advisor.config_hash:
            raise DataError.explain(
                path,
                expected='no plan, or one of this photo and this config',
                got='another one',
                fix='move it away: plans are never overwritten',
            )
        return plan


class ProtectJob(_Job):
    """Writes the protected photo, and its certificate.

    Args:
        cfg: The ``advisor`` part of a config.
        source: The folder of photos.
        out: The output folder.
        plans: A folder of plans to carry out; None to make them.
        debug: Raise what goes wrong.
    """

    def __init__(
        self,
        cfg: Mapping[str, Any],
        source: Path,
        out: Path,
        plans: Path | None = None,
        debug: bool = False,
    ) -> None:
        self.advisor = Advisor.from_config(cfg)
        self.source, self.plans, self.debug = source, plans, debug
        self.out = OutputFolder(out)

    def work(self, name: str) -> Outcome:
        """Protect one photo, unless that was finished before."""
        data = read_stable(self.source / name)
        plan = self._given(name)
        key = sha256_of(
            '|'.join(
                (self.advisor.config_hash, sha256_of(data), plan.digest if plan else '')
            ).encode()
        )
        known = self.out.find(name, key)
        if known:
            self.out.failure(name).unlink(missing_ok=True)
            return outcome_of(known, fresh=False)
        original = self.advisor.decode(data, self.source / name)
        if plan is None:
            plan = self.advisor.assess(original, name)
        target = self._target(name, original.photo.format)
        plan, content = self._protect(original, plan, target)
        write_text(self.out.plan(name), plan.to_json())
        self.out.conclude(name, target, {**content, 'key': key})
        return outcome_of(content)

    def _protect(
        self, original: PhotoFile, plan: Plan, target: str
    ) -> tuple[Plan, dict[str, Any]]:
        """Protect, write and certify, until nothing is left to repair."""
        advisor, name = self.advisor, plan.photo
        repairs = advisor.repairs if self.plans is None else 0
        while True:
            protected = advisor.protect(original, plan)
            written = encode_photo(protected.file)
            path = self.out.write_to_quarantine(name, target, written)
            content = advisor.certify(path, written, original, protected, plan)
            longer = advisor.repair(plan, content) if repairs else None
            if longer is None:
                return plan, content
            plan, repairs = longer, repairs - 1

    def failed(self, name: str, message: str) -> Outcome:
        """Write down that there is no protected photo."""
        try:
            self.out.fail(name, message)
        except (MMPrivacyError, OSError) as e:  # such as a name that is too long
            message = f'{message}; {e}'
        return Outcome(name, FAILED, message)

    def _given(self, name: str) -> Plan | None:
        if self.plans is None:
            return None
        advisor = self.advisor
        path = self.plans / f'{name}.json'
        plan = read_plan(path, advisor.policy, list(advisor.protectors))
        return replace(plan, photo=name)

    def _target(self, name: str, file_format: str) -> str:
        target = output_name(name, file_format)
        if target != name and (self.source / target).exists():
            raise DataError.explain(
                self.source / name,
                expected=f'no other photo that becomes {target}',
                got='one of that name',
                fix='rename one of the two',
            )
        return target


class VerifyJob(_Job):
    """Looks at a published photo again.

    Args:
        cfg: The ``advisor`` part of a config.
        source: The output folder of a run of :class:`ProtectJob`.
        other_config: Whether certificates may be of another config.
        debug: Raise what goes wrong.
    """

    def __init__(
        self,
        cfg: Mapping[str, Any],
        source: Path,
        other_config: bool = False,
        debug: bool = False,
    ) -> None:
        self.advisor = Advisor.from_config(cfg)
        self.folder, self.debug = OutputFolder(source), debug
        self.other_config = other_config

    def work(self, name: str) -> Outcome:
        """Verify the file of one certificate."""
        certificate = read_certificate(self.folder.certificate(name))
        if certificate['status'] != PASSED:
            return Outcome(name, UNPUBLISHED, fresh=False)
        if certificate['photo'] != name:
            raise DataError.explain(
                self.folder.certificate(name),
                expected=f'the certificate of {name}',
                got=f'that of {certificate["photo"]}',
                fix='protect again',
            )
        ours = self.advisor.config_hash
        if certificate['config_sha256'] != ours and not self.other_config:
            raise DataError.explain(
                self.folder.certificate(name),
                expected=f'a certificate of the config of this run ({ours[:8]})',
                got=f'one of another ({certificate["config_sha256"][:8]})',
                fix='protect again, or name the config',
            )
        path = self.folder.root / certificate['file']
        data = read_stable(path)
        found = self.advisor.verify(data, str(path), certificate)
        if found:
            message = summarise([problem_dict(p) for p in found])
            return Outcome(name, REFUSED, message, len(certificate['regions']))
        return Outcome(name, PASSED, regions=len(certificate['regions']))

    def failed(self, name: str, message: str) -> Outcome:
        """Say what is wrong; a verification writes nothing."""
        return Outcome(name, FAILED, message)


def outcome_of(certificate: Mapping[str, Any], fresh: bool = True) -> Outcome:
    """Say what a certificate says, in short."""
    return Outcome(
        certificate['photo'],
        certificate['status'],
        summarise(certificate['problems']),
        len(certificate['regions']),
        fresh,
    )


def _content(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
