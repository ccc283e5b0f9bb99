"""Where windows lie, and that images and maps are cut at the same places."""

import pytest
import torch

from mmprivacy.privobfnet.windows import cut_windows, draw_corners


def test_the_first_four_windows_cover_the_image():
    corners = draw_corners(3, 6, (56, 56), (40, 40))
    assert corners.shape == (3, 6, 2)
    assert corners[:, :4].tolist() == [[[0, 0], [0, 16], [16, 0], [16, 16]]] * 3
    assert corners.min() >= 0
    assert corners.max() <= 16
    seen = torch.zeros(56, 56, dtype=torch.bool)
    for top, left in corners[0, :4].tolist():
        seen[top : top + 40, left : left + 40] = True
    assert seen.all()


def test_random_windows_reach_both_ends_and_differ():
    torch.manual_seed(0)
    corners = draw_corners(50, 4, (5, 9), (4, 4), 'random')
    assert set(corners[..., 0].unique().tolist()) == {0, 1}
    assert set(corners[..., 1].unique().tolist()) == set(range(6))


@pytest.mark.parametrize('channels_last', [False, True])
def test_a_window_of_an_index_map_has_its_rows_and_columns(channels_last):
    """Rows come first: a window at (128, 64) begins in row 16 and column 8."""
    rows = torch.arange(56.0)[:, None].expand(56, 48)
    columns = torch.arange(48.0).expand(56, 48)
    maps = torch.stack([rows, columns])[None].repeat(2, 1, 1, 1)
    maps[1] += 100
    if channels_last:
        maps = maps.to(memory_format=torch.channels_last)
    corners = torch.tensor([[[0, 0], [16, 8]], [[3, 1], [2, 5]]])
    cut = cut_windows(maps, corners, (40, 32))
    assert cut.shape == (4, 2, 40, 32)
    assert cut[1, :, 0, 0].tolist() == [16, 8]
    assert cut[1, :, -1, -1].tolist() == [55, 39]
    assert cut[3, :, 0, 0].tolist() == [102, 105]
    expected = maps[1, :, 3:43, 1:33]
    assert torch.equal(cut[2], expected)


def test_gradients_of_overlapping_windows_add_up():
    maps = torch.zeros(1, 1, 4, 4, requires_grad=True)
    corners = torch.tensor([[[0, 0], [1, 1], [1, 1]]])
    cut_windows(maps, corners, (3, 3)).sum().backward()
    assert maps.grad[0, 0].tolist() == [
        [1, 1, 1, 0],
        [1, 3, 3, 2],
        [1, 3, 3, 2],
        [0, 2, 2, 2],
    ]


@pytest.mark.parametrize('layout', [torch.contiguous_format, torch.channels_last])
def test_windows_keep_the_memory_layout(layout):
    maps = torch.rand(2, 3, 8, 8).contiguous(memory_format=layout)
    cut = cut_windows(maps, torch.zeros(2, 4, 2, dtype=torch.int64), (4, 4))
    assert cut.is_contiguous(memory_format=layout)
