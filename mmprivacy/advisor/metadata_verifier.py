"""Looks for everything in a file that is not its picture."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence

from mmengine.registry import TASK_UTILS
from PIL import Image

from mmprivacy.advisor.containers import find_extras
from mmprivacy.advisor.contracts import Photo, Problem, Region
from mmprivacy.advisor.icc import clean_profile


@TASK_UTILS.register_module()
class MetadataVerifier:
    """Reads the segments, chunks or tags of a file, and allows what pictures need.

    EXIF, GPS, XMP, IPTC, maker notes, comments, texts, thumbnails, further pictures,
    private tags of colour profiles, and bytes that belong to nothing are problems.
    """

    kinds: Sequence[str] = ('metadata',)
    model = 'container-parser'

    def verify(self, photo: Photo, regions: Sequence[Region]) -> list[Problem]:  # noqa: ARG002
        """Look at the bytes of a file; parts and arrays have none.

        Args:
            photo: The photo.
            regions: Not used.

        Returns:
            One problem for each thing that does not belong there.
        """
        if photo.data is None:
            return []
        extras = find_extras(photo.data, photo.format)
        if not extras and not _has_clean_profile(photo):
            extras = ['private data in the colour profile']
        return [
            Problem('metadata', f'the file holds {extra}', source='MetadataVerifier')
            for extra in extras
        ]


def _has_clean_profile(photo: Photo) -> bool:
    if photo.format == 'BMP':
        return True
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # the size was checked when it was decoded
        with Image.open(io.BytesIO(photo.data)) as image:
            profile = image.info.get('icc_profile')
    return profile is None or clean_profile(profile, photo.mode) == profile
