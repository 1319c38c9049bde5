"""What is said of merger figures on many draws: intervals, probabilities, and what must be said with them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.queries.effective import effective_draws

__all__ = ["GUPPI_LINE", "above", "chance", "left_out_of", "sentences_of", "summary"]

#: Pressure, as a part of the price, below which a merger was held unlikely to harm (Shapiro 2010; Salop,
#: Moresi and Woodbury 2010). The guidelines themselves name no line.
GUPPI_LINE = 0.05
TAIL = 0.05


def summary(values: xr.DataArray) -> dict[str, Any]:
    """Return median, 90 % interval and number of draws, of the draws in which there is a figure."""
    drawn = values.to_numpy().ravel()
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn):
        return {"median": np.nan, "low": np.nan, "high": np.nan, "draws": 0}
    low, median, high = np.quantile(drawn, [TAIL, 0.5, 1.0 - TAIL])
    return {"median": float(median), "low": float(low), "high": float(high), "draws": len(drawn)}


def chance(event: xr.DataArray) -> dict[str, Any]:
    """Return the probability of an event (chain, draw), its Monte Carlo error and the draws it is of."""
    there = event.notnull()
    draws = int(there.sum())
    if not draws:
        return {"probability": np.nan, "mcse": np.nan, "draws": 0}
    p = float(event.where(there).mean())
    values = event.fillna(p).transpose("chain", "draw").to_numpy().astype(float)
    effective = min(effective_draws(values), float(draws))
    return {"probability": p, "mcse": float(np.sqrt(p * (1.0 - p) / effective)), "draws": draws}


def above(values: xr.DataArray, line: float) -> xr.DataArray:
    """Return where values are above a line; NaN where there is none."""
    return (values > line).where(values.notnull())


def left_out_of(draws: xr.Dataset) -> dict[str, float]:
    """Return the share of draws without pressure and without prices after, where these were asked for."""
    names = {"pressure": "pressure_defined", "prices": "prices_solved"}
    return {name: 1.0 - float(draws[which].mean()) for name, which in names.items() if which in draws}


def sentences_of(facts: dict[str, Any], rests_on: pd.DataFrame, left_out: dict[str, float]) -> list[str]:
    """Return the notes, what is data and what is prior in the margins, and how many draws were left out."""
    sources = [
        f"{row['block']}.{row['parameter']} ({'its prior' if row['prior_driven'] else 'data'}, contraction "
        f"{row['contraction']:.2f})"
        for row in rests_on.to_dict("records")
    ]
    resting = [f"Margins, pressure and prices rest on {', '.join(sources)}."] if sources else []
    gone = [
        f"{name.capitalize()}: {part:.1%} of draws left out, without an equilibrium or with none found."
        for name, part in left_out.items()
        if part > 0.0
    ]
    return [*facts["notes"], *resting, *gone]
