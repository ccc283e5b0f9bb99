"""Hook that weighs the classes by their share of the training set."""

from __future__ import annotations

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from mmpretrain.registry import HOOKS

from mmprivacy.datasets import class_weights
from mmprivacy.errors import ConfigError


@HOOKS.register_module()
class ClassWeightHook(Hook):
    """Set the class weights of the head's loss to ``1 - n_c / n``.

    They come from the training set alone. mmpretrain divides the weighted loss by the
    batch size, torch by the sum of the weights.

    Works with every head whose ``loss_module`` has ``class_weight``, among them
    ``DRAGHead`` and ``LinearClsHead``.

    Raises:
        ConfigError: If the head has no such loss, or the dataset tells no labels.
    """

    def before_train(self, runner: Runner) -> None:
        """Count the labels and set the weights."""
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        loss = getattr(getattr(model, 'head', None), 'loss_module', None)
        if not hasattr(loss, 'class_weight'):
            raise ConfigError.explain(
                'ClassWeightHook',
                expected='a head whose loss has class_weight (CrossEntropyLoss)',
                got=type(loss).__name__,
                fix='use CrossEntropyLoss or drop the hook',
            )
        dataset = runner.train_dataloader.dataset
        if hasattr(dataset, 'get_gt_labels'):
            labels = dataset.get_gt_labels()
        elif hasattr(dataset, 'get_data_info'):
            infos = (dataset.get_data_info(i) for i in range(len(dataset)))
            labels = [int(info['gt_label']) for info in infos]
        else:
            raise ConfigError.explain(
                'ClassWeightHook',
                expected='a training dataset with get_gt_labels',
                got=type(dataset).__name__,
                fix='use a dataset of mmpretrain or drop the hook',
            )
        source = getattr(dataset, 'ann_file', '') or 'training data'
        loss.class_weight = class_weights(labels, source)
        shown = ', '.join(f'{w:.5f}' for w in loss.class_weight)
        runner.logger.info(f'class weights from the training set: {shown}')
