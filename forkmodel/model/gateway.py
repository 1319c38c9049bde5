"""A second router that reports tokens and spend of the same customers.

Its buyers differ from the first router's by a constant: another mix of segments, another leaning towards open
weights, both moving with the first router's, since what moves developers moves them on every gateway. Tokens
and money of the same customers are what no other instrument shows together: their ratio by developer is the
price paid, so these rows inform the list-to-paid wedges, on which all money for open models rests.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forkmodel.data.panel import Panel
from forkmodel.model.demand import DemandDesign
from forkmodel.model.ops import Array, Ops
from forkmodel.model.replaceable import observed
from forkmodel.model.share_rows import ShareRows
from forkmodel.model.shares import MonthlyOffers, leaning, money_shares, segment_mixture

__all__ = ["UNITS", "GatewayDesign", "add_gateway", "gateway_shares"]

UNITS = ("tokens", "spend")
#: Degrees of freedom of its shares: a handful of rounded figures, some read in secondary reports.
TAIL = 5.0
TINY = 1e-12
#: Scale of a logistic distribution over its standard deviation.
LOGISTIC_SCALE = np.sqrt(3.0) / np.pi


@dataclass(frozen=True)
class GatewayDesign:
    """Index arrays of the gateway: cells of the months it reports, its rows, and its bounds."""

    cells: np.ndarray
    rows: ShareRows
    bounds: ShareRows

    @classmethod
    def from_panel(cls, panel: Panel, demand: DemandDesign, developers: pd.Index) -> GatewayDesign:
        """Place rows on cells; without rows the gateway has no cells."""
        tables = [panel.shares[name] for name in ("gateway_shares", "gateway_bounds")]
        months = np.unique(np.concatenate([table["first_month"].to_numpy() for table in tables]))
        cells = np.flatnonzero(np.isin(demand.cell_month, months))
        rows, bounds = (
            ShareRows.from_rows(table, demand, developers, cells=cells, units=UNITS) for table in tables
        )
        return cls(cells, rows, bounds)


def gateway_shares(
    ops: Ops,
    demand: DemandDesign,
    frontier: Array,
    threshold: Array,
    lean: Array,
    mix: Array,
    paid: Array,
    cells: np.ndarray,
) -> tuple[Array, Array]:
    """Return shares of tokens and of money (cell,) on the gateway, each summing to one per month.

    Parameters
    ----------
    frontier, threshold : (cell,)
        Held shares of the segments, without any leaning, on all cells.
    lean, mix : (month,)
        The gateway's leaning towards open weights, and the part of its tokens from the frontier segment.
    paid : (cell,)
        Price paid, any unit, on all cells.
    cells : ndarray
        The cells wanted: all those of some months.
    """
    month, opened = demand.cell_month[cells], demand.cell_open[cells]
    sets = MonthlyOffers(month, len(demand.months))
    first, second = (
        leaning(ops, sets, share[..., cells], lean[..., month], opened) for share in (frontier, threshold)
    )
    tokens = segment_mixture(first, second, mix[..., month])
    return tokens, money_shares(ops, sets, tokens, paid[..., cells])


def add_gateway(
    panel: Panel, design: GatewayDesign, ops: Ops, shares: tuple[Array, Array], noise: Array
) -> None:
    """Add the gateway's rows to the PyMC model in context; ``noise`` is the sd of a log share."""
    import pymc as pm

    pm.StudentT(
        "gateway_shares",
        nu=TAIL,
        mu=ops.log(design.rows.sums(ops, list(shares)) + TINY),
        sigma=noise,
        observed=observed("gateway_shares", panel.shares["gateway_shares"]["log_share"].to_numpy()),
        dims="gateway_share",
    )
    # "Below 4 %" is an observation of which side the share is on. Logistic: its tail is as heavy as the
    # rows' and its distribution function has no special functions to compile.
    bound = panel.shares["gateway_bounds"]["log_share"].to_numpy()
    if len(bound):
        seen = pm.Logistic.dist(
            mu=ops.log(design.bounds.sums(ops, list(shares)) + TINY), s=LOGISTIC_SCALE * noise
        )
        pm.Censored(
            "gateway_bounds",
            seen,
            lower=bound,
            upper=None,
            observed=observed("gateway_bounds", bound),
            dims="gateway_bound",
        )
