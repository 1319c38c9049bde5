"""Tables of the page that no chart stands behind, as CSV that is safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from forkmodel.data.cells import escaped
from forkmodel.report.content import ReportContent

__all__ = ["claims_csv", "effects_csv", "table_csv", "watch_csv"]


def table_csv(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return rows as CSV; words that a spreadsheet would run are escaped, numbers have six digits."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return out.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else escaped(str(value))


def claims_csv(content: ReportContent) -> str:
    """Return the judged ledger, one row a claim and prior set; empty if the review failed."""
    if content.forecast is None or content.failed:
        return ""
    rows = [
        (
            claim["id"],
            claim["statement"],
            claim["expression"],
            name,
            p,
            claim["mcse"][name],
            claim["draws"][name],
        )
        for claim in (content.forecast.claims["joint"], *content.forecast.claims["claims"])
        for name, p in claim["probability"].items()
    ]
    return table_csv(("claim", "statement", "event", "priors", "probability", "mcse", "draws"), rows)


def effects_csv(content: ReportContent) -> str:
    """Return what scenarios change, in all years."""
    effects = None if content.forecast is None else content.forecast.effects
    return "" if effects is None else table_csv(list(effects.columns), effects.to_numpy().tolist())


def watch_csv(content: ReportContent) -> str:
    """Return what to measure next, for every event."""
    listed = None if content.forecast is None else content.forecast.watchlist
    return "" if listed is None else table_csv(list(listed.columns), listed.to_numpy().tolist())
