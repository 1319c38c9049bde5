"""A second router that reports tokens and spend of the same customers.

Its buyers differ from the first router's by a constant: another mix of segments, another leaning towards open
weights, both moving with the first router's, since what moves developers moves them on every gateway. Tokens
and money of the same customers are what no other instrument shows together: their ratio by developer is the
price paid, so these rows inform the list-to-paid wedges, on which all money for open models rests.
"""

from __future__ import annotations

import numpy as np

from forkmodel.model.demand import SEGMENTS, DemandDesign, mixed_segments, side_by_side
from forkmodel.model.ops import Array, Ops
from forkmodel.model.shares import MonthlyOffers, leaning, money_shares, monthly_tilt

__all__ = ["gateway_shares"]


def gateway_shares(
    ops: Ops, demand: DemandDesign, held: Array, lean: Array, mix: Array, paid: Array, cells: np.ndarray
) -> tuple[Array, Array]:
    """Return shares of tokens and of money (cell,) on the gateway, each summing to one per month.

    Parameters
    ----------
    held : (segment x cell,)
        Held shares of the segments, without any leaning, on all cells; the segments one after the other.
    lean, mix : (month,)
        The gateway's leaning towards open weights, and the part of its tokens from the frontier segment.
    paid : (cell,)
        Price paid, any unit, on all cells.
    cells : ndarray
        The cells wanted: all those of some months.
    """
    n_months, month = len(demand.months), demand.cell_month[cells]
    both = MonthlyOffers(side_by_side(month, n_months), len(SEGMENTS) * n_months)
    opened = np.tile(demand.cell_open[cells], len(SEGMENTS))
    towards_open = monthly_tilt(ops, lean, np.tile(month, len(SEGMENTS)), opened, n_months)
    wanted = held[..., side_by_side(cells, len(demand.cell_month))]
    offers = MonthlyOffers(month, n_months)
    tokens = mixed_segments(ops, offers, leaning(ops, both, wanted, towards_open), mix)
    return tokens, money_shares(ops, offers, tokens, paid[..., cells])
