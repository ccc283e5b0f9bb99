"""Prepare data: from photos of your own, a downloaded data set, or drawn sample data.

python tools/prepare_data.py image-privacy --private DIR --public DIR --out DIR
python tools/prepare_data.py vispr --root DIR
python tools/prepare_data.py masks --root DIR --split train --name text --provider TYPE
python tools/prepare_data.py image-labels --voc DIR
python tools/prepare_data.py sample
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

try:
    from mmprivacy.apis.cli import OptionsAction, run_tool
except ModuleNotFoundError as e:
    if (e.name or '').partition('.')[0] != 'mmprivacy':
        raise
    print('error: mmprivacy is not installed; run `pip install -e .`', file=sys.stderr)
    sys.exit(2)

MOST_PROBLEMS = 20


def parse_args(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest='command', required=True)
    _add_photos(commands)
    _add_vispr(commands)
    _add_masks(commands)
    _add_image_labels(commands)
    _add_sample(commands)
    for command in commands.choices.values():
        command.add_argument(
            '--debug', action='store_true', help='show the traceback of an error'
        )
    args = parser.parse_args(argv)
    if args.command == 'image-privacy' and args.partitions < 1:
        parser.error('--partitions must be at least 1')
    return args


def _add_photos(commands: argparse._SubParsersAction) -> None:
    """Add the command for photos of the user's own."""
    add = commands.add_parser(
        'image-privacy',
        help='check, link and partition two folders of photos',
        description='Check that every photo can be opened, place the photos in OUT and '
        'split each class 15:10:7 into train, val and test, once a partition. Every '
        'split gets at least one photo of each class, so three of each are needed.',
    )
    add.add_argument('--private', required=True, metavar='DIR', help='private photos')
    add.add_argument('--public', required=True, metavar='DIR', help='public photos')
    add.add_argument('--out', required=True, metavar='DIR', help='data set to write')
    how = add.add_mutually_exclusive_group()
    how.add_argument('--copy', action='store_true', help='copy the photos')
    how.add_argument('--link', action='store_true', help='link them (the default)')
    add.add_argument('--seed', type=int, default=0, help='seed of the first partition')
    add.add_argument(
        '--partitions',
        type=int,
        default=5,
        help='how many (default 5); the configs use the second, exp/partition1',
    )
    add.add_argument(
        '--overlap',
        action='store_true',
        help='put all photos of a class with fewer than three into train, val AND '
        'test: to try the pipeline out, never for a result',
    )
    add.add_argument(
        '--skip-broken', action='store_true', help='leave out what cannot be decoded'
    )


def _add_vispr(commands: argparse._SubParsersAction) -> None:
    """Add the command for a downloaded VISPR."""
    add = commands.add_parser(
        'vispr',
        help='check a downloaded VISPR',
        description='Check a downloaded VISPR against the published figures, say what '
        'is missing and where to get it, and write the list files if they are missing. '
        'Nothing that exists is changed. Status 0: complete; 2: not.',
    )
    add.add_argument(
        '--root',
        required=True,
        metavar='DIR',
        help='folder with images/, annotations/ and user_studies/',
    )
    add.add_argument(
        '--check-images', action='store_true', help='decode every photo too'
    )


def _add_masks(commands: argparse._SubParsersAction) -> None:
    """Add the command for masks of people and text."""
    add = commands.add_parser(
        'masks',
        help='make the masks of people and text that PrivObfNet is trained with',
        description='Run a mask provider over the photos of a split and write what it '
        'finds to ROOT/masks/NAME/SPLIT/. A run that was stopped goes on where it was.',
    )
    add.add_argument('--root', required=True, metavar='DIR', help='the data set')
    add.add_argument('--split', required=True, help='train, val or test')
    add.add_argument('--name', required=True, help='of the masks: human, text, ...')
    add.add_argument(
        '--provider',
        required=True,
        metavar='TYPE',
        help='RapidOCRText, MMDetPerson, CvDnnPerson, MaskFiles, CallableMask, or one '
        'of your own',
    )
    add.add_argument(
        '--options',
        nargs='+',
        action=OptionsAction,
        default={},
        metavar='KEY=VALUE',
        help='arguments of the provider, such as config=FILE checkpoint=FILE',
    )
    add.add_argument(
        '--images',
        metavar='DIR',
        help='all photos of this folder (default: those of ROOT/SPLIT2017.txt)',
    )


def _add_image_labels(commands: argparse._SubParsersAction) -> None:
    """Add the command for lists of photos with their classes."""
    add = commands.add_parser(
        'image-labels',
        help='write lists of photos with their classes, from VOC 2012 or COCO 2014',
        description='Write ImageSets/ImageLevel/<list>.txt below the data set, and for '
        'the validation split of COCO the segmentation maps, in SegmentationClass/.',
    )
    which = add.add_mutually_exclusive_group(required=True)
    which.add_argument('--voc', metavar='DIR', help='the folder VOC2012')
    which.add_argument(
        '--coco', metavar='DIR', help='folder with annotations/, train2014/, val2014/'
    )
    add.add_argument(
        '--lists',
        nargs='+',
        metavar='NAME',
        help='lists of ImageSets/Segmentation (default: train_aug val), or splits of '
        'COCO (default: train2014 val2014)',
    )


def _add_sample(commands: argparse._SubParsersAction) -> None:
    """Add the command for drawn pictures."""
    add = commands.add_parser(
        'sample', help='draw small data sets in the real formats (also: --sample)'
    )
    add.add_argument('--out', default='data/sample', metavar='DIR')
    add.add_argument('--formats', nargs='+', metavar='FORMAT', help='default: all')
    add.add_argument(
        '--num',
        nargs=3,
        type=int,
        metavar=('TRAIN', 'VAL', 'TEST'),
        help='pictures a split (default: as many as --sample draws)',
    )
    add.add_argument('--seed', type=int, default=0)


def prepare_photos(args: argparse.Namespace) -> None:
    """Prepare a data set of two folders and say what is in it."""
    from mmprivacy.datasets.prepare_image_privacy import prepare_image_privacy

    done = prepare_image_privacy(
        args.private,
        args.public,
        args.out,
        mode='copy' if args.copy else 'link',
        seeds=range(args.seed, args.seed + args.partitions),
        allow_overlap=args.overlap,
        skip_broken=args.skip_broken,
    )
    if done.was_there:
        print(f'{done.root} is complete already.')
        return
    for name, reason in done.skipped.items():
        print(f'left out: {name} ({reason})', file=sys.stderr)
    print(f'{"":8}{"private":>9}{"public":>9}{"all":>9}')
    for split, counts in done.counts.items():
        print(f'{split:8}{counts[0]:9}{counts[1]:9}{sum(counts):9}')
    if done.overlap:
        print(
            f'warning: {len(done.overlap)} photos are in train, val and test: good for '
            'trying the pipeline out, never for a result',
            file=sys.stderr,
        )
    print(f'Wrote {done.root} with {args.partitions} partitions. To train on it:')
    print(f'  python tools/train.py CONFIG --cfg-options data_root={args.out}')


def check_vispr(args: argparse.Namespace) -> None:
    """Check a downloaded VISPR and say what is in it."""
    from mmprivacy.datasets.prepare_vispr import URL, prepare_vispr
    from mmprivacy.errors import DataError

    report = prepare_vispr(args.root, args.check_images)
    columns = ('annotations', 'images', 'listed', 'labels', 'safe', 'mixed')
    print(f'{"":8}' + ''.join(f'{c:>13}' for c in columns))
    for split, counts in report.splits.items():
        print(f'{split:8}' + ''.join(f'{getattr(counts, c):13,}' for c in columns))
    for path in report.written:
        print(f'wrote {path}')
    for note in report.notes:
        print(f'note: {note}', file=sys.stderr)
    for problem in report.problems[:MOST_PROBLEMS]:
        print(f'problem: {problem}', file=sys.stderr)
    if report.problems:
        raise DataError.explain(
            report.root,
            expected='the complete VISPR data set',
            got=f'{len(report.problems)} problems, see above',
            fix=f'unpack what is missing from {URL}, replace what is broken, and run '
            'this again',
        )
    print(f'{report.root} is complete.')


def make_provider_masks(args: argparse.Namespace) -> None:
    """Make the masks of a split and say how many are empty."""
    from mmprivacy.apis.overrides import parse_value
    from mmprivacy.apis.photo_inputs import list_photos
    from mmprivacy.datasets.vispr import list_name, read_vispr
    from mmprivacy.privobfnet.mask_providers import make_masks

    root = Path(args.root)
    if args.images:
        photos = list_photos(args.images)
    else:
        photos = [r.img_path for r in read_vispr(root / list_name(args.split))]
    options = {key: parse_value(value) for key, value in args.options.items()}
    provider = dict(type=args.provider, **options)
    report = make_masks(photos, root, args.name, args.split, provider)
    for photo in report.skipped[:MOST_PROBLEMS]:
        print(f'left out: {photo}', file=sys.stderr)
    print(
        f'{args.name} masks of {args.split}: {report.made} made, {report.kept} there '
        f'already, {report.empty} of both empty, {len(report.skipped)} left out.'
    )
    print(f'Wrote {report.index.file.parent / args.split}')


def write_image_labels(args: argparse.Namespace) -> None:
    """Write the lists and say how many photos are in them."""
    from mmprivacy.datasets.prepare_image_labels import (
        PUBLISHED,
        coco_image_labels,
        voc_image_labels,
    )

    lists = ('train_aug', 'val') if args.voc else ('train2014', 'val2014')
    for name in args.lists or lists:
        if args.voc:
            names = f'ImageSets/Segmentation/{name}.txt'
            path, num = voc_image_labels(args.voc, names)
        else:
            maps = not name.startswith('train')
            path, num = coco_image_labels(args.coco, name, maps)
        print(f'{path}: {num:,} photos that show a class')
        if num != PUBLISHED.get(name, num):
            print(f'note: {PUBLISHED[name]:,} are published', file=sys.stderr)


def draw_samples(args: argparse.Namespace) -> None:
    """Draw the sample data sets."""
    from mmprivacy.datasets.sample import FORMATS, write_sample
    from mmprivacy.errors import ConfigError, nearest

    num = dict(zip(('train', 'val', 'test'), args.num or (), strict=bool(args.num)))
    for name in args.formats or sorted(FORMATS):
        if name not in FORMATS:
            raise ConfigError.explain(
                '--formats',
                expected='a sample format',
                got=repr(name),
                fix=nearest(name, FORMATS),
            )
    for name in args.formats or sorted(FORMATS):
        root = Path(args.out) / name.replace('-', '_')
        drawn = write_sample(name, root, num or FORMATS[name].num, seed=args.seed)
        print(f'{name}: {drawn}')


def main(argv: Sequence[str]) -> None:
    """Run the tool."""
    args = parse_args(argv)
    commands = {
        'image-privacy': prepare_photos,
        'vispr': check_vispr,
        'masks': make_provider_masks,
        'image-labels': write_image_labels,
        'sample': draw_samples,
    }
    commands[args.command](args)


if __name__ == '__main__':
    run_tool(main)
