"""Classical obfuscation: functions on pictures, transforms of pipelines, strengths."""

from mmprivacy.obfuscation.calibration import (
    METHODS,
    PAPER_PSNR,
    Calibration,
    calibrate_to_psnr,
)
from mmprivacy.obfuscation.inpainting import inpaint
from mmprivacy.obfuscation.methods import (
    add_noise,
    blur,
    compress_jpeg,
    fill,
    mosaic,
    pixelate,
    reduce_brightness,
)
from mmprivacy.obfuscation.regions import region_mask
from mmprivacy.obfuscation.transforms import (
    AddGaussianNoise,
    BlurImage,
    CompressJPEG,
    FillRegion,
    InpaintRegion,
    MosaicImage,
    Obfuscate,
    PixelateImage,
    ReduceBrightness,
)

__all__ = [
    'METHODS',
    'PAPER_PSNR',
    'AddGaussianNoise',
    'BlurImage',
    'Calibration',
    'CompressJPEG',
    'FillRegion',
    'InpaintRegion',
    'MosaicImage',
    'Obfuscate',
    'PixelateImage',
    'ReduceBrightness',
    'add_noise',
    'blur',
    'calibrate_to_psnr',
    'compress_jpeg',
    'fill',
    'inpaint',
    'mosaic',
    'pixelate',
    'reduce_brightness',
    'region_mask',
]
