"""Pseudo labels: backgrounds, refinement along edges, bad input."""

from __future__ import annotations

import pytest
import torch

from mmprivacy.errors import ConfigError, MissingDependencyError, ShapeError
from mmprivacy.privobfnet.pseudo_labels import PseudoLabelOptions, pseudo_labels
from mmprivacy.privobfnet.refinement import affinities, neighbours, refine

MAPS = torch.tensor([[[1.0, 0.5, 0.2, 0.01]], [[0.1, 0.6, 0.1, 0.04]]])


def label(maps=MAPS, image=None, present=None, **options):
    return pseudo_labels(maps, image, present, PseudoLabelOptions(**options)).tolist()


def test_background_by_hand():
    assert label() == [[1, 2, 0, 0]]
    assert label(constant=0.15) == [[1, 2, 1, 0]]
    assert label(constant=0.7) == [[1, 0, 0, 0]]
    # 0.8 ** 4 = 0.41 > 0.2, 0.8 ** 32 = 0.0008 < 0.2, 0.96 ** 32 = 0.27 > 0.04
    assert label(background='power', alpha=4) == [[1, 2, 0, 0]]
    assert label(background='power', alpha=32) == [[1, 2, 1, 0]]
    assert label(background='thresholds') == [[1, 2, 255, 0]]
    assert label(background='thresholds', high=0.55) == [[1, 2, 255, 0]]
    assert label(background='thresholds', high=0.65, low=0.01) == [[1, 255, 255, 255]]


def test_only_classes_of_the_photo_are_labelled():
    present = torch.tensor([False, True])
    assert label(present=present) == [[0, 2, 0, 0]]
    assert label(present=torch.zeros(2, dtype=bool)) == [[0, 0, 0, 0]]
    for background in ('power', 'thresholds'):
        assert label(torch.zeros(3, 1, 4), background=background) == [[0, 0, 0, 0]]
    assert pseudo_labels(MAPS).dtype == torch.uint8


def edge_image(h=24, w=32, column=13):
    image = torch.full((3, h, w), 60.0)
    image[:, :, column:] = torch.tensor([200.0, 120.0, 40.0])[:, None, None]
    return image + torch.rand(3, h, w, generator=torch.Generator().manual_seed(0)) * 6


def test_neighbours_are_where_they_should_be():
    maps = torch.arange(12.0).view(1, 3, 4)
    around = neighbours(maps, 1)
    assert around.shape == (1, 8, 3, 4)
    assert around[0, :, 1, 1].tolist() == [0, 1, 2, 4, 6, 8, 9, 10]
    assert around[0, :, 0, 0].tolist() == [0, 0, 1, 0, 1, 4, 4, 5]
    assert neighbours(maps, 2)[0, 4, 1, 1] == 7


def test_weights_favour_pixels_of_the_same_colour():
    weights = affinities(edge_image(), (1, 2))
    assert weights.shape == (2, 8, 24, 32)
    torch.testing.assert_close(weights.sum((0, 1)), torch.ones(24, 32))
    left, right = weights[:, 3, 12, 12].sum(), weights[:, 4, 12, 12].sum()
    assert left > 20 * right  # the edge is between columns 12 and 13


def test_refinement_moves_labels_to_the_edge():
    """A map that ends 4 pixels short of the edge, and one that is 4 beyond."""
    image = edge_image()
    for ends in (9, 17):
        maps = torch.zeros(1, 24, 32)
        maps[:, :, :ends] = 1
        scores = torch.cat([torch.full_like(maps, 0.5), maps])
        before = (maps[0] > 0.5).sum(1)[12]
        after = (refine(scores, image, 30, (1, 2, 4))[1] > 0.5).sum(1)[12]
        assert before == ends
        assert abs(after - 13) < abs(ends - 13) / 2


def test_refinement_keeps_sums_and_does_not_depend_on_brightness():
    scores = torch.rand(3, 24, 32, generator=torch.Generator().manual_seed(1))
    scores = scores / scores.sum(0)
    image = edge_image()
    refined = refine(scores, image, 3)
    torch.testing.assert_close(refined.sum(0), torch.ones(24, 32))
    torch.testing.assert_close(refined, refine(scores, image / 255, 3))
    torch.testing.assert_close(refine(scores, image, 0), scores)
    mirrored = refine(scores.flip(2), image.flip(2), 3).flip(2)
    torch.testing.assert_close(refined, mirrored)
    flat = refine(scores, torch.zeros(3, 24, 32), 2)  # no edge anywhere
    assert torch.isfinite(flat).all()


def test_refined_labels():
    image = edge_image()
    maps = torch.zeros(2, 24, 32)
    maps[1, 4:20, :10] = 1
    labels = pseudo_labels(
        maps, image, None, PseudoLabelOptions(refinement='local', iterations=20)
    )
    assert set(labels.unique().tolist()) == {0, 2}
    assert (labels[:, 13:] == 0).all()
    assert (labels[12, :13] == 2).sum() > 10


def test_crf_is_optional(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, 'pydensecrf', None)
    monkeypatch.setitem(sys.modules, 'pydensecrf.densecrf', None)
    with pytest.raises(MissingDependencyError, match=r'pydensecrf.*local'):
        label(image=torch.zeros(3, 1, 4), refinement='crf')


def test_crf_keeps_clear_labels():
    pytest.importorskip('pydensecrf')
    maps = torch.zeros(1, 24, 32)
    maps[:, :, :10] = 1
    options = PseudoLabelOptions(refinement='crf')
    labels = pseudo_labels(maps, edge_image(), None, options)
    assert (labels[:, 14:] == 0).all()
    assert (labels[:, :10] == 1).float().mean() > 0.9


def test_bad_input():
    for options in (
        dict(background='const'),
        dict(refinement='pamr'),
        dict(constant=1.5),
        dict(low=0.4),
        dict(alpha=0),
        dict(iterations=-1),
    ):
        with pytest.raises(ConfigError, match='pseudo labels'):
            PseudoLabelOptions(**options)
    with pytest.raises(ConfigError, match='image'):
        label(refinement='local')
    with pytest.raises(ShapeError, match='pseudo_labels'):
        label(present=torch.ones(3, dtype=bool))
    with pytest.raises(ShapeError, match='refine'):
        label(image=torch.zeros(3, 4, 4), refinement='local')
    with pytest.raises(ConfigError, match='dilations'):
        refine(torch.zeros(1, 4, 4), torch.zeros(3, 4, 4), 1, ())
