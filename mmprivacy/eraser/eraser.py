"""ERASER: replace sensitive regions by something natural and different."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import torch
from mmengine.model import BaseModel, is_model_wrapper
from mmengine.optim import OptimWrapperDict
from mmengine.registry import MODELS
from torch import Tensor, nn

from mmprivacy.eraser.compositing import blend, composite
from mmprivacy.eraser.discriminator import PatchDiscriminator
from mmprivacy.eraser.generator import ERASERGenerator
from mmprivacy.eraser.reconstruction_losses import known_target
from mmprivacy.errors import ConfigError

# Their files import torch only.
MODELS.register_module(module=ERASERGenerator)
MODELS.register_module(module=PatchDiscriminator)

STAGES = ('quality', 'difference')
IMAGE_INPUTS = ('masked', 'full')
QUALITY_REGIONS = ('known', 'all')


@MODELS.register_module()
class ERASER(BaseModel):
    """Generator, discriminator and priors, trained against each other in two stages.

    Stage ``'quality'`` learns to fill masks. Stage ``'difference'`` also rewards a
    filling that differs from what was there; :class:`EraserStageHook` switches.

    Convention:
        Pictures are RGB float in [0, 1] inside, uint8 in and out; masks are 1 where
        something is to be removed. All pixels outside the mask come out as they went
        in, bit by bit.

    Args:
        generator: Config of an
            :class:`~mmprivacy.eraser.generator.ERASERGenerator`.
        discriminator: Config of a
            :class:`~mmprivacy.eraser.discriminator.PatchDiscriminator`.
        prior: Config of a :class:`PriorSampler`. None for no priors (black ones): LaMa.
        loss_l1: Config of a loss.
        loss_gan: Config of a loss.
        loss_feature_matching: Config of a loss, None for none.
        loss_resnet: Config of a loss, None for none.
        loss_difference: Config of a loss. None: there is no second stage.
        image_input: ``'masked'``: the generator does not see what is to be removed,
            which is what LaMa's weights expect; ``'full'`` shows it, and leaks it.
        quality_region: What the quality losses of the second stage take for real.
            ``'all'`` is the paper's: the whole photo, so that they pull the filling
            towards what was there, while the Difference Loss pushes it away.
            ``'known'``: the known part; neither target nor discriminator gets to see
            what has to go.
        rehearse: In the second stage, also hide what the mask of the next photo of the
            batch covers. What is there may be painted as it was, so this keeps the
            generator from forgetting how.
        blend: Shift what was painted so that it meets the known pixels without an edge;
            see :func:`~mmprivacy.eraser.compositing.blend`. Not in the paper. In
            prediction only.
        stage: ``'quality'`` or ``'difference'``.
        data_preprocessor: Config; :class:`EraserDataPreprocessor` by default.
        init_cfg: As in MMEngine.

    Raises:
        ConfigError: If an option is wrong.
        MissingWeightsError: If weights of the prior or of a loss are not there.

    Reference: Yang et al. 2023, "ERASER: Adversarial Sensitive Element Remover for
    Image Privacy Preservation", AAAI.
    """

    optional_state = ('discriminator.', 'generator.fuse.')
    """Weights that a checkpoint need not have to be used: imported ones have none."""
    inference_options = dict(
        loss_feature_matching=None, loss_resnet=None, loss_difference=None
    )
    """What changes where the model only predicts: no loss network is loaded."""

    def __init__(
        self,
        generator: dict | None = None,
        discriminator: dict | None = None,
        prior: dict | None = None,
        loss_l1: dict | None = None,
        loss_gan: dict | None = None,
        loss_feature_matching: dict | None = None,
        loss_resnet: dict | None = None,
        loss_difference: dict | None = None,
        image_input: str = 'masked',
        quality_region: str = 'known',
        rehearse: bool = True,
        blend: bool = False,
        stage: str = 'quality',
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(
            data_preprocessor or dict(type='EraserDataPreprocessor'), init_cfg
        )
        _check_option('image_input', image_input, IMAGE_INPUTS)
        _check_option('quality_region', quality_region, QUALITY_REGIONS)
        self.image_input = image_input
        self.quality_region = quality_region
        self.rehearse = rehearse
        self.blend = blend
        self.generator = _build(generator or dict(type='ERASERGenerator'))
        self.discriminator = _build(discriminator or dict(type='PatchDiscriminator'))
        self.prior = _build(prior)
        self.loss_l1 = _build(loss_l1 or dict(type='MaskedL1Loss'))
        self.loss_gan = _build(loss_gan or dict(type='PatchGANLoss'))
        self.loss_feature_matching = _build(loss_feature_matching)
        self.loss_resnet = _build(loss_resnet)
        self.loss_difference = _build(loss_difference)
        self.set_stage(stage)
        # MMEngine wraps the parts, and saves their names with the wrapper's.
        self._register_state_dict_hook(_without_wrappers)

    def set_stage(self, stage: str, difference_scale: float = 1.0) -> None:
        """Choose the stage of training.

        Args:
            stage: ``'quality'`` or ``'difference'``.
            difference_scale: Factor of the Difference Loss, to begin it gently.

        Raises:
            ConfigError: If there is no such stage, or no loss for it.
        """
        _check_option('stage', stage, STAGES)
        if stage == 'difference' and self.loss_difference is None:
            raise ConfigError.explain(
                'model.loss_difference',
                expected="a loss, for the stage 'difference'",
                got='none',
                fix="set it to dict(type='DifferenceLoss', weights=...)",
            )
        self.stage = stage
        self.difference_scale = difference_scale

    def forward(
        self, inputs: dict[str, Any], data_samples: Any = None, mode: str = 'tensor'
    ) -> Any:
        """Run the model.

        Args:
            inputs: ``img`` and ``mask`` of :class:`EraserDataPreprocessor`.
            data_samples: Their data samples.
            mode: ``'tensor'``: generated pictures (B, 3, H, W), not put together with
                the input; ``'predict'``: data samples with ``pred_img``.

        Returns:
            A tensor or a list of data samples.

        Raises:
            NotImplementedError: For ``'loss'``: two networks learn in turn, which
                :meth:`train_step` does.
        """
        if mode == 'tensor':
            return self.generate(inputs['img'], inputs['mask'])
        if mode == 'predict':
            return self.predict(inputs, data_samples)
        raise NotImplementedError('ERASER is trained by train_step')

    def generate(self, image: Tensor, mask: Tensor) -> Tensor:
        """Paint pictures anew, inside the mask and outside.

        Args:
            image: Pictures (B, 3, H, W).
            mask: Masks (B, 1, H, W).

        Returns:
            Pictures (B, 3, H, W).
        """
        if self.prior is None:
            prior_g = prior_r = torch.zeros_like(image)
        else:
            prior_g, prior_r = self.prior(image, mask)
        seen = image * (1 - mask) if self.image_input == 'masked' else image
        return self.generator(seen, mask, prior_g, prior_r)

    def predict(self, inputs: dict[str, Any], data_samples: list) -> list:
        """Remove what the masks cover.

        Pictures of one size are computed together; those with an empty mask not at all.

        Args:
            inputs: Lists of ``img`` (3, H, W) and ``mask`` (1, H, W).
            data_samples: Their data samples, with ``img_shape``.

        Returns:
            The data samples with ``pred_img``, RGB uint8 (3, h, w).
        """
        images, masks = inputs['img'], inputs['mask']
        groups: dict[tuple, list[int]] = defaultdict(list)
        results = list(images)
        for n, (image, mask) in enumerate(zip(images, masks)):
            if mask.any():
                groups[tuple(image.shape)].append(n)
        for members in groups.values():
            image = torch.stack([images[n] for n in members])
            mask = torch.stack([masks[n] for n in members])
            painted = self.generate(image, mask)
            if self.blend:
                painted = blend(painted, image, mask)
            for n, picture in zip(members, painted):
                results[n] = picture
        for image, result, mask, sample in zip(images, results, masks, data_samples):
            sample.pred_img = composite(image, result, mask, sample.img_shape)
        return data_samples

    def train_step(
        self, data: dict, optim_wrapper: OptimWrapperDict
    ) -> dict[str, Tensor]:
        """Train the generator, then the discriminator, on one batch.

        Differs from LaMa: the discriminator learns from the picture that the generator
        made for its own step; there, one is generated anew.

        Args:
            data: A batch of the data loader.
            optim_wrapper: ``generator`` and ``discriminator``.

        Returns:
            What is logged: all losses, ``loss_g`` and ``loss_d`` their sums.
        """
        inputs = self.data_preprocessor(data, True)['inputs']
        real, secret = inputs['img'], inputs['mask']
        mask = secret
        if self.stage == 'difference' and self.rehearse:
            mask = torch.maximum(secret, secret.roll(1, 0))
        wrapper = optim_wrapper['generator']
        self.discriminator.requires_grad_(False)
        with wrapper.optim_context(self.generator):
            fake = self.generate(real, mask)
            losses, shown = self.generator_losses(fake, real, mask, secret)
        loss_g, log = self.parse_losses(losses)
        wrapper.update_params(loss_g)
        self.discriminator.requires_grad_(True)

        log['loss_g'] = log.pop('loss')
        wrapper = optim_wrapper['discriminator']
        with wrapper.optim_context(self.discriminator):
            losses = self.discriminator_losses(fake.detach(), real, mask, secret)
        loss_d, log_d = self.parse_losses(losses)
        wrapper.update_params(loss_d)
        log_d['loss_d'] = log_d.pop('loss')
        return {k: v.detach() for k, v in {**log, **shown, **log_d}.items()}

    def generator_losses(
        self, fake: Tensor, real: Tensor, mask: Tensor, secret: Tensor
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Compute the losses of the generator in the present stage.

        Args:
            fake: Generated pictures (B, 3, H, W).
            real: Real pictures (B, 3, H, W).
            mask: Masks (B, 1, H, W) of what the generator had to invent.
            secret: Masks (B, 1, H, W) of what has to go.

        Returns:
            The losses, and figures to log beside them.
        """
        critic = _unwrapped(self.discriminator)
        target = known_target(real, fake, secret) if self._known_only else real
        losses = dict(loss_l1=self.loss_l1(fake, target, mask))
        logits, features = critic(fake)
        losses['loss_adversarial'] = self.loss_gan(logits)
        if self.loss_feature_matching is not None:
            with torch.no_grad():
                _, wanted = critic(target)
            losses['loss_fm'] = self.loss_feature_matching(features, wanted)
        if self.loss_resnet is not None:
            losses['loss_resnet'] = self.loss_resnet(fake, target)
        if self.stage != 'difference':
            return losses, {}
        difference = self.loss_difference.difference(fake, real, secret)
        losses['loss_difference'] = self.difference_scale * self.loss_difference(
            difference
        )
        return losses, dict(difference=difference.detach().mean())

    def discriminator_losses(
        self, fake: Tensor, real: Tensor, mask: Tensor, secret: Tensor
    ) -> dict[str, Tensor]:
        """Compute the losses of the discriminator.

        Args:
            fake: Generated pictures (B, 3, H, W), without a gradient.
            real: Real pictures (B, 3, H, W).
            mask: Masks (B, 1, H, W) of what the generator had to invent.
            secret: Masks (B, 1, H, W) of what has to go.

        Returns:
            The losses.
        """
        if self._known_only:
            real = known_target(real, fake, secret)
        real = real.detach().requires_grad_(bool(self.loss_gan.r1_weight))
        # The gradient penalty is a derivative of a derivative: in full precision.
        with torch.autocast(real.device.type, enabled=False):
            real_logits, _ = self.discriminator(real.float())
            fake_logits, _ = self.discriminator(fake.float())
            return self.loss_gan.for_discriminator(
                real,
                real_logits,
                fake_logits,
                mask,
                secret if self._known_only else None,
            )

    @property
    def _known_only(self) -> bool:
        return self.stage == 'difference' and self.quality_region == 'known'


def _build(cfg: dict | None) -> nn.Module | None:
    return None if cfg is None else MODELS.build(cfg)


def _without_wrappers(
    module: nn.Module, state: dict[str, Tensor], prefix: str, _: dict
) -> None:
    """Name the weights of a distributed run as those of a single process."""
    for name, child in module.named_children():
        begin = f'{prefix}{name}.module.'
        for key in list(state) if is_model_wrapper(child) else ():
            if key.startswith(begin):
                state[f'{prefix}{name}.{key.removeprefix(begin)}'] = state.pop(key)


def _unwrapped(module: nn.Module) -> nn.Module:
    """Leave the wrapper of distributed training, whose gradients nobody needs here."""
    return module.module if is_model_wrapper(module) else module


def _check_option(name: str, value: Any, valid: tuple[str, ...]) -> None:
    if value not in valid:
        raise ConfigError.explain(
            f'model.{name}',
            expected=f'one of {", ".join(valid)}',
            got=repr(value),
            fix='choose one of them',
        )
