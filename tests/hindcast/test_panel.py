"""Who is on a market, and that a table which ends earlier gives the same panel, cut off."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forkmodel.hindcast.markets import BROWSERS, OtherMarket
from forkmodel.hindcast.moves import make_moves
from forkmodel.hindcast.panel import EXIT_FLOOR, EXIT_QUARTERS, MarketPanel, _presence, market_panels
from forkmodel.hindcast.tables import ShareTables, read_shares
from forkmodel.market import concentration_ratio, hhi


@pytest.fixture(scope="module")
def tables():
    return read_shares()


def test_a_firm_comes_at_a_hundredth_and_leaves_after_a_year_below_half_of_it():
    small, large = 0.5 * EXIT_FLOOR, 0.02
    path = [small, large, small, small, small, large, small, small, small, small, small, large]
    present = _presence(np.column_stack([path, 1.0 - np.array(path)]))
    assert present[:, 0].tolist() == [False] + [True] * 8 + [False] * 2 + [True]
    assert EXIT_QUARTERS == 4
    assert present[:, 1].all()


def test_quarters_that_are_not_on_record_change_nothing():
    path = np.full((6, 2), np.nan)
    path[0] = 0.02, 0.98
    path[5] = 0.001, 0.999
    assert _presence(path)[:, 0].all()


def test_concentration_is_that_of_the_package(tables):
    (panel,) = market_panels(tables, ("browsers_europe",))
    rows = tables.shares[tables.shares["market"] == "browsers_europe"]
    shares = rows.pivot(index="as_of", columns="firm", values="share").stack().to_xarray()
    known = np.isfinite(panel.hhi)
    assert known.sum() == rows["as_of"].nunique()
    expected = hhi(shares, dim="firm", normalise=True).to_numpy()
    # Shares are bundled with five decimals.
    assert panel.hhi[known] == pytest.approx(expected, rel=1e-3)
    ratio = concentration_ratio(shares, 3, dim="firm", normalise=True).to_numpy()
    assert panel.cr3[known] == pytest.approx(ratio, rel=1e-3)


@pytest.mark.parametrize("day", ["2016-12-31", "2019-06-30", "2023-03-31"])
def test_an_earlier_table_gives_the_same_panels_cut_off(tables, day):
    """Nothing later decides who was on a market or what moved."""
    day = pd.Timestamp(day)
    whole = {panel.market.name: panel for panel in market_panels(tables)}
    for panel in market_panels(tables.as_of(day)):
        later = whole[panel.market.name]
        size = len(panel.quarters)
        places = [later.firms.index(firm) for firm in panel.firms]
        assert later.present[:size][:, places].tolist() == panel.present.tolist()
        np.testing.assert_array_equal(later.share[:size][:, places], panel.share)
        np.testing.assert_allclose(later.hhi[:size], panel.hhi, rtol=1e-12)


def test_changing_what_comes_later_changes_nothing_known_before(tables):
    day = pd.Timestamp("2018-09-30")
    other = tables.shares.copy()
    after = other["as_of"] > day
    other.loc[after, "share"] = other.loc[after, "share"].to_numpy()[::-1]
    names = tuple(panel.market.name for panel in market_panels(tables))
    before = make_moves(market_panels(tables.as_of(day), names))
    changed = make_moves(market_panels(ShareTables(other, tables.sources).as_of(day), names))
    for name, values in before.arrays().items():
        np.testing.assert_array_equal(values, changed.arrays()[name])


def test_moves_across_a_gap_are_one_move():
    market = OtherMarket("browsers_world", BROWSERS, 2008.0)
    share = np.array([[0.5, 0.5], [0.6, 0.4], [np.nan, np.nan], [0.7, 0.3]])
    panel = MarketPanel(
        market,
        pd.period_range("2014Q1", periods=4, freq="Q"),
        ("a", "b"),
        share,
        np.ones((4, 2), dtype=bool),
        np.zeros(2, dtype=int),
        1e4 * np.square(share).sum(1),
        share.sum(1),
    )
    moves = make_moves([panel])
    assert moves.span.tolist() == [1.0, 2.0]
    np.testing.assert_allclose(moves.change[1], np.log(share[3] / share[1]))
    np.testing.assert_allclose(moves.gap[1], np.log(share[1]).mean() - np.log(share[1]))
