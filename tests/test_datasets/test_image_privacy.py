"""Readers, polarity, class weights and partitions of the Image Privacy format."""

from __future__ import annotations

import json

import pytest

from mmprivacy.datasets import (
    ImageRecord,
    class_weights,
    make_partitions,
    read_curated_csv,
    read_folders,
    read_partition_csv,
    split_sizes,
)
from mmprivacy.errors import ConfigError, DataError


def touch(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b'x')
    return path


@pytest.fixture
def root(tmp_path):
    for name in ('private/a.jpg', 'private/b.jpg', 'public/c.jpg', 'public/d.jpg'):
        touch(tmp_path / name)
    return tmp_path


def write_csv(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f'{i},{name},{label}' for i, (name, label) in enumerate(rows)]
    path.write_text('\n'.join([',img_name,label', *lines]) + '\n')
    return path


class TestPartitionCSV:
    def test_relative_absolute_and_stale_paths(self, root):
        ann = write_csv(
            root / 'exp/partition1/train.csv',
            [
                ('private/a.jpg', 'private'),
                (root / 'public/c.jpg', 'public'),
                ('/gone/images/b.jpg', 'private'),
            ],
        )
        records = read_partition_csv(ann, root)
        assert records == [
            ImageRecord(str(root / 'private/a.jpg'), 0),
            ImageRecord(str(root / 'public/c.jpg'), 1),
            ImageRecord(str(root / 'private/b.jpg'), 0),
        ]

    def test_image_prefix(self, root):
        ann = write_csv(root / 'x.csv', [('a.jpg', 'private')])
        assert len(read_partition_csv(ann, root, root / 'private')) == 1

    def test_missing_file_names_the_commands(self, root):
        with pytest.raises(DataError, match=r'train\.csv.*prepare_data.*--sample'):
            read_partition_csv(root / 'train.csv', root)

    def test_unknown_label_names_line_and_value(self, root):
        rows = [('private/a.jpg', 'private'), ('public/c.jpg', 'secret')]
        with pytest.raises(DataError, match=r"train\.csv, line 3.*'secret'"):
            read_partition_csv(write_csv(root / 'train.csv', rows), root)

    def test_missing_image_is_named(self, root):
        ann = write_csv(root / 'train.csv', [('private/no.jpg', 'private')])
        with pytest.raises(DataError, match=r'1 missing.*private/no\.jpg'):
            read_partition_csv(ann, root)

    def test_empty_split(self, root):
        with pytest.raises(DataError, match='empty split'):
            read_partition_csv(write_csv(root / 'val.csv', []), root)

    def test_photo_in_two_splits(self, root, monkeypatch):
        rows = [('private/a.jpg', 'private')]
        train = write_csv(root / 'exp/train.csv', rows)
        write_csv(root / 'exp/test.csv', [(root / 'private/a.jpg', 'private')])
        with pytest.raises(DataError, match=r'private/a\.jpg in train and in test'):
            read_partition_csv(train, root)
        (root / 'exp/overlap.txt').write_text('# on purpose\nprivate/a.jpg\n')
        said = []
        monkeypatch.setattr(
            'mmprivacy.datasets.image_privacy.print_log',
            lambda msg, logger, level: said.append(msg),
        )
        assert len(read_partition_csv(train, root)) == 1
        assert '1 photos are in several splits' in said[0]

    def test_contradicting_labels(self, root):
        touch(root / 'e.jpg')
        rows = [('e.jpg', 'private'), ('./e.jpg', 'public')]
        with pytest.raises(DataError, match='both private and public'):
            read_partition_csv(write_csv(root / 'train.csv', rows), root)

    def test_wrong_columns_and_short_rows(self, root):
        path = root / 'train.csv'
        path.write_text('name,label\na.jpg,private\n')
        with pytest.raises(DataError, match='columns img_name, label'):
            read_partition_csv(path, root)
        path.write_text(',img_name,label\n0,private/a.jpg\n')
        with pytest.raises(DataError, match='line 2'):
            read_partition_csv(path, root)
        path.write_bytes(b'\xff\xfe\x00')
        with pytest.raises(DataError, match='UTF-8'):
            read_partition_csv(path, root)


class TestFolders:
    def test_private_is_zero(self, root):
        touch(root / 'private/deep/E.JPEG')
        touch(root / 'private/notes.txt')
        touch(root / 'public/.hidden.jpg')
        labels = [r.gt_label for r in read_folders(root)]
        assert labels == [0, 0, 0, 1, 1]

    def test_single_class(self, root):
        for name in ('c.jpg', 'd.jpg'):
            (root / 'public' / name).unlink()
        with pytest.raises(DataError, match='public: expected the public photos'):
            read_folders(root)


class TestCurated:
    @pytest.fixture
    def alert(self, tmp_path):
        ends = ('.png', '.jpg')
        rows = ['Image Name,batch,Label 2-class,Original,Final,Fold 0']
        for i, (label, part) in enumerate([(0, 0), (1, 0), (-1, 0), (0, 1), (1, 2)]):
            rows.append(f'{100 + i},{i % 2 + 1},{label},{part},{part},0')
            touch(tmp_path / f'imgs/batch0{i % 2 + 1}/{100 + i}{ends[i > 0]}')
        (tmp_path / 'annotations').mkdir()
        (tmp_path / 'annotations/labels_splits.csv').write_text('\n'.join(rows))
        return tmp_path

    def test_privacyalert_is_remapped(self, alert):
        ann = alert / 'annotations/labels_splits.csv'
        records = read_curated_csv(ann, alert, 'train')
        assert [r.gt_label for r in records] == [1, 0]
        assert records[0].img_path.endswith('imgs/batch01/100.png')
        assert len(read_curated_csv(ann, alert, 'train', 'Fold 0')) == 4

    def test_ipd_order_on_privacyalert_is_refused(self, alert):
        with pytest.raises(DataError, match=r"expected label_order .*'batch'"):
            read_curated_csv(
                alert / 'annotations/labels_splits.csv',
                alert,
                'train',
                label_order=('private', 'public'),
            )

    def test_unknown_polarity_is_never_guessed(self, tmp_path):
        touch(tmp_path / 'imgs/7.jpg')
        ann = tmp_path / 'labels_splits.csv'
        ann.write_text('Image Name,Label 2-class,Final\n7,0,0\n')
        with pytest.raises(DataError, match='expected label_order'):
            read_curated_csv(ann, tmp_path, 'train')
        for order, label in ((('private', 'public'), 0), (['public', 'private'], 1)):
            records = read_curated_csv(ann, tmp_path, 'train', label_order=order)
            assert [r.gt_label for r in records] == [label]
        with pytest.raises(ConfigError, match='label_order'):
            read_curated_csv(ann, tmp_path, 'train', label_order=('a', 'b'))
        with pytest.raises(ConfigError, match='split'):
            read_curated_csv(ann, tmp_path, 'training', label_order=order)

    def test_ipd_json(self, tmp_path):
        ipd, vispr = tmp_path / 'ipd', tmp_path / 'vispr'
        touch(vispr / 'imgs/batch01/x.jpg')
        (ipd / 'annotations').mkdir(parents=True)
        ann = ipd / 'annotations/labels_splits.csv'
        ann.write_text('Image Name,Label 2-class,Final\nx,0,0\n')
        content = {
            'datasets': {'VISPR': {'data_dir': '/elsewhere/vispr'}},
            'annotations': [
                {'image': 'x', 'dataset': 'VISPR', 'fullpath': 'batch01/x.jpg'}
            ],
        }
        names = ipd / 'annotations/ipd_imgs_curated.json'
        names.write_text(json.dumps(content))
        records = read_curated_csv(ann, ipd, 'train')
        assert records == [ImageRecord(str(vispr / 'imgs/batch01/x.jpg'), 0)]
        names.write_text('{}')
        with pytest.raises(DataError, match='annotations'):
            read_curated_csv(ann, ipd, 'train')

    def test_bad_tables(self, alert):
        ann = alert / 'annotations/labels_splits.csv'
        text = ann.read_text()
        with pytest.raises(DataError, match=r"'Fold 9'.*Fold 0"):
            read_curated_csv(ann, alert, 'train', 'Fold 9')
        with pytest.raises(DataError, match='empty split'):
            read_curated_csv(ann, alert, 'val', 'Fold 0')
        ann.write_text(text + '\n9,1,5,0,0,0\n')
        with pytest.raises(DataError, match=r"line 7.*'5'"):
            read_curated_csv(ann, alert, 'train')
        ann.write_text(text + '\n9,1,1,0,0,0\n')
        with pytest.raises(DataError, match=r"line 7.*'9'"):
            read_curated_csv(ann, alert, 'train')
        ann.write_text(text + '\n100,1,0,0,2,0\n')
        with pytest.raises(DataError, match='100 in train and in test'):
            read_curated_csv(ann, alert, 'train')


class TestWeights:
    def test_paper_split(self):
        weights = class_weights([0] * 6520 + [1] * 11538)
        assert weights == pytest.approx([0.63894, 0.36106], abs=5e-6)

    @pytest.mark.parametrize('labels', [[], [0, 2]])
    def test_refuses(self, labels):
        with pytest.raises(DataError):
            class_weights(labels)

    def test_a_missing_class_is_named_with_its_file(self):
        with pytest.raises(DataError, match=r'train\.csv.*3 private, 0 public'):
            class_weights([0, 0, 0], 'exp/partition1/train.csv')


class TestPartitions:
    def test_paper_arithmetic(self):
        private, public = split_sizes(13910), split_sizes(24615)
        sizes = [a + b for a, b in zip(private, public, strict=True)]
        assert sizes == [18058, 12039, 8428]
        assert 100 * private[2] / sizes[2] == pytest.approx(36.106, abs=5e-4)
        assert 100 * public[2] / sizes[2] == pytest.approx(63.894, abs=5e-4)

    @pytest.mark.parametrize('n', range(3, 70))
    def test_sizes_are_positive_and_complete(self, n):
        sizes = split_sizes(n)
        assert sum(sizes) == n
        assert min(sizes) >= 1
        assert sizes == sorted(sizes, reverse=True)

    @pytest.fixture
    def records(self):
        return [ImageRecord(f'{i:03d}.jpg', int(i % 3 > 0)) for i in range(96)]

    def test_disjoint_complete_and_seeded(self, records):
        partitions = make_partitions(records)
        assert len(partitions) == 5
        for partition in partitions:
            assert [len(partition[s]) for s in ('train', 'val', 'test')] == [45, 30, 21]
            members = [r for split in partition.values() for r in split]
            assert sorted(members, key=lambda r: r.img_path) == records
        assert partitions[0] != partitions[1]
        assert make_partitions(records[::-1])[3] == partitions[3]

    def test_small_classes(self):
        records = [ImageRecord('a', 0), ImageRecord('b', 1), ImageRecord('c', 1)]
        with pytest.raises(
            DataError, match=r'private photos: .* at least 3.*--overlap'
        ):
            make_partitions(records)
        partition = make_partitions(records, seeds=[0], allow_overlap=True)[0]
        assert partition == dict.fromkeys(('train', 'val', 'test'), records)
        with pytest.raises(DataError, match='add private photos'):
            make_partitions(records[1:], allow_overlap=True)
