"""What a scenario changes: paired differences from the baseline, world by world."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.forecast.forecast import Forecast
from forkmodel.forecast.origin import origin_of
from forkmodel.forecast.scenario import Scenario
from forkmodel.forecast.worlds import run_scenarios
from forkmodel.inference.posterior import Posterior

__all__ = ["QUANTITIES", "YEARS", "Quantity", "effects", "effects_of", "scenario_worlds"]

YEARS = (2028, 2031, 2036)
COLUMNS = [
    "scenario",
    "meaning",
    "quantity",
    "label",
    "date",
    "unit",
    "baseline_median",
    "median",
    "q10",
    "q90",
    "draws",
]
TAIL = 0.1


@dataclass(frozen=True)
class Quantity:
    """A variable at some coordinates, and how its difference is stated.

    Attributes
    ----------
    variable, select
        Name and coordinates in the output schema.
    label : str
        What it is called.
    unit : str
        Unit of the difference.
    relative : bool
        Whether the difference is stated as a part of the baseline.
    """

    variable: str
    select: dict[str, str]
    label: str
    unit: str
    relative: bool = False

    def of(self, forecast: Forecast, year: int) -> xr.DataArray:
        """Return its value in the last quarter of a year (chain, draw)."""
        return forecast.worlds[self.variable].sel(self.select).sel(time=_last_quarter(year))


def _last_quarter(year: int) -> pd.Timestamp:
    return pd.Timestamp(year, 10, 1)


def _years(baseline: Forecast) -> list[int]:
    """Return the years that the worlds reach the end of."""
    last = pd.Timestamp(baseline.worlds["time"].to_numpy()[-1])
    return [year for year in YEARS if _last_quarter(year) <= last]


QUANTITIES = (
    Quantity("hhi", {"scope": "closed"}, "HHI of closed labs", "points"),
    Quantity("hhi", {"scope": "all_developers"}, "HHI of all developers", "points"),
    Quantity("value", {"access": "closed", "definition": "narrow"}, "Closed revenue", "%", relative=True),
    Quantity("value", {"access": "open", "definition": "narrow"}, "Hosted open revenue", "%", relative=True),
    Quantity(
        "open_share",
        {"market": "openrouter", "unit": "tokens"},
        "Open share of router tokens",
        "percentage points",
    ),
    Quantity(
        "open_share",
        {"market": "enterprise", "unit": "spend"},
        "Open share of enterprise money",
        "percentage points",
    ),
    Quantity("capability_gap", {}, "Capability gap", "index points"),
    Quantity("lag_months_strict", {}, "Strict lag", "months"),
    Quantity("premium_residual", {}, "Residual premium", "ratio"),
)


def scenario_worlds(
    posterior: Posterior,
    baseline: Forecast,
    scenarios: Sequence[Scenario],
    progress: Callable[[float], None] | None = None,
) -> dict[str, Forecast]:
    """Simulate the worlds of a baseline under scenarios, and report the quarters whose effects are stated.

    Parameters
    ----------
    posterior : Posterior
        The fit.
    baseline : Forecast
        Its worlds without a scenario.
    scenarios : sequence of Scenario
        What differs in each.
    progress : callable, optional
        Called with the part that is done.

    Returns
    -------
    dict of Forecast
        By scenario: the last quarters of :data:`YEARS`; none where the horizon is before the first of them.
    """
    times = [_last_quarter(year) for year in _years(baseline)]
    if not times:
        return {}
    horizon = str(baseline.facts["horizon"])
    found = run_scenarios(origin_of(posterior), scenarios, horizon, times, progress)
    return {str(forecast.facts["scenario"]): forecast for forecast in found}


def effects_of(
    posterior: Posterior,
    baseline: Forecast,
    scenarios: Sequence[Scenario],
    progress: Callable[[float], None] | None = None,
) -> pd.DataFrame:
    """Simulate scenarios as far as their effects are stated, and return these.

    Parameters
    ----------
    posterior : Posterior
        The fit.
    baseline : Forecast
        Its worlds without a scenario.
    scenarios : sequence of Scenario
        What differs in each.
    progress : callable, optional
        Called with the part that is done.

    Returns
    -------
    DataFrame
        As from :func:`effects`.
    """
    return effects(baseline, scenario_worlds(posterior, baseline, scenarios, progress))


def effects(baseline: Forecast, scenarios: dict[str, Forecast]) -> pd.DataFrame:
    """Return paired differences between scenarios and the baseline.

    Parameters
    ----------
    baseline : Forecast
        Worlds without a scenario.
    scenarios : dict of Forecast
        The same worlds under each scenario.

    Returns
    -------
    DataFrame
        ``scenario, meaning, quantity, label, date, unit, baseline_median, median, q10, q90, draws``; medians
        and quantiles of the differences, not differences of medians. Years that end after the horizon have
        no rows.
    """
    years, rows = _years(baseline), []
    for name, forecast in scenarios.items():
        for place, quantity in enumerate(QUANTITIES):
            for year in years:
                before = quantity.of(baseline, year)
                change = (quantity.of(forecast, year) - before).to_numpy().ravel()
                if quantity.relative:
                    change = 100.0 * change / before.to_numpy().ravel()
                known = change[np.isfinite(change)]
                if not known.size:
                    continue
                low, middle, high = np.quantile(known, [TAIL, 0.5, 1.0 - TAIL])
                rows.append(
                    {
                        "scenario": name,
                        "meaning": forecast.facts["meaning"],
                        "quantity": f"{quantity.variable}-{place}",
                        "label": quantity.label,
                        "date": str(year),
                        "unit": quantity.unit,
                        "baseline_median": float(before.median()),
                        "median": float(middle),
                        "q10": float(low),
                        "q90": float(high),
                        "draws": len(known),
                    }
                )
    return pd.DataFrame(rows, columns=COLUMNS)
