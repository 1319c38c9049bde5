"""Claims, scenario effects and the watch-list as rows of tables."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from forkmodel.report import text
from forkmodel.report.content import ReportContent
from forkmodel.report.formatting import MISSING, UNITS, percent, significant

__all__ = [
    "ERRORS",
    "SHOWN_YEAR",
    "SMALLEST_SHARE",
    "ClaimRow",
    "EffectTable",
    "baseline_text",
    "chance_text",
    "claim_rows",
    "effect_tables",
    "error_text",
    "interval",
    "joint_row",
    "methods",
    "percent_text",
    "scenario_meanings",
    "sides",
    "signed",
    "watched",
]

#: Year whose effects are shown; others stay in the data.
SHOWN_YEAR = "2031"
#: Standard errors on either side of a probability that its interval spans: 95 %.
ERRORS = 1.96
#: Blocks worth less than this part of an event's variance are not listed.
SMALLEST_SHARE = 0.002
#: Factor and digits with which differences in a unit are written.
_WRITTEN = {
    "points": (1.0, 0),
    "%": (1.0, 1),
    "percentage points": (100.0, 1),
    "index points": (1.0, 1),
    "months": (1.0, 1),
    "ratio": (1.0, 2),
}
_UNIT_OF = {
    "hhi": "hhi",
    "value": "usd",
    "open_share": "share",
    "capability": "points",
    "lag": "months",
    "premium": "ratio",
}


@dataclass(frozen=True)
class ClaimRow:
    """One claim as text."""

    id: str
    statement: str
    event: str
    expression: str
    chances: list[str]
    remark: str
    tag: str


@dataclass(frozen=True)
class EffectTable:
    """One quantity under every scenario: rows of (scenario, difference, interval)."""

    label: str
    baseline: str
    rows: list[tuple[str, str, str]]


def sides(content: ReportContent) -> list[str]:
    """Return the names of the prior sets."""
    return [] if content.forecast is None else list(content.forecast.claims["joint"]["probability"])


def methods(content: ReportContent) -> list[tuple[str, str]]:
    """Return how the worlds of each prior set were made."""
    if content.forecast is None:
        return []
    said = content.forecast.claims["joint"]["method"]
    return [(name, str(said[name])) for name in sides(content)]


def chance_text(row: Mapping[str, Any], side: str, failed: bool) -> str:
    """Write the probability of an event under one prior set, with its Monte Carlo error."""
    p, error = row["probability"].get(side), row["mcse"].get(side)
    if failed:
        return text.WITHHELD_CELL
    if p is None:
        return MISSING
    if p in (0.0, 1.0):
        bound = 1.0 / float(row["draws"][side] or 1)
        return text.bound(bound, high=p == 1.0)
    return f"{p:.2f} ± {max(float(error), 0.001):.3f}"


def _claim(row: Mapping[str, Any], names: list[str], failed: bool) -> ClaimRow:
    if not row["computable"]:
        remark, tag = str(row["reason"]), text.NOT_COMPUTED
    elif row.get("decided") is False:
        remark, tag = str(row["reason"]), ""
    else:
        moved = "; ".join(
            text.mover(mover["meaning"] or mover["parameter"], mover["correlation"] > 0)
            for mover in row["movers"]
        )
        remark = " ".join(part for part in (row["note"], text.moved_by(moved) if moved else "") if part)
        tag = text.not_diagnostic(row["why_not_diagnostic"]) if row["diagnostic"] is False else ""
    return ClaimRow(
        id=row["id"],
        statement=row["statement"],
        event=row["threshold"] or "",
        expression=row["expression"] or "",
        chances=[chance_text(row, name, failed) if row["computable"] else MISSING for name in names],
        remark=remark,
        tag=tag,
    )


def claim_rows(content: ReportContent, direction: str) -> list[ClaimRow]:
    """Return the claims that support the thesis, or those against it.

    Parameters
    ----------
    content : ReportContent
        What to show; probabilities of a failed fit are withheld.
    direction : str
        ``supports`` or ``against``.
    """
    if content.forecast is None:
        return []
    names = sides(content)
    found = [row for row in content.forecast.claims["claims"] if row["direction"] == direction]
    return [_claim(row, names, content.failed) for row in found]


def joint_row(content: ReportContent) -> ClaimRow | None:
    """Return the joint verdict."""
    if content.forecast is None:
        return None
    return _claim(content.forecast.claims["joint"], sides(content), content.failed)


def effect_tables(content: ReportContent) -> list[EffectTable]:
    """Return the effects of all scenarios on each quantity, in one year."""
    if content.forecast is None:
        return []
    effects = content.forecast.effects
    shown = effects[effects["date"] == SHOWN_YEAR]
    tables = []
    for (variable, label), rows in shown.groupby(["quantity", "label"], sort=False):
        unit = str(rows["unit"].iloc[0])
        tables.append(
            EffectTable(
                label=f"{label}, {unit}",
                baseline=_baseline(str(variable), float(rows["baseline_median"].iloc[0])),
                rows=[
                    (
                        str(row["scenario"]),
                        signed(row["median"], unit),
                        interval((row["q10"], row["q90"]), unit),
                    )
                    for row in rows.to_dict("records")
                ],
            )
        )
    return tables


def scenario_meanings(content: ReportContent) -> list[tuple[str, str]]:
    """Return name and meaning of every scenario."""
    if content.forecast is None:
        return []
    pairs = content.forecast.effects[["scenario", "meaning"]].drop_duplicates()
    return [(str(row.scenario), str(row.meaning)) for row in pairs.itertuples()]


def _baseline(variable: str, value: float) -> str:
    kind = next((unit for name, unit in _UNIT_OF.items() if variable.startswith(name)), None)
    return significant(value) if kind is None else UNITS[kind].text(value)


def signed(value: float, unit: str) -> str:
    """Write a difference in a unit with its sign."""
    factor, digits = _WRITTEN[unit]
    written = f"{abs(factor * value):,.{digits}f}"
    if not float(written.replace(",", "")):
        return "0"
    return f"{'+' if value > 0 else '−'}{written}"


def interval(ends: tuple[float, float], unit: str) -> str:
    """Write the interval of a difference."""
    low, high = (signed(end, unit) for end in ends)
    return text.NO_EFFECT if low == high == "0" else f"{low} to {high}"


def watched(content: ReportContent) -> list[tuple[str, list[dict[str, str]]]]:
    """Return, by event, the blocks worth knowing with their part of the event's variance."""
    if content.forecast is None:
        return []
    table: pd.DataFrame = content.forecast.watchlist
    groups = []
    for target in dict.fromkeys(table["target"]):
        rows = table[(table["target"] == target) & (table["share"] >= SMALLEST_SHARE)].sort_values("rank")
        groups.append(
            (
                text.watched_title(str(target)),
                [
                    {
                        "label": str(row.label),
                        "meaning": str(row.meaning),
                        "share": f"{100 * float(row.share):.1f}%",
                        "width": f"{100 * min(float(row.share), 1.0):.1f}",
                    }
                    for row in rows.itertuples()
                ],
            )
        )
    return groups


def percent_text(row: Mapping[str, Any], side: str) -> str:
    """Write the probability of an event under one prior set in percent; 0 and 1 as what the draws bound."""
    p = row["probability"].get(side)
    if p is None:
        return MISSING
    if p in (0.0, 1.0):
        size = max(1.0 / float(row["draws"][side] or 1), 0.001)
        return f"> {100 * (1 - size):.1f}%" if p else f"< {100 * size:.1f}%"
    return percent(p)


def baseline_text(row: Mapping[Hashable, Any]) -> str:
    """Write the baseline's median of an effect in the unit of its quantity."""
    return _baseline(str(row["quantity"]), float(row["baseline_median"]))


def error_text(row: Mapping[str, Any], side: str) -> str:
    """Write the probability of an event under one prior set with its 95 % Monte Carlo error, in percent."""
    p = row["probability"].get(side)
    if p is None:
        return MISSING
    return text.chance_with_error(p, ERRORS * float(row["mcse"][side]), int(row["draws"][side] or 1))
