"""Checks that look at more than one cell: keys, order of dates, ids in other tables, price spells, shares.

Every check takes frames indexed by CSV line (0 = a row that does not come from the file being read) and
returns problems; none raises and none changes a frame.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from forkmodel.data.cells import cell_text
from forkmodel.data.column_rules import above_one
from forkmodel.data.fields import field_problems, period_problems, revenue_period_problems
from forkmodel.data.names import NearNames
from forkmodel.data.schemas import TABLES, declaration
from forkmodel.data.spells import spell_overlaps
from forkmodel.data.usable import unusable_values
from forkmodel.errors import Problem

__all__ = [
    "LEAST_PRICE",
    "LEAST_REVENUE",
    "SHARE_SUM_LIMIT",
    "cross_table_problems",
    "future_dates",
    "known_entities",
    "row_problems",
]

Frames = Mapping[str, pd.DataFrame]

#: Published shares are rounded, so a full set may sum to a little more than one.
SHARE_SUM_LIMIT = 1.05
#: Names of this many ids are not worth listing in a message.
LISTED_IDS = 20
#: Positive prices below this are per token, not per million tokens; revenue below this is not in dollars.
LEAST_PRICE, LEAST_REVENUE = 0.0005, 10_000.0


def _at(
    table: str, frame: pd.DataFrame, spots: np.ndarray, column: str, problem: str, fix: str
) -> list[Problem]:
    """Return one problem per row position."""
    if not len(spots):
        return []
    texts = [cell_text(value) for value in frame[column].iloc[spots].tolist()]
    lines = frame.index.to_numpy()[spots].tolist()
    return [
        Problem(table, line or None, column, text, problem, fix)
        for line, text in zip(lines, texts, strict=True)
    ]


def _where(mask: pd.Series) -> np.ndarray:
    return np.flatnonzero(mask.to_numpy(bool))


def row_problems(table: str, frame: pd.DataFrame, missing: frozenset[str] = frozenset()) -> list[Problem]:
    """Check one table on its own: repeated keys, dates in order, shares and units of single rows.

    Parameters
    ----------
    table : str
        Name of the table.
    frame : DataFrame
        Typed frame, indexed by CSV line.
    missing : frozenset of str
        Columns that the file does not have.
    """
    problems = [] if missing.intersection(declaration(table).key) else _repeated_keys(table, frame)
    problems += _ordered_dates(table, frame)
    if table in ("usage", "adoption"):
        over = frame["unit"].eq("share") & frame["value"].gt(1) & np.isfinite(frame["value"])
        for spot in _where(over):
            what, fix = above_one(float(frame["value"].iloc[spot]), TABLES[table].column("value").meaning)
            problems += _at(table, frame, np.array([spot]), "value", what, fix)
    if table == "prices":
        problems += _prices_per_token(frame)
    if table == "usage":
        problems += period_problems(frame)
    if table == "revenue":
        problems += _revenue_rows(frame)
        problems += revenue_period_problems(frame)
    if table == "benchmarks":
        spots = _where(frame["ceiling"] <= frame["chance_level"].fillna(0.0))
        problems += _at(
            table,
            frame,
            spots,
            "ceiling",
            "is not above the chance level",
            "Correct ceiling or chance_level.",
        )
    return problems


def _repeated_keys(table: str, frame: pd.DataFrame) -> list[Problem]:
    key = list(declaration(table).key)
    # A row whose key is not known, because a cell is empty or unreadable, repeats nothing.
    needed = [name for name in key if not declaration(table).column(name).empty]
    frame = frame.loc[frame[needed].notna().all(axis=1)]
    again = frame.duplicated(key)
    if not again.any():
        return []
    numbers = frame.groupby(key, dropna=False, sort=False).ngroup().to_numpy()
    first: dict[int, int] = {}
    for spot, number in enumerate(numbers.tolist()):
        first.setdefault(number, spot)
    problems = []
    names = [column.name for column in declaration(table).columns]
    for spot in _where(again):
        earlier = first[int(numbers[spot])]
        line = int(frame.index[earlier])
        place = f"row {line}" if line else "another row"
        same = all(_same(frame[name].iloc[spot], frame[name].iloc[earlier]) for name in names)
        what = f"repeats {place} exactly" if same else f"has the same {', '.join(key)} as {place}"
        fix = (
            "Delete one of the two rows." if same else "Keep the right one, or correct the key of the other."
        )
        value = ", ".join(cell_text(frame[name].iloc[spot]) for name in key)
        problems.append(Problem(table, int(frame.index[spot]) or None, key[0], value, what, fix))
    return problems


def _same(left: object, right: object) -> bool:
    return cell_text(left) == cell_text(right)


def _ordered_dates(table: str, frame: pd.DataFrame) -> list[Problem]:
    if table == "prices":
        early = frame["effective_to"] <= frame["effective_from"]
        return _at(
            table, frame, _where(early), "effective_to", "is not after effective_from",
            "Swap or correct the two dates; effective_to is the first day without the price.",
        )  # fmt: skip
    if table == "usage":
        early = frame["period_end"] < frame["period_start"]
        fix = "Swap or correct the two dates; a single day has the same date twice."
        return _at(table, frame, _where(early), "period_end", "is before period_start", fix)
    return []


def _prices_per_token(frame: pd.DataFrame) -> list[Problem]:
    problems = []
    for name in ("input_usd_per_mtok", "output_usd_per_mtok"):
        tiny = frame[name].gt(0) & frame[name].lt(LEAST_PRICE)
        fix = "Multiply by 1000000: the column is USD per million tokens."
        problems += _at("prices", frame, _where(tiny), name, "looks like a price per token", fix)
    return problems


def _revenue_rows(frame: pd.DataFrame) -> list[Problem]:
    centre = frame["annualised_revenue_usd"]
    problems = _at(
        "revenue",
        frame,
        _where(frame["low"] > centre),
        "low",
        "is above the central figure",
        "Swap or correct.",
    )
    problems += _at(
        "revenue",
        frame,
        _where(frame["high"] < centre),
        "high",
        "is below the central figure",
        "Swap or correct.",
    )
    fix = "Write US dollars per year, not thousands, millions or billions."
    for column in ("annualised_revenue_usd", "low", "high"):
        small = frame[column].gt(0) & frame[column].lt(LEAST_REVENUE)
        problems += _at("revenue", frame, _where(small), column, "is too small for a firm", fix)
    return problems


def cross_table_problems(
    frames: Frames,
    *,
    unread: frozenset[str] = frozenset(),
    loose: Mapping[str, set[str]] | None = None,
    unsure_ends: frozenset[int] = frozenset(),
    limit: pd.Timestamp | None = None,
) -> list[Problem]:
    """Check the tables against one another: ids, price spells, shares that must not sum above one.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        Typed frames, indexed by CSV line.
    unread : frozenset of str
        Tables that could not be read, so that ids in them cannot be looked up.
    loose : mapping of str to set of str, optional
        Ids that stand in rows which were left out for another problem.
    unsure_ends : frozenset of int
        Lines of prices whose end could not be read; they are not compared with others.
    limit : Timestamp, optional
        Day after which no date of the market may lie.
    """
    prices = frames["prices"]
    problems = _unknown_ids(frames, unread, loose or {})
    problems += spell_overlaps(prices.loc[~prices.index.isin(unsure_ends)])
    problems += field_problems(frames, limit)
    problems += unusable_values(frames)
    problems += _share_sums(frames)
    return problems


def future_dates(frames: Frames, limit: pd.Timestamp, name: str) -> list[Problem]:
    """Find market dates after ``limit``; ``name`` names it in the message (``"the vintage 2026-07-31"``)."""
    problems = []
    for table, declared in TABLES.items():
        for column in declared.dates():
            late = _where(frames[table][column] > limit)
            fix = "Correct the date, or give a later vintage (vintage=..., or vintage.txt in the folder)."
            problems += _at(table, frames[table], late, column, f"lies in the future: after {name}", fix)
    return problems


def known_entities(models: pd.DataFrame) -> dict[str, set[str]]:
    """Return what ``usage.entity`` may name at each level for the row to count as mapped."""
    return {
        "model": set(models["model_id"].dropna()),
        "developer": set(models["developer"].dropna()),
        "access": {"closed", "open_weights"},
        "country": set(),
    }


def _unknown_ids(frames: Frames, unread: frozenset[str], loose: Mapping[str, set[str]]) -> list[Problem]:
    problems = []
    for name, table in TABLES.items():
        for column in table.columns:
            target = column.refers_to
            if target and target not in unread:
                valid = set(frames[target][TABLES[target].key[0]].dropna())
                values = frames[name][column.name]
                missing = values.notna() & ~values.isin(valid | loose.get(target, set()))
                problems += _no_such(name, frames[name], _where(missing), column.name, target, valid)
    if "models" in unread:
        return problems
    usage = frames["usage"]
    for level, valid in known_entities(frames["models"]).items():
        here = usage["level"].eq(level)
        resolves = usage["entity"].isin(valid | loose.get("models", set()))
        if level != "country":
            lost = _where(here & usage["mapped"] & usage["entity"].notna() & ~resolves)
            problems += _no_such("usage", usage, lost, "entity", "models", valid)
        found = _where(here & ~usage["mapped"] & usage["entity"].isin(valid))
        fix = f"Set mapped to true. {TABLES['usage'].column('mapped').meaning}"
        problems += _at("usage", usage, found, "mapped", "the entity is in models.csv", fix)
    return problems


def _no_such(
    table: str, frame: pd.DataFrame, spots: np.ndarray, column: str, target: str, valid: set[str]
) -> list[Problem]:
    names = NearNames(valid)
    fixes: dict[str, str] = {}
    problems = []
    for problem in _at(table, frame, spots, column, f"unknown id: no such entry in {target}.csv", ""):
        value = problem.value or ""
        if value not in fixes:
            hint = names.hint(value)
            if not hint and 0 < len(names.names) <= LISTED_IDS:
                hint = "Valid names: " + ", ".join(names.names) + "."
            other = f"Add it to {target}.csv, or correct the name."
            if column == "entity":
                other = "Set mapped to false if it is not in models.csv."
            fixes[value] = f"{hint} {other}".strip()
        problems.append(Problem(table, problem.row, column, value, problem.problem, fixes[value]))
    return problems


def _share_sums(frames: Frames) -> list[Problem]:
    """Shares of one market and period cannot sum to much more than one, unless buyers use several sellers."""
    usage = frames["usage"]
    single = ~usage["market"].fillna("").str.endswith("_subscriptions")
    rows = usage.loc[usage["unit"].eq("share") & single & usage["value"].le(1) & usage["entity"].ne("total")]
    rows = rows.drop_duplicates(list(TABLES["usage"].key))
    # An entity listed both as a whole and by variant counts once: the larger of the two.
    whole = rows["variant"].eq("all")
    place = ["market", "level", "period_start", "period_end"]
    sides = rows.assign(whole=rows["value"].where(whole, 0.0), parts=rows["value"].where(~whole, 0.0))
    entities = sides.groupby([*place, "entity"])[["whole", "parts"]].sum().max(axis=1)
    totals = entities.groupby(level=place).sum()
    problems = []
    for row in totals.loc[totals > SHARE_SUM_LIMIT].reset_index(name="total").to_dict("records"):
        group = (rows[place] == [row[name] for name in place]).all(axis=1)
        when = f"from {cell_text(row['period_start'])} to {cell_text(row['period_end'])}"
        what = f"shares of {row['market']} by {row['level']} {when} sum to {row['total']:.3f}"
        problems.append(_sum_problem("usage", rows.index[group], "value", float(row["total"]), what))
    table = frames["structure"]
    table = table.loc[table["share"].le(1)]
    for (market, day), firms in table.groupby(["market", "as_of"]):
        total = float(firms["share"].sum())
        if total > SHARE_SUM_LIMIT:
            what = f"shares of {market} on {cell_text(day)} sum to {total:.3f}"
            problems.append(_sum_problem("structure", firms.index, "share", total, what))
    return problems


def _sum_problem(table: str, lines: pd.Index, column: str, total: float, what: str) -> Problem:
    first = sorted(line for line in lines.tolist() if line)
    fix = "Shares of one whole sum to at most 1; look for a part counted twice, or 0.5 meant as 0.5 %."
    if table == "usage":
        fix += " If buyers use several sellers at once, let the market's name end in _subscriptions."
    line = first[0] if first else None
    return Problem(table, line, column, f"{total:.3f}", what, fix, of_rows_together=True)
