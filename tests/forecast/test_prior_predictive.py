"""Ten thousand worlds from the prior alone: nothing missing or out of range. Slow, run by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forkmodel.inference.posterior import Posterior
from forkmodel.results.schema import FORECAST_SCHEMA

DRAWS, BATCH = 10_000, 1_000


def part(posterior: Posterior, first: int) -> Posterior:
    """Return a run of draws as a fit of its own; its seed differs, so that its futures do too."""
    return replace(
        posterior,
        free=posterior.free.isel(draw=slice(first, first + BATCH)),
        seed=posterior.seed + first,
        review=None,
    )


@pytest.mark.slow
def test_ten_thousand_worlds_from_the_prior_stay_in_their_ranges(joint_model):
    from forkmodel.forecast.origin import origin_of
    from forkmodel.forecast.scenario_files import load_scenario
    from forkmodel.forecast.worlds import run_forecast

    whole = joint_model.prior(DRAWS, seed=11)
    for first in range(0, DRAWS, BATCH):
        worlds = run_forecast(origin_of(part(whole.result, first)), load_scenario("baseline")).worlds
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
