"""Which masks cover which privacy attribute: those of people, of text, or none.

Reference:
    PrivObfNet, WACV 2024, Sec. 3.2 and Table 1. The paper gives examples only; the rest
    of the table is in ``attributes.tsv``.
"""

from __future__ import annotations

from collections.abc import Mapping

from mmprivacy.datasets.attributes import ATTRIBUTES, suggest_attribute
from mmprivacy.errors import ConfigError, nearest

#: Attribute id to ``'none'``, ``'human'`` or ``'text'``, in class order.
MASK_TYPES: dict[str, str] = {a.id: a.mask for a in ATTRIBUTES.values()}


def mask_types(changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give every attribute its mask type.

    Args:
        changes: Attribute id to another mask type: ``'none'``, or the name of a mask
            provider such as ``'human'``, ``'text'`` or ``'saliency'``.

    Returns:
        Mask types of the 68 attributes, in class order.

    Raises:
        ConfigError: If an attribute is unknown, or a type is no plain name.

    Examples:
        >>> mask_types({'a38_ticket': 'text'})['a38_ticket']
        'text'
    """
    changes = dict(changes or {})
    for name, kind in changes.items():
        if name not in MASK_TYPES:
            raise ConfigError.explain(
                'mask_types',
                expected='ids of the 68 attributes',
                got=repr(name),
                fix=suggest_attribute(name),
            )
        if not isinstance(kind, str) or not kind.isidentifier():
            raise ConfigError.explain(
                f'mask_types[{name!r}]',
                expected="'none' or the name of a mask provider",
                got=repr(kind),
                fix=nearest(str(kind), ('none', 'human', 'text', 'saliency')),
            )
    return MASK_TYPES | changes
