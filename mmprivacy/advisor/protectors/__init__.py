"""What changes private regions. Importing this registers all of it."""

from mmprivacy.advisor.protectors.adversarial import AdversarialProtector
from mmprivacy.advisor.protectors.cosmetic import BlurProtector, PixelateProtector
from mmprivacy.advisor.protectors.eraser import EraserProtector
from mmprivacy.advisor.protectors.fill import FillProtector
from mmprivacy.advisor.protectors.inpaint import InpaintProtector

__all__ = [
    'AdversarialProtector',
    'BlurProtector',
    'EraserProtector',
    'FillProtector',
    'InpaintProtector',
    'PixelateProtector',
]
