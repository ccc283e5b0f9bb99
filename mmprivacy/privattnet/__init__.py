"""PrivAttNet: privacy score and attention heat map of a photo.

Host: mmpretrain. Importing this package registers its components there, and those of
the shared rooms that its configs use.
"""

from mmprivacy.compat import require

require('mmpretrain', feature='mmprivacy.privattnet')

import mmprivacy.datasets
import mmprivacy.evaluation
import mmprivacy.visualization  # noqa: F401
from mmprivacy.privattnet.dataset import VISPRDataset

__all__ = ['VISPRDataset']
