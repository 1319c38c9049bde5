"""One row per outcome: what was foreseen, what came, how far apart they were, and who can check it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd

from forkmodel.data.market_tables import MarketTables
from forkmodel.forecast.baselines import BASELINES
from forkmodel.validate.backtest.retrospective import score
from forkmodel.validate.backtest.targets import TARGETS
from forkmodel.validate.backtest.yardstick import Measure
from forkmodel.validate.jobs.code import code_hash
from forkmodel.validate.reviews import Brief
from forkmodel.validate.track.candidate import Candidate
from forkmodel.validate.track.published import FROZEN, RETROSPECTIVE

__all__ = ["MASSES", "kind_of", "score_rows"]

#: Masses of the central intervals on record, percent.
MASSES = (50, 80, 95)
#: Significant digits of figures: more than any score needs, few enough to read.
DIGITS = 6


def _short(value: float) -> float | None:
    return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None


def kind_of(made: pd.Timestamp | None, vintage: pd.Timestamp, outcome: pd.Timestamp) -> str:
    """Return whether a forecast of an outcome is frozen or retrospective.

    Frozen is what was made before the first day that the outcome's figure may draw on: the first day of its
    quarter, or the day after the vintage in the quarter that the vintage divides.

    Parameters
    ----------
    made : Timestamp or None
        Day on which the forecast was frozen; None if nobody did.
    vintage : Timestamp
        Last day of its tables.
    outcome : Timestamp
        Date of the outcome.
    """
    first = max(outcome.to_period("Q").start_time, vintage + pd.Timedelta(days=1))
    return FROZEN if made is not None and made < first else RETROSPECTIVE


def score_rows(
    candidate: Candidate,
    later: MarketTables,
    yardstick: Measure,
    yardstick_review: Brief = None,
    baselines: Collection[str] = tuple(BASELINES),
    added: date | None = None,
) -> list[dict[str, Any]]:
    """Score a forecast on later tables, as rows of a track record.

    Parameters
    ----------
    candidate : Candidate
        The forecast. One whose fit failed its review has no rows.
    later : MarketTables
        Tables of a later day.
    yardstick : Measure
        Abilities as a fit of the later tables measures them.
    yardstick_review : dict, optional
        Summary of the review of that fit; None where nobody made one. If it failed, targets about capability
        have no rows.
    baselines : collection of str
        Which baselines to score beside it.
    added : date, optional
        Day of the rows; today (UTC) by default.

    Returns
    -------
    list of dict
        ``docs/track.md`` says what each key holds.

    Raises
    ------
    ModelError
        If the tables are not later, or report no target.
    """
    foresight = candidate.foresight
    cases = score(
        foresight,
        candidate.known(later),
        later,
        yardstick,
        candidate.sha256,
        yardstick_review,
        baselines,
    ).cases
    review = candidate.review
    shared = {
        "vintage": str(foresight.vintage.date()),
        "made": None if candidate.made is None else str(candidate.made.date()),
        "file": candidate.file,
        "forecast_sha256": candidate.sha256,
        "review": None if review is None else review["status"],
        "as_of": foresight.facts["as_of"],
        "reanchored": foresight.facts["reanchored"],
        "model_format": foresight.facts.get("model_format"),
        "scored_to": str(later.vintage.date()),
        "tables_sha256": later.content_hash,
        "yardstick_review": None if yardstick_review is None else yardstick_review["status"],
        "version": version("forkmodel"),
        "code_sha256": code_hash(),
    }
    day = str(added or datetime.now(UTC).date())
    return [
        {"added": day, **_scores(candidate, later, case, baselines), **shared}
        for case in cases.to_dict("records")
    ]


def _scores(
    candidate: Candidate, later: MarketTables, case: dict[Any, Any], baselines: Collection[str]
) -> dict[str, Any]:
    """Return the part of a row that is its own."""
    target, entity, when = TARGETS[case["target"]], case["entity"], pd.Timestamp(case["date"])
    # What was scored is within reach, so there are draws.
    draws = np.asarray(candidate.foresight.at(target.name, entity, when), dtype=float)
    drawn = target.from_line(draws)

    def interval(mass: int) -> list[float | None]:
        tail = (1.0 - mass / 100.0) / 2.0
        return [_short(float(bound)) for bound in np.quantile(drawn, [tail, 1.0 - tail])]

    quarter = when.to_period("Q")
    return {
        "kind": kind_of(candidate.made, candidate.foresight.vintage, when),
        "target": target.name,
        "entity": entity,
        "quarter": str(quarter),
        "whole_quarter": bool(later.vintage >= quarter.end_time.normalize()),
        "date": str(when.date()),
        "horizon_quarters": int(case["horizon_quarters"]),
        "unit": target.unit,
        "outcome": _short(case["outcome"]),
        "median": _short(case["median"]),
        **{f"interval_{mass}": interval(mass) for mass in MASSES},
        "crps": _short(case["crps"]),
        "pit": _short(case["pit"]),
        "baselines": {name: _short(case[f"crps {name}"]) for name in baselines},
        "draws": len(draws),
    }
