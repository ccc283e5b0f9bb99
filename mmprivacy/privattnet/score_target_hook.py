"""Hook that tells a head what scores of the training set look like."""

from __future__ import annotations

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from mmpretrain.registry import HOOKS

from mmprivacy.errors import ConfigError


@HOOKS.register_module()
class ScoreTargetHook(Hook):
    """Take mean and spread of the scores, or the preferences, from the training set.

    A head with a ``target`` (regression) gets mean and standard deviation of the
    training scores; one with ``set_preferences`` (attributes) gets the preferences
    that the data set scores by. Both are kept in checkpoints.

    Raises:
        ConfigError: If head or data set do not know scores, or a head that takes the
            most private attribute is to learn from scores made otherwise.
        DataError: If all training scores are the same.
    """

    def before_train(self, runner: Runner) -> None:
        """Set the head up."""
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        head, dataset = model.head, runner.train_dataloader.dataset
        if not hasattr(dataset, 'target_statistics'):
            raise ConfigError.explain(
                'ScoreTargetHook',
                expected='a training data set with privacy scores (VISPRDataset)',
                got=type(dataset).__name__,
                fix='use one, or drop the hook',
            )
        if hasattr(head, 'target'):
            mean, std = dataset.target_statistics()
            head.target.fit(mean, std, f'scores of {dataset.ann_file}')
            shown = ', '.join(f'{m:.4f} +- {s:.4f}' for m, s in zip(mean, std))
            runner.logger.info(f'training scores: {shown}')
        elif hasattr(head, 'set_preferences'):
            head.set_preferences(dataset.preferences)
        else:
            raise ConfigError.explain(
                'ScoreTargetHook',
                expected='a head that regresses scores or derives them',
                got=type(head).__name__,
                fix='drop the hook',
            )
