"""How shares move, as a density: one hierarchical model of all other markets.

What each symbol is and where the equations come from stands in ``docs/hindcast.md``. Levels are reported, so
moves are data: what is uncertain are a few dozen parameters, and every term is a sum over elements.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from forkmodel.hindcast.markets import FAMILIES
from forkmodel.hindcast.moves import LAGS, REFERENCE_SHARE, Moves, families_of
from forkmodel.hindcast.panel import MarketPanel

if TYPE_CHECKING:
    import pymc as pm

__all__ = ["QUANTITIES", "TAIL_FREEDOM", "TAIL_VARIANCE", "YEARS_PER_QUARTER", "build_model"]

#: What differs between markets, in the order in which it stands in vectors: log of the speed (log share per
#: root year), logits of the momentum (per quarter) and of the error's memory, log of the reversion (per
#: year).
QUANTITIES = ("speed", "momentum", "error", "reversion")
#: Mean and standard deviation of what is typical, and medians of the spreads of families and within families.
TYPICAL_MEAN = np.array([np.log(0.25), 0.0, -0.5, np.log(0.03)])
TYPICAL_SPREAD = np.array([0.7, 0.7, 0.7, 1.0])
FAMILY_SCALE = np.array([0.5, 0.5, 0.5, 0.5])
MARKET_SCALE = np.array([0.25, 0.25, 0.25, 0.25])
#: How far each is sampled at its own scale, in families and in markets: nearly fully where records are sharp,
#: not at all where they are silent.
CENTRED_FAMILY, CENTRED_MARKET = np.array([0.5, 0.3, 0.3, 0.0]), np.array([0.9, 0.5, 0.5, 0.0])
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
        Free variables ``typical``, ``family_spread``, ``market_spread`` (quantity), ``family_raw`` (quantity,
        family), ``market_level_raw`` (quantity, market), ``size_slope``, ``error_slope``, ``youth``,
        ``youth_years``, ``entry_typical``, ``entry_spread``, ``entry_family`` (family) and ``entry_size``;
        ``family`` and ``market_level`` follow from them.
    """
    import pymc as pm

    families = families_of(panels)
    coords = {
        "quantity": QUANTITIES,
        "family_name": FAMILIES,
        "market_name": [panel.market.name for panel in panels],
    }
    with pm.Model(coords=coords) as model:
        data = {name: pm.Data(name, values) for name, values in moves.arrays().items()}
        typical = pm.Normal("typical", TYPICAL_MEAN, TYPICAL_SPREAD, dims="quantity")
        # Three families say little about how families differ: a prior that keeps off zero has no funnel.
        family_spread = pm.LogNormal("family_spread", np.log(FAMILY_SCALE), 0.4, dims="quantity")
        market_spread = pm.LogNormal("market_spread", np.log(MARKET_SCALE), 0.4, dims="quantity")
        family = _around("family", typical[:, None], family_spread, CENTRED_FAMILY, "family_name")
        level = _around("market_level", family[:, families], market_spread, CENTRED_MARKET, "market_name")
        size_slope = pm.HalfNormal("size_slope", 0.15)
        error_slope = pm.HalfNormal("error_slope", 0.5)
        youth = pm.HalfNormal("youth", 2.0)
        youth_years = pm.LogNormal("youth_years", np.log(4.0), 0.5)
        pm.Potential("moved", _moved(data, level, (size_slope, error_slope, youth, youth_years)))
        _entry(data, families)
    return model


def _around(name: str, mean: Any, spread: Any, centred: np.ndarray, dim: str) -> Any:
    """Return normal variables (quantity, dim) around a mean, sampled where each quantity mixes well.

    Between centred and not, quantity by quantity: Gorinova, Moore and Hoffman (2020), Automatic
    reparameterisation of probabilistic programs.
    """
    import pymc as pm

    part, spread = centred[:, None], spread[:, None]
    dims = ("quantity", dim)
    raw = pm.Normal(f"{name}_raw", part * mean, spread**part, dims=dims)
    return pm.Deterministic(name, mean + spread ** (1.0 - part) * (raw - part * mean), dims=dims)


def _moved(data: Mapping[str, Any], level: Any, common: tuple[Any, ...]) -> Any:
    """Return the log density of all moves: multivariate t, a shift common to a market's firms being free."""
    import pytensor.tensor as pt

    size_slope, error_slope, youth, youth_years = common
    speed, momentum, error, reversion = (level[place][data["market"]] for place in range(len(QUANTITIES)))
    momentum = pt.sigmoid(momentum)
    error = pt.sigmoid(error[:, None] - error_slope * data["log_size"])
    pull = YEARS_PER_QUARTER * pt.exp(reversion)
    change, known, stayed = data["change"], data["known"], data["stayed"]
    surprise = (
        change[:, :, :-1]
        - momentum[:, None, None] * known[:, :, 1:] * change[:, :, 1:]
        - pull[:, None, None] * data["gap"]
    )
    weights = error[:, :, None] ** np.arange(LAGS) * known[:, :, :-1]
    fade = pt.log1p(youth * pt.exp(-data["age"] / youth_years))
    lasting = (speed + fade + 0.5 * np.log(YEARS_PER_QUARTER))[:, None] - size_slope * data["log_size"]
    share = REFERENCE_SHARE * np.exp(data["log_size"])
    # What keeps the expected share where it is, although its logarithm walks.
    drift = TAIL_VARIANCE * pt.exp(2.0 * lasting) * (share - 0.5) / (1.0 - momentum[:, None])
    # One quarter holds the report's error too; over several, what lasts adds up and momentum has its effect.
    long = data["span"] > 1.0
    drift = drift * pt.switch(long, data["span"] / (1.0 - momentum), 1.0)[:, None]
    moved = (weights * surprise).sum(axis=-1) - drift * weights.sum(axis=-1)
    one = -pt.log1p(-error)
    several = 0.5 * pt.log(data["span"]) - pt.log1p(-momentum)
    log_scale = lasting + pt.switch(long[:, None], several[:, None], one)
    weight = stayed * pt.exp(-2.0 * log_scale)
    # Rows that only fill the arrays up have no firm, and add nothing.
    real = pt.gt(stayed.sum(axis=1), 0.0)
    total = pt.switch(real, weight.sum(axis=1), 1.0)
    apart = (weight * moved**2).sum(axis=1) - (weight * moved).sum(axis=1) ** 2 / total
    count = stayed.sum(axis=1) - real
    tails = (
        pt.gammaln(0.5 * (TAIL_FREEDOM + count))
        - 0.5 * count * np.log(TAIL_FREEDOM)
        - 0.5 * (TAIL_FREEDOM + count) * pt.log1p(apart / TAIL_FREEDOM)
    )
    return (real * (tails - 0.5 * pt.log(total)) - (stayed * log_scale).sum(axis=1)).sum()


def _entry(data: Mapping[str, Any], families: np.ndarray) -> None:
    """Add the arrivals: a Poisson process per market, of a rate that families differ in, and their sizes."""
    import pymc as pm
    import pytensor.tensor as pt

    typical = pm.Normal("entry_typical", np.log(0.2), 0.8)
    spread = pm.LogNormal("entry_spread", np.log(0.7), 0.4)
    family = pm.Normal("entry_family", typical, spread, dims="family_name")
    mean_excess = pm.LogNormal("entry_size", np.log(0.7), 0.7)
    rate, arrivals = family[families], data["arrivals"]
    said = (arrivals * rate - pt.exp(rate) * data["years"]).sum()
    sizes = arrivals.sum() * pt.log(mean_excess) + data["excess"] / mean_excess
    pm.Potential("arrived", said - sizes)
