"""Worlds of every outcome made by a seed, saved as a forecast: what the explorer is tried on."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.claims.judge import judge
from forkmodel.claims.ledger import load_ledger
from forkmodel.claims.prior_views import exact_view
from forkmodel.forecast.effects import effects
from forkmodel.forecast.forecast import Forecast
from forkmodel.report.assemble import Outlook, shown_of
from forkmodel.report.content import ReportContent
from forkmodel.results.schema import FORECAST_SCHEMA

CHAINS, DRAWS = 2, 300
HOSTILE = "</script><script>document.title = 'broken'</script>"
COORDS = {"rank": ["first", "second"], "event": ["glut"]}
SIZES = {"premium_raw": 3.0, "lab_value": 1e12, "category_elasticity": 1.0}


def forecast(history: xr.Dataset, name: str, shift: float) -> Forecast:
    """Return worlds whose outcomes follow one persistent parameter, so that draws are not independent."""
    rng = np.random.default_rng(5)
    driver = np.zeros((CHAINS, DRAWS))
    for place in range(1, DRAWS):
        driver[:, place] = 0.6 * driver[:, place - 1] + rng.standard_normal(CHAINS)
    time = pd.date_range("2026-01-01", "2036-10-01", freq="QS")
    variables = {}
    for variable, entry in FORECAST_SCHEMA.items():
        coords = {dim: COORDS[dim] if dim in COORDS else history[dim].to_numpy() for dim in entry.dims}
        size = float(abs(history[variable]).median()) if variable in history else SIZES.get(variable, 0.4)
        shape = (CHAINS, DRAWS, len(time), *map(len, coords.values()))
        noise = rng.standard_normal(shape) + driver.reshape(CHAINS, DRAWS, *[1] * (len(shape) - 2))
        values = size * np.exp(0.2 * noise + shift)
        values = np.round(values) if entry.unit in ("firms", "0 or 1") else values
        variables[variable] = (("chain", "draw", "time", *entry.dims), values, {"unit": entry.unit})
    labels = {dim: history[dim].to_numpy() for dim in history.coords if dim in history.dims and dim != "time"}
    worlds = xr.Dataset(variables, coords={**labels, **COORDS, "time": time})
    parameters = xr.Dataset(
        {
            "price.premium_decay": (("chain", "draw"), np.exp(2.0 * driver)),
            "value.margin_open": (("chain", "draw"), rng.standard_normal((CHAINS, DRAWS))),
        }
    )
    facts = {"scenario": name, "meaning": HOSTILE, "vintage": "2026-07-31", "horizon": "2036-12-31"}
    return Forecast(worlds, parameters, {**facts, "seed": 5, "prior_set": "reference", "review": "PASS"})


def explored(synthetic: ReportContent) -> tuple[ReportContent, dict[str, Forecast]]:
    """Return content with a forecast of one scenario, and both forecasts by name."""
    made = {name: forecast(synthetic.history, name, shift) for name, shift in SHIFTS.items()}
    baseline, other = made.values()
    table = judge(load_ledger(), [exact_view(baseline)], {"price.premium_decay": HOSTILE})
    table.rows[0]["statement"] = table.rows[0]["threshold"] = HOSTILE
    watchlist = pd.DataFrame(columns=["target", "block", "label", "meaning", "share", "value", "rank"])
    name = str(other.facts["scenario"])
    changed = effects(baseline, {name: other})
    outlook = Outlook(baseline, table, changed, watchlist, {name: shown_of(other)})
    return dataclasses.replace(synthetic, forecast=outlook.content()), made


SHIFTS = {"baseline": 0.0, "price-war": 0.1}
