"""Pictures of what the models do. No host library but MMEngine."""

from mmprivacy.visualization.heat_map_visualization_hook import (
    HeatMapVisualizationHook,
)
from mmprivacy.visualization.heat_maps import (
    colorize,
    normalize_maps,
    overlay_heat_map,
)
from mmprivacy.visualization.panels import Verdict, draw_grid, draw_heat_maps

__all__ = [
    'HeatMapVisualizationHook',
    'Verdict',
    'colorize',
    'draw_grid',
    'draw_heat_maps',
    'normalize_maps',
    'overlay_heat_map',
]
