"""A small report content with every variable of the output schema, made without any sampling."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from forkmodel.report import ReportContent
from forkmodel.results.schema import HISTORY_SCHEMA

CHAINS, DRAWS = 2, 60
COORDS = {
    "access": ["closed", "open"],
    "developer": ["OpenAI", "Google DeepMind", "DeepSeek", "Lab [v1.5]"],
    "market": ["openrouter", "enterprise", "business_subscriptions"],
    "unit": ["tokens", "spend"],
    "segment": ["frontier", "threshold"],
    "definition": ["narrow", "broad", "welfare"],
    "layer": ["developer", "host", "integrator"],
    "scope": [
        "closed",
        "open_developers",
        "open_hosts",
        "all_developers",
        "openrouter_tokens",
        "openrouter_spend",
    ],
}
#: Typical size of each variable; shares and HHI stay inside their range at these.
SIZES = {
    "capability_frontier": 140.0,
    "hhi": 2500.0,
    "effective_firms": 4.0,
    "revenue": 2e10,
    "value": 5e10,
    "value_layer": 1e10,
    "elasticity_own": -0.7,
    "capability_gap": 6.0,
    "lag_months_strict": 5.0,
    "lag_months_tolerant": 3.0,
    "price_frontier": 4.0,
    "price_fixed_capability": 1.0,
    "premium_raw": 3.0,
    "premium_residual": 1.5,
}


def history() -> xr.Dataset:
    """Return draws of every variable; consumer surplus is undefined in the first two quarters."""
    rng = np.random.default_rng(11)
    time = pd.date_range("2025-01-01", "2026-07-01", freq="QS")
    variables = {}
    for name, entry in HISTORY_SCHEMA.items():
        shape = (CHAINS, DRAWS, len(time), *(len(COORDS[dim]) for dim in entry.dims))
        values = SIZES.get(name, 0.3) * np.exp(0.2 * rng.standard_normal(shape))
        variables[name] = xr.DataArray(
            values,
            dims=("chain", "draw", "time", *entry.dims),
            coords={"time": time, **{dim: COORDS[dim] for dim in entry.dims}},
            attrs={"unit": entry.unit},
        )
    welfare = variables["value"].loc[{"definition": "welfare"}]
    welfare[:, :, :2] = np.nan
    variables["price_fixed_capability"].attrs["index_level"] = 140.0
    return xr.Dataset(variables)


def comparison() -> pd.DataFrame:
    """Return seven parameters of one block, one of another; one of each is driven by its prior."""
    rows = [
        {
            "block": "choice" if place < 7 else "value",
            "parameter": f"taste_{place}",
            "meaning": f"taste <number {place}>",
            "unit": "utility",
            "prior_median": 1.0,
            "prior_q05": 0.05,
            "prior_q95": 20.0,
            "median": 1.0,
            "q05": 0.5,
            "q95": 2.0,
            "contraction": 0.1 if place in (3, 7) else 0.9,
            "prior_driven": place in (3, 7),
        }
        for place in range(8)
    ]
    return pd.DataFrame(rows)


@pytest.fixture(scope="package")
def synthetic() -> ReportContent:
    """Content of a fit that passed its review."""
    days = pd.to_datetime(["2025-06-15", "2026-05-15"])
    sources = pd.DataFrame(
        {
            "publisher": ["A <b>bold</b> publisher", "A plain one"],
            "title": ["Table of prices", None],
            "url": ["https://example.org/prices", "javascript:alert(1)"],
            "licence": ["CC BY 4.0", "facts"],
            "attribution": ["A, CC BY 4.0", "P"],
        }
    )
    return ReportContent(
        history=history(),
        review={"status": "PASS", "checks": []},
        prior_posterior=comparison(),
        observed={
            "revenue": pd.DataFrame(
                {"date": days, "developer": ["OpenAI"] * 2, "value": [1e10, 2e10], "kind": ["leaked"] * 2}
            ),
            "open_share": pd.DataFrame(
                {"date": days, "value": [0.2, 0.3], "low": [0.1, np.nan], "high": 0.4}
            ),
        },
        provenance={
            "data_vintage": "2026-07-31",
            "blocks": ["choice", "value"],
            "seconds": {"sample": 1.25},
            "sources": sources,
        },
        settings={},
    )
