"""How far to trust the page: the backtest, and the retrospective forecast on this fit's own tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from forkmodel.report import trust_text as text
from forkmodel.report.content import ReportContent
from forkmodel.report.formatting import day_label
from forkmodel.validate.backtest.scoreboard import POOLED, trust_frame
from forkmodel.validate.reviews import failed
from forkmodel.validate.standing import is_stale, standing

__all__ = [
    "ahead",
    "backtest_rows",
    "backtest_standing",
    "coverage_sentences",
    "goals",
    "held",
    "notes",
    "retrospective_facts",
    "retrospective_rows",
    "retrospective_standing",
    "strict_sentence",
]


#: Outcomes that a target needs to count among those won or lost.
LEAST_COMPARED = 5


@dataclass(frozen=True)
class BacktestRow:
    """One target of the backtest as text."""

    target: str
    n: int
    crps: str
    beaten: str
    skill: str
    coverage: str
    won: bool


@dataclass(frozen=True)
class OutcomeRow:
    """One outcome of the retrospective forecast as text."""

    target: str
    date: str
    outcome: str
    foreseen: str
    interval: str
    inside: bool


def _record(content: ReportContent) -> Mapping[str, Any] | None:
    return None if content.trust is None else content.trust.backtest


def _board(content: ReportContent) -> pd.DataFrame:
    return _frame(_record(content))


def _frame(record: Mapping[str, Any] | None) -> pd.DataFrame:
    return pd.DataFrame() if record is None else trust_frame(record)


def backtest_standing(content: ReportContent) -> list[str]:
    """Return what must be said before the backtest: its model, the reviews of its fits, what they knew."""
    record = _record(content)
    return [] if record is None else standing(record["facts"])


def retrospective_standing(content: ReportContent) -> list[str]:
    """Return what must be said before the scores of the retrospective forecast."""
    found = None if content.trust is None else content.trust.retrospective
    return [] if found is None else list(found["standing"])


def backtest_rows(content: ReportContent) -> list[BacktestRow]:
    """Return the backtest by target, or nothing where none is on record."""
    rows = []
    for row in _board(content).to_dict("records"):
        if row["target"] == POOLED:
            continue
        known = bool(np.isfinite(row["skill"]))
        rows.append(
            BacktestRow(
                target=text.TARGETS[row["target"]],
                n=int(row["n"]),
                crps=f"{row['crps']:.2g} {text.TARGET_UNITS[row['target']]}",
                beaten=text.beaten(row["beaten"], row["named"]) if known else text.NO_BASELINE,
                skill=text.skill(row["skill"], row["low"], row["high"]) if known else "",
                coverage=f"{row['inside_90']:.0%}",
                # A handful of outcomes tells nobody who won.
                won=not known or row["skill"] > 0 or row["n_compared"] < LEAST_COMPARED,
            )
        )
    return rows


def coverage_sentences(content: ReportContent) -> list[str]:
    """Return how often outcomes fell into the forecast's intervals, pooled over targets."""
    record = _record(content)
    if record is None:
        return []
    return [
        text.pooled_coverage(name, group["n"], {float(k): v for k, v in group["coverage"].items()})
        for name, group in record["pooled"].items()
    ]


def ahead(content: ReportContent) -> tuple[int, int] | None:
    """Return on how many targets worlds beat the median of baselines, and of how many; None without any."""
    return _ahead(_board(content))


def _ahead(board: pd.DataFrame) -> tuple[int, int] | None:
    if board.empty:
        return None
    compared = board[(board["target"] != POOLED) & (board["n_compared"] >= LEAST_COMPARED)]
    return (int((compared["skill"] > 0).sum()), len(compared)) if len(compared) else None


def goals(content: ReportContent) -> str:
    """Return what was set beforehand and how far it was reached; empty where no backtest is on record."""
    board, won = _board(content), ahead(content)
    if won is None:
        return ""
    pooled, each = board[board["target"] == POOLED], board[board["target"] != POOLED]
    low = each[(each["n"] >= LEAST_COMPARED) & (each["inside_90"] < text.GOAL_OF_EACH)]
    return text.goals(
        *won,
        float(pooled["inside_90"].iloc[0]),
        [(text.TARGETS[row["target"]], float(row["inside_90"])) for row in low.to_dict("records")],
    )


def strict_sentence(content: ReportContent) -> str:
    """Return how worlds did from cut-offs that knew only what is proven; empty where none is on record."""
    record = None if content.trust is None else content.trust.strict
    board = _frame(record)
    won = _ahead(board)
    if record is None or won is None:
        return ""
    pooled = board[board["target"] == POOLED].iloc[0]
    skill = text.skill(pooled["skill"], pooled["low"], pooled["high"])
    said = text.strict(skill, *won, float(pooled["inside_90"]), int(pooled["n"]))
    return " ".join([said, *standing(record["facts"])])


def held(content: ReportContent) -> tuple[str, int] | None:
    """Return which part of all outcomes of the backtest lay in 90% intervals, and how many there were."""
    record = _record(content)
    pooled = {} if record is None else record["pooled"].get("all", {})
    coverage = {float(mass): part for mass, part in pooled.get("coverage", {}).items()}
    return (f"{coverage[0.9]:.0%}", int(pooled["n"])) if 0.9 in coverage else None


def retrospective_facts(content: ReportContent) -> str:
    """Return what the retrospective forecast is, with its hash; empty without one."""
    found = None if content.trust is None else content.trust.retrospective
    if found is None:
        return ""
    vintage, scored_to = (day_label(pd.Timestamp(found[name])) for name in ("vintage", "scored_to"))
    if failed(found["reviews"]["forecast"]):
        return text.retrospective_failed(vintage, str(found["sha256"]))
    inside = sum(_inside(row) for row in found["cases"])
    return text.retrospective(vintage, scored_to, str(found["sha256"]), len(found["cases"]), inside)


def retrospective_rows(content: ReportContent) -> list[OutcomeRow]:
    """Return every outcome beside what was foreseen."""
    found = None if content.trust is None else content.trust.retrospective
    rows = []
    for row in [] if found is None else found["cases"]:
        name = text.TARGETS[row["target"]]
        entity = "" if row["entity"] == "-" else f", {row['entity']}"

        def say(value: float, target: str = row["target"]) -> str:
            return text.target_value(target, value)

        rows.append(
            OutcomeRow(
                target=f"{name}{entity}",
                date=day_label(row["date"]),
                outcome=say(row["outcome"]),
                foreseen=say(row["median"]),
                interval=f"{say(row['low'])} to {say(row['high'])}",
                inside=_inside(row),
            )
        )
    return rows


def notes(content: ReportContent) -> dict[str, str]:
    """Return, by figure, the caution that a simple baseline forecast its quantity better."""
    record = _record(content)
    lost: dict[str, list[str]] = {}
    caution = "" if record is None else text.unreliable(is_stale(record["facts"]), _unreviewed(record))
    for row in _board(content).to_dict("records"):
        figure = text.TARGET_FIGURES.get(row["target"])
        if figure is not None and row["skill"] <= 0 and row["n_compared"] >= LEAST_COMPARED:
            said = text.baselines_won(text.TARGETS[row["target"]], row["skill"], int(row["n_compared"]))
            lost.setdefault(figure, []).append(said)
    return {figure: " ".join([*said, *([caution] if caution else [])]) for figure, said in lost.items()}


def _unreviewed(record: Mapping[str, Any]) -> bool:
    reviews = record["facts"].get("reviews")
    return reviews is None or any(review is None for review in reviews.values())


def _inside(row: Mapping[str, Any]) -> bool:
    """Return whether an outcome lies in the 90 % interval that was foreseen."""
    return bool(abs(row["pit"] - 0.5) <= 0.45)
