"""The advisor: from a photo to a plan, a protected photo, and a certificate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mmprivacy.advisor.building import build_part
from mmprivacy.advisor.certificate import (
    PASSED,
    REFUSED,
    VERSION,
    library_versions,
    problem_dict,
    sha256_of,
)
from mmprivacy.advisor.comparison import broken, compare
from mmprivacy.advisor.contracts import (
    Assessor,
    Localiser,
    Photo,
    Problem,
    Protector,
    Region,
    Verifier,
    name_of,
)
from mmprivacy.advisor.decoding import decode_photo
from mmprivacy.advisor.json_text import to_json
from mmprivacy.advisor.photo_file import PhotoFile
from mmprivacy.advisor.plan import Plan, PlannedRegion, assessment_dict
from mmprivacy.advisor.policy import KEEP, Policy
from mmprivacy.advisor.protection import Protected, carry_out
from mmprivacy.advisor.statements import Statements
from mmprivacy.advisor.verification import Check, Verification
from mmprivacy.errors import ConfigError, DataError, MMPrivacyError


class Advisor:
    """All parts of a config, and what they do together.

    Args:
        localisers: Configs of localisers, or localisers.
        protectors: Method to protector. The first ones are applied first.
        verifiers: Name to verifier.
        assessors: Assessors.
        policy: Arguments of :class:`mmprivacy.advisor.policy.Policy`.
        recompress: JPEG qualities at which the verifiers look again.
        recheck_whole_photo: Let them look at the whole photo then, not only around
            what was protected.
        repairs: How often a photo is protected again, with what the verifiers found
            added to its plan, before it is refused. Plans of users are carried out as
            they are.
        max_megapixels: Larger photos are refused.

    Raises:
        ConfigError: If a part or the policy is wrong.
        MissingDependencyError: If a part that is not optional needs a package that is
            not installed.
    """

    def __init__(
        self,
        localisers: Sequence[Any],
        protectors: Mapping[str, Any],
        verifiers: Mapping[str, Any],
        assessors: Sequence[Any] = (),
        policy: Mapping[str, Any] | None = None,
        recompress: Sequence[int] = (90, 75),
        recheck_whole_photo: bool = False,
        repairs: int = 2,
        max_megapixels: float = 150,
    ) -> None:
        self.skipped: dict[str, str] = {}
        self.assessors = self._build(_numbered(assessors), Assessor, 'assessors')
        self.localisers = self._build(_numbered(localisers), Localiser, 'localisers')
        self.protectors = self._build(protectors, Protector, 'protectors')
        self.verifiers = self._build(verifiers, Verifier, 'verifiers')
        if KEEP in self.protectors:
            raise ConfigError.explain(
                'protectors', expected='another name', got=repr(KEEP), fix='rename it'
            )
        self.policy = Policy(**(policy or {}))
        self.policy.check(list(self.protectors), list(verifiers))
        self.verification = Verification(
            self.verifiers, self.policy, recompress, recheck_whole_photo
        )
        self.repairs = repairs
        self.max_megapixels = max_megapixels
        self.config_hash = ''

    @classmethod
    def from_config(cls, cfg: Mapping[str, Any]) -> Advisor:
        """Build the advisor of a config.

        Args:
            cfg: What the config file calls ``advisor``: the arguments of this class.

        Returns:
            The advisor, with ``config_hash``.

        Raises:
            ConfigError: If an argument is unknown or wrong.
        """
        try:
            advisor = cls(**cfg)
        except TypeError as e:
            raise ConfigError.explain(
                'advisor', expected='arguments of Advisor', got=e, fix='correct them'
            ) from e
        text = to_json(cfg, sort_keys=True)
        advisor.config_hash = sha256_of(text.encode())
        return advisor

    def _build(self, parts: Mapping[str, Any], contract: type, where: str) -> dict:
        built = {}
        for name, cfg in parts.items():
            part = build_part(cfg, contract, f'advisor.{where}.{name}')
            if isinstance(part, MMPrivacyError):
                kind = getattr(cfg['type'], '__name__', cfg['type'])
                self.skipped[kind if name.isdecimal() else name] = str(part)
            else:
                built[name] = part
        return built

    def decode(self, data: bytes, path: str | Path = '') -> PhotoFile:
        """Decode a file, see :func:`mmprivacy.advisor.decoding.decode_photo`."""
        return decode_photo(data, path, self.max_megapixels)

    def assess(self, file: PhotoFile, name: str = '') -> Plan:
        """Judge a photo, find what is private, and choose what to do.

        Args:
            file: The photo.
            name: Its path below the input folder.

        Returns:
            The plan.

        Raises:
            DataError: If a localiser gives a box that is none.
        """
        photo = file.photo
        planned, found = [], []
        for localiser in self.localisers.values():
            for region in localiser.localise(photo):
                region = _checked(region, photo, name_of(localiser))
                found.append(region)
                rule = self.policy.rule_for(region.kind)
                if region.score >= rule.threshold and not _is_outside(region):
                    method = self.policy.method_of(region, name)
                    warning = self.warnings.get(method, '')
                    planned.append(PlannedRegion(region, method, rule.margin, warning))
        said = [
            assessment_dict(
                a.assess_regions(photo, found)
                if hasattr(a, 'assess_regions')
                else a.assess(photo)
            )
            for a in self.assessors.values()
        ]
        digest = sha256_of(photo.data or photo.pixels.tobytes())
        return Plan(
            name, digest, photo.size, tuple(planned), tuple(said),
            self.config_hash, self.skipped,
        )  # fmt: skip

    @property
    def warnings(self) -> dict[str, str]:
        """Method to what it does not protect from, of those that have limits."""
        return {
            method: getattr(part, 'warning', '') or 'it can be undone'
            for method, part in self.protectors.items()
            if part.can_be_undone or getattr(part, 'warning', '')
        }

    def protect(self, file: PhotoFile, plan: Plan) -> Protected:
        """Carry out a plan.

        Args:
            file: The photo.
            plan: Its plan.

        Returns:
            The protected photo.

        Raises:
            DataError: If the plan is for another photo.
        """
        digest = sha256_of(file.photo.data or file.photo.pixels.tobytes())
        if plan.sha256 != digest or plan.size != file.photo.size:
            raise DataError.explain(
                file.photo.path or 'photo',
                expected='the photo that the plan was made for',
                got='another one, or a changed one',
                fix='assess it again',
            )
        return carry_out(file, plan, self.protectors)

    def repair(self, plan: Plan, certificate: Mapping[str, Any]) -> Plan | None:
        """Add what the verifiers found to a plan.

        Args:
            plan: The plan.
            certificate: The certificate that it led to.

        Returns:
            A longer plan; None if the certificate is passed, or refused for a reason
            that no further region takes away.
        """
        problems = certificate['problems']
        if not problems or any(
            p['box'] is None or p['source'] not in self.verifiers for p in problems
        ):
            return None
        added = []
        for problem in problems:
            rule = self.policy.rule_for(problem['kind'])
            region = Region(
                tuple(problem['box']),
                problem['kind'],
                problem['score'],
                problem['source'],
                reason='found by a verifier after the first protection',
            )
            warning = self.warnings.get(rule.method, '')
            added.append(PlannedRegion(region, rule.method, rule.margin, warning))
        return replace(plan, regions=(*plan.regions, *added))

    def certify(
        self,
        path: str | Path,
        written: bytes,
        original: PhotoFile,
        protected: Protected,
        plan: Plan,
    ) -> dict[str, Any]:
        """Read a written file again, and find out whether it may be published.

        Args:
            path: The file.
            written: The bytes that were meant to be written.
            original: The photo before.
            protected: What was meant to be written.
            plan: The plan that was carried out.

        Returns:
            The content of the certificate, without the paths that only a folder knows.
        """
        data = Path(path).read_bytes()
        problems: list[Problem] = []
        if data != written:
            problems.append(broken('the file is not the one that was written'))
        checks: list[Check] = []
        kept = [r.region for r in plan.regions if r.method == KEEP]
        try:
            found = self.decode(data, path)
        except DataError as e:
            problems.append(broken(f'the file cannot be read: {e}'))
        else:
            problems += compare(found, original, protected, self.protectors)
            checks = self.verification(found.photo, plan.photo, protected.regions, kept)
        problems += [p for check in checks for p in check.problems]
        statements = Statements(self.localisers, self.verifiers, self.skipped)
        return {
            'certificate': VERSION,
            'status': REFUSED if problems else PASSED,
            'photo': plan.photo,
            'sha256': sha256_of(data),
            'bytes': len(data),
            'original_sha256': plan.sha256,
            'plan_sha256': plan.digest,
            'config_sha256': self.config_hash,
            'versions': library_versions(),
            'regions': [
                {'box': list(r.box), 'kind': r.kind, 'method': m, 'source': r.source}
                for r, m in zip(protected.regions, protected.methods)
            ],
            'kept': [{'box': list(r.box), 'kind': r.kind} for r in kept],
            'removed': list(original.removed),
            'proved': statements.proved(checks) if not problems else [],
            'not_proved': statements.not_proved(plan, protected.methods, self.warnings),
            'problems': [problem_dict(p) for p in problems],
        }

    def verify(self, data: bytes, path: str, certificate: Mapping[str, Any]) -> list:
        """Look at a published file again.

        Args:
            data: The file.
            path: Its name, for messages.
            certificate: Its certificate.

        Returns:
            The problems; empty if the file is the certified one, and the verifiers
            still find nothing.
        """
        if sha256_of(data) != certificate['sha256']:
            return [broken('the file is not the one that was certified')]
        try:
            photo = self.decode(data, path).photo
        except DataError as e:
            return [broken(f'the file cannot be read: {e}')]
        regions, kept = (
            [Region(tuple(r['box']), r['kind']) for r in certificate[key]]
            for key in ('regions', 'kept')
        )
        checks = self.verification(photo, certificate['photo'], regions, kept)
        return [p for check in checks for p in check.problems]


def _numbered(parts: Sequence[Any]) -> dict[str, Any]:
    return {str(n): part for n, part in enumerate(parts)}


def _is_outside(region: Region) -> bool:
    x0, y0, x1, y1 = region.box
    return x0 >= x1 or y0 >= y1


def _checked(region: Region, photo: Photo, source: str) -> Region:
    """Check a region of a part, and cut it at the edges of the photo."""
    x0, y0, x1, y1 = (float(v) for v in region.box)
    height, width = photo.size
    if not (np.isfinite([x0, y0, x1, y1]).all() and 0 <= region.score <= 1):
        raise DataError.explain(
            f'region of {source} in {photo.path or "a photo"}',
            expected='a finite box and a score from 0 to 1',
            got=f'{region.box}, {region.score}',
            fix='test the part with python -m mmprivacy.advisor.check',
        )
    box = (max(x0, 0), max(y0, 0), min(x1, width), min(y1, height))
    rounded = tuple(round(v, 2) for v in box)
    return replace(region, box=rounded, source=region.source or source)
