"""mmprivacy: image privacy as plugins of OpenMMLab.

Importing this package is light: it loads no torch and no host library. Import a
method's room (``mmprivacy.drag``) to register its components.
"""

from mmprivacy.version import __version__

__all__ = ['__version__']
