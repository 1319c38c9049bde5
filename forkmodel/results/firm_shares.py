"""Who holds what of a market on every draw, under every market definition that the model has.

The firms are those of :mod:`forkmodel.results.paths_concentration`: a remainder is none. The HHI of these
shares is the reported one, which a test holds.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.errors import ForkModelError
from forkmodel.inference.posterior import Posterior
from forkmodel.model.latent import latent_states
from forkmodel.results.history import FirmMoney, firm_money, frame_of, hosts_today
from forkmodel.results.merger_names import market_definition
from forkmodel.results.paths_concentration import closed_firms, developer_firms
from forkmodel.results.paths_shares import monthly_shares, parts
from forkmodel.results.reported import history_of, history_path

__all__ = ["firm_shares", "quarter_of"]


def quarter_of(posterior: Posterior, month: pd.Timestamp) -> pd.Timestamp:
    """Return the quarter of the history that holds a month; raises ForkModelError where there is none."""
    times = history_of(posterior).indexes["time"]
    wanted = month.to_period("Q").start_time
    if wanted not in times:
        raise ForkModelError(
            f"{month.date()} is not in the history, which has quarters from {times[0].date()} to "
            f"{times[-1].date()}; name a month in it."
        )
    return wanted


def firm_shares(posterior: Posterior, market: str, quarter: pd.Timestamp) -> xr.Dataset:
    """Return the shares of a market in one quarter.

    Parameters
    ----------
    posterior : Posterior
        Draws of all blocks.
    market : str
        One of :data:`forkmodel.results.merger_names.MARKETS`.
    quarter : Timestamp
        A quarter of the history.

    Returns
    -------
    Dataset
        ``share`` (chain, draw, firm), firms without any left out; ``rest`` (chain, draw), what belongs to
        firms that are not told apart, and ``rest_squares``, the sum of their squared shares.

    Raises
    ------
    ForkModelError
        If the market is unknown or the fit lacks a block that it needs.
    """
    market_definition(market)
    if market == "open_hosts":
        return _hosts(posterior)
    if market in ("closed", "all_developers", "open_developers"):
        for needed in ("revenue", "token_share"):
            history_path(posterior, needed)
        return _of_revenue(posterior, market, quarter)
    unit = "token_share" if market.endswith("_tokens") else "spend_share"
    place = market.removesuffix("_tokens").removesuffix("_spend")
    found = history_path(posterior, unit).sel(market=place, time=quarter, drop=True)
    return _told(found.rename(developer="firm"))


def _told(
    share: xr.DataArray, rest: xr.DataArray | float = 0.0, squares: xr.DataArray | float = 0.0
) -> xr.Dataset:
    """Leave out firms that hold nothing in any draw."""
    held = share.fillna(0.0).max(("chain", "draw")) > 0.0
    nothing = xr.zeros_like(share.isel(firm=0, drop=True)).fillna(0.0)
    return xr.Dataset(
        {
            "share": share.isel(firm=np.flatnonzero(held)).transpose("chain", "draw", "firm"),
            "rest": nothing + rest,
            "rest_squares": nothing + squares,
        }
    )


def _labelled(posterior: Posterior, values: np.ndarray, firms: list[str] | None = None) -> xr.DataArray:
    coords = {"chain": np.arange(posterior.chains), "draw": np.arange(posterior.draws)}
    named = coords if firms is None else {**coords, "firm": firms}
    return xr.DataArray(
        values.reshape(posterior.chains, posterior.draws, *values.shape[1:]), dims=tuple(named), coords=named
    )


def _of_revenue(posterior: Posterior, market: str, quarter: pd.Timestamp) -> xr.Dataset:
    """Split revenue among the firms of a scope, as the reported concentration does."""
    frame = frame_of(posterior.panel, posterior.design)
    place = frame.times.get_loc(quarter)
    told, left = [], []
    labels: list[str] = []
    for part in latent_states(posterior.values, posterior.design):
        assert part.choice is not None  # noqa: S101 - the caller checks the blocks
        monthly = monthly_shares(part.choice, posterior.design.choice.demand, part.value)
        share, rest, labels = _split(firm_money(part, frame, monthly), market, frame.developers)
        told.append(share[:, place])
        left.append(rest[:, place])
    # A closed firm that is followed stands in both lists of labels, with nothing in the second.
    names = sorted(set(labels))
    belongs = np.array([[label == name for name in names] for label in labels], dtype=float)
    return _told(
        _labelled(posterior, np.concatenate(told) @ belongs, names),
        _labelled(posterior, np.concatenate(left)),
    )


def _split(money: FirmMoney, market: str, developers: pd.Index) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Return shares (draw, time, firm), what belongs to nobody in them (draw, time), and the firms."""
    names = [str(name) for name in developers]
    if market == "closed":
        told, rest = closed_firms(money.closed_share, money.firms, money.known, developers)
        return told, rest, [*map(str, money.firms), *names]
    if market == "all_developers":
        told, rest = developer_firms(money.revenue, money.closed, money.firms, money.known, developers)
        return told, rest, names
    total = money.open_revenue.sum(-1)
    return parts(money.open_revenue, total[..., None]), np.zeros_like(total), names


def _hosts(posterior: Posterior) -> xr.Dataset:
    """Return the partition among hosts; those whose revenue is followed have their names."""
    if "value" not in posterior.blocks:
        raise ForkModelError("hosts need the value block, which this fit does not have; fit again with it.")
    hosts = hosts_today(posterior.values, posterior.design, posterior.seed)
    named = list(posterior.design.spend.hosts)
    share = hosts["share"].transpose("draw", "host").to_numpy()
    names = [*named, *(f"host {place + 1}" for place in range(len(named), share.shape[1]))]
    dust, squares = (hosts[name].to_numpy() for name in ("dust", "dust_squares"))
    rest = _labelled(posterior, dust)
    return _told(_labelled(posterior, share, names), rest, rest**2 * _labelled(posterior, squares))
