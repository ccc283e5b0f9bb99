"""What the tools, a notebook and a test call. Importing it is cheap."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = [
    'EraserInferencer',
    'ErasureResult',
    'ObfuscationInferencer',
    'ObfuscationResult',
    'PrivacyScoreInferencer',
    'ProtectionInferencer',
    'ScoreResult',
    'assess_photos',
    'build_advisor',
    'build_runner',
    'check_config',
    'load_config',
    'protect_image',
    'protect_photos',
    'run_test',
    'run_tool',
    'run_train',
    'verify_photos',
]

_HOMES = {
    'EraserInferencer': 'eraser_inferencer',
    'ErasureResult': 'erasure_result',
    'ObfuscationInferencer': 'obfuscation_inferencer',
    'ObfuscationResult': 'obfuscation_result',
    'PrivacyScoreInferencer': 'score_inferencer',
    'ProtectionInferencer': 'protection_inferencer',
    'ScoreResult': 'score_result',
    'assess_photos': 'advising',
    'build_advisor': 'advising',
    'build_runner': 'runner',
    'check_config': 'check',
    'load_config': 'config',
    'protect_image': 'protection',
    'protect_photos': 'advising',
    'run_test': 'run',
    'run_tool': 'cli',
    'run_train': 'run',
    'verify_photos': 'advising',
}


def __getattr__(name: str) -> Any:
    """Import a public function when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    return getattr(import_module(f'{__name__}.{_HOMES[name]}'), name)
