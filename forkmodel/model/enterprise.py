"""Enterprise buyers: they lean towards open weights in their own way, and stay with a vendor for years.

Developers on a router change model with one line and were fitted to look again within months. Firms sign
contracts, review suppliers and rewrite prompts; in surveys one in ten changes vendor in a year. So the
enterprise market has a choice of its own on the same offers and the same utilities: those who choose lean by
``lean_e(t)`` towards open weights, and of the money with a vendor a part ``stay`` is not reconsidered in a
quarter,

    E(v, t) = stay**dt E(v, t - dt) + (1 - stay**dt) C(v, t),

with ``C`` the shares among those who choose and ``dt`` in quarters, per segment. Vendors are the closed firms
followed one by one, the rest of the closed tier, and open weights as one: who runs open weights stays with
them and picks among them afresh, since hosts offer all of them behind one interface.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forkmodel.data.vocabulary import OTHER_CLOSED
from forkmodel.model.demand import SEGMENTS, DemandDesign, side_by_side
from forkmodel.model.ops import Array, Ops
from forkmodel.model.shares import monthly_tilt

__all__ = ["OPEN_WEIGHTS", "EnterpriseDesign", "enterprise_shares"]

#: The vendor "open weights", beside the closed firms.
OPEN_WEIGHTS = "open weights"
MONTHS_PER_QUARTER = 3.0
#: Keeps a ratio finite for a vendor whose offers nobody chooses.
TINY = 1e-12


@dataclass(frozen=True)
class EnterpriseDesign:
    """Index arrays of the market: cells to vendors, and the months between the points of the grid.

    Attributes
    ----------
    vendors : tuple of str
        Closed firms, the remainder, and open weights.
    cell_month_vendor : ndarray (cell,)
        ``month * n_vendors + vendor``.
    offered : ndarray (month, vendor)
        1 where the vendor has an offer, else 0.
    empty : ndarray (month,)
        1 where nobody has an offer, else 0.
    lag_quarters : ndarray (month, month)
        Quarters from the second month to the first; zero where the second is later.
    past : ndarray (month, month)
        1 where the second month is not later than the first, nor before the first offer.
    step_quarters : ndarray (month,)
        Quarters since the month before on the grid.
    begins : ndarray (month,)
        1 in the first month with an offer, which is held to be in balance: all of it counts as chosen.
    """

    vendors: tuple[str, ...]
    cell_month_vendor: np.ndarray
    offered: np.ndarray
    empty: np.ndarray
    lag_quarters: np.ndarray
    past: np.ndarray
    step_quarters: np.ndarray
    begins: np.ndarray

    @classmethod
    def from_demand(
        cls, demand: DemandDesign, developers: pd.Index, firms: tuple[str, ...]
    ) -> EnterpriseDesign:
        """Place cells on vendors: the closed firms followed one by one, the last of them the remainder."""
        vendors = (*firms, OPEN_WEIGHTS)
        names = developers.to_numpy()[demand.cell_developer]
        closed = np.where(np.isin(names, firms), names, OTHER_CLOSED)
        vendor = pd.Index(vendors).get_indexer(pd.Index(np.where(demand.cell_open > 0, OPEN_WEIGHTS, closed)))
        n_months = len(demand.months)
        index = demand.cell_month * len(vendors) + vendor
        count = np.bincount(index, minlength=n_months * len(vendors)).reshape(n_months, len(vendors))
        number = demand.months.year.to_numpy() * 12.0 + demand.months.month.to_numpy()
        lag = (number[:, None] - number[None, :]) / MONTHS_PER_QUARTER
        some = (count > 0).any(axis=1)
        begin = int(np.argmax(some))
        later = np.arange(n_months) >= begin
        return cls(
            vendors=vendors,
            cell_month_vendor=index.astype(np.int64),
            offered=(count > 0).astype(float),
            empty=(~some).astype(float),
            lag_quarters=np.maximum(lag, 0.0),
            past=((lag >= 0) & later[None, :]).astype(float),
            step_quarters=np.diff(number, prepend=number[:1]) / MONTHS_PER_QUARTER,
            begins=(np.arange(n_months) == begin).astype(float),
        )


def held(ops: Ops, design: EnterpriseDesign, chosen: Array, stay: Array) -> Array:
    """Return vendors' shares (..., month, vendor) among all buyers of segments, from those of who choose.

    The steps of :func:`forkmodel.model.shares.held_on` all at once, of the length of the grid's.

    Parameters
    ----------
    chosen : (..., month, vendor)
        Shares among those who choose, in sum one.
    stay : (...)
        Part of the money that is not reconsidered in a quarter.
    """
    log_stay = ops.log(stay)[..., None, None]
    renewed = 1.0 - ops.exp(log_stay * design.step_quarters) * (1.0 - design.begins)
    weight = ops.exp(log_stay * design.lag_quarters) * design.past * renewed
    kept = (weight[..., :, :, None] * chosen[..., None, :, :]).sum(-2) * design.offered
    return kept / (kept.sum(-1) + design.empty)[..., None]


def enterprise_shares(
    ops: Ops, design: EnterpriseDesign, demand: DemandDesign, chosen: Array, lean: Array, stay: Array
) -> Array:
    """Return the segments' token shares (segment x cell,) in the enterprise market, summing to one by month.

    Parameters
    ----------
    chosen : (segment x cell,)
        Shares among those who choose, without any leaning; the segments one after the other.
    lean : (month,)
        What open weights are worth to enterprise buyers above the common taste, utility.
    stay : (segment,)
        Part of the segment's money that is not reconsidered in a quarter.
    """
    n_segments, n_months, n_vendors = len(SEGMENTS), len(demand.months), len(design.vendors)
    month, opened = np.tile(demand.cell_month, n_segments), np.tile(demand.cell_open, n_segments)
    vendor = side_by_side(design.cell_month_vendor, n_months * n_vendors)
    leant = chosen * monthly_tilt(ops, lean, month, opened, n_months)
    flat = ops.group_sum(leant, vendor, n_segments * n_months * n_vendors)
    fresh = ops.split_last(flat, n_segments, n_months, n_vendors)
    share = fresh / (fresh.sum(-1) + design.empty)[..., None]
    ratio = held(ops, design, share, stay) / (fresh + TINY)
    # Normalised once more, for vendors whose offers hardly anybody chooses and who cannot hold what they had.
    ratio = ratio / ((fresh * ratio).sum(-1) + design.empty)[..., None]
    return leant * ops.join_last(ratio, 3)[..., vendor]
