"""Draws of every free variable from the prior, made without PyMC's samplers."""

from __future__ import annotations

import numpy as np
import xarray as xr

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.panel import Panel
from forkmodel.fit import Fit
from forkmodel.inference.posterior import Posterior
from forkmodel.model.adoption import SHARE_PRIORS
from forkmodel.model.design import Design
from forkmodel.priors import PriorSet, load_priors


def zero_sum(rng: np.random.Generator, *shape: int) -> np.ndarray:
    x = rng.normal(size=shape)
    return x - x.mean(-1, keepdims=True)


def prior_values(priors: PriorSet, design: Design, draws: int, seed: int) -> dict[str, np.ndarray]:
    """Return a leading axis of ``draws`` for every variable that the equations read."""
    rng = np.random.default_rng(seed)
    value = {
        key: np.asarray(priors[key].sample(draws, seed=seed + i)) for i, key in enumerate(sorted(priors))
    }
    frontier = design.capability.frontier
    n_lines, n_steps = len(frontier.lines), frontier.n_quarters - 1
    n_models, n_developers = len(design.price.model_priced), len(design.choice.developers)
    value["capability.line_level"] = rng.normal(135, 15, size=(draws, n_lines))
    value["capability.growth_shock"] = rng.normal(size=(draws, n_steps, n_lines))
    value["capability.shortfall_unit"] = rng.exponential(size=(draws, n_models))
    value["price.model_unit"] = rng.normal(size=(draws, len(design.price.priced_models)))
    value["choice.brand_unit"] = zero_sum(rng, draws, n_developers)
    value["choice.shock_unit"] = rng.normal(size=(draws, n_models))
    for name in ("mix_router_step", "mix_enterprise_step", "fringe_step", "router_step", "enterprise_step"):
        value[f"choice.{name}"] = rng.normal(size=(draws, n_steps))
    for walk, basis in (("growth", design.spend.growth_basis), ("share", design.spend.share_basis)):
        for kind, columns in (("informed", basis.informed), ("unit", basis.free)):
            shape = (
                (draws, columns.shape[1])
                if walk == "growth"
                else (draws, columns.shape[1], len(SHARE_PRIORS) - 1)
            )
            drawn = rng.normal(size=shape) if walk == "growth" else zero_sum(rng, *shape)
            value[f"spend.{walk}_{kind}"] = 0.3 * drawn
    value["value.stick_1"], value["value.stick_2"] = rng.beta(1, 5, size=(2, draws))
    value["adoption.reach_offset"] = rng.normal(size=(draws, len(design.spend.reach_firms)))
    return value


def prior_fit(market: MarketTables, panel: Panel, design: Design, draws: int, seed: int) -> Fit:
    """Return a fit of one chain whose draws are those of :func:`prior_values`: its verbs in no time."""
    priors = load_priors("reference")
    values = prior_values(priors, design, draws, seed)
    developers = len(design.choice.developers)
    values["price.developer_unit"] = np.random.default_rng(seed + 1).normal(size=(draws, developers))
    posterior = xr.Dataset(
        {
            name: (("chain", "draw", *(f"{name}_{i}" for i in range(1, array.ndim))), array[None])
            for name, array in values.items()
        },
        coords={"chain": [0], "draw": np.arange(draws)},
    )
    return Fit(
        Posterior(
            data=market,
            priors=priors,
            panel=panel,
            design=design,
            free=posterior,
            sample_stats=xr.Dataset(),
            seed=seed,
            tune=0,
        )
    )
