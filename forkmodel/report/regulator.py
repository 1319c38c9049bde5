"""For a regulator: the HHI against the guidelines, the merger screen, and what remedies would do."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from forkmodel.report import claims_table, findings_text
from forkmodel.report import readers_text as text
from forkmodel.report.asked import Asked, asked
from forkmodel.report.content import ReportContent
from forkmodel.report.formatting import UNITS, percent
from forkmodel.report.reader_parts import AskedTable, Cell, Reader, last_quarter, worlds_of
from forkmodel.report.strips import Scale, quantile_dots
from forkmodel.report.text import HIGHLY_CONCENTRATED, SHORT_SCOPES

__all__ = ["regulator"]

YEARS = (2028, 2031, 2036)
SCOPES = ("closed", "all_developers", "open_developers", "open_hosts")
#: Pairs of firms shown.
PAIRS = 5
#: Scenarios of what a regulator or a lab could do, and what they are looked at for.
REMEDIES = ("open-weights-ban", "api-lockdown", "frontier-merger")
EFFECTS = ("HHI of all developers", "Open share of enterprise money", "Residual premium")


def regulator(content: ReportContent) -> Reader | None:
    """Return the section; None where the worlds have no concentration."""
    worlds, now = worlds_of(content), last_quarter(content)
    line = f"{HIGHLY_CONCENTRATED:.0f}"
    end = str(worlds["time"].dt.year.to_numpy()[-1])
    after = content.vintage.year + 1
    rows: list[tuple[str, list[Cell]]] = []
    for scope in SCOPES:
        path = f"hhi.{scope}"
        levels = [asked(worlds, f"{path}[{when}]", UNITS["hhi"]) for when in (now, *map(str, YEARS))]
        if not any(levels):
            continue
        above = asked(worlds, f"{path}[{YEARS[1]}] > {line}")
        below = asked(worlds, f"when({path}[{after}:{end}] <= {line})")
        name = content.named(SHORT_SCOPES[scope])
        driven = content.rests_on_prior(scope)
        rows.append((text.by_prior(name) if driven else name, [*levels, above, below, _dots(content, scope)]))
    if not rows:
        return None
    columns = [text.TODAY, *map(str, YEARS), text.above_line(YEARS[1]), text.BELOW_WHEN, text.DOTS_HEAD]
    tables = [AskedTable(text.PATH_TABLE, columns, rows, text.PATH_NOTE)]
    commands = []
    if content.pairs is not None and len(content.pairs):
        tables.append(_screen(content.pairs))
        commands.append((text.SCREEN_TABLE, "forkmodel merger fit.nc --all"))
    if (remedies := _remedies(content)) is not None:
        tables.append(remedies)
        commands.append((text.REMEDY_TABLE, "forkmodel compare fit.nc"))
    return Reader("regulator", _title(rows, content.pairs), tables, commands)


def _dots(content: ReportContent, scope: str) -> Cell:
    worlds = worlds_of(content)
    day = pd.Timestamp(YEARS[1], 10, 1)
    if day not in pd.DatetimeIndex(worlds["time"].to_numpy()):
        return None
    values = worlds["hhi"].sel(scope=scope, time=day).to_numpy()
    told = text.dots_told(content.named(SHORT_SCOPES[scope]), YEARS[1])
    tone = {"closed": "closed", "all_developers": "neutral"}.get(scope, "open")
    return quantile_dots(values, Scale(0.0, 6000.0), told, tone)


def _screen(pairs: pd.DataFrame) -> AskedTable:
    """Return the pairs whose merger would raise the HHI most."""
    rows: list[tuple[str, list[Cell]]] = [
        (
            f"{row['first']} + {row['second']}",
            [
                _rise(row),
                percent(row["p_hhi_line"]),
                percent(row["p_share_line"]),
            ],
        )
        for row in pairs.head(PAIRS).to_dict("records")
    ]
    return AskedTable(
        text.SCREEN_TABLE, text.SCREEN_COLUMNS, rows, text.screen_note(int(pairs["draws"].min()))
    )


def _rise(row: Mapping[Hashable, Any]) -> str:
    unit = UNITS["hhi"]
    return f"{unit.text(row['hhi_delta'])} ({unit.interval((row['hhi_delta_low'], row['hhi_delta_high']))})"


def _remedies(content: ReportContent) -> AskedTable | None:
    """Return what a ban, a lockdown and a merger change, in the year of the overview."""
    assert content.forecast is not None  # noqa: S101 - readers are asked for only then
    effects = content.forecast.effects
    here = effects[(effects["date"] == claims_table.SHOWN_YEAR) & effects["label"].isin(EFFECTS)]
    rows: list[tuple[str, list[Cell]]] = []
    for name in REMEDIES:
        found = {row["label"]: row for row in here[here["scenario"] == name].to_dict("records")}
        if found:
            cells: list[Cell] = []
            for label in EFFECTS:
                cells.append(_difference(found[label]) if label in found else None)
            rows.append((f"{name}: {next(iter(found.values()))['meaning']}", cells))
    columns = [f"{label}, {_unit(here, label)}" for label in EFFECTS]
    return AskedTable(text.REMEDY_TABLE, columns, rows, text.REMEDY_NOTE) if rows else None


def _unit(here: pd.DataFrame, label: str) -> str:
    units = here.loc[here["label"] == label, "unit"]
    return str(units.iloc[0]) if len(units) else ""


def _difference(row: Mapping[Hashable, Any]) -> str:
    unit = str(row["unit"])
    middle = claims_table.signed(float(row["median"]), unit)
    return f"{middle} ({claims_table.interval((float(row['q10']), float(row['q90'])), unit)})"


def _title(rows: list[tuple[str, list[Cell]]], pairs: pd.DataFrame | None) -> str:
    above = rows[0][1][len(YEARS) + 1]
    chance = above if isinstance(above, Asked) else None
    flagged = None if pairs is None else int((pairs["p_hhi_line"] >= findings_text.CLEAR).sum())
    return findings_text.regulator_title(
        rows[0][0],
        None if chance is None else (chance.probability, chance.text),
        YEARS[1],
        None if flagged is None or pairs is None else (flagged, len(pairs)),
    )
