"""What finds private things in photos. Importing this registers all of it."""

from mmprivacy.advisor.localisers.box_file import BoxFileLocaliser
from mmprivacy.advisor.localisers.centerface import CenterFaceLocaliser
from mmprivacy.advisor.localisers.codes import CodeLocaliser
from mmprivacy.advisor.localisers.detector import DetectorLocaliser
from mmprivacy.advisor.localisers.face_cascades import FaceCascadeLocaliser
from mmprivacy.advisor.localisers.ocr import OCRLocaliser
from mmprivacy.advisor.localisers.privobfnet import PrivObfNetLocaliser

__all__ = [
    'BoxFileLocaliser',
    'CenterFaceLocaliser',
    'CodeLocaliser',
    'DetectorLocaliser',
    'FaceCascadeLocaliser',
    'OCRLocaliser',
    'PrivObfNetLocaliser',
]
