"""Maps between cells, averages of views, masks of cells."""

import pytest
import torch
import torch.nn.functional as F

from mmprivacy.privobfnet.cam import (
    Grid,
    average_views,
    normalize_cams,
    pool_masks,
    read_between,
    to_pixels,
)


def test_maps_are_read_between_their_cells():
    maps = torch.tensor([[[0.0, 4.0], [8.0, 16.0]]])
    rows, columns = torch.tensor([0.0, 0.5, 3.0]), torch.tensor([-1.0, 0.25])
    expected = torch.tensor([[0.0, 1.0], [4.0, 5.5], [8.0, 10.0]])
    torch.testing.assert_close(read_between(maps, rows, columns)[0], expected)


@pytest.mark.parametrize('origin', [0.0, 3.5])
def test_a_cell_lies_at_its_pixel(origin):
    """The value of cell i is found at pixel origin + 8 i, and is linear between."""
    maps = torch.arange(6.0)[None, None].expand(1, 4, 6)
    values = to_pixels(maps, Grid(8, origin), (32, 48), (32, 48), 0)
    pixels = (torch.arange(48.0) - origin) / 8
    torch.testing.assert_close(values[0, 0], pixels.clamp(0, 5))


def test_cells_of_a_patch_embedding_are_those_of_a_resize():
    maps = torch.rand(1, 2, 5, 7)
    values = to_pixels(maps[0], Grid(4, 1.5), (20, 28), (20, 28), 0)
    expected = F.interpolate(maps, (20, 28), mode='bilinear', align_corners=False)
    torch.testing.assert_close(values, expected[0])


def test_padding_is_left_out_and_the_size_is_that_wanted():
    """A map of 16 px, 8 of them padding, is read for an image of 8 px, enlarged."""
    maps = torch.tensor([[[0.0, 8.0], [0.0, 8.0]]])
    values = to_pixels(maps, Grid(8), (8, 8), (16, 16), 0)
    expected = ((torch.arange(16) + 0.5) / 2 - 0.5).clamp_min(0)
    torch.testing.assert_close(values[0, 0], expected)


class _Net(torch.nn.Module):
    """Strided convolutions as backbones have them, and a pooled output."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.layers = torch.nn.Sequential(
            torch.nn.Conv2d(3, 4, 3, 2, 1),
            torch.nn.ReLU(),
            torch.nn.Conv2d(4, 2, 3, 2, 1),
        )
        self.sizes = []

    def forward(self, x):
        self.sizes.append(tuple(x.shape))
        maps = self.layers(x)
        return maps, maps.mean((2, 3))


def _views(net, images, scales, flip):
    sizes = [tuple(images.shape[-2:])] * len(images)
    with torch.no_grad():
        maps, outputs = average_views(net, images, Grid(4), sizes, sizes, scales, flip)
    return torch.stack(maps), outputs[0]


@pytest.mark.parametrize('size', [(32, 40), (30, 37)])
def test_the_prediction_of_a_mirror_image_is_mirrored(size):
    net, images = _Net(), torch.rand(2, 3, *size)
    maps, pooled = _views(net, images, (0.5, 1.0, 1.5), True)
    mirrored, same = _views(net, images.flip(-1), (0.5, 1.0, 1.5), True)
    torch.testing.assert_close(mirrored, maps.flip(-1))
    torch.testing.assert_close(same, pooled)
    one_way, _ = _views(net, images, (1.0,), False)
    assert not torch.allclose(one_way, maps)


def test_one_view_is_the_plain_map_and_flips_share_a_batch():
    net, images = _Net(), torch.rand(2, 3, 32, 40)
    maps, pooled = _views(net, images, (1.0,), False)
    plain, mean = net(images)
    at_cells = maps[:, :, ::4, ::4]
    torch.testing.assert_close(at_cells, plain)
    torch.testing.assert_close(pooled, mean)
    net.sizes.clear()
    _views(net, images, (0.5, 1.0), True)
    assert net.sizes == [(4, 3, 16, 20), (4, 3, 32, 40)]


def test_a_spot_stays_where_it_is_in_all_views():
    """A bright spot is found at its pixel, whatever scales and flips are averaged."""
    images = torch.zeros(1, 3, 64, 64)
    images[:, :, 22:27, 46:51] = 1

    def blur(x):
        smooth = F.avg_pool2d(x[:, :1], 5, 1, 2, count_include_pad=True)
        return smooth[:, :, ::4, ::4], x.mean((1, 2, 3))

    maps, _ = average_views(
        blur, images, Grid(4), [(64, 64)], [(64, 64)], (1.0, 2.0), True
    )
    heat = maps[0][0]
    weight = heat / heat.sum()
    place = [(weight.sum(dim) * torch.arange(64.0)).sum().item() for dim in (1, 0)]
    assert place == pytest.approx([24, 48], abs=0.3)


def test_maps_are_scaled_by_their_own_maximum():
    maps = torch.tensor([[[-1.0, 2.0], [4.0, 0.0]], [[-3.0, -1.0], [-2.0, -5.0]]])
    scaled = normalize_cams(maps)
    torch.testing.assert_close(scaled[0], torch.tensor([[0.0, 0.5], [1.0, 0.0]]))
    assert torch.equal(scaled[1], torch.zeros(2, 2))


@pytest.mark.parametrize(('origin', 'first'), [(0.0, 4), (3.5, 8)])
def test_masks_are_averaged_around_each_cell(origin, first):
    """A mask of the first columns is whole in the first cell and empty in the third."""
    masks = torch.zeros(1, 2, 24, 32)
    masks[:, 0, :, :first] = 1
    masks[:, 1] = 1
    shares = pool_masks(masks, Grid(8, origin), (3, 4))
    assert shares.shape == (1, 2, 3, 4)
    torch.testing.assert_close(shares[0, 1], torch.ones(3, 4))
    assert shares[0, 0, 0].tolist() == pytest.approx([1, 0, 0, 0], abs=0.13)


def test_masks_of_sizes_that_are_no_multiple_of_the_stride():
    shares = pool_masks(torch.ones(1, 1, 21, 33), Grid(8), (3, 5))
    torch.testing.assert_close(shares, torch.ones(1, 1, 3, 5))
