"""Ten thousand worlds from the prior alone: nothing missing or out of range. Slow, run by hand."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from forkmodel.inference.fit import Fit
from forkmodel.results.schema import FORECAST_SCHEMA

DRAWS, BATCH = 10_000, 1_000


def part(fit: Fit, first: int) -> Fit:
    """Return a run of draws as a fit of its own; its seed differs, so that its futures do too."""
    return Fit(
        data=fit.data,
        priors=fit.priors,
        blocks=fit.blocks,
        options=fit.options,
        posterior=fit.posterior.isel(draw=slice(first, first + BATCH)),
        sample_stats=xr.Dataset(),
        seed=fit.seed + first,
        tune=0,
        timings={},
        versions=fit.versions,
        panel=fit.panel,
        design=fit.design,
    )


@pytest.mark.slow
def test_ten_thousand_worlds_from_the_prior_stay_in_their_ranges(joint_model):
    from forkmodel.forecast.scenario_files import load_scenario
    from forkmodel.forecast.worlds import run_forecast

    whole = joint_model.prior(DRAWS, seed=11)
    for first in range(0, DRAWS, BATCH):
        worlds = run_forecast(part(whole, first).origin, load_scenario("baseline")).worlds
        future = worlds.isel(time=slice(15, None))
        for name in FORECAST_SCHEMA:
            values = future[name]
            if name in ("token_share", "open_share"):
                values = values.drop_sel(market="business_subscriptions")
            assert np.isfinite(values.to_numpy()).all(), (name, first)
        assert float(future["hhi"].min()) > 0.0
        assert float(future["hhi"].max()) <= 10_000.0 + 1e-6
        for name in ("open_share", "token_share", "spend_share", "cr3", "api_share", "segment_spend"):
            assert float(future[name].min()) >= 0.0
            assert float(future[name].max()) <= 1.0 + 1e-9
        for name in ("price_frontier", "price_fixed_capability"):
            assert float(future[name].min()) > 0.0
