"""Small trees in the layout of VISPR, for tests."""

import json

import numpy as np
from PIL import Image

EXAMPLE = [
    'a10_face_partial',
    'a16_race',
    'a17_color',
    'a1_age_approx',
    'a4_gender',
    'a56_sexual_orientation',
    'a57_culture',
    'a68_rel_spectators',
    'a6_hair_color',
    'a9_face_complete',
]
"""Labels of the published photo 2017_10001018."""

PHOTOS = {
    'train': {
        'x1': EXAMPLE,
        'x2': ['a0_safe'],
        'x3': ['a0_safe', 'a49_phone'],
        'x4': ['a30_credit_card', 'a1_age_approx'],
    },
    'val': {'v1': ['a0_safe'], 'v2': ['a59_sports']},
    'test': {'t1': ['a26_handwriting', 'a8_signature']},
}


def write_annotation(path, photo, labels, split='train'):
    """Write one annotation with the published keys."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = dict(
        id=photo,
        image_path=f'images/{split}2017/{photo}.jpg',
        labels=labels,
        openimages_id=None,
        source_url=None,
    )
    path.write_text(json.dumps(data))


def write_tree(root, photos=PHOTOS, lists=True, flat=False):
    """Write a tree of 8 x 8 photos: split to photo to attribute ids."""
    for split, content in photos.items():
        lines = []
        for photo, labels in content.items():
            line = f'annotations/{split}2017/{photo}.json'
            lines.append(line)
            place = f'annotations/{photo}.json' if flat else line
            write_annotation(root / place, photo, labels, split)
            image = root / f'images/{split}2017/{photo}.jpg'
            image.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.full((8, 8, 3), 90, np.uint8)).save(image)
        if lists:
            (root / f'{split}2017.txt').write_text('\n'.join(lines) + '\n')
    return root


def write_study(root):
    """Write a user study with the published means: invented ratings, exact sums."""
    from mmprivacy.datasets.attributes import ATTRIBUTES

    rated = [a for a in ATTRIBUTES.values() if a.id != 'a0_safe']
    rated.sort(key=lambda a: int(a.id[1:].split('_')[0]))
    rng = np.random.default_rng(0)
    study = ['attribute_id\tattribute_name' + '\t' * 305]
    profiles = []
    for attribute in rated:
        low, more = divmod(round(attribute.mean_305 * 305), 305)
        row = rng.permutation([low + 1] * more + [low] * (305 - more))
        study.append('\t'.join([attribute.id, attribute.description, *map(str, row)]))
        shifts = np.linspace(-0.9, 0.9, 30)
        row = np.round(attribute.mean_30 + rng.permutation(shifts), 9)
        profiles.append('\t'.join([attribute.id, 'x', *map(str, row)]))
    for k in range(105, 110):
        study.append('\t'.join([f'a{k}_control_x', 'x', *['3'] * 305]))
    (root / 'user_studies').mkdir()
    (root / 'user_studies/user_study_1.tsv').write_text('\n'.join(study))
    (root / 'user_studies/user_profiles.tsv').write_text('\n'.join(profiles))
    return root
