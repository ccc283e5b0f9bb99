"""The privacy advisor: assess, localise, protect and verify photos.

Importing this package registers its parts in MMEngine's ``TASK_UTILS``; no other host
is needed.
"""

from mmprivacy.advisor.contracts import (
    Assessment,
    Assessor,
    Box,
    Finding,
    Localiser,
    Photo,
    Problem,
    Protector,
    Region,
    Verifier,
    covered,
    model_of,
    name_of,
    pixel_box,
)

from mmprivacy.advisor import assessors, localisers, protectors, verifiers  # isort: skip

__all__ = [
    'Assessment',
    'Assessor',
    'Box',
    'Finding',
    'Localiser',
    'Photo',
    'Problem',
    'Protector',
    'Region',
    'Verifier',
    'assessors',
    'covered',
    'localisers',
    'model_of',
    'name_of',
    'pixel_box',
    'protectors',
    'verifiers',
]
