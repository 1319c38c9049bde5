"""The tables of the hindcast as Markdown, so that the page in ``docs/`` and the record cannot part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forkmodel.hindcast.scores import METHODS, MODEL
from forkmodel.validate.backtest.page import markdown_table, review_table
from forkmodel.validate.reviews import review_words

__all__ = ["hindcast_page", "score_table"]

_BASELINES = tuple(name for name in METHODS if name != MODEL)


def score_table(rows: list[Mapping[str, Any]]) -> str:
    """Return scores by measure and band of horizons as a table.

    Parameters
    ----------
    rows : list of mapping
        As :func:`forkmodel.hindcast.scores.table` returns.
    """
    return markdown_table(
        [
            "measure",
            "quarters ahead",
            "n",
            *(f"CRPS {name}" for name in METHODS),
            *(f"skill against {name} (90 %)" for name in ("damped trend", "median of four")),
            "50 %",
            "80 %",
            "90 %",
        ],
        [
            [
                row["measure"],
                f"{row['first']} to {row['last']}",
                row["n"],
                *(f"{row['crps'][name]:.4f}" for name in METHODS),
                *(_skill(row["skill"][name]) for name in ("damped trend", "median of four")),
                *(f"{100.0 * part:.0f}" for part in row["coverage"].values()),
            ]
            for row in rows
        ],
    )


def _skill(found: Mapping[str, float]) -> str:
    return f"{found['value']:+.2f} ({found['low']:+.2f} to {found['high']:+.2f})"


def _error_table(rows: list[Mapping[str, Any]]) -> str:
    return markdown_table(
        ["measure", "quarters ahead", *METHODS],
        [
            [
                row["measure"],
                f"{row['first']} to {row['last']}",
                *(f"{row['mae'][name]:.4f}" for name in METHODS),
            ]
            for row in rows
        ],
    )


def hindcast_page(record: Mapping[str, Any]) -> str:
    """Return what the command writes beside the record: reviews and tables.

    Parameters
    ----------
    record : mapping
        What ``forkmodel hindcast --json`` prints.
    """
    parts = [
        review_table({"facts": {"reviews": record["hindcast"]["reviews"]}}).strip(),
        score_table(record["hindcast"]["table"]),
        "Absolute error of the median:",
        _error_table(record["hindcast"]["table"]),
        _predictive(record),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _predictive(record: Mapping[str, Any]) -> str:
    """Return the parameters of a new market as a table, or why there are none."""
    if record["predictive"] is None:
        return (
            f"The fit to the whole record {review_words(record['review'])}: nothing is said of a new market."
        )
    rows = markdown_table(
        ["quantity", "prior", "5 %", "median", "95 %"],
        [
            [row["quantity"], row["prior"], *(f"{row[key]:.3g}" for key in ("low", "median", "high"))]
            for row in record["predictive"]
        ],
    )
    return f"Parameters of a market of a new family, in the units of the priors:\n\n{rows}"
