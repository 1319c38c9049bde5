"""Where every world stands on the last day of the data, from the posterior's own equations.

Shares of today's offers are gathered into the two menu places of each line, per segment, with the average
price of each place. What the structural utility of a place leaves unexplained is kept as its appeal, so that
the simulated market of the last quarter is the fitted one, to rounding; the appeal then fades towards what a
typical menu of that length would have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forkmodel.data.panel import Panel
from forkmodel.errors import ForkModelError
from forkmodel.forecast.lines import Lines
from forkmodel.forecast.start_capability import capability_today
from forkmodel.forecast.start_leaders import leaders_today
from forkmodel.forecast.start_menus import last_months, menus_today
from forkmodel.model.design import BLOCKS, Design
from forkmodel.model.latent import CHUNK, LatentState, latent_state
from forkmodel.results.chunks import in_chunks
from forkmodel.results.scale import PublicScale, public_scale

__all__ = ["Start", "make_start"]

#: Quarters over which today's growth of spend is measured.
GROWTH_QUARTERS = 2


@dataclass(frozen=True)
class Start:
    """State of every world at the data's end; arrays have a leading axis of draws.

    Capability is on the nominal index (latent ability times ten plus 140); ``origin`` and ``per_unit`` map
    latent ability to the public index. Items are menu places in the order line by line, flagship first.

    Attributes
    ----------
    frontier, released : array (draw, line)
        Level of a line's coming releases, and its best release.
    unreleased : array (draw, line)
        How far the fitted frontier of a line lies above that level.
    tier_released : array (draw, access)
        Best measured release by access.
    record : array (draw, release)
        Running best of measured closed releases in the order of ``release_days``.
    growth_closed, growth_open : array (draw,)
        Own growth of a line's frontier, index points per year.
    share, item_price : array (draw, segment, item)
        Share of the segment's tokens, and average list price in USD per million tokens, over the quarter.
    share_last : array (draw, segment, item)
        The same shares in the quarter's last month.
    enterprise_share, enterprise_last : array (draw, segment, item)
        Both again in the enterprise market, whose buyers lean in their own way and stay longer.
    enterprise_price : array (draw, segment, item)
        Average list price of a place as enterprise buyers mix its models, over ``item_price``.
    offers : array (draw, item)
        Number of models gathered in a place.
    paid : array (draw, segment, item)
        Part of a place's tokens that are paid for.
    sameness : array (draw, segment, item)
        Chance that a paid token and any token of a place are of the same offer: 1 for one offer, ``1 / n``
        for ``n`` equal ones.
    flagship : array (draw, line)
        Index of the best offer.
    step : array (draw, line)
        Distance of a small model below its line's flagship by which the offers were gathered.
    mix_router, mix_enterprise, mix_gateway : array (draw,)
        Part of tokens from the frontier segment.
    enterprise_lean : array (draw,)
        How enterprise buyers who choose lean towards open weights, in the quarter's last month.
    lean, lean_last, lean_gain : array (draw,)
        How the router's buyers lean towards open weights, over the quarter and in its last month, and how far
        that is above three months earlier.
    log_closed_spend, log_open_spend : array (draw,)
        Log billion USD per year.
    spend_growth : array (draw,)
        Growth of closed spend, log per year.
    log_share : array (draw, firm)
        Log revenue shares of the firms of the fit.
    log_closed_next, log_share_next : array (draw,), array (draw, firm)
        Closed spend and shares at the start of the next quarter, where the fit's own paths end: what is
        reported within the last quarter says as much about its end as about its start.
    log_share_past : array (draw, quarter, firm)
        The same in the four quarters before.
    leaders_log_price : array (draw, access)
        Mean log list price of the models that nearly lead their tier.
    origin, per_unit : array (draw,)
        Public scale.
    """

    frontier: np.ndarray
    released: np.ndarray
    unreleased: np.ndarray
    tier_released: np.ndarray
    record: np.ndarray
    growth_closed: np.ndarray
    growth_open: np.ndarray
    share: np.ndarray
    share_last: np.ndarray
    enterprise_share: np.ndarray
    enterprise_last: np.ndarray
    enterprise_price: np.ndarray
    item_price: np.ndarray
    offers: np.ndarray
    paid: np.ndarray
    sameness: np.ndarray
    flagship: np.ndarray
    step: np.ndarray
    mix_router: np.ndarray
    mix_enterprise: np.ndarray
    mix_gateway: np.ndarray
    enterprise_lean: np.ndarray
    lean: np.ndarray
    lean_last: np.ndarray
    lean_gain: np.ndarray
    log_closed_spend: np.ndarray
    log_open_spend: np.ndarray
    spend_growth: np.ndarray
    log_share: np.ndarray
    log_closed_next: np.ndarray
    log_share_next: np.ndarray
    log_share_past: np.ndarray
    leaders_log_price: np.ndarray
    origin: np.ndarray
    per_unit: np.ndarray

    @property
    def scale(self) -> PublicScale:
        """The public capability scale."""
        return PublicScale(self.origin, self.per_unit)


def _money(part: LatentState, design: Design) -> dict[str, np.ndarray]:
    assert part.spend is not None  # noqa: S101 - the caller checks the blocks
    now, money = design.spend.anchor, part.spend
    after = min(now + 1, money.closed.shape[1] - 1)
    before = max(after - GROWTH_QUARTERS, 0)
    return {
        "log_closed_spend": money.closed[:, now],
        "log_open_spend": money.open[:, now],
        "spend_growth": (money.closed[:, after] - money.closed[:, before]) * 4.0 / max(after - before, 1),
        "log_share": money.log_share[:, now],
        "log_closed_next": money.closed[:, after],
        "log_share_next": money.log_share[:, after],
        "log_share_past": money.log_share[:, max(now - 4, 0) : now],
    }


def make_start(
    values: Mapping[str, np.ndarray],
    panel: Panel,
    design: Design,
    lines: Lines,
    step: np.ndarray,
    listed: np.ndarray,
) -> Start:
    """Compute the state of every world at the data's end.

    Parameters
    ----------
    values : mapping of array
        Free variables with one leading axis of draws.
    panel, design : Panel, Design
        Data and index arrays of the fit.
    lines : Lines
        Who competes.
    step : array (draw, line)
        Distance of a small model below its line's flagship, index points.
    listed : array (model,)
        Log list price on the last day of the data, USD per million tokens; NaN where there is none.

    Raises
    ------
    ForkModelError
        If the fit lacks a block that the forecast needs.
    """
    if design.blocks != BLOCKS:
        raise ForkModelError(
            f"a forecast needs all blocks, not only {', '.join(design.blocks)}; fit again without `blocks`."
        )
    months = last_months(design)

    def found_in(first: int) -> dict[str, np.ndarray]:
        window = slice(first, first + CHUNK)
        part = latent_state({name: array[window] for name, array in values.items()}, design)
        scale = public_scale(part.theta, panel.catalogue.models.index)
        found = {"origin": scale.origin, "per_unit": scale.per_unit}
        found |= capability_today(part, panel, design, lines)
        found |= menus_today(part, design, lines, months, step[window]) | {"step": step[window]}
        found["leaders_log_price"] = leaders_today(scale.index(part.theta), listed, panel)
        return found | _money(part, design)

    chunks = in_chunks(found_in, len(step), CHUNK)
    return Start(**{name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]})
