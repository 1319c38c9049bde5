"""What every line has on its menu in the last quarter of the data, who buys it, and at which price."""

from __future__ import annotations

import numpy as np

from forkmodel.forecast.lines import SLOTS, Lines
from forkmodel.model.capability import nominal_index
from forkmodel.model.design import Design
from forkmodel.model.latent import LatentState
from forkmodel.model.ops import ArrayOps

__all__ = ["last_months", "menus_today", "paid_offers"]

MONTHS_PER_QUARTER = 3


def last_months(design: Design) -> np.ndarray:
    """Return the places, on the choice block's grid, of the months of the last quarter with offers."""
    demand = design.choice.demand
    seen = np.unique(demand.cell_month)
    quarter = demand.months.to_period("Q")
    return np.asarray([place for place in seen if quarter[place] == quarter[seen[-1]]])


def menus_today(
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
            charged[:, :, place, slot], sameness[:, :, place, slot] = paid_offers(
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


def paid_offers(held: np.ndarray, priced: np.ndarray, month: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
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
