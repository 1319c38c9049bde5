"""The scoreboard: worlds against the four baselines named in advance and against their median.

Nothing here is chosen by looking at scores: the bar is :data:`forkmodel.forecast.baselines.MEDIAN`, and who
won in each window is told as it was. The best baseline found afterwards is no forecaster's choice and stands
in the record's ``by_target`` as a footnote.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from forkmodel.forecast.baselines import MEDIAN, NAMED
from forkmodel.validate.backtest.clusters import MASS, skill_over, within
from forkmodel.validate.backtest.events import event_scores
from forkmodel.validate.backtest.proper_scores import LEVELS
from forkmodel.validate.backtest.targets import TARGETS

__all__ = ["POOLED", "WORLDS", "scoreboard", "trust_frame"]

#: What wins where no baseline does.
WORLDS = "worlds"
#: The row of all targets together.
POOLED = "all"
BINS = 10


def scoreboard(cases: pd.DataFrame) -> dict[str, Any]:
    """Return what the cases of a backtest come to.

    Parameters
    ----------
    cases : DataFrame
        Cases of :func:`~forkmodel.validate.backtest.score_table.score_foresight` with their ``cutoff``.

    Returns
    -------
    dict
        ``bar`` and ``named``, the baselines; ``interval_mass``; ``pooled``, one group; ``by_target``, a list
        of groups; ``by_horizon`` and ``by_window``, lists of target, horizon or cut-off, ``n``, ``skill``
        over the bar and, by window, the ``winner`` by mean CRPS; ``events``, see
        :func:`~forkmodel.validate.backtest.events.event_scores`. A group holds ``n``, ``quarters``, mean
        ``crps`` and ``unit`` (None if pooled), ``skill`` by baseline
        (:func:`~forkmodel.validate.backtest.clusters.skill_over`), ``coverage`` by mass
        (:func:`~forkmodel.validate.backtest.clusters.within`), ``pit`` (counts in tenths) and
        ``calibration``, the part of outcomes below each tenth of the forecast.
    """
    targets = [name for name in TARGETS if (cases["target"] == name).any()]
    by_target = [_of_target(name, cases.loc[cases["target"] == name]) for name in targets]
    return {
        "bar": MEDIAN,
        "named": list(NAMED),
        "interval_mass": MASS,
        "pooled": _group(cases) if len(cases) else None,
        "by_target": by_target,
        "by_horizon": _apart(cases, targets, "horizon_quarters"),
        "by_window": _apart(cases, targets, "cutoff"),
        "events": event_scores(cases),
    }


def _of_target(name: str, cases: pd.DataFrame) -> dict[str, Any]:
    about = {"target": name, "unit": TARGETS[name].unit, "crps": float(cases["crps"].mean())}
    return about | _group(cases)


def _group(cases: pd.DataFrame) -> dict[str, Any]:
    pit = cases["pit"].to_numpy()
    return {
        "n": len(cases),
        "skill": {name: skill_over(cases, name) for name in (*NAMED, MEDIAN)},
        "coverage": {f"{mass:g}": within(cases, mass) for mass in LEVELS},
        "pit": [int(count) for count in np.histogram(pit, bins=BINS, range=(0.0, 1.0))[0]],
        "calibration": {f"{tenth / BINS:g}": float((pit <= tenth / BINS).mean()) for tenth in range(1, BINS)},
    }


def _apart(cases: pd.DataFrame, targets: list[str], by: str) -> list[dict[str, Any]]:
    rows = []
    for name in targets:
        for key, group in cases.loc[cases["target"] == name].groupby(by):
            found = skill_over(group, MEDIAN)
            rows.append(
                {
                    "target": name,
                    by: key,
                    "n": len(group),
                    "skill": None if found is None else found["skill"],
                    "n_compared": 0 if found is None else found["n"],
                    "winner": _winner(group),
                }
            )
    return rows


def _winner(cases: pd.DataFrame) -> str | None:
    """Return who has the smallest mean CRPS among worlds and baselines that could be made for every case."""
    means = {name: cases[f"crps {name}"].mean(skipna=False) for name in NAMED}
    there = {name: mean for name, mean in means.items() if np.isfinite(mean)}
    if not there:
        return None
    return min({WORLDS: cases["crps"].mean(), **there}.items(), key=lambda pair: pair[1])[0]


def trust_frame(record: Mapping[str, Any]) -> pd.DataFrame:
    """Return the scoreboard of a record in the compact form of a page: one row per target.

    Parameters
    ----------
    record : mapping
        What ``forkmodel backtest --json`` prints.

    Returns
    -------
    DataFrame
        ``target``, ``unit``, ``n``, ``crps``, ``skill`` over the bar with ``low`` and ``high`` (80 %; NaN
        where quarters are too few) and ``n_compared``, ``beaten`` (of the baselines named in advance) of
        ``named`` that could be made, ``windows_won`` of ``windows``, and ``inside_50`` to ``inside_95``. The
        last row, ``all``, pools the targets. Without a scoreboard on record, no row.
    """
    board = record.get("scoreboard")
    if board is None or board["pooled"] is None:
        return pd.DataFrame()
    won = pd.DataFrame(board["by_window"])
    won = won.loc[won["winner"].notna()]
    rows = []
    for group in [*board["by_target"], {"target": POOLED, "unit": None, "crps": None, **board["pooled"]}]:
        bar = group["skill"][board["bar"]] or dict.fromkeys(("skill", "low", "high"))
        against = [found for name in board["named"] if (found := group["skill"][name]) is not None]
        mine = won if group["target"] == POOLED else won.loc[won["target"] == group["target"]]
        rows.append(
            {
                "target": group["target"],
                "unit": group["unit"],
                "n": group["n"],
                "crps": group["crps"],
                **{key: bar[key] for key in ("skill", "low", "high")},
                "n_compared": bar.get("n", 0),
                "beaten": sum(found["skill"] > 0 for found in against),
                "named": len(against),
                "windows_won": int((mine["winner"] == WORLDS).sum()),
                "windows": len(mine),
                **{
                    f"inside_{100 * float(mass):.0f}": found["held"]
                    for mass, found in group["coverage"].items()
                },
            }
        )
    return pd.DataFrame(rows).astype({"skill": float, "low": float, "high": float})
