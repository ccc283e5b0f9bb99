"""The Visual Redactions format: which pixels of a photo show which privacy attribute.

One JSON file a split, ``annotations/2017_v1/{train,val,test}2017.json``::

    {created_at, stats, annotations: {<image_id>: {
        image_id, image_path, image_height, image_width,
        attributes: [{instance_id, attr_id, polygons: [[x1, y1, ...], ...],
                      segmentation: {size, counts}, area, bbox: [x, y, w, h], iscrowd}]
    }}}

``segmentation`` has the run lengths of the merged polygons; where it is missing, the
polygons are drawn. Attributes overlap: the pixels of a face are a person's, too. The
photos are of VISPR, which has labels for them, but no pixels.

Reference:
    Orekondy et al., *Connecting Pixels to Privacy and Utility: Automatic Redaction of
    Private Information in Images*, CVPR 2018.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from mmprivacy.datasets.image_files import FileIndex
from mmprivacy.datasets.polygons import outlines, polygons_mask
from mmprivacy.datasets.redaction_attributes import REDACTION_IDS, redaction_id
from mmprivacy.datasets.rle import decode_rle
from mmprivacy.errors import DataError

#: Area in pixels below which the evaluation of the paper leaves an instance out.
LEAST_AREA = 25 * 25
#: Folder of the annotation files.
ANNOTATIONS = 'annotations/2017_v1'
_PREPARE = (
    'get the annotations of tribhuvanesh/visual_redactions, or draw sample data with '
    '`python tools/prepare_data.py sample --formats visual-redactions`'
)
_Plain = Mapping[str, Any]


@dataclass(frozen=True)
class RedactionInstance:
    """One annotated region.

    Attributes:
        instance_id: Its number, within the photo or the file.
        attr_id: One of :data:`~mmprivacy.datasets.redaction_attributes.REDACTION_IDS`.
        polygons: Closed polygons ``[x1, y1, ...]`` in pixels.
        segmentation: Run lengths ``{size, counts}``; None if only polygons are given.
        area: Pixels.
        bbox: ``(x, y, w, h)`` in pixels.
    """

    instance_id: int | str
    attr_id: str
    polygons: tuple[tuple[float, ...], ...]
    segmentation: _Plain | None
    area: float
    bbox: tuple[float, float, float, float]

    def mask(self, size: tuple[int, int]) -> np.ndarray:
        """Return its pixels, bool ``(h, w)``, for a photo of that size."""
        if self.segmentation is not None:
            return decode_rle(self.segmentation)
        return polygons_mask(self.polygons, size)


@dataclass(frozen=True)
class RedactionRecord:
    """One annotated photo.

    Attributes:
        image_id: Its id, such as ``'2017_10001018'``.
        img_path: Path of the image file.
        size: ``(h, w)`` in pixels.
        instances: Its regions, in the order of the file; those of attributes that are
            not evaluated are left out.
    """

    image_id: str
    img_path: str
    size: tuple[int, int]
    instances: tuple[RedactionInstance, ...]

    def masks(
        self, ids: Sequence[str] = REDACTION_IDS, least_area: float = LEAST_AREA
    ) -> np.ndarray:
        """Merge the instances of each attribute; attributes may overlap.

        Args:
            ids: Ids of the wanted attributes.
            least_area: Smaller instances, in pixels, are left out.

        Returns:
            bool ``(A, h, w)``, True = the attribute shows there.
        """
        masks = np.zeros((len(ids), *self.size), bool)
        channel = {name: k for k, name in enumerate(ids)}
        for instance in self.instances:
            if instance.attr_id in channel and instance.area >= least_area:
                masks[channel[instance.attr_id]] |= self._mask(instance)
        return masks

    def region(
        self,
        ids: Collection[str] | None = None,
        least_area: float = LEAST_AREA,
    ) -> np.ndarray:
        """Merge the instances of several attributes into one mask.

        Args:
            ids: Ids of the attributes to hide; None for all.
            least_area: Smaller instances, in pixels, are left out.

        Returns:
            bool ``(h, w)``, True = to hide.
        """
        region = np.zeros(self.size, bool)
        for instance in self.instances:
            wanted = ids is None or instance.attr_id in ids
            if wanted and instance.area >= least_area:
                region |= self._mask(instance)
        return region

    def _mask(self, instance: RedactionInstance) -> np.ndarray:
        """Return the pixels of an instance; errors name the photo."""
        try:
            return instance.mask(self.size)
        except DataError as e:
            where = f'{self.image_id}, instance {instance.instance_id}'
            raise DataError(f'{where}: {e}') from e


def read_redactions(
    ann_file: str | Path, root: str | Path = '', images: str | Path = 'images'
) -> list[RedactionRecord]:
    """Read one split.

    Args:
        ann_file: The JSON file.
        root: Folder that holds the photos; if empty, the one that holds
            ``annotations/``.
        images: Folder that stands for the leading ``images/`` of each ``image_path``,
            relative to ``root`` or absolute.

    Returns:
        The photos in the order of the file.

    Raises:
        DataError: If the file is missing or broken, an annotation is, a photo is
            missing, or an attribute is unknown. Ids of VISPR that were merged are taken
            for the merged ones.
    """
    ann_file = Path(ann_file).expanduser()
    root = Path(root).expanduser() if str(root) else _root_of(ann_file)
    folder = root / Path(images).expanduser()
    annotations = _read_json(ann_file)
    records = [_record(ann_file, k, v, folder) for k, v in annotations.items()]
    paths = [record.img_path for record in records]
    fix = 'put the photos there, or name their folder in data_prefix'
    FileIndex().require(ann_file, paths, fix)
    return records


def _root_of(ann_file: Path) -> Path:
    above = [p for p in ann_file.parents if p.name == 'annotations']
    return above[0].parent if above else ann_file.parent


def _read_json(ann_file: Path) -> dict[str, Any]:
    """Read the annotations of a file, refusing what is not one of the format."""
    try:
        data = json.loads(ann_file.read_text(encoding='utf-8-sig'))
    except (OSError, ValueError, RecursionError) as e:
        missing = isinstance(e, FileNotFoundError)
        raise DataError.explain(
            ann_file,
            expected='the annotations of a split of Visual Redactions',
            got='no such file' if missing else e,
            fix=_PREPARE,
        ) from e
    found = data.get('annotations') if isinstance(data, dict) else None
    if not isinstance(found, dict) or not found:
        raise DataError.explain(
            ann_file,
            expected='annotations: {image_id: {...}}, at least one photo',
            got=f'keys {sorted(data)[:5]}' if isinstance(data, dict) else type(data),
            fix=_PREPARE,
        )
    return found


def _record(ann_file: Path, image_id: str, data: Any, folder: Path) -> RedactionRecord:
    where = f'{ann_file}: {image_id}'
    try:
        size = (int(data['image_height']), int(data['image_width']))
        path = PurePosixPath(str(data['image_path']))
        rows = list(data['attributes'])
    except (KeyError, TypeError, ValueError) as e:
        raise DataError.explain(
            where,
            expected='image_path, image_height, image_width and attributes',
            got=repr(e),
            fix='correct the annotation',
        ) from e
    parts = path.parts[1:] if path.parts[:1] == ('images',) else path.parts
    instances = [_instance(f'{where}, attribute {k}', r) for k, r in enumerate(rows)]
    for instance in instances:
        given = tuple((instance.segmentation or {}).get('size', size))
        if given != size:
            raise DataError.explain(
                f'{where}, instance {instance.instance_id}',
                expected='a segmentation of the size of the photo, {} x {}'.format(
                    *size
                ),
                got=given,
                fix='correct the annotation',
            )
    return RedactionRecord(
        str(image_id),
        os.path.normpath(os.path.join(folder, *parts)),
        size,
        tuple(i for i in instances if i.attr_id),
    )


def _instance(where: str, row: Any) -> RedactionInstance:
    """Read one region; its ``attr_id`` is empty if the attribute is not evaluated."""
    try:
        rle = row.get('segmentation') or None
        polygons = tuple(tuple(map(float, p)) for p in row.get('polygons') or ())
        if rle is not None and not {'size', 'counts'} <= set(rle):
            rle = None
        if rle is None and not polygons:
            raise ValueError('neither segmentation nor polygons')
        box = tuple(map(float, np.ravel(row.get('bbox') or _box(polygons, rle))))
        number = row.get('instance_id', row.get('id', 0))
        area = row.get('area')
        if area is None:
            area = decode_rle(rle).sum() if rle else _area(polygons)
        area = float(np.sum(area))
        name = redaction_id(row['attr_id'])
    except (KeyError, TypeError, ValueError, AttributeError) as e:
        if isinstance(e, DataError):
            raise DataError(f'{where}: {e}') from e
        raise DataError.explain(
            where,
            expected='attr_id, and segmentation {size, counts} or polygons',
            got=repr(e),
            fix='correct the annotation',
        ) from e
    return RedactionInstance(number, name or '', polygons, rle, area, box[:4])


def _box(
    polygons: tuple[tuple[float, ...], ...], rle: _Plain | None
) -> tuple[float, ...]:
    """Return the tight xywh box of polygons, or of a mask."""
    if not polygons:
        polygons = tuple(map(tuple, outlines(decode_rle(rle)))) or ((0.0, 0.0),)
    points = np.concatenate([np.reshape(p, (-1, 2)) for p in polygons])
    low, high = points.min(0), points.max(0)
    return (*low.tolist(), *(high - low).tolist())


def _area(polygons: tuple[tuple[float, ...], ...]) -> float:
    """Sum the areas of polygons (shoelace formula)."""
    corners = (np.reshape(p, (-1, 2)).T for p in polygons)
    return sum(
        abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2 for x, y in corners
    )
