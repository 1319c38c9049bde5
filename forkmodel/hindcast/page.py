"""The tables of the hindcast as Markdown, so that the page in ``docs/`` and the record cannot part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forkmodel.hindcast.scores import BARS, METHODS
from forkmodel.validate.markdown import markdown_table
from forkmodel.validate.reviews import review_words

__all__ = ["hindcast_page", "score_table"]


def hindcast_page(record: Mapping[str, Any]) -> str:
    """Return what the command writes beside the record: scores, reviews, base rates, and what priors say.

    Parameters
    ----------
    record : mapping
        What ``forkmodel hindcast --json`` prints.
    """
    made = record["hindcast"]
    reviews = {**made["reviews"], "whole record": record["review"]}
    parts = [
        f"Seed {record['seed']}, {made['draws']:,} draws a fit, tables {record['tables'][:12]}.",
        markdown_table(["fit to", "review"], [[day, review_words(each)] for day, each in reviews.items()]),
    ]
    for family, rows in made["by_family"].items():
        parts += [f"Scores of {family}:", score_table(rows), f"Absolute errors of {family}:", _errors(rows)]
    parts += ["Base rates:", _rates(record["base_rates"]), *_predictive(record)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


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
            "CRPS",
            *(f"skill over {name} (90 %)" for name in BARS),
            "inside 50 %",
            "80 %",
            "90 %",
        ],
        [
            [
                row["measure"],
                f"{row['first']} to {row['last']}",
                row["n"],
                f"{row['crps']['model']:.4f}",
                *(_skill(row["skill"][name]) for name in BARS),
                *(f"{100.0 * part:.0f}" for part in row["coverage"].values()),
            ]
            for row in rows
        ],
    )


def _skill(found: Mapping[str, float]) -> str:
    return f"{found['value']:+.2f} ({found['low']:+.2f} to {found['high']:+.2f})"


def _errors(rows: list[Mapping[str, Any]]) -> str:
    return markdown_table(
        ["measure", "quarters ahead", *METHODS, "model's mean error"],
        [
            [
                row["measure"],
                f"{row['first']} to {row['last']}",
                *(f"{row['mae'][name]:.4f}" for name in METHODS),
                f"{row['bias']:+.4f}",
            ]
            for row in rows
        ],
    )


def _rates(rows: list[Mapping[str, Any]]) -> str:
    def level(row: Mapping[str, Any], value: float) -> str:
        return f"{value:,.0f}" if row["measure"] == "hhi" else f"{100.0 * value:.0f} %"

    return markdown_table(
        [
            "of markets near",
            "years later",
            "still as concentrated (95 %)",
            "higher than it began",
            "median then (range)",
            "starts, markets, spans",
        ],
        [
            [
                f"{row['measure'].upper()} {level(row, row['start'])}",
                row["years"],
                "{:.0f} % ({:.0f} to {:.0f})".format(*(100.0 * p for p in (row["share"], *row["interval"]))),
                f"{100.0 * row['rose']:.0f} %",
                "{} ({} to {})".format(*(level(row, row[end]) for end in ("median", "smallest", "largest"))),
                f"{row['starts']}, {row['markets']}, {row['windows']:.0f}",
            ]
            for row in rows
        ],
    )


def _predictive(record: Mapping[str, Any]) -> list[str]:
    """Return what a new market would do beside the priors, or why that is withheld."""
    rows = record["predictive"]
    if rows is None:
        return ["The fit to the whole record FAILED its review: nothing is said of a new market."]

    def triple(found: Mapping[str, float]) -> str:
        return f"{found['median']:.2g} ({found['low']:.2g} to {found['high']:.2g})"

    names = list(rows[0]["sets"])
    return [
        "What a market of a new family would do, beside the prior sets (median, 90 %):",
        markdown_table(
            ["prior", "unit", "other markets", *names],
            [
                [
                    f"`{row['prior']}`",
                    row["quantity"],
                    triple(row),
                    *(triple(row["sets"][name]) for name in names),
                ]
                for row in rows
            ],
        ),
        "\n".join(
            f"- {row['quantity']}: " + "; ".join(row["sets"][name]["departure"] for name in names) + "."
            for row in rows
        ),
    ]
