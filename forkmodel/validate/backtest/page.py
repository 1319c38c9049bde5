"""The tables of the backtest as Markdown, so that the page in ``docs/`` and the record cannot part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forkmodel.validate.backtest.scoreboard_page import scoreboard_tables
from forkmodel.validate.backtest.targets import TARGETS
from forkmodel.validate.markdown import NONE, markdown_table
from forkmodel.validate.reviews import review_words
from forkmodel.validate.standing import banner

__all__ = ["backtest_page", "backtest_tables", "review_table"]

#: Headings of coverage, in the order of the record's keys.
_MASSES = ("0.5", "0.8", "0.9", "0.95")
_GROUPS = {
    "tuned": "to 2025-12, on which noise was set",
    "confirmed": "of 2026",
    "all": "all",
}
FOOTNOTE = "Footnote: against the best baseline of all, found afterwards, which nobody could have chosen."


def _percent(coverage: Mapping[str, float]) -> list[str]:
    return [f"{100.0 * coverage[mass]:.0f}" for mass in _MASSES]


def _mass_headings() -> list[str]:
    return [f"{100.0 * float(mass):.0f} %" for mass in _MASSES]


def _skill(row: Mapping[str, Any]) -> str:
    if row["skill"] is None:
        return f"{NONE} ({row['n']})"
    return f"{row['skill']:+.2f} ({row['n_compared']})"


def _target_rows(record: Mapping[str, Any]) -> list[list[object]]:
    rows = []
    for row in record["by_target"]:
        best = row["best_baseline"]
        rows.append(
            [
                row["target"],
                row["n"],
                f"{row['crps']:.3g} {TARGETS[row['target']].unit}",
                None if best is None else f"{best}, {row['crps_baselines'][best]:.3g}",
                _skill(row),
                f"{row['log_score']:.2f}",
                None if best is None else f"{row['log_score_baselines'][best]:.2f}",
                *_percent(row["coverage"]),
                # One in ten in each tenth is what honest forecasts do; both ends full means too sure.
                f"{sum(pit < 0.1 for pit in row['pit'])}, {sum(pit > 0.9 for pit in row['pit'])}",
            ]
        )
    return rows


def review_table(record: Mapping[str, Any]) -> str:
    """Return the review of every fit that a backtest rests on as a table; empty where nobody made one.

    Parameters
    ----------
    record : mapping
        What ``forkmodel backtest --json`` prints.
    """
    reviews = record["facts"].get("reviews")
    if not reviews:
        return ""
    rows = [[name, review_words(review)] for name, review in reviews.items()]
    return markdown_table(["fit", "review"], rows) + "\n"


def backtest_page(record: Mapping[str, Any]) -> str:
    """Return what the command writes beside the record: what it may be used for, reviews, tables.

    Parameters
    ----------
    record : mapping
        What ``forkmodel backtest --json`` prints.
    """
    parts = (
        banner(record["facts"]),
        review_table(record).strip(),
        *scoreboard_tables(record),
        FOOTNOTE,
        backtest_tables(record).strip(),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def backtest_tables(record: Mapping[str, Any]) -> str:
    """Return the footnote of a backtest as three tables: skill over the best baseline found afterwards.

    By target, coverage of the cut-offs that noise was set on and of the others, and by quarters ahead.

    Parameters
    ----------
    record : mapping
        What ``forkmodel backtest --json`` prints.
    """
    by_target = markdown_table(
        [
            "target",
            "n",
            "CRPS",
            "best baseline, its CRPS",
            "skill (n)",
            "log score",
            "its log score",
            *_mass_headings(),
            "PIT below 0.1, above 0.9",
        ],
        _target_rows(record),
    )
    pooled = markdown_table(
        ["cut-offs", "n", *_mass_headings()],
        [
            [_GROUPS[name], group["n"], *_percent(group["coverage"])]
            for name, group in record["pooled"].items()
        ],
    )
    quarters = sorted({row["horizon_quarters"] for row in record["targets"]})
    cells = {(row["target"], row["horizon_quarters"]): _skill(row) for row in record["targets"]}
    horizons = markdown_table(
        ["skill by quarters ahead", *map(str, quarters)],
        [
            [row["target"], *(cells.get((row["target"], ahead), "") for ahead in quarters)]
            for row in record["by_target"]
        ],
    )
    return "\n\n".join((by_target, pooled, horizons)) + "\n"
