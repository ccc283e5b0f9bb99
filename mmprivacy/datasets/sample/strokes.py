"""Handwriting: a single-stroke alphabet, joined, slanted and shaken.

Each letter is a list of strokes on a grid: x from 0 to its width, y up from the base
line, 1 the height of a small letter, 2 that of a tall one, -0.9 the lowest tail.
"""

from __future__ import annotations

import numpy as np

from .canvas import Canvas
from .geometry import smooth
from .paint import Paint

Stroke = list[tuple[float, float]]


def _parse(text: str) -> dict[str, tuple[float, list[Stroke]]]:
    glyphs = {}
    for line in text.strip().splitlines():
        letter, width, *strokes = line.split()
        paths = []
        for stroke in strokes:
            values = [int(v) / 10 for v in stroke.split(',')]
            paths.append(list(zip(values[::2], values[1::2])))
        glyphs[letter] = (int(width) / 10, paths)
    return glyphs


_GLYPHS = _parse("""
a 9 8,8,4,10,0,5,3,0,7,3,8,9 8,9,8,2,10,0
b 8 0,20,0,0 0,6,4,10,8,5,4,0,0,2
c 8 8,8,4,10,0,5,4,0,8,2
d 9 8,8,4,10,0,5,3,0,7,3,8,8 8,20,8,2,10,0
e 8 0,5,7,5,7,9,3,10,0,5,3,0,8,2
f 7 7,18,4,20,3,15,3,0 0,10,6,10
g 8 8,8,4,10,0,6,3,1,7,4,8,9 8,9,8,-6,4,-9,0,-6
h 8 0,20,0,0 0,6,4,10,7,7,7,0
i 4 2,10,2,1,4,0 2,14,2,15
j 5 3,10,3,-6,0,-9 3,14,3,15
k 8 0,20,0,0 7,10,0,4 2,6,8,0
l 4 1,20,1,2,4,0
m 12 0,10,0,0 0,6,3,10,5,7,5,0 5,6,8,10,11,7,11,0
n 8 0,10,0,0 0,6,4,10,7,7,7,0
o 8 4,10,0,5,4,0,8,5,4,10
p 8 0,10,0,-9 0,7,4,10,8,5,4,0,0,3
q 8 8,8,4,10,0,5,3,0,8,4 8,10,8,-9
r 6 0,10,0,0 0,6,3,10,6,9
s 7 7,8,4,10,1,8,4,5,7,3,4,0,0,2
t 6 3,17,3,2,6,0 0,11,6,11
u 8 0,10,0,3,3,0,7,3 7,10,7,0,9,0
v 8 0,10,4,0,8,10
w 11 0,10,3,0,5,8,8,0,11,10
x 8 0,10,8,0 8,10,0,0
y 8 0,10,4,2 8,10,4,0,1,-8
z 8 0,10,8,10,0,0,8,0
A 12 0,0,6,20,12,0 2,7,10,7
B 10 0,20,0,0 0,20,7,19,8,14,5,11,0,11 5,11,10,7,7,0,0,0
C 11 11,17,6,20,0,11,5,0,11,3
D 11 0,20,0,0 0,20,8,18,11,10,8,2,0,0
E 9 9,20,0,20,0,0,9,0 0,10,7,10
F 9 9,20,0,20,0,0 0,10,7,10
G 12 11,17,6,20,0,11,5,0,11,3,11,9,6,9
H 11 0,20,0,0 11,20,11,0 0,10,11,10
I 4 2,20,2,0
J 8 7,20,7,5,4,0,0,4
K 10 0,20,0,0 10,20,0,8 3,11,10,0
L 9 0,20,0,0,9,0
M 14 0,0,2,20,7,6,12,20,14,0
N 12 0,0,0,20,12,0,12,20
O 12 6,20,0,10,6,0,12,10,6,20
P 9 0,20,0,0 0,20,7,19,9,14,6,10,0,10
Q 12 6,20,0,10,6,0,12,10,6,20 7,5,13,-2
R 10 0,20,0,0 0,20,7,19,9,14,6,10,0,10 4,10,10,0
S 9 9,17,5,20,1,16,5,11,9,6,5,0,0,3
T 11 0,20,11,20 5,20,5,0
U 11 0,20,0,5,5,0,11,5,11,20
V 11 0,20,5,0,11,20
W 15 0,20,4,0,7,14,11,0,15,20
Y 10 0,20,5,10,10,20 5,10,5,0
Z 10 0,20,10,20,0,0,10,0
0 9 4,20,0,10,4,0,9,10,4,20
1 6 0,15,4,20,4,0
2 9 0,16,4,20,8,15,0,0,9,0
3 9 0,18,5,20,8,15,3,11 3,11,9,6,5,0,0,2
4 10 6,20,0,6,10,6 7,10,7,0
5 9 8,20,1,20,0,12,5,13,9,6,4,0,0,2
6 9 8,19,2,13,0,5,4,0,8,4,4,10,0,6
7 9 0,20,9,20,3,0
8 9 4,11,0,15,4,20,8,15,4,11,0,5,4,0,9,5,4,11
9 9 8,14,4,20,0,15,4,10,8,14,7,0
. 4 1,0,2,0
, 4 2,1,0,-4
! 4 1,20,1,6 1,0,1,1
? 8 0,16,4,20,8,15,4,9,4,6 4,0,4,1
- 7 1,7,6,7
: 4 1,1,1,2 1,8,1,9
+ 9 0,8,8,8 4,12,4,4
( 5 4,20,0,10,4,-2
) 5 0,20,4,10,0,-2
@ 13 9,6,6,9,3,6,6,3,9,6,9,3,12,6,10,13,4,13,0,6,4,-1,10,0
/ 8 0,0,8,20
""")


def text_width(content: str, size: float) -> float:
    """Width of a line in units, for a small letter ``size`` units high."""
    total = sum(_GLYPHS.get(ch, (0.6, []))[0] + 0.35 for ch in content)
    return total * size


def write(
    c: Canvas, x: float, y: float, content: str, size: float, ink: Paint,
    slant: float = 0.15, shake: float = 0.06, thick: float = 0.16,
    max_width: float | None = None,
) -> tuple[float, float, float, float]:  # fmt: skip
    """Write a line by hand.

    Args:
        c: The canvas; its generator shakes the hand.
        x: Left end, in units.
        y: Base line, in units.
        content: What to write; unknown characters leave a gap.
        size: Height of a small letter, in units.
        ink: How the pen paints.
        slant: Shear to the right.
        shake: Deviation of each point, in small letter heights.
        thick: Thickness of the pen, in small letter heights.
        max_width: Reduce the size until the line fits, in units.

    Returns:
        The box of the line, xyxy in units.
    """
    if max_width is not None:
        size *= min(1.0, max_width / max(text_width(content, size), 1e-6))
    start, drift = x, float(c.rng.normal(0, 0.01))
    lines = []
    for letter in content:
        width, strokes = _GLYPHS.get(letter, (0.6, []))
        grow = 1 + float(c.rng.normal(0, 0.05))
        bob = float(c.rng.normal(0, 0.05))
        for stroke in strokes:
            pts = np.asarray(stroke) * grow
            pts = pts + c.rng.normal(0, shake, pts.shape) * (0.6 if len(pts) < 3 else 1)
            pts[:, 0] += slant * pts[:, 1]
            px = x + pts[:, 0] * size
            py = y - (pts[:, 1] + bob) * size + drift * (x - start)
            line = smooth(np.stack([px, py], 1), closed=False, steps=4)
            lines.append(line)
        x += (width + 0.35) * size
    if lines:
        c.lines(lines, thick * size, ink)
    return start, y - 2.1 * size, x, y + 0.9 * size
