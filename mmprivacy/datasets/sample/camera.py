"""The camera: exposure, white balance, vignette, tone curve and sensor noise.

Everything here changes each pixel by itself, so that leaving an element out of a scene
changes the picture only where the element was. Blur is not: it is applied to the
backdrop and to each element before they are put together.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from mmprivacy.datasets.sample.textures import Rng


@dataclass(frozen=True)
class Camera:
    """Settings of a camera.

    Attributes:
        gain: Multiplier per RGB channel: exposure times white balance.
        vignette: Loss of light in the corners, 0 to 1.
        contrast: How much the tone curve steepens in the middle, 0 = not at all.
        gamma: Exponent of the tone curve: > 1 darkens the shadows, < 1 lifts them.
        saturation: Multiplier of the colourfulness.
        grain: Standard deviation of the noise, grey levels.
        seed: Seeds of the noise.
        quality: JPEG quality of the file, 80 to 95.
    """

    gain: tuple[float, float, float]
    vignette: float
    contrast: float
    gamma: float
    saturation: float
    grain: float
    seed: tuple[int, ...]
    quality: int

    def develop(self, image: np.ndarray) -> np.ndarray:
        """Turn light into a picture.

        Args:
            image: RGB float32 ``(h, w, 3)`` in [0, 255]; overwritten.

        Returns:
            RGB uint8 ``(h, w, 3)``.
        """
        h, w = image.shape[:2]
        image *= np.array(self.gain, np.float32)
        grey = image @ np.array([0.299, 0.587, 0.114], np.float32)
        image += (image - grey[..., None]) * np.float32(self.saturation - 1)
        y = np.linspace(-1, 1, h, dtype=np.float32)[:, None] ** 2
        x = np.linspace(-1, 1, w, dtype=np.float32)[None, :] ** 2
        image *= (1 - 0.5 * self.vignette * (x + y))[..., None]
        image += self._noise(h, w)
        np.clip(image, 0, 255, out=image)
        return self._curve()[(image + 0.5).astype(np.uint8)]

    def _noise(self, h: int, w: int) -> np.ndarray:
        """Draw noise: fine in brightness, coarse and weaker in colour."""
        rng = np.random.default_rng(list(self.seed))
        fine = rng.standard_normal((h, w, 1), dtype=np.float32) * self.grain
        coarse = rng.standard_normal((h // 2 + 1, w // 2 + 1, 3), dtype=np.float32)
        coarse = cv2.resize(coarse, (w, h), interpolation=cv2.INTER_LINEAR)
        return fine + coarse * (0.6 * self.grain)

    def _curve(self) -> np.ndarray:
        """Build the tone curve, a table ``(256,)`` uint8."""
        t = (np.arange(256) / 255) ** self.gamma
        curved = t + self.contrast * (t * t * (3 - 2 * t) - t)
        return np.round(curved * 255).astype(np.uint8)


def draw_camera(rng: Rng, seed: tuple[int, ...], screen: bool = False) -> Camera:
    """Draw a camera; a screen capture has no lens and no noise."""
    quality = int(rng.integers(80, 96))
    if screen:
        return Camera((1.0, 1.0, 1.0), 0.0, 0.0, 1.0, 1.0, 0.0, seed, quality)
    level, warm, tint = (
        rng.uniform(0.8, 1.25),
        rng.normal(0, 0.075),
        rng.normal(0, 0.035),
    )
    return Camera(
        gain=(
            float(level * (1 + warm)),
            float(level * (1 + tint)),
            float(level * (1 - warm)),
        ),
        vignette=float(rng.uniform(0.0, 0.3)),
        contrast=float(rng.uniform(0.0, 0.7)),
        gamma=float(np.exp(np.clip(rng.normal(0, 0.3), -0.6, 0.6))),
        saturation=float(rng.uniform(0.5, 1.25)),
        grain=float(
            rng.choice([1.0, 2.0, 3.0, 5.0, 8.0], p=[0.3, 0.3, 0.25, 0.1, 0.05])
        ),
        seed=seed,
        quality=quality,
    )
