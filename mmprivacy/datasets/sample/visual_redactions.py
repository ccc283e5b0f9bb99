"""Write scenes in the layout of Visual Redactions: exact masks of the attributes.

``<root>/annotations/2017_v1/<split>2017.json``, and the pictures, labels and lists of
the VISPR layout. Unlike in the drawn VISPR, where one often small thing decides about
the score, each attribute is frequent and large enough to be outlined.
"""

from __future__ import annotations

from pathlib import Path

from mmprivacy.datasets.sample import vispr
from mmprivacy.datasets.sample.provider_masks import add_provider_masks
from mmprivacy.datasets.sample.redactions import write_redactions
from mmprivacy.datasets.sample.writing import Format


def finish(root: Path, lines: dict[str, list[dict]]) -> None:
    """Write the annotations of the splits, and what VISPR has."""
    vispr.finish(root, lines)
    for split, scenes in lines.items():
        write_redactions(root, split, scenes)


VISUAL_REDACTIONS = Format(
    'visual-redactions',
    vispr.write_scene,
    finish,
    'Layout of Visual Redactions: `annotations/2017_v1/<split>2017.json` says which '
    'pixels show which of\n24 attributes; the run lengths are exact, the polygons lack '
    'the holes. Labels and user\nstudy are as in the drawn VISPR. `masks/` has '
    'imperfect masks of people and of text, for training:\ndilated, eroded, shifted, '
    'some missed, some invented.',
    deck='attributes',
    num=dict(train=4000, val=150, test=400),
    add=add_provider_masks,
)
