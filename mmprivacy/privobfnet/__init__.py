"""PrivObfNet: privacy score, attributes, and a mask of each from image labels.

Host: mmseg. Importing this package registers its components there, and those of the
shared rooms that its configs use.
"""

from mmprivacy.compat import require

require('mmseg', feature='mmprivacy.privobfnet')

import mmprivacy.datasets
import mmprivacy.evaluation
import mmprivacy.privobfnet.mask_providers
import mmprivacy.visualization  # noqa: F401
