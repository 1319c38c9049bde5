"""Scores of one forecast against one outcome, and what they come to in a table.

The package scoringrules computes the scores too, and a test holds both equal. They are written here because
importing it compiles for seconds.

Source: Jordan, Krüger and Lerch (2019), Evaluating Probabilistic Forecasts with scoringRules, Journal of
Statistical Software 90.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forkmodel.forecast.baselines import BASELINES
from forkmodel.validate.backtest.targets import Target

__all__ = ["LEVELS", "Score", "score_draws", "skill_table"]

#: Masses of the central intervals whose coverage is counted.
LEVELS = (0.5, 0.8, 0.9, 0.95)
#: Columns of a table of skill behind the groups.
SKILL_COLUMNS = (
    "n",
    "crps",
    "crps_baselines",
    "best_baseline",
    "skill",
    "n_compared",
    "log_score",
    "log_score_baselines",
    "coverage",
    "pit",
)
#: Smallest log score counted, so that one miss of a short baseline cannot decide a mean.
WORST_LOG_SCORE = 20.0


@dataclass(frozen=True)
class Score:
    """How one forecast did on one outcome.

    Attributes
    ----------
    crps : float
        Continuous ranked probability score in the target's unit; smaller is better.
    log_score : float
        Negative log density on the target's line; smaller is better.
    pit : float
        Part of the draws below the outcome.
    """

    crps: float
    log_score: float
    pit: float


def score_draws(target: Target, draws: np.ndarray, line: float) -> Score:
    """Score predictive draws.

    Parameters
    ----------
    target : Target
        What is forecast.
    draws : array (draw,)
        Draws on the target's line.
    line : float
        The outcome there.
    """
    crps = _crps(target.from_line(draws), float(target.from_line(np.array(line))))
    log_score = WORST_LOG_SCORE
    if draws.std() > 0:
        # An outcome far beyond all draws has density zero: its infinite score is bounded below.
        with np.errstate(divide="ignore"):
            log_score = _log_score(draws, line)
    return Score(
        crps=crps,
        log_score=float(np.clip(np.nan_to_num(log_score, nan=WORST_LOG_SCORE), -10.0, WORST_LOG_SCORE)),
        pit=float((draws < line).mean() + 0.5 * (draws == line).mean()),
    )


def _crps(draws: np.ndarray, outcome: float) -> float:
    """Return the CRPS as twice the mean quantile score of the sorted draws."""
    quantiles, n = np.sort(draws), len(draws)
    levels = (np.arange(n) + 0.5) / n
    return float(2.0 * np.mean(((outcome < quantiles) - levels) * (quantiles - outcome)))


def _log_score(draws: np.ndarray, outcome: float) -> float:
    """Return minus the log of a Gaussian kernel density of the draws, of Silverman's bandwidth."""
    low, high = np.quantile(draws, [0.25, 0.75])
    width = 1.06 * min(draws.std(), (high - low) / 1.34) * len(draws) ** -0.2
    distance = (outcome - draws) / width
    return float(-np.log(np.mean(np.exp(-0.5 * distance**2)) / (width * np.sqrt(2.0 * np.pi))))


def _against(group: pd.DataFrame, score: str) -> dict[str, tuple[float, float] | None]:
    """Return, by baseline, its mean score and ours over the cases it could be made for.

    None for a baseline that could be made for half of the cases or fewer: series were too short for it.
    """
    found: dict[str, tuple[float, float] | None] = {}
    for name in BASELINES:
        there = group[f"{score} {name}"].notna()
        enough = 2 * there.sum() > len(group)
        pair = float(group.loc[there, f"{score} {name}"].mean()), float(group.loc[there, score].mean())
        found[name] = pair if enough else None
    return found


def skill_table(cases: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return scores, coverage and skill by group.

    A baseline is compared over the cases that its series was long enough for, if those are more than half.
    The best of them is found afterwards, which is a bar no forecaster could have chosen in advance.

    Parameters
    ----------
    cases : DataFrame
        One row per forecast and outcome: ``crps``, ``log_score``, ``pit``, and ``crps <baseline>`` columns.
    by : list of str
        Columns to group by.

    Returns
    -------
    DataFrame
        ``n``, ``crps``, ``log_score``, ``best_baseline``, ``skill``, ``n_compared`` (cases that skill is
        over), ``crps_baselines`` and ``log_score_baselines`` (mappings), ``coverage`` (a mapping) and ``pit``
        (a list) per group.
    """
    if cases.empty:
        return pd.DataFrame(columns=[*by, *SKILL_COLUMNS])
    rows = []
    for key, group in cases.groupby(by, sort=False):
        labels = dict(zip(by, key if isinstance(key, tuple) else (key,), strict=True))
        crps, logs = _against(group, "crps"), _against(group, "log_score")
        skills = {name: 1.0 - pair[1] / pair[0] for name, pair in crps.items() if pair is not None}
        best = min(skills, key=lambda name: skills[name]) if skills else None
        rows.append(
            {
                **labels,
                "n": len(group),
                "crps": float(group["crps"].mean()),
                "crps_baselines": {name: None if pair is None else pair[0] for name, pair in crps.items()},
                "best_baseline": best,
                "skill": None if best is None else skills[best],
                "n_compared": 0 if best is None else int(group[f"crps {best}"].notna().sum()),
                "log_score": float(group["log_score"].mean()),
                "log_score_baselines": {
                    name: None if pair is None else pair[0] for name, pair in logs.items()
                },
                "coverage": {
                    f"{mass:g}": float((group["pit"] - 0.5).abs().le(mass / 2.0).mean()) for mass in LEVELS
                },
                "pit": [round(float(value), 4) for value in group["pit"]],
            }
        )
    return pd.DataFrame(rows)
