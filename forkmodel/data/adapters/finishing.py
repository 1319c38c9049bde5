"""From a draft to tables that read clean: one row a key, no row that breaks a rule, each loss said aloud."""

from __future__ import annotations

import tempfile
from pathlib import Path

from forkmodel.data.adapters.draft import Draft, PlacedRow
from forkmodel.data.adapters.imported import Imported
from forkmodel.data.adapters.writing import rows_text
from forkmodel.data.market_tables import MarketTables
from forkmodel.data.read import read_with_lines
from forkmodel.data.schemas import TABLES
from forkmodel.errors import DataError, Problem
from forkmodel.whole_files import write_whole

__all__ = ["finish"]

#: A row that is dropped may make another one wrong; so often the rest is checked again.
ROUNDS = 5
#: Scores that differ by less are the same figure with fewer digits.
SAME_SCORE = 5e-7


def finish(draft: Draft, base: MarketTables) -> Imported:
    """Return the import of a draft whose tables read clean on top of ``base``.

    Parameters
    ----------
    draft : Draft
        What an adapter filled.
    base : MarketTables
        The tables that the import adds to.

    Raises
    ------
    DataError
        If what is wrong belongs to no single row.
    """
    for name in TABLES:
        draft.rows[name] = _one_a_key(draft, name)
    draft.rows["scores"] = _news(draft, base)
    _drop_broken(draft, base)
    used = {row.cells["source_id"] for rows in draft.rows.values() for row in rows}
    if draft.source_id in used:
        _add_source(draft)
    tables = {name: [row.cells for row in rows] for name, rows in draft.rows.items() if rows}
    return Imported(tables, draft.left_out, draft.naming.proposals(), draft.origin, draft.vintage)


def _one_a_key(draft: Draft, name: str) -> list[PlacedRow]:
    """Keep the best score of a key, and the first row of any other; say which rows were not kept."""
    kept: dict[tuple[str, ...], PlacedRow] = {}
    for row in draft.rows[name]:
        key = tuple(row.cells.get(part, "") for part in TABLES[name].key)
        other = kept.setdefault(key, row)
        if other is row:
            continue
        loser, what = row, f"the source says the same of this {name} row twice"
        if row.cells != other.cells:
            what = f"another of the source's rows stands for the same {', '.join(TABLES[name].key)}"
        if name == "scores":
            what = "not the best score of its model on this benchmark"
            if float(row.cells["score"] or 0) > float(other.cells["score"] or 0):
                kept[key], loser = row, other
        draft.leave(loser.place, ", ".join(part for part in key if part), what)
    return list(kept.values())


def _news(draft: Draft, base: MarketTables) -> list[PlacedRow]:
    """Return the scores that the tables do not already hold, to the digits of the source."""
    key = list(TABLES["scores"].key)
    held = {
        tuple(map(str, row[:-1])): float(row[-1])
        for row in base.scores[[*key, "score"]].itertuples(index=False)
    }
    news = []
    for row in draft.rows["scores"]:
        place = tuple(row.cells.get(part, "") for part in key)
        text = row.cells.get("score", "")
        if place in held and text and abs(held[place] - float(text)) < SAME_SCORE:
            draft.leave(row.place, ", ".join(place), "the tables already hold this score")
        else:
            news.append(row)
    return news


def _drop_broken(draft: Draft, base: MarketTables) -> None:
    """Drop rows that the reader of folders refuses, with its own words."""
    for _ in range(ROUNDS):
        problems = _problems(draft, base)
        if not problems:
            return
        if stray := [each for each in problems if not _of_one_row(each)]:
            raise DataError(stray)
        lines: dict[str, dict[int, Problem]] = {}
        for each in problems:
            lines.setdefault(each.table, {}).setdefault(each.row or 0, each)
        for table, broken in lines.items():
            rows = draft.rows[table]
            for line, problem in broken.items():
                row = rows[line - 2]
                name = ", ".join(row.cells.get(part, "") for part in TABLES[table].key)
                draft.leave(row.place, name, f"{table}, {problem.column or 'row'}: {problem.problem}")
            draft.rows[table] = [row for spot, row in enumerate(rows) if spot + 2 not in broken]
    if problems := _problems(draft, base):
        raise DataError(problems)


def _of_one_row(problem: Problem) -> bool:
    """Whether a problem goes away with its row: not that of the source itself, nor of rows taken together."""
    own = problem.row is not None and problem.table in TABLES and problem.table != "sources"
    return own and not problem.of_rows_together


def _problems(draft: Draft, base: MarketTables) -> list[Problem]:
    """Return what the reader of folders says of the draft on top of the tables it adds to."""
    if not any(draft.rows.values()):
        return []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        rows = {name: [row.cells for row in found] for name, found in draft.rows.items() if found}
        rows.setdefault("sources", []).append(_source(draft))
        for name, cells in rows.items():
            write_whole(folder / f"{name}.csv", rows_text(name, cells))
        return read_with_lines(folder, base=base, partial=False, vintage=draft.vintage).problems


def _source(draft: Draft) -> dict[str, str]:
    origin = draft.origin
    return {
        "source_id": draft.source_id,
        "title": origin.title,
        "publisher": origin.publisher,
        "url": origin.url,
        "licence": origin.licence,
        "attribution": origin.attribution,
        "retrieved": draft.day,
    }


def _add_source(draft: Draft) -> None:
    draft.rows["sources"].append(PlacedRow(draft.origin.name, _source(draft)))
