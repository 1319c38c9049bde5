"""What scenarios change, as strips: one row a scenario, one column a quantity, zero in the middle."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from forkmodel.report import claims_table, text
from forkmodel.report.content import ReportContent
from forkmodel.report.strips import Bar, Scale, strip

__all__ = ["EffectColumn", "EffectRow", "effect_columns", "effect_rows"]


@dataclass(frozen=True)
class EffectColumn:
    """A quantity that scenarios change, with its unit and the baseline's median."""

    label: str
    unit: str
    baseline: str


@dataclass(frozen=True)
class EffectRow:
    """A scenario: its name, its meaning, and by quantity the difference as text and as a drawing."""

    scenario: str
    meaning: str
    cells: list[tuple[str, str, Markup]]


def _shown(content: ReportContent) -> pd.DataFrame:
    """Return the effects on the quantities of the overview in its year; empty where there are none."""
    if content.forecast is None or content.failed:
        return pd.DataFrame()
    effects = content.forecast.effects
    return effects[(effects["date"] == claims_table.SHOWN_YEAR) & effects["label"].isin(text.EFFECTS_SHOWN)]


def effect_columns(content: ReportContent) -> list[EffectColumn]:
    """Return the quantities of the overview."""
    found = _shown(content)
    return [
        EffectColumn(str(row["label"]), str(row["unit"]), claims_table.baseline_text(row))
        for row in found.drop_duplicates("label").to_dict("records")
    ]


def effect_rows(content: ReportContent) -> list[EffectRow]:
    """Return every scenario with what it changes, in the order of the quantities."""
    found = _shown(content)
    scales = {}
    for label, rows in found.groupby("label") if len(found) else ():
        widest = float(rows[["q10", "q90", "median"]].abs().to_numpy().max()) or 1.0
        scales[label] = Scale(-widest, widest)
    made = []
    for name, rows in found.groupby("scenario", sort=False) if len(found) else ():
        cells = []
        for row in rows.to_dict("records"):
            unit, ends = str(row["unit"]), (float(row["q10"]), float(row["q90"]))
            middle, span = claims_table.signed(row["median"], unit), claims_table.interval(ends, unit)
            told = f"{name}, {row['label']}: {middle} ({span})"
            drawing = strip([Bar(float(row["median"]), [ends], "accent")], scales[row["label"]], told, (0.0,))
            cells.append((middle, span, drawing))
        made.append(EffectRow(str(name), str(rows["meaning"].iloc[0]), cells))
    return made
