"""Photos as arrays and as tensors.

Convention: arrays are **BGR** uint8 (H, W, 3), tensors BGR uint8 (3, H, W).
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from mmprivacy.errors import ShapeError


def as_tensor(photo: np.ndarray) -> Tensor:
    """Turn a photo (H, W, 3) into a tensor (3, H, W).

    Args:
        photo: The array.

    Returns:
        The tensor, on the CPU.

    Raises:
        ShapeError: If the array is not BGR uint8 (H, W, 3).
    """
    fine = isinstance(photo, np.ndarray) and photo.dtype == np.uint8
    if not (fine and photo.ndim == 3 and photo.shape[2] == 3 and photo.size):
        got = f'{getattr(photo, "dtype", type(photo).__name__)}'
        raise ShapeError.explain(
            'photo',
            expected='BGR uint8 (H, W, 3)',
            got=f'{got} {getattr(photo, "shape", "")}'.strip(),
            fix='convert it, or pass several photos as a list',
        )
    return torch.from_numpy(np.ascontiguousarray(photo.transpose(2, 0, 1)))


def as_array(photo: Tensor) -> np.ndarray:
    """Turn a photo (3, H, W) into an array (H, W, 3)."""
    return np.ascontiguousarray(photo.permute(1, 2, 0).cpu().numpy())
