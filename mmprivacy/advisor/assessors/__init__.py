"""What says how private a photo is. Importing this registers all of it."""

from mmprivacy.advisor.assessors.classifier import ClassifierAssessor
from mmprivacy.advisor.assessors.privobfnet import PrivObfNetAssessor
from mmprivacy.advisor.assessors.regions import RegionAssessor
from mmprivacy.advisor.assessors.score import ScoreAssessor

__all__ = [
    'ClassifierAssessor',
    'PrivObfNetAssessor',
    'RegionAssessor',
    'ScoreAssessor',
]
