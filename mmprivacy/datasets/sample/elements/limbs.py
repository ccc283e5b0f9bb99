"""Legs, arms and trunk of a figure, with the clothes over them."""

from __future__ import annotations

from dataclasses import replace

from ..canvas import Canvas
from ..identity import Identity, pick
from ..paint import Color, Paint, shade, tint
from .figure import Figure, Outfit, Point, Pose


def _skin(who: Identity) -> Paint:
    return Paint(who.skin, relief=0.35, reach=0.5, mottle=0.02, grain=0.015)


def _cloth(color: Color, outfit: Outfit | None = None) -> Paint:
    paint = Paint(color, relief=0.36, reach=0.5, fade=0.08, mottle=0.09, grain=0.025)
    if outfit and outfit.pattern:
        paint = replace(
            paint, pattern=outfit.pattern, second=outfit.second, pitch=0.024
        )
    return paint


def _between(a: Point, b: Point, t: float) -> Point:
    return a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t


def draw_leg(
    c: Canvas, who: Identity, outfit: Outfit, f: Figure, side: int, pose: Pose
) -> None:
    """A leg with foot, trouser leg or shorts; ``side`` 0 is the left one as seen."""
    hip, knee, foot = f.hips[side], f.knees[side], f.feet[side]
    fat = 1 + 0.12 * who.build
    out = 1 if side else -1
    toe = (foot[0] + out * 0.02 + 0.02 * pose.yaw, foot[1] + 0.032)
    bare = outfit.shoes is None
    shoe = who.skin if bare else outfit.shoes
    c.stroke([hip, knee, _between(knee, foot, 0.4), foot], (0.092 * fat, 0.062 * fat,
             0.058 * fat, 0.036), _skin(who), 'skin')  # fmt: skip
    c.stroke([(foot[0], foot[1] + 0.012), toe], (0.042, 0.034 if bare else 0.042),
             Paint(shoe, relief=0.4, mottle=0.04),
             'skin' if bare else 'shoe')  # fmt: skip
    if outfit.bottom == 'trousers':
        end = _between(knee, foot, 0.97)
        c.stroke([hip, knee, end], (0.115 * fat, 0.082 * fat, 0.066),
                 _cloth(outfit.low), 'cloth')  # fmt: skip
        _creases(c, [_between(hip, knee, 0.25), knee, end], outfit.low)
    elif outfit.bottom in ('shorts', 'trunks'):
        end = _between(hip, knee, 0.78 if outfit.bottom == 'shorts' else 0.3)
        c.stroke([hip, end], (0.115 * fat, 0.1 * fat), _cloth(outfit.low), 'cloth')
    elif pose.seated and outfit.bottom in ('skirt', 'dress'):
        c.stroke([hip, knee], (0.125 * fat, 0.1 * fat), _cloth(outfit.low), 'cloth')


def _creases(c: Canvas, points: list[Point], color: Color) -> None:
    if c.scale < 150:
        return
    dark = shade(tint(color, 0.35), 0.4, 0.005, 'cloth')
    for t, k in ((0.0, 1), (1.0, -1)):
        x, y = _between(points[0], points[1], t)
        c.stroke([(x - 0.03, y + 0.01 * k), (x + 0.025, y - 0.008 * k)], 0.007, dark)
    c.stroke([(p[0] + 0.012, p[1]) for p in points], 0.012, dark)


def draw_skirt(c: Canvas, outfit: Outfit, f: Figure) -> None:
    """The part of a skirt or dress below the waist."""
    color = outfit.color if outfit.bottom == 'dress' else outfit.low
    low = f.knees[0][1] + 0.02
    left, right = f.knees[0][0] - 0.07, f.knees[1][0] + 0.07
    waist = 0.4
    points = [(-0.075, waist), (0, waist - 0.01), (0.075, waist), (0.1, 0.53), (right,
              low), (0.0, low + 0.016), (left, low), (-0.1, 0.53)]  # fmt: skip
    c.blob(points, _cloth(color, outfit if outfit.bottom == 'dress' else None), 'cloth')
    for t in (0.25, 0.45, 0.7, 0.85):
        foot = left + (right - left) * t
        c.stroke([(foot * 0.5, 0.48), (foot, low)], (0.006, 0.016),
                 shade(tint(color, 0.35), 0.4, 0.008, 'cloth'))  # fmt: skip


def _trunk_outline(who: Identity, f: Figure, pose: Pose) -> list[Point]:
    (lx, ly), (rx, _) = f.shoulders
    male = who.gender == 'male'
    hip, hip_y = f.hips[1][0] + (0.048 if male else 0.052), f.hips[0][1]
    waist = (0.084 if male else 0.076) + 0.016 * who.build
    chest = max(waist * 1.06, (rx - lx) * 0.43)
    ny = f.neck[1]
    half = [(0.028, ny - 0.022, 1.0), ((rx - lx) * 0.27, ny + 0.004, 1.0),
            ((rx - lx) * 0.5, ly - 0.024, 1.0), ((rx - lx) * 0.5 + 0.014, ly + 0.02,
            1.0), (chest, ly + 0.09, 0.7), (waist, ly + (hip_y - ly) * 0.6, 0.3), (hip,
            hip_y, 0.0), (hip * 0.95, hip_y + 0.03, 0.0)]  # fmt: skip
    right = [(pose.lean * share + x, y) for x, y, share in half]
    left = [(pose.lean * share - x, y) for x, y, share in half[::-1]]
    return [*right, (0.0, hip_y + 0.04), *left]


def draw_trunk(c: Canvas, who: Identity, outfit: Outfit, f: Figure, pose: Pose) -> None:
    """Neck, trunk and what is worn on it."""
    nx, ny = f.neck
    hip_y = f.hips[0][1]
    body = _trunk_outline(who, f, pose)
    c.stroke([(nx, ny + 0.02), (nx * 1.1, ny - 0.05)], 0.058 + 0.006 * who.build,
             Paint(tint(who.skin, 0.85), relief=0.25, mottle=0.01), 'skin')  # fmt: skip
    if outfit.top:
        c.blob(body, _cloth(outfit.color, outfit), 'cloth')
    else:
        c.blob(body, _skin(who), 'skin')
        _bare_chest(c, who, f.shoulders[0][1] - 0.02)
    open_hem = outfit.top in ('coat', 'jacket') or outfit.bottom == 'dress'
    if not (open_hem or pose.seated):
        _waistband(c, outfit, body, hip_y)
    if outfit.top:
        _neckline(c, who, outfit, f, pose, hip_y)


def _waistband(c: Canvas, outfit: Outfit, body: list[Point], hip_y: float) -> None:
    belt = hip_y - (0.075 if outfit.top else 0.05)
    waist, hip = body[5][0] * 1.04, body[6][0] * 1.07
    low = [(-waist, belt), (waist, belt), (hip, hip_y), (hip, hip_y + 0.04),
           (0, hip_y + 0.055), (-hip, hip_y + 0.04), (-hip, hip_y)]  # fmt: skip
    c.polygon(low, replace(_cloth(outfit.low), relief=0.12, fade=0.0), 'cloth')
    c.stroke([(0, hip_y), (0, hip_y + 0.05)], 0.008,
             shade(tint(outfit.low, 0.3), 0.5, 0.006))  # fmt: skip
    c.stroke([(-waist, belt), (0, belt + 0.006), (waist, belt)], 0.012,
             shade(tint(outfit.color, 0.3), 0.5, 0.005))  # fmt: skip


def _bare_chest(c: Canvas, who: Identity, y: float) -> None:
    dark = tint(who.skin, 0.55)
    for side in (-1, 1):
        c.stroke([(side * 0.07, y + 0.07), (side * 0.035, y + 0.085), (0, y + 0.075)],
                 0.01, shade(dark, 0.4, 0.008, 'skin'))  # fmt: skip
    c.stroke([(0, y + 0.05), (0, y + 0.22)], 0.008, shade(dark, 0.3, 0.008, 'skin'))


def _neckline(
    c: Canvas, who: Identity, outfit: Outfit, f: Figure, pose: Pose, low: float
) -> None:
    nx, ny = f.neck[0] + 0.012 * pose.yaw, f.neck[1]
    dark = shade(tint(outfit.color, 0.35), 0.45, 0.007, 'cloth')
    for t in (-0.6, 0.5):
        c.stroke([(t * 0.12, ny + 0.1), (t * 0.09, low - 0.1)], (0.006, 0.018), dark)
    if pose.back:
        c.stroke(
            [(nx - 0.03, ny - 0.008), (nx, ny), (nx + 0.03, ny - 0.008)], 0.01, dark
        )
        return
    if outfit.top in ('jacket', 'coat'):
        under = pick(c.rng, ((238, 238, 234), (60, 64, 72), (170, 190, 210)))
        c.polygon([(nx - 0.032, ny - 0.02), (nx + 0.032, ny - 0.02), (nx, ny + 0.16)],
                  Paint(under, relief=0.1), 'cloth')  # fmt: skip
        c.blob([(nx - 0.018, ny - 0.02), (nx, ny + 0.03), (nx + 0.018, ny - 0.02)],
               Paint(tint(who.skin, 0.95), relief=0.1), 'skin')  # fmt: skip
        for side in (-1, 1):
            c.polygon([(nx + side * 0.03, ny - 0.02), (nx + side * 0.06, ny + 0.05),
                      (nx + side * 0.006, ny + 0.15)], Paint(tint(outfit.color, 0.82),
                      relief=0.25), 'cloth')  # fmt: skip
        c.stroke([(nx, ny + 0.15), (nx, low + 0.04)], 0.006, dark)
        return
    deep = {'tank': 0.055, 'shirt': 0.045}.get(outfit.top, 0.022)
    c.blob([(nx - 0.034, ny - 0.02), (nx, ny + deep), (nx + 0.034, ny - 0.02)],
           Paint(tint(who.skin, 0.95), relief=0.15, mottle=0), 'skin')  # fmt: skip
    if outfit.top == 'shirt':
        for side in (-1, 1):
            c.polygon([(nx + side * 0.036, ny - 0.026), (nx + side * 0.004, ny + deep),
                       (nx + side * 0.042, ny + 0.028)],
                      Paint(tint(outfit.color, 1.25), relief=0.3), 'cloth')  # fmt: skip
        c.stroke([(nx, ny + deep), (nx * 0.4, low - 0.08)], 0.005, dark)


def draw_arm(c: Canvas, who: Identity, outfit: Outfit, f: Figure, side: int) -> None:
    """An arm with hand and sleeve; ``side`` 0 is the left one as seen."""
    shoulder, elbow, hand = f.shoulders[side], f.elbows[side], f.hands[side]
    fat = (1 + 0.1 * who.build) * (1.05 if who.gender == 'male' else 0.92)
    tip = _between(elbow, hand, 1.2)
    c.stroke(
        [shoulder, elbow, hand], (0.05 * fat, 0.04 * fat, 0.027), _skin(who), 'skin'
    )
    c.stroke([hand, tip], (0.032, 0.022), _skin(who), 'skin')
    if c.scale > 260:
        for spread in (-0.35, 0.3):
            x, y = _between(elbow, hand, 1.27)
            c.stroke([hand, (x + spread * 0.03, y)], (0.014, 0.009), _skin(who), 'skin')
    sleeve = _cloth(outfit.color, outfit)
    if outfit.top in ('shirt', 'jacket', 'coat'):
        points = [shoulder, elbow, _between(elbow, hand, 0.93)]
        widths = (0.06, 0.054, 0.042)
    elif outfit.top == 'tee':
        points, widths = [shoulder, _between(shoulder, elbow, 0.62)], (0.06, 0.062)
    else:
        return
    c.stroke(points, tuple(w * fat for w in widths), sleeve, 'cloth')
    if len(points) == 3:
        _creases(c, points, outfit.color)
    x, y = _between(shoulder, elbow, 0.5)
    out = 1 if side else -1
    c.stroke([(x - out * 0.032, y - 0.03), (x - out * 0.034, y + 0.06)], 0.012,
             shade(tint(outfit.color, 0.3), 0.5, 0.008, 'cloth'))  # fmt: skip
