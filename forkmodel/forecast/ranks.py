"""Who leads among closed firms, for how long, and what the leaders are worth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forkmodel.forecast.record import Recorded
from forkmodel.forecast.start import Start
from forkmodel.forecast.world import Setting
from forkmodel.results.paths_concentration import closed_firms
from forkmodel.results.paths_value import USD_PER_BILLION

__all__ = ["LOOK_BACK", "RANKS", "ranks"]

RANKS = ("first", "second")
#: Outcomes that need every quarter, since they look a year back.
LOOK_BACK = frozenset({"closed_firms_above_5pct", "top3_unchanged", "leader_changed", "lab_value"})
LARGE_FIRM = 0.05
QUARTERS_BACK = 4


def ranks(
    shares: np.ndarray,
    known: np.ndarray,
    developers: pd.Index,
    setting: Setting,
    recorded: Recorded,
    start: Start,
    parameters: dict[str, np.ndarray],
) -> dict[str, np.ndarray]:
    """Return ranks among closed firms against a year before, and what the two largest are worth.

    Firms are those of the HHI: the developers known in the remainder, never the remainder itself. Before the
    first quarter they have that quarter's parts of it.
    """
    labels = pd.Index(setting.lines.firms)
    firms, _ = closed_firms(shares, labels, known, developers)
    held = np.zeros((*start.log_share_past.shape[:2], shares.shape[2]))
    held[:, :, : start.log_share_past.shape[2]] = np.exp(start.log_share_past)
    past, _ = closed_firms(held, labels, np.repeat(known[:, :1], held.shape[1], axis=1), developers)
    whole = np.concatenate([past, firms], axis=1)
    order = np.argsort(-whole, axis=-1, kind="stable")
    top = np.sort(order[..., :3], axis=-1)
    back = past.shape[1]
    quarters = firms.shape[1]
    unchanged = np.full(firms.shape[:2], np.nan)
    changed = np.full(firms.shape[:2], np.nan)
    for place in range(quarters):
        now = back + place
        before = now - QUARTERS_BACK
        if before >= 0:
            unchanged[:, place] = (top[:, now] == top[:, before]).all(-1)
            changed[:, place] = order[:, now, 0] != order[:, before, 0]
    largest = -np.sort(-firms, axis=-1)[..., : len(RANKS)]
    worth = parameters["forecast.value_multiple"][:, None, None] * recorded["closed"][:, :, None] * largest
    return {
        "closed_firms_above_5pct": (firms > LARGE_FIRM).sum(-1).astype(float),
        "top3_unchanged": unchanged,
        "leader_changed": changed,
        "lab_value": worth * USD_PER_BILLION,
    }
