"""Sensitivities against cases whose answer is known, and on a real fit."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from forkmodel.claims import exact_view, load_ledger
from forkmodel.claims.judge import held
from forkmodel.fork_model import ForkModel
from forkmodel.validate.calibration.small_design import SMALL_OPTIONS, small_market
from forkmodel.validate.sensitivity import (
    _log_priors,
    claim_statistics,
    diagnosis,
    first_order_indices,
    power_scaling,
)


def test_first_order_indices_are_those_of_a_linear_function():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((3, 20_000))
    figure = 2.0 * x[0] + 1.0 * x[1]
    parameters = xr.Dataset({f"p{i}": (("chain", "draw"), x[i][None, :]) for i in range(3)})
    table = first_order_indices({"f": figure}, parameters).set_index("parameter")["index"]
    assert table["p0"] == pytest.approx(0.8, abs=0.02)
    assert table["p1"] == pytest.approx(0.2, abs=0.02)
    assert table["p2"] == pytest.approx(0.0, abs=0.01)


def test_interaction_alone_is_no_first_order_effect():
    rng = np.random.default_rng(1)
    x = rng.standard_normal((2, 20_000))
    parameters = xr.Dataset({f"p{i}": (("chain", "draw"), x[i][None, :]) for i in range(2)})
    table = first_order_indices({"f": x[0] * x[1]}, parameters)
    assert table["index"].max() < 0.02


def test_diagnoses():
    assert diagnosis(0.2, 0.01) == "driven by its prior"
    assert diagnosis(0.01, 0.2) == "data speak"
    assert diagnosis(0.2, 0.2) == "prior and data pull apart"
    assert diagnosis(0.0, 0.0) == "insensitive to both"


def test_the_log_prior_counts_what_the_files_state_scalar_or_vector(market):
    model = ForkModel(small_market(market), blocks=["capability"], options=SMALL_OPTIONS)
    fit = model.prior(4, seed=2)
    by_hand, vectors, units = 0.0, 0, 0
    for name, array in fit.posterior.data_vars.items():
        if name not in fit.priors:
            units += array.ndim > 2
            continue
        vectors += array.ndim > 2
        density = array.copy(data=fit.priors[name].log_density(array.to_numpy()))
        by_hand = by_hand + density.sum([dim for dim in array.dims if dim not in ("chain", "draw")])
    assert vectors
    assert units
    found = _log_priors(fit.result, model.pymc_model)
    assert list(found) == ["capability"]
    np.testing.assert_allclose(found["capability"], by_hand, rtol=1e-6)


def test_what_no_table_informs_is_driven_by_its_prior(golden_money):
    _, fit = golden_money
    figures = xr.Dataset(
        {
            "margin": fit.posterior["value.margin_closed"],
            "revenue noise": fit.posterior["spend.revenue_noise"],
            "adoption noise": fit.posterior["adoption.noise"],
            "imitation": fit.posterior["adoption.imitation"],
        }
    )
    table = power_scaling(fit.result, figures)
    by = table.set_index(["figure", "kind", "source"])["sensitivity"]
    # A margin has a prior of its own block and nothing else; what is left is the noise of the method.
    assert by["margin", "prior", "value"] > 0.05
    assert by["margin", "prior", "value"] > 1.5 * by["margin", "prior", "adoption"]
    assert by["margin", "prior", "all priors"] > by["margin", "data", "all data"]
    assert by["imitation", "data", "adoption"] > 0.05
    # The noise of revenue figures is learned from revenue figures.
    assert by["revenue noise", "data", "revenue"] > 0.05
    assert {"revenue", "adoption", "all data", "all priors"} <= set(table["source"])
    assert np.isfinite(table["sensitivity"]).all()


def test_figures_and_events_are_those_of_the_worlds(quick_fit, quick_forecast):
    forecast = quick_forecast
    figures = claim_statistics(quick_fit.result, forecast)
    assert dict(figures.sizes) == {"chain": quick_fit.chains, "draw": quick_fit.draws}
    (claim,) = (claim for claim in load_ledger().claims if claim.id == "C1")
    np.testing.assert_array_equal(figures["event: C1"], held(claim.expression, exact_view(forecast)))
    hhi = forecast.worlds["hhi"].sel(scope="closed", time="2031").mean("time")
    np.testing.assert_array_equal(figures["HHI, closed revenue, 2031"], hhi)
    # A claim about 2036 is not decided by worlds that end before.
    short = claim_statistics(quick_fit.result, quick_fit.forecast("2031-12"))
    assert "event: C8" in figures
    assert "event: C8" not in short
    assert "event: C1" in short
