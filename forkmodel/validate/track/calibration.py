"""What a track record comes to: skill, coverage and calibration, frozen and retrospective apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import binomtest

from forkmodel.forecast.baselines import BASELINES
from forkmodel.validate.standing import standing
from forkmodel.validate.track.published import FROZEN, RETROSPECTIVE
from forkmodel.validate.track.record import counted
from forkmodel.validate.track.rows import MASSES

__all__ = ["calibration", "forecasts_on_record"]

#: Bins of the histogram of PIT values; a calibrated forecaster fills them evenly.
BINS = 10
CONFIDENCE = 0.95

type Row = dict[str, Any]


def forecasts_on_record(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return one mapping per forecast: file, hash, vintage, day made, review, outcomes, and its standing.

    Parameters
    ----------
    rows : sequence of dict
        Rows of a record, oldest first.
    """
    names = ("file", "forecast_sha256", "vintage", "made", "review", "as_of", "reanchored", "model_format")
    found: dict[str, dict[str, Any]] = {}
    for row in counted(rows):
        about = found.setdefault(row["forecast_sha256"], {**{name: row[name] for name in names}, "n": 0})
        about["n"] += 1
    for about in found.values():
        reviews = None if about["review"] is None else {"forecast": {"status": about["review"]}}
        # What is kept is not made again: another forecast would take its place.
        about["standing"] = standing(about | {"reviews": reviews}, again=False)
    return list(found.values())


def calibration(rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """Return how the forecasts of a record have done, by kind: frozen and retrospective.

    Parameters
    ----------
    rows : sequence of dict
        Rows of a record, oldest first; of revised rows the last counts.

    Returns
    -------
    dict
        By kind that has rows, ``pooled`` and ``targets`` (a list, each with ``target`` and ``unit``). Each
        holds ``n`` (outcomes), ``n_whole`` (of quarters that were over), ``crps`` (mean; None if pooled,
        since units differ), ``skill`` (by baseline: ``skill`` and the ``n`` outcomes that it could be made
        for), ``coverage`` (by mass in percent: ``inside``, ``share`` and its exact 95 % binomial interval
        ``low`` and ``high``, as if outcomes were independent) and ``pit`` (counts in tenths).
    """
    found: dict[str, dict[str, Any]] = {}
    rows = counted(rows)
    for kind in (FROZEN, RETROSPECTIVE):
        mine = [row for row in rows if row["kind"] == kind]
        if mine:
            targets = [
                {"target": name, "unit": group[0]["unit"], **_summary(group), "crps": _mean_crps(group)}
                for name, group in _by_target(mine).items()
            ]
            found[kind] = {"pooled": {**_summary(mine), "crps": None}, "targets": targets}
    return found


def _by_target(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["target"], []).append(row)
    return dict(sorted(found.items()))


def _mean_crps(rows: Sequence[Row]) -> float:
    return float(np.mean([row["crps"] for row in rows]))


def _summary(rows: Sequence[Row]) -> dict[str, Any]:
    counts = np.histogram([row["pit"] for row in rows], bins=BINS, range=(0.0, 1.0))[0]
    return {
        "n": len(rows),
        "n_whole": sum(row["whole_quarter"] for row in rows),
        "skill": {name: skill for name in BASELINES if (skill := _skill(rows, name)) is not None},
        "coverage": {str(mass): _coverage(rows, mass) for mass in MASSES},
        "pit": [int(count) for count in counts],
    }


def _skill(rows: Sequence[Row], baseline: str) -> dict[str, Any] | None:
    """Return the part of a baseline's CRPS that is saved: over targets, one less the geometric mean ratio."""
    there = [row for row in rows if row["baselines"].get(baseline) is not None]
    if not there:
        return None
    logs = [
        np.log(_mean_crps(group) / np.mean([row["baselines"][baseline] for row in group]))
        for group in _by_target(there).values()
    ]
    return {"skill": float(1.0 - np.exp(np.mean(logs))), "n": len(there)}


def _coverage(rows: Sequence[Row], mass: int) -> dict[str, Any]:
    inside = sum(low <= row["outcome"] <= high for row in rows for low, high in [row[f"interval_{mass}"]])
    bounds = binomtest(inside, len(rows)).proportion_ci(CONFIDENCE, method="exact")
    return {
        "inside": inside,
        "share": inside / len(rows),
        "low": float(bounds.low),
        "high": float(bounds.high),
    }
