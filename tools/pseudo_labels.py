"""Write pseudo labels of a trained PrivObfNet, to train a segmentation network with.

python tools/pseudo_labels.py CONFIG CHECKPOINT --out DIR [--sample]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

try:
    from mmprivacy.apis.cli import add_common_arguments, run_tool
except ModuleNotFoundError as e:
    if (e.name or '').partition('.')[0] != 'mmprivacy':
        raise
    print('error: mmprivacy is not installed; run `pip install -e .`', file=sys.stderr)
    sys.exit(2)


def parse_args(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('config', help='config that the network was trained with')
    add('checkpoint', help='its weights')
    add('--out', required=True, metavar='DIR', help='where the maps go')
    add('--split', default='train', choices=['train', 'val', 'test'])
    add('--truth', metavar='DIR', help='true maps: say how well the labels fit')
    add('--background', default='constant', help='constant, power or thresholds')
    add('--constant', type=float, default=0.25, help='score of the background')
    add('--alpha', type=float, default=4.0, help='exponent of power')
    add('--high', type=float, default=0.3, help='upper threshold')
    add('--low', type=float, default=0.05, help='lower threshold')
    add('--refinement', default='none', help='none, local or crf (needs pydensecrf)')
    add('--iterations', type=int, default=10, help='of the refinement')
    add('--device', help='such as cuda:1 or cpu')
    add('--trust-checkpoint', action='store_true', help='load any pickle')
    add_common_arguments(parser, launch=False)
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> None:
    """Run the tool."""
    args = parse_args(argv)
    from mmprivacy.apis.config import load_config
    from mmprivacy.apis.pseudo_labels import write_pseudo_labels
    from mmprivacy.privobfnet.pseudo_labels import PseudoLabelOptions

    options = PseudoLabelOptions(
        args.background,
        args.constant,
        args.alpha,
        args.high,
        args.low,
        args.refinement,
        args.iterations,
    )
    report = write_pseudo_labels(
        load_config(args.config, args.cfg_options, sample=args.sample),
        args.checkpoint,
        args.out,
        options,
        args.split,
        args.truth,
        args.device,
        args.trust_checkpoint,
    )
    print(f'{args.out}: {report.made} maps written, {report.kept} there already.')
    if report.iou:
        for name, value in report.iou.items():
            print(f'  {name:16}{100 * value:6.1f}')
        where = 'sample data' if args.sample else args.truth
        print(f'mIoU of the pseudo labels on {where}: {100 * report.miou:.1f} %')


if __name__ == '__main__':
    run_tool(main)
