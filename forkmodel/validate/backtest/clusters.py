"""Skill and coverage with intervals that know that outcomes of one quarter are told by the same events.

Outcomes of a calendar quarter are shared by cut-offs and move together across targets, so the bootstrap draws
whole quarters. There are few of them: intervals say how little is known, and hardly more.

Source: Cameron, Gelbach and Miller (2008), Bootstrap-based improvements for inference with clustered errors,
Review of Economics and Statistics 90.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

__all__ = ["MASS", "skill_over", "within"]

RESAMPLES = 2000
SEED = 20260731
#: Mass of the intervals.
MASS = 0.8
#: Quarters below which no interval is given.
FEWEST = 3


def _quarters(cases: pd.DataFrame) -> pd.Series:
    return pd.to_datetime(cases["date"]).dt.to_period("Q")


def _counts(quarters: int) -> np.ndarray:
    """Return how often each quarter is drawn (resample, quarter)."""
    rng = np.random.default_rng(SEED)
    return np.asarray(rng.multinomial(quarters, np.full(quarters, 1.0 / quarters), size=RESAMPLES))


def _bounds(values: np.ndarray) -> dict[str, float | None]:
    tail = (1.0 - MASS) / 2.0
    low, high = np.nanquantile(values, [tail, 1.0 - tail])
    return {"low": float(low), "high": float(high)}


def skill_over(cases: pd.DataFrame, name: str) -> dict[str, Any] | None:
    """Return the part of a baseline's CRPS that the worlds save, over the cases it could be made for.

    Over several targets, whose units differ, one less the geometric mean of the targets' ratios.

    Parameters
    ----------
    cases : DataFrame
        With ``target``, ``date``, ``crps`` and ``crps <name>``.
    name : str
        Of the baseline.

    Returns
    -------
    dict or None
        ``skill``, the ``low`` and ``high`` ends of its 80 % interval (None with fewer than three quarters),
        ``n`` outcomes and ``quarters``. None where the baseline could be made for no case.
    """
    there = cases.loc[cases[f"crps {name}"].notna()]
    if there.empty:
        return None
    sums = there.assign(quarter=_quarters(there)).groupby(["target", "quarter"])[["crps", f"crps {name}"]]
    wide = sums.sum().unstack("quarter", fill_value=0.0)
    ours, theirs = wide["crps"].to_numpy(), wide[f"crps {name}"].to_numpy()

    def skill(weight: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.log(weight @ ours.T / (weight @ theirs.T))
        known = np.isfinite(logs)
        return np.asarray(1.0 - np.exp(np.where(known, logs, 0.0).sum(-1) / np.maximum(known.sum(-1), 1)))

    quarters = wide["crps"].shape[1]
    found: dict[str, Any] = {"skill": float(skill(np.ones((1, quarters)))[0]), "low": None, "high": None}
    if quarters >= FEWEST:
        found |= _bounds(skill(_counts(quarters)))
    return found | {"n": len(there), "quarters": quarters}


def within(cases: pd.DataFrame, mass: float) -> dict[str, float | None]:
    """Return the part of outcomes inside the central interval of a mass, with its 80 % interval.

    Parameters
    ----------
    cases : DataFrame
        With ``pit`` and ``date``.
    mass : float
        Mass of the interval.
    """
    held = (cases["pit"] - 0.5).abs().le(mass / 2.0)
    tally = held.groupby(_quarters(cases)).agg(["sum", "count"]).to_numpy(dtype=float)
    found: dict[str, float | None] = {"held": float(held.mean()), "low": None, "high": None}
    if len(tally) >= FEWEST:
        drawn = _counts(len(tally)) @ tally
        found |= _bounds(drawn[:, 0] / drawn[:, 1])
    return found
