"""The smallest ERASER that has all its parts."""

import torch

PRIOR = dict(type='ImagePrior', num_colors=8, side=8, channels=8, depth=1, num_heads=2)
SAMPLER = dict(
    type='PriorSampler', prior=PRIOR, allow_random=True, sampler='argmax', top_k=8
)
DIFFERENCE = dict(type='DifferenceLoss', allow_random=True, base_channels=4, margin=50)
MODEL = dict(
    type='ERASER',
    generator=dict(type='ERASERGenerator', base_channels=4, num_blocks=1),
    discriminator=dict(type='PatchDiscriminator', base_channels=4, num_layers=2),
    prior=SAMPLER,
    loss_feature_matching=dict(type='FeatureMatchingLoss'),
    loss_difference=DIFFERENCE,
)


def build(**changes):
    """Build the model with a palette of spread colours."""
    from mmengine.registry import MODELS

    import mmprivacy.eraser  # noqa: F401

    model = MODELS.build({**MODEL, **changes})
    if model.prior is not None:
        colors = torch.arange(8)
        bits = torch.stack([colors // 4, colors // 2 % 2, colors % 2], 1)
        model.prior.prior.net.palette.copy_(bits * 255.0)
    return model


def batch(sizes=((32, 32),) * 2, seed=0, mask=None):
    """Make a batch as a data loader gives it: random pictures, a box to remove."""
    from mmengine.structures import BaseDataElement

    generator = torch.Generator().manual_seed(seed)
    images, masks, samples = [], [], []
    for n, (h, w) in enumerate(sizes):
        images.append(
            torch.randint(0, 256, (3, h, w), generator=generator, dtype=torch.uint8)
        )
        hole = torch.zeros(1, h, w, dtype=torch.uint8)
        hole[:, h // 4 : h // 2 + n, w // 3 : w // 2 + 1] = 1
        masks.append(hole if mask is None else mask)
        samples.append(BaseDataElement(metainfo=dict(img_path=f'photo_{n}.png')))
    return dict(inputs=dict(img=images, mask=masks), data_samples=samples)
