"""Concentration by scope, of the past and of the future alike: who is counted as a firm, and who is not.

"Other closed" stands for every closed firm whose revenue is not followed, so it never counts as one firm. The
developers whose closed models the choice block sees are firms of their own, each with the enterprise money
that it gives them (together never more than the remainder has); the rest is taken for firms too small to
matter. The true HHI is above the reported one by at most 10,000 times the square of that rest, and a
concentration ratio by at most the rest. Hosts are a partition with a dust of small hosts that is counted, not
dropped.

The router's scopes are those of the tokens that can be given to a developer. Stealth and unlisted models are
left out of the market, not counted as a firm: mostly they are the same developers' own.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.vocabulary import OTHER_CLOSED
from forkmodel.market.remainder import RATIOS, concentration_with_remainder, known_parts

__all__ = [
    "SCOPES",
    "among_closed",
    "among_developers",
    "among_firms",
    "closed_firms",
    "concentration_paths",
    "developer_firms",
]

SCOPES = (
    "closed",
    "open_developers",
    "open_hosts",
    "all_developers",
    "openrouter_tokens",
    "openrouter_spend",
)
MEASURES = ("hhi", *(f"cr{k}" for k in RATIOS), "effective_firms")
AXES = ("draw", "time", "firm")


def among_firms(amounts: np.ndarray) -> xr.Dataset:
    """Return the concentration (draw, time) of amounts (draw, time, firm) of firms that are all known."""
    return concentration_with_remainder(xr.DataArray(amounts, dims=AXES), "firm")


def closed_firms(
    share: np.ndarray, firms: pd.Index, known: np.ndarray, developers: pd.Index
) -> tuple[np.ndarray, np.ndarray]:
    """Return the shares of all closed firms that can be told apart, and of the rest.

    Shares have axes (draw, time, firm), the rest (draw, time). Firms are those followed, in their order, with
    nothing at the remainder's place, then the developers, each with its part of the remainder.

    Parameters
    ----------
    share : array (draw, time, firm)
        Shares of closed revenue, one column of them the remainder.
    firms : Index
        Labels of the columns.
    known : array (draw, time, developer)
        Block 3's shares of the enterprise money for closed models; NaN where it has none.
    developers : Index
        Labels of ``known``.
    """
    other = firms == OTHER_CLOSED
    remainder = xr.DataArray(share[..., other].sum(-1), dims=AXES[:2])
    parts = known_parts(remainder, _in_remainder(known, developers, firms), "firm")
    told = np.concatenate([np.where(other, 0.0, share), parts.to_numpy()], axis=-1)
    return told, np.maximum(remainder.to_numpy() - parts.sum("firm").to_numpy(), 0.0)


def among_closed(share: np.ndarray, firms: pd.Index, known: np.ndarray, developers: pd.Index) -> xr.Dataset:
    """Return the concentration (draw, time) of closed revenue; parameters as in :func:`closed_firms`."""
    told, rest = closed_firms(share, firms, known, developers)
    return concentration_with_remainder(
        xr.DataArray(told, dims=AXES), "firm", xr.DataArray(rest, dims=AXES[:2])
    )


def developer_firms(
    revenue: np.ndarray, closed: np.ndarray, firms: pd.Index, known: np.ndarray, developers: pd.Index
) -> tuple[np.ndarray, np.ndarray]:
    """Return the shares of all revenue of the developers that can be told apart, and of the rest.

    Shares have axes (draw, time, developer), with nothing at the remainder's place, the rest (draw, time).

    Parameters
    ----------
    revenue : array (draw, time, developer)
        Revenue, one column of it the closed remainder.
    closed : array (draw, time)
        Closed revenue, in the same unit.
    firms : Index
        Closed firms whose revenue is followed.
    known : array (draw, time, developer)
        As in :func:`closed_firms`.
    developers : Index
        Labels of the columns.
    """
    other = developers == OTHER_CLOSED
    total = xr.DataArray(revenue.sum(-1), dims=AXES[:2])
    share = xr.DataArray(revenue, dims=AXES) / total.where(total > 0.0)
    remainder = share.isel(firm=other).sum("firm")
    tier = xr.DataArray(closed, dims=AXES[:2]) / total.where(total > 0.0)
    parts = known_parts(remainder, _in_remainder(known, developers, firms) * tier, "firm")
    # A developer of open weights may sell closed models as well: it is one firm with both.
    told = share.where(xr.DataArray(~other, dims="firm"), 0.0) + parts
    rest = (remainder - parts.sum("firm")).clip(min=0.0)
    return told.to_numpy(), rest.to_numpy()


def among_developers(
    revenue: np.ndarray, closed: np.ndarray, firms: pd.Index, known: np.ndarray, developers: pd.Index
) -> xr.Dataset:
    """Return the concentration (draw, time) of all revenue; parameters as in :func:`developer_firms`."""
    told, rest = developer_firms(revenue, closed, firms, known, developers)
    return concentration_with_remainder(
        xr.DataArray(told, dims=AXES), "firm", xr.DataArray(rest, dims=AXES[:2])
    )


def concentration_paths(measured: Mapping[str, xr.Dataset], draws: int, times: int) -> dict[str, np.ndarray]:
    """Return HHI, concentration ratios and effective firms (draw, time, scope); NaN for scopes not measured.

    Parameters
    ----------
    measured : mapping of Dataset
        Concentration by scope, dims ``draw`` and ``time``, or ``draw`` where it stands still.
    draws, times : int
        Sizes of the result.
    """
    out = {name: np.full((draws, times, len(SCOPES)), np.nan) for name in MEASURES}
    for scope, found in measured.items():
        for name in MEASURES:
            path = found[name].expand_dims({"time": times}) if "time" not in found[name].dims else found[name]
            out[name][:, :, SCOPES.index(scope)] = path.transpose("draw", "time").to_numpy()
    return out


def _in_remainder(known: np.ndarray, developers: pd.Index, firms: pd.Index) -> xr.DataArray:
    """Return what is known of developers, without those who are followed and so not in the remainder."""
    inside = ~developers.isin(firms)
    return xr.DataArray(np.where(inside, known, 0.0), dims=AXES)
