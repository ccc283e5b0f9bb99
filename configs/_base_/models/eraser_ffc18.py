"""ERASER as in the paper: ICT's prior, big-lama's generator and losses; its data."""

_base_ = '../datasets/places2.py'

model = dict(
    type='ERASER',
    generator=dict(type='ERASERGenerator', base_channels=64, num_down=3, num_blocks=18),
    discriminator=dict(type='PatchDiscriminator', base_channels=64, num_layers=4),
    prior=dict(
        type='PriorSampler',
        prior=dict(type='ImagePrior'),  # 32 x 32 tokens, 512 colours, 35 blocks
        weights='work_dirs/eraser/prior_places2/epoch_20.pth',
        allow_random=False,
        region_prior='on',
    ),
    # Weights of the losses: public configuration of LaMa.
    loss_l1=dict(type='MaskedL1Loss', known=10.0, hole=0.0),
    loss_gan=dict(type='PatchGANLoss', weight=10.0, r1_weight=1e-3),
    loss_feature_matching=dict(type='FeatureMatchingLoss', weight=100.0),
    loss_resnet=dict(
        type='ResNetPerceptualLoss',
        weights='weights/ade20k-resnet50dilated.pth',
        allow_random=False,
        weight=30.0,
    ),
    loss_difference=dict(
        type='DifferenceLoss',
        weights='weights/vgg19.pth',
        allow_random=False,
        weight=1.0,
        bound='hinge',
        margin=5.0,
    ),
)

# Stage 2: photos that show something, with masks of it.
private_dataloader = dict(
    num_workers=4,
    persistent_workers=True,
    batch_size=10,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='VisualRedactionsDataset',
        data_root='data/visual_redactions',
        ann_file='annotations/2017_v1/train2017.json',
        pipeline=[
            dict(type='LoadPhoto'),
            dict(type='DrawRedactionMask'),
            dict(type='ResizeWithMask', scale=(256, 256)),
            dict(type='FlipWithMask', prob=0.5),
            dict(type='PackInpaintingInputs'),
        ],
    ),
)

# `--sample`: a small network, and no public weights. What the ResNet loss teaches about
# holes comes from a plain L1 there, and the other losses weigh less beside it: with
# LaMa's weights, holes keep a colour of their own after so few steps. The region prior
# is off: it is a sketch of what has to go, and the drawn pictures know what is behind.
sample = dict(
    prior='configs/eraser/prior_places2.py',  # trained before, once
    cfg_options={
        'model.generator.base_channels': 16,
        'model.generator.num_blocks': 4,
        'model.generator.prior_weight': 0.5,
        'model.discriminator.base_channels': 16,
        'model.discriminator.num_layers': 3,
        'model.loss_l1.hole': 20.0,
        'model.loss_gan.weight': 2.0,
        'model.loss_feature_matching.weight': 20.0,
        'model.loss_resnet': None,
        'model.blend': True,  # a short run leaves a tint and an outline
        'model.prior.train_sampler': 'argmax',  # less noise than chance has
        'model.prior.top_k': 1,
        'model.prior.region_prior': 'off',
        'model.loss_difference.base_channels': 16,
        'model.loss_difference.weight': 0.1,  # stage 1 comes to about 4.4 of the 5
        'train_dataloader.batch_size': 8,
        'val_dataloader.batch_size': 25,
        'test_dataloader.batch_size': 25,
        'default_hooks.checkpoint.save_best': 'inpainting/clean_region_psnr',
    },
)
