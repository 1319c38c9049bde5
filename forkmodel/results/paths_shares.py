"""Token and money shares by developer and market, and open shares, by month or quarter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import log_expit

from forkmodel.model.choice import ChoicePaths, gateway_paths
from forkmodel.model.demand import DemandDesign
from forkmodel.model.ops import ArrayOps
from forkmodel.model.price import paid_over_list
from forkmodel.model.shares import Menu, logit_shares, segment_mixture
from forkmodel.model.spend import reach_logit

__all__ = ["MonthlyShares", "monthly_shares", "parts", "quarter_means", "reach_parts", "reach_shares"]


@dataclass(frozen=True)
class MonthlyShares:
    """Shares on the monthly grid of the choice block, each summing to one over developers.

    Attributes
    ----------
    tokens, money : dict of array (draw, month, developer)
        Shares of the mapped part of each market, by market.
    router_open_money : array (draw, month, developer)
        The open part of the router's money: whose weights earn the hosts' money.
    enterprise_closed_money : array (draw, month, developer)
        The closed part of enterprise money; NaN in months without a closed offer.
    open_share : dict of array (draw, month)
        Open share by (market, unit).
    """

    tokens: dict[str, np.ndarray]
    money: dict[str, np.ndarray]
    router_open_money: np.ndarray
    enterprise_closed_money: np.ndarray
    open_share: dict[tuple[str, str], np.ndarray]


def monthly_shares(paths: ChoicePaths, design: DemandDesign, value: dict[str, np.ndarray]) -> MonthlyShares:
    """Aggregate shares on cells to developers and access classes.

    Parameters
    ----------
    paths : ChoicePaths
        Shares on cells, with a leading axis of draws.
    design : DemandDesign
        Index arrays of the cells.
    value : dict
        Draws of the free variables (the list-to-paid wedges).
    """
    ops = ArrayOps()
    n_months, n_developers = len(design.months), design.n_developers
    month = design.cell_month
    group = month * n_developers + design.cell_developer

    def developers(cells: np.ndarray) -> np.ndarray:
        grouped = ops.group_sum(cells, group, n_months * n_developers)
        shaped: np.ndarray = ops.split_last(grouped, n_months, n_developers)
        return parts(shaped, shaped.sum(-1, keepdims=True))

    wedge = paid_over_list(ops, value, design.cell_open)
    router = paths.router_share
    router_money = router * design.price_usd_per_mtok * wedge
    enterprise = segment_mixture(
        paths.enterprise_frontier_share, paths.enterprise_threshold_share, paths.mix_enterprise[:, month]
    )
    gateway_tokens, gateway_money = gateway_paths(ops, design, paths, np.arange(len(month)))
    tokens = {"openrouter": router, "enterprise": enterprise, "gateway": gateway_tokens}
    money = {"openrouter": router_money, "enterprise": paths.enterprise_money, "gateway": gateway_money}

    def openparts(cells: np.ndarray) -> np.ndarray:
        opened = ops.group_sum(cells * design.cell_open, month, n_months)
        total: np.ndarray = ops.group_sum(cells, month, n_months)
        return parts(opened, total)

    return MonthlyShares(
        tokens={market: developers(cells) for market, cells in tokens.items()},
        money={market: developers(cells) for market, cells in money.items()},
        router_open_money=developers(router_money * design.cell_open),
        enterprise_closed_money=developers(paths.enterprise_money * (1.0 - design.cell_open)),
        open_share={
            (market, unit): openparts(cells)
            for unit, by_market in (("tokens", tokens), ("spend", money))
            for market, cells in by_market.items()
        },
    )


def parts(amount: np.ndarray, total: np.ndarray) -> np.ndarray:
    """Return amounts over totals; where there is nothing in all, no part is defined: NaN."""
    shape = np.broadcast_shapes(amount.shape, total.shape)
    some = np.broadcast_to(total > 0.0, shape)
    return np.asarray(np.divide(amount, total, out=np.full(shape, np.nan), where=some))


def quarter_means(monthly: np.ndarray, months: pd.DatetimeIndex, quarters: pd.DatetimeIndex) -> np.ndarray:
    """Average a monthly path (draw, month, ...) within quarters; quarters without a month are NaN."""
    start = months.to_period("Q").start_time
    out = np.full((monthly.shape[0], len(quarters), *monthly.shape[2:]), np.nan)
    for place, quarter in enumerate(quarters):
        inside = np.flatnonzero(start == quarter)
        if len(inside):
            out[:, place] = monthly[:, inside].mean(axis=1)
    return out


def reach_parts(value: dict[str, np.ndarray], log_share: np.ndarray, adopted: np.ndarray) -> np.ndarray:
    """Return each firm's part of paid subscriptions (draw, time, firm).

    Parameters
    ----------
    value : dict
        Draws of the line of reach.
    log_share : array (draw, time, firm)
        Log shares of closed revenue of the firms whose reach is observed.
    adopted : array (draw, time)
        Share of firms that pay.
    """
    score = reach_logit(
        value["adoption.reach_level"][:, None, None],
        value["adoption.reach_offset"][:, None, :],
        value["adoption.reach_slope"][:, None, None],
        log_share + np.log(adopted)[..., None],
    )
    return reach_shares(score)


def reach_shares(score: np.ndarray) -> np.ndarray:
    """Return each firm's part of all reach (..., firm), from the log odds of each firm's reach.

    Normalised as a logit of log reach: draws from the prior hold worlds in which no firm's reach is a number
    above zero.
    """
    if not score.shape[-1]:
        return score
    return np.asarray(logit_shares(ArrayOps(), Menu(), log_expit(score)))
