"""What a simulated quarter leaves behind, as arrays with draws first."""

from __future__ import annotations

import numpy as np

from forkmodel.forecast.lines import by_line
from forkmodel.forecast.quarter import QUARTERS_PER_YEAR, Quarter
from forkmodel.forecast.shocks import SHOCKS
from forkmodel.forecast.world import TRACE, World, by_segment, normalised_lines
from forkmodel.model.capability import nominal_index
from forkmodel.results.paths_price import FIXED_INDEX, bounded_price

__all__ = ["Recorded", "record", "record_paths"]

#: Points below the open frontier from which an open model counts as specialised rather than chasing.
BEHIND = 15.0
#: Weight of an offer that nobody chooses in a mean over offers.
NOBODY = 1e-300

type Recorded = dict[str, np.ndarray]


def record_paths(world: World) -> Recorded:
    """Return what every quarter leaves behind, since later ones look back at it."""
    return {
        "tier_released": world.frontiers.tier_released,
        "firm_share": np.exp(world.spending.log_share),
    }


def record(world: World, quarter: Quarter) -> Recorded:
    """Return what one quarter leaves behind.

    Parameters
    ----------
    world : World
        The worlds.
    quarter : Quarter
        The quarter they are in.

    Returns
    -------
    dict of array (draw, ...)
        By name; all shares of lines have dims draw and line.
    """
    buyers, frontiers, prices = world.buyers, world.frontiers, world.list_prices
    router = buyers.router * by_segment(buyers.mix_router)
    router_money = router * world.paid
    router_money = router_money / router_money.sum((1, 2), keepdims=True)
    gateway = buyers.gateway * by_segment(buyers.mix_gateway)
    enterprise = buyers.enterprise * by_segment(buyers.mix_enterprise)
    enterprise_money = world.enterprise_money
    opened = world.chunk.lines.item_open > 0.0
    best = frontiers.tier_released
    fixed = nominal_index(world.chunk.start.scale.latent(FIXED_INDEX))
    return {
        "price_frontier": bounded_price(prices.at_each(best)),
        "price_fixed": bounded_price(prices.at_each(np.stack([fixed, fixed], axis=-1))),
        "price_leaders": bounded_price(world.leaders.log_price),
        "elasticity": _elasticity(world),
        "router_tokens": by_line(router.sum(1)),
        "router_money": by_line(router_money.sum(1)),
        "gateway_tokens": by_line(gateway.sum(1)),
        "gateway_money": normalised_lines(by_line((gateway * world.paid).sum(1))),
        "enterprise_tokens": by_line(enterprise.sum(1)),
        "enterprise_money": by_line(enterprise_money.sum(1)),
        "segment_money": enterprise_money.sum(-1),
        "segment_open": buyers.enterprise[:, :, opened].sum(-1),
        "open_behind": _open_behind(world, router_money, opened),
        "closed": world.spending.closed,
        "opened": world.spending.opened,
        "api_share": world.spending.api_share,
        "router_open_money": world.router_open_money,
        "switching": _switching(world, quarter),
        **world.hosting.shares(),
        "api_delay": frontiers.delay_months(quarter),
        "shock": np.stack([world.chunk.shocks.begun(kind, quarter.year) for kind in SHOCKS], axis=-1).astype(
            float
        ),
    }


def _open_behind(world: World, money: np.ndarray, opened: np.ndarray) -> np.ndarray:
    """Return the part of the router's open money (draw,) that goes to models far below the open frontier."""
    behind = (world.frontiers.tier_released[:, 1][:, None] - world.index) > BEHIND
    spent = np.where(behind & opened, money.sum(1), 0.0).sum(1)
    return np.asarray(spent / np.maximum(money[:, :, opened].sum((1, 2)), TRACE))


def _elasticity(world: World) -> np.ndarray:
    """Return own-price elasticities (draw, segment, access) of an average paid token of those who choose."""
    chosen = world.buyers.chosen * world.buyers.paid
    own = world.buyers.own_price_elasticity(world.list_prices.prices)
    opened = world.chunk.lines.item_open > 0.0
    out = np.full((*chosen.shape[:2], 2), np.nan)
    for column, inside in enumerate((~opened, opened)):
        # A tier that nobody chooses still has offers, and those have elasticities.
        weight = chosen[:, :, inside] + NOBODY
        out[:, :, column] = (weight * own[:, :, inside]).sum(-1) / weight.sum(-1)
    return out


def _switching(world: World, quarter: Quarter) -> np.ndarray:
    """Return the yearly part of enterprise buyers (draw, segment) who end up with another line."""
    buyers = world.buyers
    if quarter.place == 0:
        return np.full(buyers.stay.shape, np.nan)
    line, chosen = by_line(buyers.enterprise), by_line(buyers.chosen)
    moved = (1.0 - buyers.stay) * (line * (1.0 - chosen)).sum(-1)
    return np.asarray(1.0 - (1.0 - moved) ** QUARTERS_PER_YEAR)
