"""Where the frontiers of lines stand on the last day of the data, and how fast they move by themselves."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forkmodel.data.panel import Panel
from forkmodel.data.panel_prices import DAYS_PER_YEAR
from forkmodel.forecast.lines import Lines
from forkmodel.model.capability import nominal_index
from forkmodel.model.design import Design
from forkmodel.model.frontier import NOT_YET, tier_frontier
from forkmodel.model.latent import LatentState
from forkmodel.results.paths_capability import measured_models

__all__ = ["capability_today"]

#: Years over which recent growth of a tier is measured.
RECENT_YEARS = 2
#: Years of work since its record that a line is credited with at most: later silence is no progress.
UNSEEN_YEARS = 0.5
#: Least growth of a tier, as a part of its lines' own growth.
SLOWEST = 0.25


def _line_models(panel: Panel, lines: Lines, place: int) -> np.ndarray:
    models = panel.catalogue.models
    access = "open" if lines.is_open[place] else "closed"
    own = (models["developer"] == lines.developer[place]) & (models["access"] == access)
    return np.flatnonzero(own.to_numpy())


def capability_today(part: LatentState, panel: Panel, design: Design, lines: Lines) -> dict[str, np.ndarray]:
    """Return the fields of :class:`forkmodel.forecast.start.Start` that are about capability."""
    index, path = nominal_index(part.theta), nominal_index(part.frontier)
    labels = design.capability.frontier.lines
    left, fraction = panel.catalogue.quarter_weights(pd.DatetimeIndex([panel.catalogue.vintage]))
    now = path[:, left[0]] * (1.0 - fraction[0]) + path[:, left[0] + 1] * fraction[0]
    measured = measured_models(panel)
    frontier, released, since = np.zeros((3, len(index), lines.incumbents))
    dates = panel.catalogue.models["release_date"].to_numpy("datetime64[D]")
    for place in range(lines.incumbents):
        own = _line_models(panel, lines, place)
        trusted = own[measured[own]]
        known = trusted if len(trusted) else own
        leading = known[index[:, known].argmax(1)]
        best = index[np.arange(len(index)), leading]
        if len(trusted):
            days = (np.datetime64(panel.catalogue.vintage, "D") - dates[leading]) / np.timedelta64(1, "D")
            since[:, place] = np.minimum(days / DAYS_PER_YEAR, UNSEEN_YEARS)
        label = f"{lines.developer[place]} {'open' if lines.is_open[place] else 'closed'}"
        released[:, place] = best
        frontier[:, place] = np.maximum(best, now[:, labels.index(label)]) if label in labels else best
    closed = (panel.catalogue.models["access"] == "closed").to_numpy()
    tiers = (measured & closed, measured & ~closed)
    # A tier without a model has released nothing: it stands where the weakest model of the other does.
    tier_released = np.stack(
        [index[:, tier].max(1) if tier.any() else index.min(1) for tier in tiers], axis=-1
    )
    growth = _growth(part, path, int(left[0]), design)
    yearly = np.where(
        lines.is_open[: lines.incumbents], growth["growth_open"][:, None], growth["growth_closed"][:, None]
    )
    frontier, unreleased = _as_released(frontier, released, tier_released, lines, yearly * since)
    return {
        "frontier": frontier,
        "released": released,
        "unreleased": unreleased,
        "tier_released": tier_released,
        "record": np.maximum.accumulate(index[:, measured & closed], axis=1),
        **growth,
    }


def _as_released(
    frontier: np.ndarray,
    released: np.ndarray,
    tier_released: np.ndarray,
    lines: Lines,
    unseen: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """State frontiers at the level at which lines release, and by how much that is below the fitted ones.

    A fitted frontier lies above what its line has released: lines that release little grow at the pooled
    rate, and the best of many uncertain frontiers is too high. Forecasts that let every line release at once
    what it was held to be capable of were 5 to 10 points too high after one quarter. So each line goes on
    from its own record and what it has gained since the day of that record (``unseen``), never above its
    fitted frontier, nor above its tier's record holder: the best of a dozen lines that were silent for half a
    year, each credited with its own work, would lead by two points that no model has shown. Who is not
    measured has no record to be held to, but cannot be known to lead.
    """
    opened = lines.is_open[: lines.incumbents]
    record = np.minimum(released, tier_released[:, opened.astype(int)])
    level = np.maximum(record, np.minimum(record + unseen, frontier))
    for tier in (opened, ~opened):
        if tier.any():
            holder = record[:, tier].argmax(1)[:, None]
            most = np.take_along_axis(level[:, tier], holder, axis=1)
            level[:, tier] = np.minimum(level[:, tier], most)
    return level, np.maximum(frontier - level, 0.0)


def _growth(part: LatentState, path: np.ndarray, now: int, design: Design) -> dict[str, np.ndarray]:
    """Return own growth per access: halfway, on the log scale, between the long run and the last two years.

    A line's mean growth over all its quarters leaves out that the tier has accelerated; the tier's recent
    growth contains luck that does not repeat. For open lines the part that catch-up explains is taken off.
    """
    exists, n_closed = design.capability.frontier.exists, design.capability.frontier.n_closed
    span = min(4 * RECENT_YEARS, now)
    out = {}
    closed_best = tier_frontier(path[..., :n_closed], exists[:, :n_closed])
    for access, tier in (("closed", slice(None, n_closed)), ("open", slice(n_closed, None))):
        own = part.value[f"capability.growth_{access}"]
        best = tier_frontier(path[..., tier], exists[:, tier])
        begin = max(now - span, int(np.argmax(exists[:, tier].any(1))))
        recent = (best[:, now] - best[:, begin]) * 4.0 / max(now - begin, 1)
        if access == "open":
            gap = np.maximum(closed_best[:, now] - best[:, now], 0.0)
            recent = recent - 4.0 * part.value["capability.catch_up"] * gap
        if not exists[now, tier].any() or (best[:, begin] < NOT_YET / 2).any():
            recent = own
        out[f"growth_{access}"] = np.sqrt(own * np.maximum(recent, SLOWEST * own))
    return out
