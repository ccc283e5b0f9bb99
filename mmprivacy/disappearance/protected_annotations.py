"""Annotations in the format of COCO for a folder of protected photos."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmprivacy.datasets.file_writing import write_text


def write_annotations(
    path: Path,
    classes: Sequence[str],
    photos: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]],
) -> None:
    """Write the annotations of a data set for the protected photos.

    Any config whose data set is a ``CocoDataset`` can be pointed at them:
    ``data_root`` is the folder, ``ann_file='annotations.json'``,
    ``data_prefix=dict(img='')``, and ``metainfo=dict(classes=...)``. Areas are those of
    the boxes.

    Args:
        path: The file.
        classes: Names in label order.
        photos: For each photo what the data set knows (``img_id``, ``height``,
            ``width``, ``instances``) and its record.
    """
    images, annotations = [], []
    for info, record in photos:
        height, width = record['shape']
        image_id = info['img_id']
        images.append(
            dict(id=image_id, file_name=record['image'], height=height, width=width)
        )
        scale_x = width / (info.get('width') or width)
        scale_y = height / (info.get('height') or height)
        for instance in info.get('instances', ()):
            left, top, right, bottom = instance['bbox']
            box = [left * scale_x, top * scale_y]
            box += [(right - left) * scale_x, (bottom - top) * scale_y]
            annotations.append(
                dict(
                    id=len(annotations) + 1,
                    image_id=image_id,
                    category_id=int(instance['bbox_label']) + 1,
                    bbox=box,
                    area=box[2] * box[3],
                    iscrowd=int(instance.get('ignore_flag', 0)),
                )
            )
    categories = [dict(id=n + 1, name=name) for n, name in enumerate(classes)]
    content = dict(images=images, annotations=annotations, categories=categories)
    write_text(path, json.dumps(content) + '\n')
