import pytest
from mmengine.config import Config

from mmprivacy.apis.data_check import check_data, missing_paths
from mmprivacy.errors import DataError


def config(tmp_path, **more):
    def loader(*datasets):
        return dict(dataset=dict(type='ConcatDataset', datasets=list(datasets)))

    here = dict(type='X', data_root=str(tmp_path), ann_file='a.csv')
    there = dict(type='X', data_root=str(tmp_path), data_prefix=dict(img_path='photos'))
    return Config(
        dict(train_dataloader=loader(here, there), val_dataloader=None, **more)
    )


def test_first_missing_file_is_named_with_its_key(tmp_path):
    with pytest.raises(DataError, match=r'/a\.csv: .*datasets\.0\.ann_file'):
        check_data(config(tmp_path))
    (tmp_path / 'a.csv').touch()
    with pytest.raises(DataError, match=r'/photos: .*datasets\.1\.data_prefix'):
        check_data(config(tmp_path))
    (tmp_path / 'photos').mkdir()
    check_data(config(tmp_path))


def test_only_the_splits_in_use_count(tmp_path):
    assert list(missing_paths(config(tmp_path), ['val', 'test'])) == []


def test_fix_comes_from_the_config(tmp_path):
    with pytest.raises(DataError, match='To fix: set data_root'):
        check_data(config(tmp_path))
    with pytest.raises(DataError, match=r'\(`make my data`\)\.$'):
        check_data(config(tmp_path, prepare='make my data'))
    sample = dict(data=dict(format='image-privacy', root='r'))
    with pytest.raises(DataError, match=r'prepare_data\.py image-privacy.*--sample'):
        check_data(config(tmp_path, sample=sample))
    vispr = dict(data=dict(format='vispr', root='r'))
    with pytest.raises(DataError, match=r'prepare_data\.py vispr --root.*--sample'):
        check_data(config(tmp_path, sample=vispr))
    sample['active'] = True
    with pytest.raises(DataError, match='remove r, so that --sample draws it again'):
        check_data(config(tmp_path, sample=sample))
