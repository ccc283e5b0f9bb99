"""People: everyday, in uniform, bathing, in sports, far away."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..canvas import Canvas
from ..identity import Face, Identity, pick
from ..paint import Paint, flat, shade, tint
from ..sprite import ElementKind, Sprite
from .body import draw_figure, draw_outfit, draw_pose, mark_person
from .figure import Figure, Outfit, Pose
from .things import VIVID, WHITE

_ASPECT = 1.1


def _open(rng: np.random.Generator, height: int) -> Canvas:
    return Canvas(rng, height, _ASPECT)


def person(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """A clothed adult, facing, turned, or from behind."""
    c = _open(rng, height)
    pose = draw_pose(rng)
    if rng.random() < 0.12:
        pose = replace(pose, back=True, yaw=0.0)
    with c.placed(_ASPECT / 2, 0.015, 0.98):
        draw_figure(c, who, draw_outfit(rng, who), pose)
    mark_person(c, pose)
    return c.finish()


def person_half(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """An adult from the waist up: cut off by the picture's edge or behind a table."""
    c = Canvas(rng, height, 1.9)
    pose = draw_pose(rng)
    with c.placed(0.95, 0.03, 1.9):
        draw_figure(c, who, draw_outfit(rng, who), pose)
    mark_person(c, pose, large=60, body=False)
    return c.finish()


def child(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """A clothed child, larger head and shorter limbs."""
    c = _open(rng, height)
    who = small(rng, who)
    young = float(rng.uniform(0.5, 1.0))
    pose = draw_pose(rng)
    outfit = draw_outfit(rng, who)
    top = outfit.top if outfit.top in ('tee', 'shirt') else 'tee'
    outfit = replace(outfit, top=top, color=pick(rng, VIVID), low=pick(rng, VIVID))
    with c.placed(_ASPECT / 2, 0.02, 0.975):
        draw_figure(c, who, outfit, pose, young)
    mark_person(c, pose)
    return c.finish()


def small(rng: np.random.Generator, who: Identity) -> Identity:
    """The same looks as a child: no beard, no glasses, no grey hair."""
    style = pick(rng, ('long', 'bob', 'ponytail') if who.gender == 'female' else
                 ('short', 'crop', 'curly'))  # fmt: skip
    hair = (120, 84, 52) if sum(who.hair) > 330 and who.age > 45 else who.hair
    face: Face = replace(who.face, beard=0.0, glasses=False, style=style)
    return replace(who, age=int(rng.integers(4, 12)), face=face, hair=hair, build=0.0)


def crowd_person(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """Somebody far off in a crowd, without a recognisable face."""
    c = Canvas(rng, min(height, 90), _ASPECT)
    c.height = max(8, height)
    pose = draw_pose(rng)
    pose = replace(pose, back=bool(rng.random() < 0.5))
    with c.placed(_ASPECT / 2, 0.015, 0.98):
        draw_figure(c, replace(who, face=replace(who.face, glasses=False)),
                    draw_outfit(rng, who), pose)  # fmt: skip
        c.ellipse(0, 0.075, 0.05, 0.06, Paint(who.skin, relief=0, opacity=0.0
                  if pose.back else 0.85, blur=0.012, over='face'))  # fmt: skip
    return c.finish()


def uniformed_person(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """A doctor, an officer or a cook at work."""
    c = _open(rng, height)
    job = pick(rng, ('doctor', 'officer', 'cook'))
    outfit = {
        'doctor': Outfit('coat', 'trousers', (240, 243, 244), (92, 140, 150)),
        'officer': Outfit('shirt', 'trousers', (42, 58, 96), (30, 38, 60)),
        'cook': Outfit('shirt', 'trousers', (244, 243, 238), (60, 62, 66), pattern=''),
    }[job]
    pose = replace(draw_pose(rng), yaw=float(np.clip(rng.normal(0, 0.3), -0.5, 0.5)))
    with c.placed(
        _ASPECT / 2, 0.13 if job == 'cook' else 0.05, 0.86 if job == 'cook' else 0.94
    ):
        figure = draw_figure(c, who, outfit, pose)
        {'doctor': _doctor, 'officer': _officer, 'cook': _cook}[job](c, figure, pose)
    mark_person(c, pose)
    c.mark(('a46_occupation', 'a48_occassion_work'), c.solid)
    return c.finish()


def _doctor(c: Canvas, f: Figure, _pose: Pose) -> None:
    x, y = f.neck
    tube = Paint((44, 48, 56), relief=0.3)
    c.stroke([(x - 0.04, y - 0.02), (x - 0.05, y + 0.06), (x - 0.03, y + 0.13),
              (x + 0.01, y + 0.145)], 0.011, tube)  # fmt: skip
    c.stroke(
        [(x + 0.04, y - 0.02), (x + 0.055, y + 0.05), (x + 0.05, y + 0.1)], 0.011, tube
    )
    c.ellipse(x + 0.012, y + 0.15, 0.014, 0.014, Paint((190, 194, 200), relief=0.6))
    low = f.hips[0][1]
    for side in (-1, 1):
        c.polygon([(side * 0.006, low - 0.02), (side * 0.115, low - 0.02),
                   (side * 0.13, low + 0.16), (side * 0.012, low + 0.15)],
                  Paint((236, 240, 242), relief=0.3, fade=0.15), 'cloth')  # fmt: skip
    c.rect(0.03, low - 0.04, 0.085, low + 0.02, shade((120, 130, 140), 0.35, 0.003))
    c.rect(0.035, y + 0.075, 0.075, y + 0.105, Paint((72, 150, 120), relief=0.2))


def _officer(c: Canvas, f: Figure, pose: Pose) -> None:
    s = f.head
    with c.placed(pose.lean * 1.2, 0.005, s):
        dark = Paint((32, 44, 76), relief=0.35)
        c.blob(
            [(-0.42, 0.2), (-0.5, 0.02), (0, -0.14), (0.5, 0.02), (0.42, 0.2)],
            dark,
            'cloth',
        )
        c.blob([(-0.42, 0.17), (0, 0.12), (0.42, 0.17), (0.42, 0.27), (0, 0.23), (-0.42,
               0.27)], Paint((16, 18, 26), relief=0.3), 'cloth')  # fmt: skip
        c.blob([(-0.36, 0.25), (0, 0.22), (0.36, 0.25), (0.2, 0.34), (0, 0.36), (-0.2,
               0.34)], Paint((14, 14, 18), relief=0.6), 'cloth')  # fmt: skip
        c.ellipse(0, 0.06, 0.08, 0.09, Paint((214, 182, 88), relief=0.5))
    x, y = f.neck
    c.polygon([(x - 0.014, y + 0.02), (x + 0.014, y + 0.02), (x + 0.02, y + 0.15),
              (x, y + 0.175), (x - 0.02, y + 0.15)], Paint((20, 24, 34), relief=0.3),
              'cloth')  # fmt: skip
    star = [(0.055 + r * np.sin(t), y + 0.085 - r * np.cos(t)) for t,
            r in ((k * np.pi / 5, 0.02 if k % 2 == 0 else 0.009) for k
            in range(10))]  # fmt: skip
    c.polygon(star, Paint((222, 190, 92), relief=0.5))
    low = f.hips[0][1] - 0.06
    c.rect(-0.1, low, 0.1, low + 0.03, Paint((18, 18, 20), relief=0.4), 0.006)
    c.rect(-0.016, low + 0.002, 0.016, low + 0.028, Paint((206, 190, 130), relief=0.4))
    c.rect(0.07, low + 0.01, 0.11, low + 0.08, Paint((22, 22, 24), relief=0.5), 0.01)
    for x, y in f.shoulders:
        c.ellipse(x, y - 0.016, 0.03, 0.009, Paint((214, 182, 88), relief=0.4))


def _cook(c: Canvas, f: Figure, pose: Pose) -> None:
    with c.placed(pose.lean * 1.2, 0.005, f.head):
        white = Paint((246, 246, 242), relief=0.3, fade=0.1)
        for x, r in ((-0.3, 0.26), (0.3, 0.26), (0, 0.32)):
            c.ellipse(x, -0.5, r, r * 0.95, white, 'cloth')
        c.polygon(
            [(-0.37, 0.16), (-0.42, -0.42), (0.42, -0.42), (0.37, 0.16)], white, 'cloth'
        )
        c.blob([(-0.38, 0.02), (0, -0.02), (0.38, 0.02), (0.38, 0.2), (0, 0.15), (-0.38,
               0.2)], white, 'cloth')  # fmt: skip
        for x in (-0.2, 0.0, 0.2):
            c.stroke(
                [(x * 1.2, -0.5), (x, -0.04)], 0.03, shade((130, 130, 140), 0.35, 0.02)
            )
    y, low = f.neck[1], f.hips[0][1]
    for side in (-1, 1):
        for k in range(4):
            c.ellipse(
                side * 0.025, y + 0.07 + 0.05 * k, 0.006, 0.006, flat((40, 40, 44))
            )
    c.polygon([(-0.1, low - 0.1), (0.1, low - 0.1), (0.125, low + 0.2),
              (-0.125, low + 0.2)], Paint((226, 224, 216), relief=0.25, mottle=0.07),
              'cloth')  # fmt: skip
    c.stroke([(-0.1, low - 0.1), (0.1, low - 0.1)], 0.012, flat((90, 90, 96), 0.6))
    neck = pick(c.rng, ((190, 44, 40), (40, 90, 150)))
    c.blob([(-0.05, y - 0.02), (0, y + 0.06), (0.05, y - 0.02), (0, y - 0.005)],
           Paint(neck, relief=0.3), 'cloth')  # fmt: skip


def bather(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """Somebody in bathing clothes: trunks or a one-piece swimsuit."""
    c = _open(rng, height)
    color = pick(rng, VIVID)
    pattern = pick(rng, ('', '', 'stripes', 'dots'))
    female = who.gender == 'female'
    outfit = Outfit('tank' if female else '', 'trunks' if female else 'shorts', color,
                    color, None, pattern, pick(rng, VIVID))  # fmt: skip
    pose = draw_pose(rng)
    with c.placed(_ASPECT / 2, 0.015, 0.98):
        draw_figure(c, who, outfit, pose)
    mark_person(c, pose)
    c.mark(('a12_semi_nudity',), c.visible('skin', 'cloth'))
    return c.finish()


def sports_person(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """Somebody playing: a numbered shirt, and a ball, a racket or a bat."""
    c = _open(rng, height)
    color = pick(rng, VIVID[:6])
    outfit = Outfit('tee', 'shorts', color, pick(rng, ((240, 240, 240), (30, 34, 44))),
                    (236, 236, 232), pick(rng, ('', '', 'stripes', 'pins')), tint(color,
                    0.7))  # fmt: skip
    reach = float(rng.uniform(0.8, 1.5))
    arms = ((0.5, 0.9), (reach, reach + 0.4))
    legs = ((0.42, -0.1), (0.2 + 0.2 * float(rng.random()), 0.5))
    pose = Pose(arms, legs, float(rng.uniform(-0.4, 0.5)), lean=0.015)
    gear = pick(rng, ('racket', 'ball', 'bat'))
    with c.placed(_ASPECT / 2, 0.015, 0.98):
        figure = draw_figure(c, who, outfit, pose)
        number = str(int(rng.integers(2, 99)))
        x, y = figure.neck
        c.text(x, y + 0.08, number, 0.11, WHITE, 'bold', 'm')
        _gear(c, gear, figure)
    mark_person(c, pose)
    c.mark(('a59_sports', 'a58_hobbies'), c.solid)
    return c.finish()


def _gear(c: Canvas, gear: str, f: Figure) -> None:
    x, y = f.hands[1]
    if gear == 'racket':
        c.stroke(
            [(x - 0.01, y + 0.04), (x + 0.05, y - 0.09)], 0.014, Paint((40, 40, 44))
        )
        turn = np.linspace(0, 2 * np.pi, 25)
        ring = np.stack([x + 0.085 + 0.055 * np.cos(turn) - 0.02 * np.sin(turn),
                         y - 0.165 + 0.08 * np.sin(turn)], 1)  # fmt: skip
        c.polygon(ring, Paint((240, 240, 220), relief=0, opacity=0.35, pattern='checks',
                              second=(120, 120, 110), pitch=0.014))  # fmt: skip
        c.stroke(ring, 0.013, Paint((200, 60, 50), relief=0.4), curved=False)
    elif gear == 'bat':
        c.stroke([(x - 0.02, y + 0.04), (x + 0.03, y - 0.06), (x + 0.1, y - 0.24)],
                 (0.014, 0.018, 0.042), Paint((190, 146, 92), relief=0.4,
                 mottle=0.08))  # fmt: skip
    else:
        x, y = f.feet[1]
        c.ellipse(x + 0.09, 0.945, 0.05, 0.05, Paint((240, 240, 236), relief=0.5))
        for dx, dy in ((0, 0), (0.035, 0.02), (-0.03, 0.028), (0.005, -0.04)):
            c.ellipse(x + 0.09 + dx, 0.945 + dy, 0.014, 0.012, flat((40, 40, 44)))


KINDS = (
    ElementKind('person', 'person', 'ground', (1.55, 1.9), person),
    ElementKind('person_half', 'person', 'surface', (0.75, 0.95), person_half),
    ElementKind('child', 'person', 'ground', (0.95, 1.35), child),
    ElementKind('crowd_person', 'person', 'ground', (1.5, 1.9), crowd_person),
    ElementKind('uniformed_person', 'person', 'ground', (1.6, 1.95), uniformed_person),
    ElementKind('bather', 'person', 'ground', (1.55, 1.85), bather),
    ElementKind('sports_person', 'person', 'ground', (1.55, 1.9), sports_person),
)
