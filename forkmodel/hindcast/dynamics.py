"""How shares move, as a density: one hierarchical model of all other markets.

What each symbol is and where the equations come from stands in ``docs/hindcast.md``. Levels are reported, so
moves are data: what is uncertain are some thirty parameters, and every term is a sum over elements.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from forkmodel.hindcast.markets import FAMILIES
from forkmodel.hindcast.moves import REFERENCE_SHARE, Moves, families_of
from forkmodel.hindcast.panel import MarketPanel

if TYPE_CHECKING:
    import pymc as pm

__all__ = ["SPEED_AGE", "TAIL_FREEDOM", "TAIL_VARIANCE", "YEARS_PER_QUARTER", "build_model"]

#: Age in years at which speeds are sampled: records say how fast shares moved while they were kept, hardly
#: how fast they would in the end.
SPEED_AGE = 10.0
#: Median speed (log share per root year), the spread of its logarithm, and medians of the spreads of families
#: and of markets within them.
SPEED, SPEED_SPREAD, SPEED_FAMILY, SPEED_MARKET = 0.15, 0.7, 0.5, 0.25
#: Spread of the typical reversion (per year; below zero the large draw away), and median of that of families.
REVERSION_SPREAD, REVERSION_FAMILY = 0.05, 0.03
#: Firms that come per year, and the spread of families.
ENTRY, ENTRY_SPREAD, ENTRY_FAMILY = 0.2, 0.8, 0.7
#: Spread of the logarithm of the spreads. Three families say little about how families differ: a prior that
#: keeps off zero has no funnel.
SPREAD_SPREAD = 0.4
#: How far speeds are sampled at their own scale, in families and in markets: records are sharp.
CENTRED_FAMILY, CENTRED_MARKET = 0.5, 0.9
YEARS_PER_QUARTER = 0.25
#: Degrees of freedom of a quarter's moves, and their variance over the squared scale: some quarters are wild.
TAIL_FREEDOM = 4.0
TAIL_VARIANCE = TAIL_FREEDOM / (TAIL_FREEDOM - 2.0)


def build_model(panels: list[MarketPanel], moves: Moves) -> pm.Model:
    """Return the density of the parameters given the moves.

    Parameters
    ----------
    panels : list of MarketPanel
        Markets, in the order of the moves' positions.
    moves : Moves
        Their moves; the arrays become data of the model under their names.

    Returns
    -------
    pymc.Model
        ``speed_typical`` and ``speed_family_spread`` lead to ``speed_family`` (family_name), that
        and ``speed_market_spread`` to ``speed`` (market_name), the log speed of each market;
        ``reversion_typical`` and ``reversion_spread`` lead to ``reversion``, ``entry_typical`` and
        ``entry_spread`` to ``entry`` (family_name), the log rate; ``size_slope``, ``youth``, ``youth_years``
        and ``entry_size`` are of all. Speeds are those of a market of :data:`SPEED_AGE` years.
    """
    import pymc as pm

    families = families_of(panels)
    coords = {"family_name": FAMILIES, "market_name": [panel.market.name for panel in panels]}
    with pm.Model(coords=coords) as model:
        data = {name: pm.Data(name, values) for name, values in moves.arrays().items()}
        typical = pm.Normal("speed_typical", np.log(SPEED), SPEED_SPREAD)
        family = _around("speed_family", typical, _spread(SPEED_FAMILY), CENTRED_FAMILY, "family_name")
        speed = _around(
            "speed", family[families], _spread(SPEED_MARKET, "market"), CENTRED_MARKET, "market_name"
        )
        pull = pm.Normal("reversion_typical", 0.0, REVERSION_SPREAD)
        pull_spread = pm.LogNormal("reversion_spread", np.log(REVERSION_FAMILY), SPREAD_SPREAD)
        reversion = _around("reversion", pull, pull_spread, 0.0, "family_name")
        size_slope = pm.HalfNormal("size_slope", 0.3)
        youth = pm.HalfNormal("youth", 2.0)
        youth_years = pm.LogNormal("youth_years", np.log(4.0), 0.5)
        fade = _youth(data["age"], youth, youth_years) - _youth(SPEED_AGE, youth, youth_years)
        pm.Potential("moved", _moved(data, speed, reversion[families], size_slope, fade))
        _entry(data, families)
    return model


def _youth(age: Any, youth: Any, years: Any) -> Any:
    """Return by how much a market of an age moves faster than an old one, in logs."""
    import pytensor.tensor as pt

    return pt.log1p(youth * pt.exp(-age / years))


def _spread(median: float, of: str = "family") -> Any:
    import pymc as pm

    return pm.LogNormal(f"speed_{of}_spread", np.log(median), SPREAD_SPREAD)


def _around(name: str, mean: Any, spread: Any, centred: float, dim: str) -> Any:
    """Return normal variables around a mean, sampled where they mix well.

    Between centred and not: Gorinova, Moore and Hoffman (2020), Automatic reparameterisation of probabilistic
    programs.
    """
    import pymc as pm

    raw = pm.Normal(f"{name}_raw", centred * mean, spread**centred, dims=dim)
    return pm.Deterministic(name, mean + spread ** (1.0 - centred) * (raw - centred * mean), dims=dim)


def _moved(data: Mapping[str, Any], speed: Any, reversion: Any, size_slope: Any, fade: Any) -> Any:
    """Return the log density of all moves: multivariate t, a shift common to a market's firms being free."""
    import pytensor.tensor as pt

    market, span, stayed = data["market"], data["span"][:, None], data["stayed"]
    log_speed = (speed[market] + fade)[:, None] - size_slope * data["log_size"]
    variance = YEARS_PER_QUARTER * span * pt.exp(2.0 * log_speed)
    # What keeps the expected share where it is, although its logarithm walks.
    share = REFERENCE_SHARE * np.exp(data["log_size"])
    expected = TAIL_VARIANCE * variance * (share - 0.5)
    expected = expected + YEARS_PER_QUARTER * span * reversion[market][:, None] * data["gap"]
    apart, weight = data["change"] - expected, stayed / variance
    # Rows that only fill the arrays up have no firm, and add nothing.
    real = pt.gt(stayed.sum(axis=1), 0.0)
    total = pt.switch(real, weight.sum(axis=1), 1.0)
    square = (weight * apart**2).sum(axis=1) - (weight * apart).sum(axis=1) ** 2 / total
    count = stayed.sum(axis=1) - real
    tails = (
        pt.gammaln(0.5 * (TAIL_FREEDOM + count))
        - 0.5 * count * np.log(TAIL_FREEDOM)
        - 0.5 * (TAIL_FREEDOM + count) * pt.log1p(square / TAIL_FREEDOM)
    )
    return (real * (tails - 0.5 * pt.log(total)) - 0.5 * (stayed * pt.log(variance)).sum(axis=1)).sum()


def _entry(data: Mapping[str, Any], families: np.ndarray) -> None:
    """Add the arrivals: a Poisson process per market, of a rate that families differ in, and their sizes."""
    import pymc as pm
    import pytensor.tensor as pt

    typical = pm.Normal("entry_typical", np.log(ENTRY), ENTRY_SPREAD)
    spread = pm.LogNormal("entry_spread", np.log(ENTRY_FAMILY), SPREAD_SPREAD)
    family = pm.Normal("entry", typical, spread, dims="family_name")
    mean_excess = pm.LogNormal("entry_size", np.log(0.7), 0.7)
    rate, arrivals = family[families], data["arrivals"]
    said = (arrivals * rate - pt.exp(rate) * data["years"]).sum()
    sizes = arrivals.sum() * pt.log(mean_excess) + data["excess"] / mean_excess
    pm.Potential("arrived", said - sizes)
