"""The privacy advisor: assess, localise, protect and verify photos.

Importing this package registers its parts in MMEngine's ``TASK_UTILS``; no other host
is needed.
"""

from mmprivacy.advisor.advisor import Advisor
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
from mmprivacy.advisor.metadata_verifier import MetadataVerifier
from mmprivacy.advisor.plan import Plan, PlannedRegion
from mmprivacy.advisor.policy import Policy, Rule

from mmprivacy.advisor import assessors, localisers, protectors, verifiers  # isort: skip

__all__ = [
    'Advisor',
    'Assessment',
    'Assessor',
    'Box',
    'Finding',
    'Localiser',
    'MetadataVerifier',
    'Photo',
    'Plan',
    'PlannedRegion',
    'Policy',
    'Problem',
    'Protector',
    'Region',
    'Rule',
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
