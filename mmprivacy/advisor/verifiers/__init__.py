"""What looks for private things that are left. Importing this registers all of it."""

from mmprivacy.advisor.verifiers.localiser import LocaliserVerifier
from mmprivacy.advisor.verifiers.strokes import StrokeVerifier

__all__ = ['LocaliserVerifier', 'StrokeVerifier']
