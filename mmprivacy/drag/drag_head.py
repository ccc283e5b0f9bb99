"""DRAG classification head."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from mmpretrain.models.heads import ClsHead
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from mmprivacy.drag.regions import region_maps
from mmprivacy.errors import ConfigError, ShapeError, check_feature_map, nearest

PHASES = ('finetune', 'cgl_pretrain', 'joint')
"""Training phases, in their order. The stored phase is an index into this tuple."""


@MODELS.register_module()
class DRAGHead(ClsHead):
    """Dynamic region-aware graph convolutional network.

    The channels of a feature map are grouped into N regions, the regions become nodes
    of a graph whose edges depend on the image, and the nodes are propagated and
    classified together with the mean of the feature map. Everything after Eq. 2 of the
    paper follows the authors' implementation, except that evaluation is deterministic:
    there, dropout stays active.

    The head has three phases, which :class:`DRAGPhaseHook` switches:

    * ``'finetune'``: a linear classifier on the pooled features trains the backbone;
    * ``'cgl_pretrain'``: the channel grouping layer learns the clustered groups;
    * ``'joint'``: the graph classifier. A head without a hook is in this phase.

    Outside ``'joint'`` predictions come from the linear classifier. The phase is kept
    in the state dict, so that a checkpoint knows which classifier is trained.

    Shapes: ``B`` images, ``C`` channels, ``N`` regions, ``H`` x ``W`` = ``feat_size``,
    ``S = H W``.

    Args:
        num_classes: Number of classes.
        in_channels: Channels C of the backbone's last feature map.
        num_regions: Number of regions N, at least 2. 4 in the released notebooks.
        feat_size: Height and width of that map. 14 x 14 for 448 px and stride 32.
        qk_dims: Features of queries and keys in the self-attention.
        dropout: Dropout probability after each graph layer.
        attn_dropout: Dropout probability on the attention.
        corr_mode: How the graph's edges are computed, see :class:`RegionCorrelation`.
        use_gcn: False classifies the regions without a graph, for the ablation.
        loss: Classification loss, as in ``ClsHead``.
        loss_cgl: Loss of the channel grouping layer against the clustered groups.
        loss_dis: Loss that makes regions compact, in CGL epochs of ``'joint'``.
        loss_div: Loss that keeps regions apart, in CGL epochs of ``'joint'``.
        topk: As in ``ClsHead``.
        cal_acc: As in ``ClsHead``.
        init_cfg: Initialisation config of MMEngine.

    Raises:
        ConfigError: If an argument is out of range.

    Reference: Yang et al., DRAG: Dynamic Region-Aware GCN for Privacy-Leaking Image
    Detection, AAAI 2022.
    """

    def __init__(
        self,
        num_classes: int = 2,
        in_channels: int = 2048,
        num_regions: int = 4,
        feat_size: int | Sequence[int] = (14, 14),
        qk_dims: int = 64,
        dropout: float = 0.5,
        attn_dropout: float = 0.1,
        corr_mode: str = 'value_proj',
        use_gcn: bool = True,
        loss: dict = dict(type='CrossEntropyLoss'),  # noqa: B006
        loss_cgl: dict = dict(type='ChannelGroupingLoss'),  # noqa: B006
        loss_dis: dict = dict(type='RegionDistanceLoss'),  # noqa: B006
        loss_div: dict = dict(type='RegionDiversityLoss'),  # noqa: B006
        topk: int | tuple[int, ...] = (1,),
        cal_acc: bool = False,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(loss=loss, topk=topk, cal_acc=cal_acc, init_cfg=init_cfg)
        if num_regions < 2:
            raise ConfigError.explain(
                'head.num_regions', expected='>= 2', got=num_regions, fix='increase it'
            )
        size = (feat_size, feat_size) if isinstance(feat_size, int) else feat_size
        self.feat_size = tuple(int(s) for s in size)
        self.num_classes = num_classes
        self.in_channels = in_channels
        self.num_regions = num_regions
        self.dropout = dropout

        self.finetune_fc = nn.Linear(in_channels, num_classes)
        self.cgl = MODELS.build(
            dict(
                type='ChannelGroupingLayer',
                in_channels=in_channels,
                num_regions=num_regions,
            )
        )
        self.correlation, self.gcn = None, None
        if use_gcn:
            self._build_graph(qk_dims, attn_dropout, corr_mode)
        self.fc = nn.Linear(num_regions + 1, num_classes)
        self.loss_cgl = MODELS.build(loss_cgl)
        self.loss_dis = MODELS.build(loss_dis)
        self.loss_div = MODELS.build(loss_div)

        self.cgl_epoch = False
        groups = torch.zeros(num_regions, in_channels, dtype=torch.uint8)
        self.register_buffer('channel_groups', groups)
        self.register_buffer('groups_ready', torch.tensor(0, dtype=torch.uint8))
        self.register_buffer('phase_index', torch.tensor(0, dtype=torch.uint8))
        self.phase = 'joint'

    def _build_graph(self, qk_dims: int, attn_dropout: float, corr_mode: str) -> None:
        cells = self.feat_size[0] * self.feat_size[1]
        self.correlation = MODELS.build(
            dict(
                type='RegionCorrelation',
                in_channels=cells,
                num_regions=self.num_regions,
                qk_dims=qk_dims,
                dropout=attn_dropout,
                mode=corr_mode,
            )
        )
        layer = dict(type='DenseGCNLayer', in_channels=cells, out_channels=cells)
        self.gcn = nn.ModuleList(MODELS.build(layer) for _ in range(2))

    @property
    def phase(self) -> str:
        """Training phase, one of ``PHASES``."""
        return self._phase

    @phase.setter
    def phase(self, name: str) -> None:
        if name not in PHASES:
            raise ConfigError.explain(
                'DRAGHead.phase',
                expected=f'one of {", ".join(PHASES)}',
                got=repr(name),
                fix=f'correct it ({nearest(str(name), PHASES)})',
            )
        self._phase = name
        self.phase_index.fill_(PHASES.index(name))

    def _load_from_state_dict(self, state_dict, prefix, *args) -> None:
        """Load buffers and weights, and go to the phase that was saved."""
        super()._load_from_state_dict(state_dict, prefix, *args)
        self._phase = PHASES[min(int(self.phase_index), len(PHASES) - 1)]

    def set_channel_groups(self, labels: Tensor) -> None:
        """Store the clustered groups that the channel grouping layer has to learn.

        Args:
            labels: Region of each channel (C,), integers in [0, N).

        Raises:
            ShapeError: If there is not one label for every channel.
            ConfigError: If a label is out of range.
        """
        if labels.shape != (self.in_channels,):
            raise ShapeError.explain(
                'channel groups',
                expected=f'shape ({self.in_channels},)',
                got=tuple(labels.shape),
                fix='set head.in_channels to the channels of the backbone',
            )
        if labels.min() < 0 or labels.max() >= self.num_regions:
            raise ConfigError.explain(
                'channel groups',
                expected=f'labels in [0, {self.num_regions})',
                got=f'[{int(labels.min())}, {int(labels.max())}]',
                fix='cluster into head.num_regions groups',
            )
        groups = F.one_hot(labels.long(), self.num_regions).t()
        self.channel_groups.copy_(groups)
        self.groups_ready.fill_(1)

    def reset_channel_groups(self) -> None:
        """Forget the groups, because the backbone they came from will change."""
        self.channel_groups.zero_()
        self.groups_ready.zero_()

    def feature_map(self, feats: Sequence[Tensor] | Tensor) -> Tensor:
        """Take the last feature map and check its shape.

        Args:
            feats: Feature maps of the backbone; the last one counts.

        Returns:
            Feature map Fb (B, C, H, W).

        Raises:
            ShapeError: If it is not (B, in_channels, H, W) with the head's sizes.
        """
        feat = feats[-1] if isinstance(feats, (tuple, list)) else feats
        return check_feature_map('DRAGHead', feat, (self.in_channels, *self.feat_size))

    def find_regions(self, feat: Tensor) -> Tensor:
        """Return region maps Fw (B, N, H, W) of a feature map (B, C, H, W), Eq. 2."""
        return region_maps(feat, self.cgl(feat))

    def fuse(self, feat: Tensor, maps: Tensor) -> Tensor:
        """Propagate regions along their graph and append the global feature.

        Args:
            feat: Feature map Fb (B, C, H, W).
            maps: Region maps Fw (B, N, H, W).

        Returns:
            (B, N + 1): the mean of Fb, then the mean of every propagated region.
        """
        nodes = maps.flatten(2)
        if self.gcn is not None:
            adjacency = self.correlation(nodes)
            for layer in self.gcn:
                nodes = F.relu(layer(nodes, adjacency))
                nodes = F.dropout(nodes, self.dropout, self.training)
        return torch.cat((feat.mean(dim=(1, 2, 3))[:, None], nodes.mean(2)), dim=1)

    def pre_logits(self, feats: Sequence[Tensor]) -> Tensor:
        """Return what the graph classifier sees, (B, N + 1), in every phase."""
        feat = self.feature_map(feats)
        return self._per_image(lambda x: self.fuse(x, self.find_regions(x)), feat)

    def forward(self, feats: Sequence[Tensor]) -> Tensor:
        """Return class scores (B, num_classes) of the phase's classifier."""
        feat = self.feature_map(feats)
        return self._per_image(lambda x: self._classify(x)[0], feat)

    def _classify(self, feat: Tensor) -> tuple[Tensor, Tensor | None]:
        """Return class scores and, where there are regions, their maps."""
        if self.phase != 'joint':
            return self.finetune_fc(feat.mean(dim=(2, 3))), None
        maps = self.find_regions(feat)
        return self.fc(self.fuse(feat, maps)), maps

    def _per_image(self, function: Callable[[Tensor], Tensor], feat: Tensor) -> Tensor:
        """Apply a function to each image alone, so that a batch changes no bit.

        Matrix products choose another order of summation for another number of rows.
        While training, where that does not matter, the batch is taken at once.
        """
        if self.training:
            return function(feat)
        return torch.cat([function(x.contiguous()) for x in feat.split(1)])

    def loss(self, feats: Sequence[Tensor], data_samples: list[DataSample]) -> dict:
        """Compute the losses of the phase.

        Args:
            feats: Feature maps of the backbone; the last one (B, C, H, W) counts.
            data_samples: Samples with ``gt_label``.

        Returns:
            ``loss_cls`` in ``'finetune'`` and ``'joint'``, with ``loss_dis`` and
            ``loss_div`` in a CGL epoch; ``loss_cgl`` alone in ``'cgl_pretrain'``.
        """
        feat = self.feature_map(feats)
        if self.phase == 'cgl_pretrain':
            return self._grouping_loss(feat)
        scores, maps = self._classify(feat)
        losses = self._get_loss(scores, data_samples)
        losses['loss_cls'] = losses.pop('loss')
        if self.cgl_epoch and maps is not None:
            losses['loss_dis'] = self.loss_dis(maps)
            losses['loss_div'] = self.loss_div(maps)
        return losses

    def _grouping_loss(self, feat: Tensor) -> dict:
        if not self.groups_ready:
            raise ConfigError.explain(
                'DRAGHead.channel_groups',
                expected='clustered channel groups before cgl_pretrain',
                got='none yet',
                fix="add dict(type='ChannelGroupingHook') to custom_hooks",
            )
        return {'loss_cgl': self.loss_cgl(self.cgl(feat), self.channel_groups)}

    def predict(
        self,
        feats: Sequence[Tensor],
        data_samples: list[DataSample | None] | None = None,
    ) -> list[DataSample]:
        """Predict classes and the regions they come from.

        Args:
            feats: Feature maps of the backbone; the last one (B, C, H, W) counts.
            data_samples: Samples to fill in; new ones if None.

        Returns:
            Samples with ``pred_score`` (num_classes,), ``pred_label`` (1,) and, in
            ``'joint'``, ``region_maps`` (N, H, W) float32, detached.
        """
        feat = self.feature_map(feats)
        scores, maps = zip(*(self._classify(x.contiguous()) for x in feat.split(1)))
        samples = self._get_predictions(torch.cat(scores), data_samples)
        for sample, regions in zip(samples, maps):
            if regions is not None:
                sample.region_maps = regions[0].detach().float()
        return samples
