"""Worlds under other priors are one world each, before the data's end and after it."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import forkmodel as fm
from forkmodel.claims import judge, load_ledger
from forkmodel.claims.ledger import Ledger
from forkmodel.claims.prior_views import WITHOUT_LIKELIHOOD, PriorView, approximate_view, moved_fit
from forkmodel.forecast.origin import Origin
from forkmodel.forecast.scenario_files import load_scenarios
from forkmodel.forecast.worlds import run_forecast
from forkmodel.results.history import moved_history
from forkmodel.results.reported import history_of
from forkmodel.validate.calibration.small_design import SMALL_OPTIONS, small_market


@pytest.fixture(scope="module")
def drawn(market):
    """Draws from the prior: worlds like any fit's, without a sampler."""
    return fm.ForkModel(small_market(market), options=SMALL_OPTIONS).prior(draws=200)


@pytest.fixture(scope="module")
def view(drawn):
    return approximate_view(
        Origin.from_posterior(drawn.result), fm.load_priors("skeptic"), load_scenarios("baseline"), "2028-12"
    )


def _of_world(view, array):
    """Return what holds all the time in a world (chain, draw): NaN quarters, without money, left out."""
    finite = array.where(np.isfinite(array))
    np.testing.assert_allclose(finite.max("time"), finite.min("time"), rtol=1e-9)
    return finite.mean("time")


def test_parameters_are_the_same_before_and_after_the_datas_end(drawn, view):
    worlds, parameters = view.forecast.worlds, view.forecast.parameters
    value = worlds["value"].sel(access="open")
    narrow = value.sel(definition="narrow").where(value.sel(definition="narrow") > 1.0)
    ratio = _of_world(view, value.sel(definition="broad") / narrow)
    known = ratio.notnull()
    np.testing.assert_allclose(ratio.where(known), parameters["value.broad_ratio"].where(known), rtol=1e-9)
    assert known.mean() > 0.9
    # It did move: the history of the fit has another ratio.
    own = drawn.history()["value"].sel(access="open")
    before = (own.sel(definition="broad") / own.sel(definition="narrow").where(narrow > 1.0)).mean("time")
    assert np.abs(before - ratio).max() > 0.1
    margin = worlds["gross_margin"].sel(access="open")
    np.testing.assert_allclose(_of_world(view, margin), parameters["value.margin_open"], rtol=1e-9)
    share = worlds["api_share"].isel(time=slice(drawn.history().sizes["time"]))
    np.testing.assert_allclose(_of_world(view, share), parameters["value.api_share"], rtol=1e-9)


def test_layers_of_a_world_are_split_by_its_own_part(drawn, view):
    layers = view.forecast.worlds["value_layer"].sel(access="open")
    value = view.forecast.worlds["value"].sel(access="open")
    beyond = value.sel(definition="broad") - value.sel(definition="narrow")
    part = layers.sel(layer="integrator") / beyond.where(beyond > 1.0)
    wanted = view.forecast.parameters["value.integrator_share"]
    np.testing.assert_allclose(part, wanted.broadcast_like(part).where(part.notnull()), rtol=1e-6)


def test_what_tables_inform_and_the_state_at_the_datas_end_stay(drawn):
    moved = moved_fit(drawn.result, fm.load_priors("skeptic"))
    others = [name for name in drawn.posterior.data_vars if name not in WITHOUT_LIKELIHOOD]
    xr.testing.assert_identical(moved.free[others], drawn.posterior[others])
    before, after = Origin.from_posterior(drawn.result), Origin.from_posterior(moved)
    for name in before.start.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(before.start, name), getattr(after.start, name))
    xr.testing.assert_equal(before.hosts, after.hosts)


def test_every_prior_set_is_said_of_exact_worlds_only(drawn, view):
    worlds = run_forecast(Origin.from_posterior(drawn.result), load_scenarios("baseline"), "2028-12")
    claim = next(claim for claim in load_ledger().claims if claim.id == "C2")
    sure = claim.model_copy(update={"today": None, "expression": "hhi.closed[2028-Q4] > 0"})
    ledger = Ledger((sure,), sure)
    first = PriorView("reference", worlds, "fit", exact=True)

    def said(other):
        return judge(ledger, [first, other]).rows[0]["why_not_diagnostic"]

    assert said(view) == "true under every prior set, approximately"
    assert said(PriorView("skeptic", view.forecast, "fit", exact=True)) == "true under every prior set"


def test_a_moved_history_is_that_of_the_moved_draws(drawn):
    before = drawn.result
    after = moved_fit(before, fm.load_priors("advocate"))
    found = moved_history(history_of(before), before.values, after.values)
    wanted = history_of(after)
    assert list(found) == list(wanted)
    for name in wanted:
        np.testing.assert_allclose(found[name], wanted[name], rtol=1e-9, err_msg=str(name))
