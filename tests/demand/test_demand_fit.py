"""Fits of demand: truth found where prices are endogenous, PyBLP's estimate, a merger, a file."""

from __future__ import annotations

import numpy as np
import pyblp
import pytest
from made import ALPHA, BETA, GAP, made_products

import forkmodel as fm


@pytest.fixture(scope="module")
def fit():
    return fm.fit_demand(fm.ProductTable.of(made_products()), draws=250, tune=300, seed=1)


def test_the_fit_passes_its_review(fit):
    review = fit.review()
    assert {check.name: check.status for check in review.checks if check.status == "FAIL"} == {}
    assert {check.status for check in review.checks if "nstruments" in check.name} == {"PASS"}
    assert "240 products in 20 markets" in repr(fit)


def test_endogenous_prices_mislead_least_squares_and_not_the_fit(fit):
    design = fit.posterior.design
    columns = np.column_stack([design.included, design.price])
    least_squares = np.linalg.lstsq(columns, design.logit, rcond=None)[0]
    errors = design.logit - columns @ least_squares
    spread = errors.std() * np.sqrt(np.linalg.inv(columns.T @ columns)[-1, -1])
    assert -least_squares[-1] < ALPHA - 6.0 * spread
    alpha = fit.posterior.sensitivity
    assert abs(float(alpha.mean()) - ALPHA) < 3.0 * float(alpha.std())
    tastes = fit.posterior.tastes
    for name, value in BETA.items():
        own = tastes.sel(characteristic=name)
        assert abs(float(own.mean()) - value) < 3.0 * float(own.std())
    assert float((fit.posterior.endogeneity > 0.0).mean()) == 1.0


def test_one_segment_agrees_with_pyblp(fit):
    """With one instrument two-stage least squares are the maximum of the likelihood, on the same table."""
    frame = made_products().rename(columns={"price": "prices", "share": "shares", "market": "market_ids"})
    frame = frame.rename(columns={"firm": "firm_ids", "instrument_cost": "demand_instruments0"})
    verbose, pyblp.options.verbose = pyblp.options.verbose, False
    try:
        solved = pyblp.Problem(pyblp.Formulation("1 + size + prices"), frame).solve(
            method="1s", se_type="unadjusted"
        )
    finally:
        pyblp.options.verbose = verbose
    ours = [fit.posterior.tastes.sel(characteristic=name) for name in BETA]
    ours.append(-fit.posterior.sensitivity.isel(segment=0))
    for own, theirs, error in zip(ours, solved.beta.ravel(), solved.beta_se.ravel(), strict=True):
        assert float(own.mean()) == pytest.approx(theirs, abs=0.25 * error)
        assert float(own.std()) == pytest.approx(error, rel=0.25)


def test_figures_state_intervals_and_draws(fit):
    rows = fit.parameters()
    assert (rows["draws"] == 1000).all()
    assert (rows["low90"] < rows["low80"]).all()
    assert (rows["low80"] < rows["low50"]).all()
    assert (rows["low50"] < rows["median"]).all()
    every = fit.markets()
    assert set(every["market"]) == set(fit.posterior.table.markets)
    # The HHI is arithmetic on the table.
    assert every.loc[every["figure"].eq("HHI"), "draws"].eq(0).all()
    products = fit.products("m03")
    own = products.loc[products["figure"].eq("own-price elasticity")]
    # One segment: alpha times price times one less the share.
    expected = -float(fit.posterior.sensitivity.median()) * own["price"] * (1.0 - own["share"])
    np.testing.assert_allclose(own["median"], expected, rtol=1e-9)
    assert fit.firms()["share"].sum() == pytest.approx(1.0)


def test_a_merger_raises_prices_and_concentration(fit):
    screen = fit.merger(["f0", "f1"])
    assert (screen.draws["hhi_delta"] > 0.0).all()
    assert screen.draws["prices_solved"].all()
    assert (screen.draws["price_change"] > 0.0).all()
    assert (screen.draws["consumer_loss"] > 0.0).all()
    units = screen.table().set_index("figure")["unit"]
    assert units["UPP"].eq("unit of the table's prices").all()
    saved = fit.merger(["f0", "f1"], efficiency=0.2)
    assert (saved.draws["price_change"] < screen.draws["price_change"]).all()
    with pytest.raises(fm.ForkModelError, match="f9"):
        fit.merger(["f0", "f9"])


def test_a_file_gives_back_the_fit_and_nothing_else(fit, tmp_path):
    path = tmp_path / "fit.nc"
    fit.save(path)
    back = fm.load_demand(path)
    assert back.review().as_dict() == fit.review().as_dict()
    assert back.markets().equals(fit.markets())
    assert back.describe() == fit.describe()
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (tmp_path / "damaged.nc").write_bytes(damaged)
    with pytest.raises(fm.FitFileError, match="damaged or edited"):
        fm.load_demand(tmp_path / "damaged.nc")
    with pytest.raises(fm.FitFileError, match="there is no file"):
        fm.load_demand(tmp_path / "absent.nc")
    with pytest.raises(fm.FitFileError):
        fm.load(path)


@pytest.mark.slow
def test_a_small_table_does_not_tell_two_segments_and_the_review_says_so():
    """The less sensitive are found; what the others would pay is not: see docs/automobiles.md."""
    table = fm.ProductTable.of(made_products(3, GAP, markets=60))
    made = fm.fit_demand(table, segments=2, seed=1)
    assert made.review().status == "FAIL"
    first, second = (made.posterior.sensitivity.isel(segment=place) for place in (0, 1))
    assert abs(float(first.mean()) - ALPHA) < 3.0 * float(first.std())
    assert float(second.std()) > 5.0 * float(first.std())
