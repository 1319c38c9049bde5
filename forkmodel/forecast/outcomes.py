"""From what the simulator records to the variables of the output schema."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.panel_catalogue import decimal_years
from forkmodel.forecast.developers import CHOSEN, by_developer, by_firm
from forkmodel.forecast.ranks import ranks
from forkmodel.forecast.record import Recorded
from forkmodel.forecast.start import Start
from forkmodel.forecast.world import Setting
from forkmodel.market.partition import partition_concentration
from forkmodel.model.capability import latent_ability
from forkmodel.model.ops import ArrayOps
from forkmodel.model.spend import adoption
from forkmodel.results.history import UNITS
from forkmodel.results.lag import Records, lag_months
from forkmodel.results.paths_capability import TOLERANCE_INDEX
from forkmodel.results.paths_concentration import (
    among_closed,
    among_developers,
    among_firms,
    concentration_paths,
)
from forkmodel.results.paths_price import premiums
from forkmodel.results.paths_shares import reach_parts
from forkmodel.results.paths_value import USD_PER_BILLION, loss_of_each_tier, value_paths

__all__ = ["outcomes"]

#: Stands for the share of a firm that has left, so that its reach has a logarithm.
GONE = 1e-12
#: A closed lab does not sell below serving cost for years, nor at a margin above this.
MARGINS = (0.0, 0.98)


def outcomes(
    recorded: Recorded,
    setting: Setting,
    start: Start,
    value: dict[str, np.ndarray],
    parameters: dict[str, np.ndarray],
    developers: pd.Index,
    release_days: np.ndarray,
) -> dict[str, np.ndarray]:
    """Compute every variable of the schema.

    Parameters
    ----------
    recorded : dict of array (draw, quarter, ...)
        What :func:`forkmodel.forecast.simulate.simulate` recorded.
    setting, start, value, parameters
        What it was given and drew.
    developers : Index
        Developers of the output.
    release_days : array of datetime64
        Dates of the closed releases in ``start.record``.

    Returns
    -------
    dict of array (draw, quarter, ...)
        By name; dims as in :data:`forkmodel.results.schema.FORECAST_SCHEMA`. Ranks look a year back, so they
        are left out where only some quarters are reported.
    """
    out = _capability(recorded, setting, start, release_days)
    out |= premiums(recorded["price_frontier"], recorded["price_fixed"])
    firms, lines = by_firm(recorded, setting)[:, setting.places], by_developer(recorded, setting, developers)
    out |= _shares(lines, setting, value, firms, developers)
    out |= _money(recorded, setting, value, firms, lines, developers)
    known = _known_closed(lines["enterprise_closed_money"])
    out |= _concentration(recorded, setting, firms, lines, known, out["revenue"], developers)
    out |= _margins(out, value)
    if setting.only is None:
        out |= ranks(firms, known, developers, setting, recorded, start, parameters)
    out |= {
        "price_leaders": recorded["price_leaders"],
        "api_share": recorded["api_share"],
        "elasticity_own": recorded["elasticity"],
        "switching": recorded["switching"],
        "segment_spend": recorded["segment_money"],
        "open_spend_behind_frontier": recorded["open_behind"],
        "api_delay_months": recorded["api_delay"],
        "shock": recorded["shock"],
    }
    return out


def _capability(
    recorded: Recorded, setting: Setting, start: Start, release_days: np.ndarray
) -> dict[str, np.ndarray]:
    def public(nominal: np.ndarray) -> np.ndarray:
        return start.scale.index(latent_ability(nominal))

    path, ends = public(recorded["tier_released"]), setting.calendar.ends
    closed = Records(public(start.record), release_days, path[:, :, 0], ends)
    frontier, ends = path[:, setting.places], ends[setting.places]
    opened = frontier[:, :, 1]
    return {
        "capability_frontier": frontier,
        "capability_gap": frontier[:, :, 0] - opened,
        "lag_months_strict": lag_months(closed, opened, ends),
        "lag_months_tolerant": lag_months(closed, opened + TOLERANCE_INDEX, ends),
    }


def _shares(
    lines: dict[str, np.ndarray],
    setting: Setting,
    value: dict[str, np.ndarray],
    firms: np.ndarray,
    developers: pd.Index,
) -> dict[str, np.ndarray]:
    router = lines["router_tokens"]
    nothing = np.full_like(router, np.nan)
    open_nothing = np.full(router.shape[:2], np.nan)
    reach = _reach(setting, value, firms, developers)
    opened = [[lines[f"open_{market}_{unit}"] for unit in ("tokens", "money")] for market in CHOSEN]
    opened.append([open_nothing] * len(UNITS))
    return {
        "token_share": np.stack([*(lines[f"{market}_tokens"] for market in CHOSEN), nothing], axis=2),
        "spend_share": np.stack([*(lines[f"{market}_money"] for market in CHOSEN), reach], axis=2),
        "open_share": np.stack([np.stack(pair, axis=-1) for pair in opened], axis=2),
    }


def _adoption(setting: Setting, value: dict[str, np.ndarray]) -> np.ndarray:
    return np.asarray(adoption(ArrayOps(), value, decimal_years(setting.times)))


def _reach(
    setting: Setting, value: dict[str, np.ndarray], firms: np.ndarray, developers: pd.Index
) -> np.ndarray:
    """Return each firm's part of paid subscriptions (draw, quarter, developer)."""
    names = setting.design.spend.reach_firms
    spots = [setting.lines.firms.index(name) for name in names]
    log_share = np.log(np.maximum(firms[:, :, spots], GONE))
    out = np.zeros((*firms.shape[:2], len(developers)))
    parts = reach_parts(value, log_share, _adoption(setting, value))
    out[:, :, developers.get_indexer(pd.Index(names))] = parts
    return out


def _money(
    recorded: Recorded,
    setting: Setting,
    value: dict[str, np.ndarray],
    firms: np.ndarray,
    lines: dict[str, np.ndarray],
    developers: pd.Index,
) -> dict[str, np.ndarray]:
    closed, opened = recorded["closed"], recorded["opened"]
    revenue = lines["open_revenue"].copy()
    for place, spot in enumerate(developers.get_indexer(pd.Index(setting.lines.firms))):
        revenue[:, :, spot] += closed * firms[:, :, place]
    total = (closed + opened)[:, :, None]
    surplus = loss_of_each_tier(recorded["segment_open"], total * recorded["segment_money"], value)
    return {
        "revenue": revenue * USD_PER_BILLION,
        "adoption_firms": _adoption(setting, value),
        **value_paths(value, closed, opened, surplus),
    }


def _known_closed(money: np.ndarray) -> np.ndarray:
    """Return developers' shares (draw, quarter, developer) of the enterprise money for closed models."""
    total = money.sum(-1, keepdims=True)
    return np.asarray(money / np.where(total > 0.0, total, 1.0))


def _concentration(
    recorded: Recorded,
    setting: Setting,
    firms: np.ndarray,
    lines: dict[str, np.ndarray],
    known: np.ndarray,
    revenue: np.ndarray,
    developers: pd.Index,
) -> dict[str, np.ndarray]:
    """Return concentration by scope (draw, quarter, scope), by the rules of the history."""
    labels = pd.Index(setting.lines.firms)
    hosts = xr.Dataset(
        {
            "share": (("draw", "time", "host"), recorded["hosts"]),
            "dust": (("draw", "time"), recorded["host_dust"]),
            "dust_squares": (("draw", "time"), recorded["host_dust_squares"]),
        }
    )
    closed = recorded["closed"] * USD_PER_BILLION
    measured = {
        "closed": among_closed(firms, labels, known, developers),
        "open_developers": among_firms(lines["open_revenue"]),
        "open_hosts": partition_concentration(hosts, "host"),
        "all_developers": among_developers(revenue, closed, labels, known, developers),
        "openrouter_tokens": among_firms(lines["router_tokens"]),
        "openrouter_spend": among_firms(lines["router_money"]),
    }
    return concentration_paths(measured, len(firms), len(setting.places))


def _margins(out: dict[str, np.ndarray], value: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return gross margins (draw, quarter, access).

    Open hosts price near cost, so the residual premium is what a closed lab charges above the cost of equal
    capability: its price over cost moves with the premium.
    """
    premium = out["premium_residual"]
    cost = (1.0 - value["value.margin_closed"][:, None]) * premium[:, :1] / premium
    closed = np.clip(1.0 - cost, *MARGINS)
    opened = np.repeat(value["value.margin_open"][:, None], closed.shape[1], axis=1)
    return {"gross_margin": np.stack([closed, opened], axis=-1)}
