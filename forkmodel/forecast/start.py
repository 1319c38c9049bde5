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
import pandas as pd

from forkmodel.data.panel import Panel
from forkmodel.data.panel_prices import DAYS_PER_YEAR
from forkmodel.errors import ForkModelError
from forkmodel.forecast.lines import SLOTS, Lines
from forkmodel.model.build import BLOCKS, Design
from forkmodel.model.capability import nominal_index
from forkmodel.model.frontier import NOT_YET, tier_frontier
from forkmodel.model.latent import CHUNK, LatentState, latent_states
from forkmodel.model.ops import ArrayOps
from forkmodel.results.paths_capability import FRONTIER_SCORES
from forkmodel.results.scale import PublicScale, public_scale

__all__ = ["Start", "last_months", "make_start"]

#: Years over which recent growth of a tier is measured.
RECENT_YEARS = 2
#: Years of work since its record that a line is credited with at most: later silence is no progress.
UNSEEN_YEARS = 0.5
#: Quarters over which today's growth of spend is measured.
GROWTH_QUARTERS = 2
MONTHS_PER_QUARTER = 3
#: Least growth of a tier, as a part of its lines' own growth.
SLOWEST = 0.25


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
    origin: np.ndarray
    per_unit: np.ndarray

    @property
    def scale(self) -> PublicScale:
        """The public capability scale."""
        return PublicScale(self.origin, self.per_unit)


def last_months(design: Design) -> np.ndarray:
    """Return the places, on the choice block's grid, of the months of the last quarter with offers."""
    demand = design.choice.demand
    seen = np.unique(demand.cell_month)
    quarter = demand.months.to_period("Q")
    return np.asarray([place for place in seen if quarter[place] == quarter[seen[-1]]])


def _line_models(panel: Panel, lines: Lines, place: int) -> np.ndarray:
    models = panel.catalogue.models
    access = "open" if lines.is_open[place] else "closed"
    own = (models["developer"] == lines.developer[place]) & (models["access"] == access)
    return np.flatnonzero(own.to_numpy())


def _measured(panel: Panel) -> np.ndarray:
    counts = panel.scores["model"].to_series().value_counts()
    return np.asarray(counts.reindex(panel.catalogue.models.index).fillna(0).to_numpy() >= FRONTIER_SCORES)


def _capability(part: LatentState, panel: Panel, design: Design, lines: Lines) -> dict[str, np.ndarray]:
    index, path = nominal_index(part.theta), nominal_index(part.frontier)
    labels = design.capability.frontier.lines
    left, fraction = panel.catalogue.quarter_weights(pd.DatetimeIndex([panel.catalogue.vintage]))
    now = path[:, left[0]] * (1.0 - fraction[0]) + path[:, left[0] + 1] * fraction[0]
    measured = _measured(panel)
    frontier, released, since = np.zeros((3, len(index), lines.incumbents))
    dates = panel.catalogue.models["release_date"].to_numpy("datetime64[D]")
    for place in range(lines.incumbents):
        own = _line_models(panel, lines, place)
        trusted = own[measured[own]]
        known = trusted if len(trusted) else own
        leading = known[index[:, known].argmax(1)]
        best = index[np.arange(len(index)), leading]
        if len(trusted):
            days = (np.datetime64(panel.catalogue.vintage, "D") - dates[leading]) / np.timedelta64(1, "D")
            since[:, place] = np.minimum(days / DAYS_PER_YEAR, UNSEEN_YEARS)
        label = f"{lines.developer[place]} {'open' if lines.is_open[place] else 'closed'}"
        released[:, place] = best
        frontier[:, place] = np.maximum(best, now[:, labels.index(label)]) if label in labels else best
    closed = (panel.catalogue.models["access"] == "closed").to_numpy()
    tier_released = np.stack(
        [index[:, measured & closed].max(1), index[:, measured & ~closed].max(1)], axis=-1
    )
    growth = _growth(part, path, int(left[0]), design)
    yearly = np.where(
        lines.is_open[: lines.incumbents], growth["growth_open"][:, None], growth["growth_closed"][:, None]
    )
    frontier, unreleased = _as_released(frontier, released, tier_released, lines, yearly * since)
    return {
        "frontier": frontier,
        "released": released,
        "unreleased": unreleased,
        "tier_released": tier_released,
        "record": np.maximum.accumulate(index[:, measured & closed], axis=1),
        **growth,
    }


def _as_released(
    frontier: np.ndarray,
    released: np.ndarray,
    tier_released: np.ndarray,
    lines: Lines,
    unseen: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """State frontiers at the level at which lines release, and by how much that is below the fitted ones.

    A fitted frontier lies above what its line has released: lines that release little grow at the pooled
    rate, and the best of many uncertain frontiers is too high. Forecasts that let every line release at once
    what it was held to be capable of were 5 to 10 points too high after one quarter. So each line goes on
    from its own record and what it has gained since the day of that record (``unseen``), never above its
    fitted frontier. Who is not measured has no record to be held to, but cannot be known to lead.
    """
    opened = lines.is_open[: lines.incumbents].astype(int)
    record = np.minimum(released, tier_released[:, opened])
    level = np.maximum(record, np.minimum(record + unseen, frontier))
    return level, np.maximum(frontier - level, 0.0)


def _growth(part: LatentState, path: np.ndarray, now: int, design: Design) -> dict[str, np.ndarray]:
    """Return own growth per access: halfway, on the log scale, between the long run and the last two years.

    A line's mean growth over all its quarters leaves out that the tier has accelerated; the tier's recent
    growth contains luck that does not repeat. For open lines the part that catch-up explains is taken off.
    """
    exists, n_closed = design.capability.frontier.exists, design.capability.frontier.n_closed
    span = min(4 * RECENT_YEARS, now)
    out = {}
    closed_best = tier_frontier(path[..., :n_closed], exists[:, :n_closed])
    for access, tier in (("closed", slice(None, n_closed)), ("open", slice(n_closed, None))):
        own = part.value[f"capability.growth_{access}"]
        best = tier_frontier(path[..., tier], exists[:, tier])
        begin = max(now - span, int(np.argmax(exists[:, tier].any(1))))
        recent = (best[:, now] - best[:, begin]) * 4.0 / max(now - begin, 1)
        if access == "open":
            gap = np.maximum(closed_best[:, now] - best[:, now], 0.0)
            recent = recent - 4.0 * part.value["capability.catch_up"] * gap
        if not exists[now, tier].any() or (best[:, begin] < NOT_YET / 2).any():
            recent = own
        out[f"growth_{access}"] = np.sqrt(own * np.maximum(recent, SLOWEST * own))
    return out


def _menus(
    part: LatentState, design: Design, lines: Lines, months: np.ndarray, step: np.ndarray
) -> dict[str, np.ndarray]:
    """Gather the offers of the last quarter into menu places, per draw and segment."""
    assert part.choice is not None  # noqa: S101 - the caller checks the blocks
    demand = design.choice.demand
    developers = design.choice.developers.to_numpy()
    draws, n = len(part.theta), lines.incumbents
    index = nominal_index(part.theta)
    share = np.zeros((draws, 2, n, len(SLOTS)))
    paid, last, firms, firms_last, firms_paid = np.zeros((5, *share.shape))
    offers = np.zeros((draws, n, len(SLOTS)))
    charged, sameness = np.ones((2, *share.shape))
    flagship = np.zeros((draws, n))
    lean = part.choice.router_lean
    inside = np.isin(demand.cell_month, months)
    choice = part.choice
    by_segment = np.stack([choice.frontier_share, choice.threshold_share], axis=1) / len(months)
    by_enterprise = np.stack(
        [choice.enterprise_frontier_share, choice.enterprise_threshold_share], axis=1
    ) / len(months)
    in_last = demand.cell_month == months[-1]
    for place in range(n):
        own = inside & (demand.cell_open == float(lines.is_open[place]))
        cells = np.flatnonzero(own & (developers[demand.cell_developer] == lines.developer[place]))
        ability = index[:, demand.cell_model[cells]]
        flagship[:, place] = ability.max(1)
        top = ability > (flagship[:, place] - 0.5 * step[:, place])[:, None]
        for slot, mask in enumerate((top, ~top)):
            held = by_segment[:, :, cells] * mask[:, None, :]
            share[:, :, place, slot] = held.sum(-1)
            last[:, :, place, slot] = (held * in_last[cells]).sum(-1) * len(months)
            bought = by_enterprise[:, :, cells] * mask[:, None, :]
            firms[:, :, place, slot] = bought.sum(-1)
            firms_last[:, :, place, slot] = (bought * in_last[cells]).sum(-1) * len(months)
            firms_paid[:, :, place, slot] = (bought * demand.price_usd_per_mtok[cells]).sum(-1)
            paid[:, :, place, slot] = (held * demand.price_usd_per_mtok[cells]).sum(-1)
            offers[:, place, slot] = mask.sum(-1) / len(months)
            priced = demand.price_usd_per_mtok[cells] > 0.0
            charged[:, :, place, slot], sameness[:, :, place, slot] = _paid_offers(
                held, priced, demand.cell_month[cells]
            )
    flat = (draws, 2, n * len(SLOTS))
    with np.errstate(invalid="ignore", divide="ignore"):
        price = np.where(share > 0, paid / share, np.nan)
        ratio = np.where((firms_paid > 0) & (paid > 0), firms_paid * share / (firms * paid), 1.0)
    return {
        "share": share.reshape(flat),
        "share_last": last.reshape(flat),
        "enterprise_share": firms.reshape(flat),
        "enterprise_last": firms_last.reshape(flat),
        "enterprise_price": ratio.reshape(flat),
        "item_price": price.reshape(flat),
        "offers": offers.reshape(draws, -1),
        "paid": charged.reshape(flat),
        "sameness": sameness.reshape(flat),
        "flagship": flagship,
        "mix_router": part.choice.mix_router[:, months].mean(1),
        "mix_enterprise": part.choice.mix_enterprise[:, months].mean(1),
        "mix_gateway": part.choice.mix_gateway[:, months].mean(1),
        "enterprise_lean": part.choice.enterprise_lean[:, months[-1]],
        "lean": lean[:, months].mean(1),
        "lean_last": lean[:, months[-1]],
        "lean_gain": lean[:, months[-1]] - lean[:, max(months[-1] - MONTHS_PER_QUARTER, 0)],
    }


def _paid_offers(held: np.ndarray, priced: np.ndarray, month: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which part of a place's tokens is paid for, and how alike they are (draw, segment).

    Parameters
    ----------
    held : array (draw, segment, cell)
        Tokens of the place's offers.
    priced : array (cell,) of bool
        Offers that have a price.
    month : array (cell,) of int
        Month of each; offers of different months are never compared.
    """
    _, place = np.unique(month, return_inverse=True)
    months = int(place.max(initial=-1)) + 1
    together, bought = (ArrayOps().group_sum(x, place, months) for x in (held, held * priced))
    total, pairs = together.sum(-1), (together * bought).sum(-1)
    same = (held**2 * priced).sum(-1)
    return (
        np.where(total > 0.0, bought.sum(-1) / np.where(total > 0.0, total, 1.0), 1.0),
        np.where(pairs > 0.0, same / np.where(pairs > 0.0, pairs, 1.0), 1.0),
    )


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
    values: Mapping[str, np.ndarray], panel: Panel, design: Design, lines: Lines, step: np.ndarray
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
    pieces: dict[str, list[np.ndarray]] = {}
    first = 0
    for part in latent_states(dict(values), design, CHUNK):
        count = len(part.theta)
        scale = public_scale(part.theta, panel.catalogue.models.index)
        found = {"origin": scale.origin, "per_unit": scale.per_unit}
        found |= _capability(part, panel, design, lines)
        found |= _menus(part, design, lines, months, step[first : first + count])
        found |= _money(part, design)
        for name, array in found.items():
            pieces.setdefault(name, []).append(array)
        first += count
    return Start(**{name: np.concatenate(parts) for name, parts in pieces.items()})
