"""The fake parts, composed."""

custom_imports = dict(
    imports=['mmprivacy.advisor', 'fake_parts'], allow_failed_imports=False
)

advisor = dict(
    assessors=[dict(type='BrightnessAssessor')],
    localisers=[dict(type='SpotLocaliser')],
    protectors=dict(
        fill=dict(type='BlackProtector'), soften=dict(type='SoftProtector')
    ),
    verifiers=dict(
        metadata=dict(type='MetadataVerifier'), spots=dict(type='SpotVerifier')
    ),
    policy=dict(default=dict(threshold=0.5, margin=0.0, method='fill')),
)
