"""Every localiser is a verifier: what it finds in a protected photo is left there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mmengine.registry import TASK_UTILS

from mmprivacy.advisor.building import build_part
from mmprivacy.advisor.contracts import (
    Localiser,
    Photo,
    Problem,
    Region,
    model_of,
    name_of,
)


@TASK_UTILS.register_module()
class LocaliserVerifier:
    """Look at a protected photo with a localiser.

    Take another one than the localiser that said what to protect: what that one missed,
    it misses again.

    Args:
        localiser: A localiser, or the config of one.
        min_score: Report only what it is so sure of; what it reports by itself if None.
    """

    def __init__(
        self,
        localiser: Localiser | Mapping[str, Any],
        min_score: float | None = None,
    ) -> None:
        localiser = build_part(localiser, Localiser, f'{type(self).__name__}.localiser')
        self.localiser = localiser
        self.min_score = min_score
        self.kinds = tuple(localiser.kinds)
        self.model = model_of(localiser)
        self.name = name_of(localiser)

    def verify(self, photo: Photo, regions: Sequence[Region]) -> list[Problem]:  # noqa: ARG002
        """Look for private things, inside and outside of what was protected.

        Args:
            photo: The protected photo.
            regions: What was protected in it; not needed.

        Returns:
            A problem for each region that the localiser finds.
        """
        found = self.localiser.localise(photo)
        return [
            Problem(
                region.kind,
                f'still there: {region.reason or region.kind}',
                region.box,
                region.score,
                self.name,
            )
            for region in found
            if self.min_score is None or region.score >= self.min_score
        ]
