"""``python -m mmprivacy``, the same as the command ``mmprivacy``."""

from mmprivacy.apis.console import run

if __name__ == '__main__':
    run()
