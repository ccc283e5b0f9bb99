"""Mask providers: where the people are in a photo, or the text.

A provider is called with a photo and gives a mask. They run once, before training, by
``tools/prepare_data.py masks``; training reads the files alone. Each imports the
library it needs when it is built, so that nobody else needs it.
"""

from mmprivacy.privobfnet.mask_providers.base import BaseMaskProvider
from mmprivacy.privobfnet.mask_providers.callable_mask import CallableMask
from mmprivacy.privobfnet.mask_providers.cv_dnn_person import CvDnnPerson
from mmprivacy.privobfnet.mask_providers.mask_files import MaskFiles
from mmprivacy.privobfnet.mask_providers.mmdet_person import MMDetPerson
from mmprivacy.privobfnet.mask_providers.rapid_ocr_text import RapidOCRText
from mmprivacy.privobfnet.mask_providers.run import MaskReport, make_masks

__all__ = [
    'BaseMaskProvider',
    'CallableMask',
    'CvDnnPerson',
    'MMDetPerson',
    'MaskFiles',
    'MaskReport',
    'RapidOCRText',
    'make_masks',
]
