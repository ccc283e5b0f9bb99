"""What every mask provider has to do."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod

import numpy as np


class BaseMaskProvider(metaclass=ABCMeta):
    """Find people, text or anything else in a photo.

    Register a subclass with ``@TASK_UTILS.register_module()`` (MMEngine's root
    registry), and ``tools/prepare_data.py masks --provider <its name>`` runs it. Import
    optional libraries in ``__init__``.
    """

    @abstractmethod
    def __call__(self, image: np.ndarray, path: str) -> np.ndarray | None:
        """Make the mask of one photo.

        Args:
            image: The upright photo, BGR uint8 (h, w, 3).
            path: Its file, for messages, and for providers that look elsewhere.

        Returns:
            ``(h, w)``, true = a person, or text; all zeros if nothing was found. None
            if the provider cannot tell: such a photo counts as never seen.
        """
