"""From lines to firms and developers, two of which may have merged."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forkmodel.data.vocabulary import OTHER_CLOSED
from forkmodel.forecast.record import Recorded
from forkmodel.forecast.world import Setting

__all__ = ["CHOSEN", "by_developer", "by_firm"]

#: Markets whose buyers choose, in the order of the market coordinate.
CHOSEN = ("router", "enterprise", "gateway")


def _merger(recorded: Recorded, setting: Setting) -> tuple[int, np.ndarray, np.ndarray] | None:
    """Return the quarter of a merger and the two firms (draw,) that merge, or None."""
    year = setting.scenario.event_years("merger")
    due = np.flatnonzero(setting.calendar.numbers / 4.0 >= year)
    if not len(due) or due[0] == 0:
        return None
    share = recorded["firm_share"][:, due[0]].copy()
    share[:, setting.lines.firms.index(OTHER_CLOSED)] = -1.0
    order = np.argsort(-share, axis=1, kind="stable")
    return int(due[0]), order[:, 0], order[:, 1]


def _absorb(amounts: np.ndarray, begin: int, buyer: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Move the target's amounts (draw, quarter, firm) to the buyer from a quarter on."""
    moved = amounts.copy()
    rows = np.arange(len(amounts))
    moved[rows, begin:, buyer] += moved[rows, begin:, target]
    moved[rows, begin:, target] = 0.0
    return moved


def by_firm(recorded: Recorded, setting: Setting) -> np.ndarray:
    """Return closed firms' shares of closed revenue (draw, quarter, firm), a merged firm as one.

    They are of every quarter, reported or not.
    """
    merger = _merger(recorded, setting)
    share = recorded["firm_share"]
    return share if merger is None else _absorb(share, *merger)


def by_developer(recorded: Recorded, setting: Setting, developers: pd.Index) -> dict[str, np.ndarray]:
    """Return market shares by developer (draw, quarter, developer), a merged firm as one."""
    spots = developers.get_indexer(pd.Index(setting.lines.developer))
    merger = _merger(recorded, setting)
    names = pd.Index(setting.lines.firms)
    out = {}
    for name in (
        "router_tokens",
        "router_money",
        "enterprise_tokens",
        "enterprise_money",
        "gateway_tokens",
        "gateway_money",
        "router_open_money",
    ):
        by_line = recorded[name]
        grouped = np.zeros((*by_line.shape[:2], len(developers)))
        for place, spot in enumerate(spots):
            grouped[:, :, spot] += by_line[:, :, place]
        if merger is not None:
            due, buyer, target = merger
            begin = int(np.searchsorted(setting.places, due))
            firm_spot = developers.get_indexer(names)
            grouped = _absorb(grouped, begin, firm_spot[buyer], firm_spot[target])
        out[name] = grouped
    opened = setting.lines.is_open
    for market in CHOSEN:
        for unit in ("tokens", "money"):
            out[f"open_{market}_{unit}"] = recorded[f"{market}_{unit}"][:, :, opened].sum(-1)
    out["enterprise_closed_money"] = np.zeros_like(out["enterprise_money"])
    for place, spot in enumerate(spots):
        if not opened[place]:
            out["enterprise_closed_money"][:, :, spot] += recorded["enterprise_money"][:, :, place]
    out["open_revenue"] = recorded["opened"][:, :, None] * out["router_open_money"]
    return out
