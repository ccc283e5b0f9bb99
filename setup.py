"""Packaging of mmprivacy.

The hosts are extras, never requirements: pip knows distributions, not import names, and
would install one line of OpenMMLab over the other.
"""

from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).parent
VERSION = {}
exec((ROOT / 'mmprivacy/version.py').read_text(), VERSION)


def pins(file: str, *names: str) -> list[str]:
    """Read the exact versions of some packages from a requirements file."""
    lines = (ROOT / 'requirements' / file).read_text().splitlines()
    return [line for line in lines if line.partition('==')[0] in names]


# Installed packages carry the configs that the command `mmprivacy` finds by name.
CONFIGS = ROOT / 'configs'
CONFIG_PACKAGES = {
    f'mmprivacy.{".".join(folder.relative_to(ROOT).parts)}': str(
        folder.relative_to(ROOT)
    )
    for folder in sorted({file.parent for file in CONFIGS.rglob('*.py')})
}

setup(
    name='mmprivacy',
    version=VERSION['__version__'],
    description='Image privacy on OpenMMLab: assess, localise, protect, verify',
    long_description=(ROOT / 'README.md').read_text(encoding='utf-8'),
    long_description_content_type='text/markdown',
    license='Apache-2.0',
    python_requires='>=3.10',
    packages=[
        *find_packages(include=['mmprivacy', 'mmprivacy.*']),
        *CONFIG_PACKAGES,
    ],
    package_dir=CONFIG_PACKAGES,
    entry_points={'console_scripts': ['mmprivacy = mmprivacy.apis.console:run']},
    package_data={'mmprivacy': ['datasets/*.tsv', 'datasets/**/*.tsv']},
    install_requires=['torch', 'numpy', 'packaging', 'pillow', 'scikit-learn', 'rich'],
    extras_require={
        'ocr': ['rapidocr>=3.2', 'onnxruntime'],  # masks of text
        'crf': ['pydensecrf'],  # a refinement of pseudo labels; has to be compiled
        'advisor': pins('advisor.txt', 'onnxruntime', 'rapidocr', 'zxing-cpp'),
        'heic': ['pillow-heif'],
        'demo': ['gradio'],  # python -m mmprivacy.apis.demo
        'onedl': pins(
            'onedl.txt',
            'onedl-mmengine',
            'onedl-mmcv',
            'onedl-mmdetection',
            'onedl-mmsegmentation',
            'onedl-mmpretrain',
        ),
        'upstream': pins(
            'upstream.txt',
            'mmengine',
            'mmcv',
            'mmdet',
            'mmsegmentation',
            'mmpretrain',
            'ftfy',
            'regex',
        ),
    },
)
