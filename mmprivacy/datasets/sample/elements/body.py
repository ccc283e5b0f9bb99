"""A clothed human figure: outfit, posture, and drawing it on a canvas."""

from __future__ import annotations

import numpy as np

from ..canvas import Canvas
from ..identity import Identity, pick
from ..paint import Color, tint
from .figure import Figure, Outfit, Pose
from .hair import draw_back_hair
from .head import draw_head
from .limbs import draw_arm, draw_leg, draw_skirt, draw_trunk
from .things import VIVID

_CLOTH: tuple[Color, ...] = ( *VIVID, (44, 58, 92), (70, 70, 76), (150, 112, 70), (196,
              188, 172), (110, 142, 168), (34, 34, 40), (92, 108, 80), )  # fmt: skip
_TROUSERS: tuple[Color, ...] = (
    (52, 68, 104), (78, 98, 136), (40, 42, 50), (120, 104, 82), (92, 94, 98),
    (166, 150, 124), (64, 76, 62),
)  # fmt: skip


def draw_outfit(rng: np.random.Generator, who: Identity) -> Outfit:
    """Draw everyday clothes."""
    tops = ('tee', 'shirt', 'jacket', 'coat', 'tee')
    bottoms = ('trousers', 'trousers', 'shorts')
    if who.gender == 'female':
        tops = ('tee', 'shirt', 'jacket', 'tank', 'coat')
        bottoms = ('trousers', 'skirt', 'dress', 'trousers')
    color = pick(rng, _CLOTH)
    return Outfit(
        pick(rng, tops), pick(rng, bottoms), color, pick(rng, _TROUSERS),
        pick(rng, ((40, 36, 34), (96, 60, 38), (228, 226, 222), (60, 66, 80))),
        pick(rng, ('', '', '', 'stripes', 'pins', 'checks', 'dots')),
        pick(rng, (tint(color, 1.6), tint(color, 0.6), (240, 238, 232))),
    )  # fmt: skip


def draw_pose(rng: np.random.Generator) -> Pose:
    """Draw an everyday posture: standing, walking, waving, hand on the hip."""
    kind = pick(rng, ('stand', 'stand', 'walk', 'hip', 'wave', 'carry'))
    a, b, u, v = (float(x) for x in rng.uniform(0, 1, 4))
    arms = [(0.1 + 0.15 * a, 0.02 + 0.12 * b), (0.1 + 0.15 * b, 0.02 + 0.12 * a)]
    legs = [(0.03 + 0.05 * u, -0.01), (0.03 + 0.05 * v, -0.01)]
    if kind == 'walk':
        legs = [(0.16 + 0.1 * u, 0.02 - 0.1 * v), (-0.02 + 0.1 * v, 0.16)]
        arms = [(0.28 + 0.1 * a, 0.1), (0.18, -0.35 * b)]
    elif kind == 'hip':
        arms[0] = (0.62 + 0.15 * a, -0.75)
    elif kind == 'wave':
        arms[1] = (1.1 + 0.5 * a, 2.6 + 0.3 * b)
    elif kind == 'carry':
        arms = [(0.2, -0.9 - 0.3 * a), (0.2, -0.8 - 0.4 * b)]
    if rng.random() < 0.5:
        arms.reverse()
        legs.reverse()
    yaw = float(np.clip(rng.normal(0, 0.35), -0.8, 0.8))
    return Pose((arms[0], arms[1]), (legs[0], legs[1]), yaw, lean=0.02 * (a - b))


def _joints(who: Identity, pose: Pose, young: float) -> Figure:
    head = 0.132 + 0.075 * young
    top = head * 1.0 + 0.045 - 0.01 * young
    male = who.gender == 'male'
    broad = (0.112 if male else 0.096) * (1 - 0.2 * young) + 0.008 * who.build
    broad *= 1 - 0.2 * abs(pose.yaw)
    hip_y = 0.515 + 0.03 * young
    hip_x = (0.052 if male else 0.058) + 0.006 * who.build
    figure = Figure(head, neck=(pose.lean, top))
    upper, lower = 0.165 * (1 - 0.12 * young), 0.145 * (1 - 0.12 * young)
    thigh, shin = (0.955 - hip_y) * 0.52, (0.955 - hip_y) * 0.48
    for side, (a, b), (u, v) in zip((-1, 1), pose.arms, pose.legs):
        x, y = pose.lean + side * (broad - 0.006), top + 0.042
        figure.shoulders.append((x, y))
        x, y = x + side * upper * np.sin(a), y + upper * np.cos(a)
        figure.elbows.append((x, y))
        x, y = x + side * lower * np.sin(b), y + lower * np.cos(b)
        figure.hands.append((x, y))
        x, y = side * hip_x, hip_y
        figure.hips.append((x, y))
        short = 0.28 if pose.seated else 1.0
        x, y = x + side * thigh * np.sin(u), y + short * thigh * np.cos(u)
        figure.knees.append((x, y))
        x, y = x + side * shin * np.sin(v), y + shin * np.cos(v)
        figure.feet.append((x, y))
    return figure


def draw_figure(
    c: Canvas, who: Identity, outfit: Outfit, pose: Pose, young: float = 0.0
) -> Figure:
    """Draw a whole figure; tags 'skin', 'cloth', 'shoe', 'hair', 'face', 'eyes'."""
    figure = _joints(who, pose, young)
    if not pose.back:
        with c.placed(pose.lean * 1.2, 0.005, figure.head):
            draw_back_hair(c, who, pose.yaw)
    front = 0 if pose.yaw > 0 else 1
    for side in (1 - front, front):
        draw_leg(c, who, outfit, figure, side, pose)
    if outfit.bottom in ('skirt', 'dress') and not pose.seated:
        draw_skirt(c, outfit, figure)
    far = 1 if pose.yaw > 0.25 else 0 if pose.yaw < -0.25 else None
    if far is not None:
        draw_arm(c, who, outfit, figure, far)
    draw_trunk(c, who, outfit, figure, pose)
    for side in (0, 1):
        if side != far:
            draw_arm(c, who, outfit, figure, side)
    with c.placed(pose.lean * 1.2, 0.005, figure.head):
        draw_head(c, who, pose.yaw, pose.back, young, hair_behind=not pose.back)
    return figure


def mark_person(c: Canvas, pose: Pose, large: float = 90, body: bool = True) -> None:
    """Declare what a figure shows, by what is visible and how large its face is.

    Args:
        c: The canvas after drawing.
        pose: How the figure stands.
        large: Stature in sprite pixels from which the face can be recognised.
        body: Whether the whole figure is visible.
    """
    person = c.visible('skin', 'cloth', 'shoe', 'hair', 'face', 'eyes')
    face = c.visible('face', 'eyes')
    c.mark(('a4_gender',), person)
    c.mark(('a17_color',), c.visible('skin', 'face'))
    c.mark(('a6_hair_color',), c.visible('hair'))
    if body:
        c.mark(('a2_weight_approx', 'a3_height_approx'), person)
    if pose.back:
        return
    c.mark(('a1_age_approx',), person)
    if c.height >= large:
        part = abs(pose.yaw) > 0.55
        c.mark(('a10_face_partial' if part else 'a9_face_complete', 'a16_race'), face)
