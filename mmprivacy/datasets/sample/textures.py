"""Procedural textures: the material that scenes are made of.

Every function takes a generator of random numbers and a size and returns a texture.
Fields are built from small grids of random numbers enlarged by OpenCV, which costs a
few milliseconds where a per-pixel noise function would cost seconds.

Convention:
    Fields are float32 ``(h, w)`` in [0, 1]. Colours and colour textures are RGB,
    float32 in [0, 255], ``(3,)`` and ``(h, w, 3)``.
"""

from __future__ import annotations

import colorsys

import cv2
import numpy as np

Rng = np.random.Generator


def hsv(hue: float, saturation: float, value: float) -> np.ndarray:
    """Turn hue (turns), saturation and value (0..1) into an RGB colour."""
    rgb = colorsys.hsv_to_rgb(
        hue % 1.0, min(max(saturation, 0.0), 1.0), min(max(value, 0.0), 1.0)
    )
    return np.array(rgb, np.float32) * 255


def noise(rng: Rng, h: int, w: int, cells: float, stretch: float = 1.0) -> np.ndarray:
    """Draw smooth noise: a random grid, enlarged.

    Args:
        rng: Source of randomness.
        h: Height in pixels.
        w: Width in pixels.
        cells: Cells along the shorter side.
        stretch: > 1 makes horizontal streaks, < 1 vertical ones.

    Returns:
        A field ``(h, w)``.
    """
    unit = min(h, w) / cells
    rows = int(np.clip(h / unit * max(stretch, 1.0), 2, h))
    cols = int(np.clip(w / unit / min(stretch, 1.0), 2, w))
    if stretch > 1:
        cols = max(2, int(cols / stretch))
    elif stretch < 1:
        rows = max(2, int(rows * stretch))
    grid = rng.random((rows, cols), dtype=np.float32)
    return np.clip(cv2.resize(grid, (w, h), interpolation=cv2.INTER_CUBIC), 0, 1)


def fractal(
    rng: Rng, h: int, w: int, cells: float = 3, octaves: int = 5, stretch: float = 1.0
) -> np.ndarray:
    """Sum octaves of :func:`noise`, each twice as fine and about half as strong."""
    field = np.zeros((h, w), np.float32)
    weight, total = 1.0, 0.0
    for octave in range(octaves):
        field += weight * noise(rng, h, w, cells * 2**octave, stretch)
        total += weight
        weight *= 0.55
    low, high = float(field.min()), float(field.max())
    return (field - low) / max(high - low, 1e-6)


def profile(rng: Rng, n: int, cells: float = 3, octaves: int = 5) -> np.ndarray:
    """Draw a smooth random line in [0, 1], ``(n,)``: a skyline, a shore."""
    line = np.zeros(n, np.float32)
    weight = 1.0
    for octave in range(octaves):
        count = int(np.clip(cells * 2**octave, 2, n))
        grid = rng.random((1, count), dtype=np.float32)
        line += weight * cv2.resize(grid, (n, 1), interpolation=cv2.INTER_CUBIC)[0]
        weight *= 0.5
    low, high = float(line.min()), float(line.max())
    return (line - low) / max(high - low, 1e-6)


def ramp(field: np.ndarray, *colours: np.ndarray) -> np.ndarray:
    """Colour a field: 0 becomes the first colour, 1 the last."""
    stops = np.linspace(0, 255, len(colours))
    table = np.stack(
        [np.interp(np.arange(256), stops, [c[k] for c in colours]) for k in range(3)],
        axis=-1,
    ).astype(np.float32)
    return table[(np.clip(field, 0, 1) * 255).astype(np.uint8)]


def vary(texture: np.ndarray, field: np.ndarray, amount: float) -> np.ndarray:
    """Lighten and darken a texture by a field (0.5 leaves it as it is)."""
    return texture * (1 + amount * (2 * field - 1))[..., None]


def plaster(rng: Rng, h: int, w: int, colour: np.ndarray) -> np.ndarray:
    """Draw a painted wall: wide stains and fine grain."""
    field = 0.6 * fractal(rng, h, w, 2, 3) + 0.4 * noise(rng, h, w, min(h, w) / 2.5)
    return vary(np.broadcast_to(colour, (h, w, 3)), field, 0.09).astype(np.float32)


def asphalt(rng: Rng, h: int, w: int, value: float = 0.35) -> np.ndarray:
    """Draw road surface: strong fine grain over wide patches."""
    colour = hsv(rng.uniform(0.5, 0.7), 0.05, value)
    field = 0.5 * fractal(rng, h, w, 2, 3) + 0.5 * rng.random((h, w), np.float32)
    return vary(np.broadcast_to(colour, (h, w, 3)), field, 0.35).astype(np.float32)


def sand(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw sand: ripples, footprints and grain."""
    dark = hsv(rng.uniform(0.08, 0.13), rng.uniform(0.25, 0.45), 0.62)
    light = hsv(rng.uniform(0.1, 0.13), rng.uniform(0.15, 0.3), 0.92)
    field = 0.55 * fractal(rng, h, w, 6, 4, 2.0)
    field += 0.45 * rng.random((h, w), np.float32)
    return ramp(field, dark, light)


def water(rng: Rng, h: int, w: int, hue: float = 0.54) -> np.ndarray:
    """Draw waves that are wide near the viewer and narrow far away."""
    dark = hsv(hue + rng.uniform(-0.04, 0.04), rng.uniform(0.5, 0.8), 0.35)
    light = hsv(hue, rng.uniform(0.15, 0.4), 0.85)
    far = fractal(rng, h, w, 24, 2, 6.0)
    near = fractal(rng, h, w, 6, 3, 4.0)
    t = np.linspace(0, 1, h, dtype=np.float32)[:, None]
    return ramp((far * (1 - t) + near * t) * 0.8 + 0.1, dark, light)


def grass(rng: Rng, h: int, w: int, hue: float | None = None) -> np.ndarray:
    """Draw a lawn: vertical blades over sunny and shady patches."""
    hue = rng.uniform(0.2, 0.33) if hue is None else hue
    dark, light = hsv(hue, 0.7, 0.18), hsv(hue - 0.04, 0.6, 0.68)
    blades = cv2.blur(rng.random((h, w), np.float32), (1, 5))
    field = 0.45 * fractal(rng, h, w, 3, 3) + 1.1 * (blades - 0.5) + 0.3
    return ramp(field, dark, light)


def foliage(rng: Rng, h: int, w: int, hue: float | None = None) -> np.ndarray:
    """Draw leaves: clumps of light on a dark inside."""
    hue = rng.uniform(0.18, 0.36) if hue is None else hue
    field = fractal(rng, h, w, max(min(h, w) / 22, 3), 3)
    leaves = noise(rng, h, w, max(min(h, w) / 3.5, 4))
    field = np.clip(1.5 * field - 0.35 + 0.55 * (leaves - 0.5), 0, 1)
    return ramp(
        field,
        hsv(hue + 0.04, 0.75, 0.1),
        hsv(hue, 0.65, 0.42),
        hsv(hue - 0.05, 0.55, 0.8),
    )


def sky(rng: Rng, h: int, w: int, mood: float) -> np.ndarray:
    """Draw a sky with clouds.

    Args:
        rng: Source of randomness.
        h: Height in pixels.
        w: Width in pixels.
        mood: 0 = clear noon, 0.5 = overcast, 1 = evening.

    Returns:
        Texture ``(h, w, 3)``.
    """
    h = max(h, 2)
    if mood > 0.75:
        stops = (hsv(0.62, 0.5, 0.6), hsv(0.9, 0.25, 0.8), hsv(0.09, 0.5, 1.0))
        cloud = hsv(0.02, 0.35, 0.85)
    elif mood > 0.4:
        stops = (hsv(0.58, 0.12, 0.62), hsv(0.58, 0.06, 0.85))
        cloud = hsv(0.6, 0.08, 0.55)
    else:
        stops = (hsv(0.6, 0.65, 0.75), hsv(0.56, 0.3, 0.93))
        cloud = hsv(0.6, 0.02, 0.98)
    t = np.repeat(np.linspace(0, 1, h, dtype=np.float32)[:, None], w, 1)
    base = ramp(t, *stops)
    cover = np.clip(
        2.2 * fractal(rng, h, w, rng.uniform(1.5, 3), 5, 2.2) - rng.uniform(0.8, 1.5),
        0,
        1,
    )
    return base + (cloud - base) * (0.85 * cover)[..., None]


def _grid(
    rng: Rng, h: int, w: int, unit: tuple[float, float], shift: float, joint: float
) -> tuple[np.ndarray, np.ndarray]:
    """Cut a rectangle into bricks: a random tone per brick and a mask of the joints."""
    uh, uw = max(unit[0], 2.0), max(unit[1], 2.0)
    y = np.arange(h, dtype=np.float32)[:, None] / uh + rng.random()
    x = np.arange(w, dtype=np.float32)[None, :] / uw + rng.random()
    row = np.floor(y)
    x = x + shift * (row % 2)
    col = np.floor(x)
    tones = rng.random((64, 64), dtype=np.float32)
    tone = tones[row.astype(int) % 64, col.astype(int) % 64]
    fy, fx = y - row, x - col
    edge = np.minimum(np.minimum(fy, 1 - fy) * uh, np.minimum(fx, 1 - fx) * uw)
    return tone, np.clip(edge / max(joint, 0.5), 0, 1).astype(np.float32)


def brick(rng: Rng, h: int, w: int, unit: float, colour: np.ndarray) -> np.ndarray:
    """Draw a brick wall; ``unit`` is the height of a brick in pixels."""
    tone, edge = _grid(rng, h, w, (unit, unit * 2.6), 0.5, max(unit * 0.12, 0.8))
    face = vary(np.broadcast_to(colour, (h, w, 3)), tone, 0.22)
    face = vary(face, fractal(rng, h, w, 8, 3), 0.15)
    mortar = np.array([176, 170, 160], np.float32)
    return face * edge[..., None] + mortar * (1 - edge)[..., None]


def tiles(
    rng: Rng, h: int, w: int, unit: float, colour: np.ndarray, tone: float = 0.06
) -> np.ndarray:
    """Draw square tiles; ``unit`` is their side in pixels."""
    tones, edge = _grid(rng, h, w, (unit, unit), 0.0, max(unit * 0.05, 0.8))
    face = vary(np.broadcast_to(colour, (h, w, 3)), tones, tone)
    face = vary(face, fractal(rng, h, w, 2, 3), 0.08)
    return face * edge[..., None] + colour * 0.72 * (1 - edge)[..., None]


def wood(
    rng: Rng, h: int, w: int, colour: np.ndarray, plank: float | None = None
) -> np.ndarray:
    """Draw wood with horizontal grain, in planks of ``plank`` pixels if given."""
    grain = fractal(rng, h, w, 14, 3, 9.0)
    rings = 0.5 + 0.5 * np.sin(
        (fractal(rng, h, w, 3, 2, 4.0) * 9 + grain * 1.5) * np.pi
    ).astype(np.float32)
    face = vary(np.broadcast_to(colour, (h, w, 3)), 0.6 * grain + 0.4 * rings, 0.3)
    if plank:
        tone, edge = _grid(rng, h, w, (plank, plank * 7), 0.43, 1.0)
        face = vary(face, tone, 0.14) * (0.55 + 0.45 * edge)[..., None]
    return face.astype(np.float32)


def fabric(
    rng: Rng, h: int, w: int, colour: np.ndarray, pattern: str = 'plain'
) -> np.ndarray:
    """Draw cloth: weave, folds and a ``plain``, ``stripes`` or ``check`` pattern."""
    folds = fractal(rng, h, w, 3, 3, rng.choice([0.35, 1.0, 2.0]))
    weave = rng.random((h, w), np.float32)
    face = np.broadcast_to(colour, (h, w, 3)).astype(np.float32)
    other = np.clip(colour * rng.uniform(0.5, 0.8) + rng.uniform(0, 90), 0, 255)
    period = max(min(h, w) / rng.uniform(5, 14), 4)
    bend = (folds - 0.5) * period * 0.8
    x = np.arange(w, dtype=np.float32)[None, :] + bend
    y = np.arange(h, dtype=np.float32)[:, None] + bend
    if pattern in ('stripes', 'check'):
        mask = 0.5 + 0.5 * np.clip(3 * np.sin(2 * np.pi * x / period), -1, 1)
        if pattern == 'check':
            mask = (
                0.5 * mask
                + 0.25
                + 0.25 * np.clip(3 * np.sin(2 * np.pi * y / period), -1, 1)
            )
        face = face + (other - face) * mask[..., None].astype(np.float32)
    return vary(face, 0.75 * folds + 0.25 * weave, 0.24).astype(np.float32)


def carpet(rng: Rng, h: int, w: int, colour: np.ndarray) -> np.ndarray:
    """Draw carpet: dense grain and worn patches."""
    field = 0.5 * rng.random((h, w), np.float32) + 0.5 * fractal(rng, h, w, 3, 4)
    return vary(np.broadcast_to(colour, (h, w, 3)), field, 0.22).astype(np.float32)
