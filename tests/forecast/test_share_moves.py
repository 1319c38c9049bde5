"""Shares walk as other markets do, and wandering alone costs nobody an expected share."""

from __future__ import annotations

import numpy as np
import pytest

from forkmodel.forecast.share_moves import LEADING_SHARE, SMALLEST_RECORDED, share_moves
from forkmodel.hindcast.moves import REFERENCE_SHARE
from forkmodel.hindcast.panel import EXIT_FLOOR

DRAWS = 20_000


def walked(share, *, quarters, drift=True, **speeds):
    """Return shares (draw, firm) after some quarters."""
    rng = np.random.default_rng(1)
    part = np.tile(share, (DRAWS, 1))
    draws = {name: np.full(DRAWS, value) for name, value in speeds.items()}
    for _ in range(quarters):
        normals = rng.standard_normal(part.shape)
        moves = share_moves(part, normals, **draws)
        if not drift:
            moves = moves - share_moves(part, 0.0 * normals, **draws)
        after = part * np.exp(moves)
        part = after / after.sum(1, keepdims=True)
    return part


@pytest.mark.parametrize("power", [0.0, 0.36])
def test_wandering_alone_keeps_expected_shares(power):
    first = np.array([0.6, 0.25, 0.1, 0.05])
    speeds = {"settled": 0.25, "power": power, "today": 0.0, "youth": 0.0}
    kept = walked(first, quarters=20, **speeds)
    error = kept.std(0) / np.sqrt(DRAWS)
    # Quarters are no instants, so a little is left; without the drift the leader loses fifty times its error.
    assert np.abs(kept.mean(0) - first).max() < 0.01
    lost = walked(first, quarters=20, drift=False, **speeds)
    assert lost.mean(0)[0] < first[0] - 20.0 * error[0]


def test_small_firms_move_faster_and_youth_fades_to_that():
    share = np.array([[0.2, 0.02, 1e-6]])
    one = np.ones((1, 3))

    def spread(**speeds):
        up, down = (share_moves(share, sign * one, **speeds) for sign in (1.0, -1.0))
        return ((up - down) / 2.0 / np.sqrt(0.25))[0]

    values = {"settled": np.array([0.2]), "power": np.array([0.5]), "today": np.array([0.5])}
    settled = spread(youth=np.array([0.0]), **values)
    assert settled == pytest.approx([0.2, 0.2 * 10**0.5, 0.2 * (LEADING_SHARE / SMALLEST_RECORDED) ** 0.5])
    # Today all move alike, but for those who will move faster still.
    assert spread(youth=np.array([1.0]), **values) == pytest.approx([0.5, 0.2 * 10**0.5, settled[2]])


def test_sizes_mean_what_they_do_in_the_record_of_other_markets():
    assert (LEADING_SHARE, SMALLEST_RECORDED) == (REFERENCE_SHARE, EXIT_FLOOR)
