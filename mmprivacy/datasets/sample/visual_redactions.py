"""Write scenes in the layout of Visual Redactions: exact masks of the attributes.

``<root>/annotations/2017_v1/<split>2017.json``, and the pictures, labels and lists of
the VISPR layout. The pictures are those of the drawn VISPR, as the published ones are
of the published VISPR.
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
    'the holes. The pictures, their labels and\nthe user study are those of the drawn '
    'VISPR of the same seed. `masks/` has imperfect masks of people\nand of text, for '
    'training: dilated, eroded, shifted, some missed, some invented.',
    deck='scores',
    num=dict(train=600, val=200, test=400),
    add=add_provider_masks,
)
