"""One optimizer for each of several parts of a model."""

from __future__ import annotations

import copy
from typing import Any

from mmengine.model import is_model_wrapper
from mmengine.optim import OptimWrapperDict, build_optim_wrapper
from mmengine.registry import OPTIM_WRAPPER_CONSTRUCTORS
from torch import nn

from mmprivacy.errors import ConfigError


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class MultiOptimWrapperConstructor:
    """Build an ``OptimWrapperDict`` from one config for each child of the model.

    Used as ``optim_wrapper=dict(constructor='MultiOptimWrapperConstructor',
    generator=dict(type='OptimWrapper', optimizer=...), discriminator=dict(...))``.

    Args:
        optim_wrapper_cfg: Name of a child module to the config of its optimizer
            wrapper, which may have a ``paramwise_cfg`` and a ``constructor`` itself.
        paramwise_cfg: Not taken here; each child has its own.

    Raises:
        ConfigError: If something else is given.
    """

    def __init__(self, optim_wrapper_cfg: dict, paramwise_cfg: Any = None) -> None:
        parts = {k: v for k, v in optim_wrapper_cfg.items() if k != 'type'}
        wrong = [k for k, v in parts.items() if not isinstance(v, dict)]
        if paramwise_cfg or wrong or not parts:
            raise ConfigError.explain(
                'optim_wrapper',
                expected='a dict for each trained part of the model, such as generator',
                got=f'{wrong}' if wrong else f'{sorted(optim_wrapper_cfg)}',
                fix='put paramwise_cfg and all else into those dicts',
            )
        self.parts = parts

    def __call__(self, model: nn.Module) -> OptimWrapperDict:
        """Build the wrappers.

        Args:
            model: The model, wrapped for distributed training or not.

        Returns:
            Name of the child to its wrapper.

        Raises:
            ConfigError: If the model has no such child, or it learns nothing.
        """
        model = model.module if is_model_wrapper(model) else model
        children = {
            name: child
            for name, child in model.named_children()
            if any(p.requires_grad for p in child.parameters())
        }
        for name in self.parts:
            if name not in children:
                raise ConfigError.explain(
                    f'optim_wrapper.{name}',
                    expected='a part of the model that learns: '
                    + ', '.join(sorted(children)),
                    got=repr(name),
                    fix='correct the name',
                )
        return OptimWrapperDict(
            **{
                name: build_optim_wrapper(children[name], copy.deepcopy(cfg))
                for name, cfg in self.parts.items()
            }
        )
