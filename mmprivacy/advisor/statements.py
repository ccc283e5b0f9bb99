"""What a certificate says in words: what was proved, and what was not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mmprivacy.advisor.contracts import Localiser, Verifier, model_of
from mmprivacy.advisor.plan import Plan
from mmprivacy.advisor.policy import KEEP
from mmprivacy.advisor.verification import Check


class Statements:
    """Knows which parts looked for what.

    Args:
        localisers: Name to localiser.
        verifiers: Name to verifier.
        skipped: Parts that did not run, with the reason.
    """

    def __init__(
        self,
        localisers: Mapping[str, Localiser],
        verifiers: Mapping[str, Verifier],
        skipped: Mapping[str, str],
    ) -> None:
        self.verifiers = verifiers
        self.skipped = skipped
        self._known = {model_of(part) for part in localisers.values()}

    def proved(self, checks: Sequence[Check]) -> list[dict[str, Any]]:
        """List what was looked for and not found.

        Args:
            checks: What the verifiers said; none of them found a problem.

        Returns:
            One entry a check: where it looked, and whether what it knows comes from
            another source than what the localisers know.
        """
        same = 'the bytes on the disk are those that were written'
        rest = (
            'no protected region shows what was there, as far as its method promises; '
            'all other pixels come from the original'
        )
        entries: list[dict[str, Any]] = [
            {'check': 'file', 'what': same},
            {'check': 'region', 'what': rest},
        ]
        for check in checks:
            scope = getattr(self.verifiers[check.name], 'scope', '')
            entries.append(
                {
                    'check': check.name,
                    'what': f'finds no {" or ".join(check.kinds)}'
                    + (f' {scope}' if scope else ''),
                    'on': list(check.on),
                    'independent': model_of(self.verifiers[check.name])
                    not in self._known,
                    'allowed': check.allowed,
                }
            )
        return entries

    def not_proved(
        self, plan: Plan, methods: Sequence[str], warnings: Mapping[str, str]
    ) -> list[str]:
        """List what nobody should conclude from the certificate.

        Args:
            plan: The plan of the photo.
            methods: The methods that were used.
            warnings: Method to what it does not protect from.

        Returns:
            Sentences, to be read after "it was not proved".
        """
        lines = ['that people, or detectors other than those named, find nothing']
        kinds = {r.region.kind for r in plan.regions if r.method != KEEP}
        lines += [line for kind in sorted(kinds) for line in self._doubts(kind)]
        if not any('metadata' in v.kinds for v in self.verifiers.values()):
            lines.append('that the file holds no metadata: no verifier looks for it')
        for method in dict.fromkeys(methods):
            if method in warnings:
                lines.append(f'more of the method {method!r}: {warnings[method]}')
        added = sum(r.region.source in self.verifiers for r in plan.regions)
        if added:
            lines.append(
                f'that the verifiers missed nothing: {added} region(s) were protected '
                'on their word alone'
            )
        kept = sum(r.method == KEEP for r in plan.regions)
        if kept:
            lines.append(f'anything about {kept} region(s) kept on purpose')
        lines += [f'what {part} would say: {why}' for part, why in self.skipped.items()]
        return lines

    def _doubts(self, kind: str) -> list[str]:
        models = {model_of(v) for v in self.verifiers.values() if kind in v.kinds}
        if not models:
            return [f'that no {kind} is left: no verifier looks for it']
        if models <= self._known:
            return [f'that no {kind} was missed: its verifier is also its localiser']
        return []
