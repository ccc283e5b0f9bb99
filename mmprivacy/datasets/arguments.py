"""Checks of the arguments that the data set classes of all rooms have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mmprivacy.errors import ConfigError


def check_arguments(
    name: str,
    classes: tuple[str, ...],
    metainfo: Mapping[str, Any] | None,
    data_prefix: Any,
    fix: str = "drop 'classes'",
) -> None:
    """Check what MMEngine's base class would take without a word.

    Args:
        name: Name of the data set class.
        classes: Its classes, which cannot be changed.
        metainfo: The argument, which may give ``classes``.
        data_prefix: The argument.
        fix: What to do about other classes.

    Raises:
        ConfigError: If the classes differ, or ``data_prefix`` is neither a folder nor
            ``dict(img_path=folder)``.
    """
    given = tuple((metainfo or {}).get('classes', classes))
    if given != classes:
        raise ConfigError.explain(
            f'{name}.metainfo',
            expected=f'its own {len(classes)} classes in their order, {classes[0]!r} '
            'first',
            got=f'{len(given)} classes, {", ".join(map(repr, given[:2]))} ...',
            fix=fix,
        )
    folder = data_prefix
    if isinstance(data_prefix, Mapping) and set(data_prefix) == {'img_path'}:
        folder = data_prefix['img_path']
    if not isinstance(folder, str):
        raise ConfigError.explain(
            f'{name}.data_prefix',
            expected="a folder, or a dict with the key 'img_path'",
            got=data_prefix,
            fix='name the folder of the photos',
        )
