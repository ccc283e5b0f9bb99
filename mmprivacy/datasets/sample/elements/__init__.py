"""All drawn elements by name."""

from __future__ import annotations

from ..sprite import ElementKind
from . import (
    animals,
    documents,
    faces,
    health,
    interior,
    landmarks,
    papers,
    people,
    screens,
    signs,
    things,
    vehicles,
)

_MODULES = (
    animals,
    documents,
    faces,
    health,
    interior,
    landmarks,
    papers,
    people,
    screens,
    signs,
    things,
    vehicles,
)

ELEMENTS: dict[str, ElementKind] = {
    kind.name: kind for module in _MODULES for kind in module.KINDS
}

__all__ = ['ELEMENTS']
