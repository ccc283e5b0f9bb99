"""Pictures of what the models do. No host library but MMEngine."""

from mmprivacy.visualization.attribute_mask_visualization_hook import (
    AttributeMaskVisualizationHook,
)
from mmprivacy.visualization.heat_map_visualization_hook import (
    HeatMapVisualizationHook,
)
from mmprivacy.visualization.heat_maps import (
    colorize,
    normalize_maps,
    overlay_heat_map,
)
from mmprivacy.visualization.mask_panels import draw_obfuscation, overlay_mask
from mmprivacy.visualization.panels import draw_grid, draw_heat_maps
from mmprivacy.visualization.privacy_score_visualization_hook import (
    PrivacyScoreVisualizationHook,
)
from mmprivacy.visualization.score_panels import draw_score
from mmprivacy.visualization.verdicts import ScoreVerdict, Verdict

__all__ = [
    'AttributeMaskVisualizationHook',
    'HeatMapVisualizationHook',
    'PrivacyScoreVisualizationHook',
    'ScoreVerdict',
    'Verdict',
    'colorize',
    'draw_grid',
    'draw_heat_maps',
    'draw_obfuscation',
    'draw_score',
    'normalize_maps',
    'overlay_heat_map',
    'overlay_mask',
]
