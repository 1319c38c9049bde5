"""Any table of one's own, CSV or Excel, through a mapping file that says what its columns mean."""

from __future__ import annotations

from dataclasses import dataclass

from forkmodel.data.adapters.draft import NO_BENCHMARK, NO_MODEL, Draft
from forkmodel.data.adapters.excel import FORMULA, read_excel
from forkmodel.data.adapters.mapping_file import ColumnMap, FileShape, Mapping, TableMap
from forkmodel.data.adapters.opening import Bundle
from forkmodel.data.adapters.sheets import Row, Sheet, read_csv
from forkmodel.data.adapters.units import CellError, read_date, read_number
from forkmodel.data.columns import Column
from forkmodel.data.schemas import TABLES

__all__ = ["TAKES", "read_mapped"]

TAKES = "a CSV or Excel file, and --mapping FILE"

_FLAGS = {"true": "true", "yes": "true", "1": "true", "false": "false", "no": "false", "0": "false"}


@dataclass(frozen=True, slots=True)
class _Skip(Exception):
    """A row that becomes none, and why."""

    reason: str


def read_mapped(bundle: Bundle, mapping: Mapping, draft: Draft) -> None:
    """Fill a draft from every CSV and Excel file of a bundle.

    Parameters
    ----------
    bundle : Bundle
        The files.
    mapping : Mapping
        What their columns mean.
    draft : Draft
        The import.

    Raises
    ------
    DataError
        If a file lacks a column that the mapping names.
    """
    order = list(TABLES)
    for name in bundle.names:
        sheet = _sheet(bundle, name, mapping.file)
        for place, what in sheet.ragged:
            draft.leave(place, "", what)
        # Models and benchmarks come first: later tables name them.
        for table in sorted(mapping.table, key=lambda each: order.index(each.table)):
            wanted = [column.column for column in table.columns.values() if column.column]
            sheet.need(*wanted, *(table.wide.columns if table.wide else ()))
            for row in sheet.rows:
                _add(row, table, mapping.file, draft)


def _sheet(bundle: Bundle, name: str, shape: FileShape) -> Sheet:
    if name.lower().endswith((".xlsx", ".xlsm")):
        return read_excel(bundle.read(name), name, sheet=shape.sheet, header=shape.header)
    return read_csv(
        bundle.read(name), name, separator=shape.separator, encoding=shape.encoding, header=shape.header
    )


def _add(row: Row, table: TableMap, shape: FileShape, draft: Draft) -> None:
    """Add what one row of the file says to one table: a row, or one for each wide column."""
    name = next((row.cells[c.column] for c in table.columns.values() if c.column and row.cells[c.column]), "")
    try:
        cells = {
            column: _cell(row, given, TABLES[table.table].column(column), shape, draft)
            for column, given in table.columns.items()
        }
    except _Skip as skip:
        draft.leave(row.place, name, skip.reason)
        return
    if table.wide is None:
        _finish(row, table.table, cells, draft)
        return
    for heading, id_ in table.wide.columns.items():
        try:
            into = ColumnMap(value=id_)
            more = {
                table.wide.into: _cell(row, into, TABLES[table.table].column(table.wide.into), shape, draft),
                table.wide.value: _cell(
                    row,
                    ColumnMap(column=heading, unit=table.wide.unit),
                    TABLES[table.table].column(table.wide.value),
                    shape,
                    draft,
                ),
            }
        except _Skip as skip:
            draft.leave(row.place, f"{name}, {heading}", skip.reason)
            continue
        if not more[table.wide.value]:
            draft.leave(row.place, f"{name}, {heading}", "an empty cell")
            continue
        _finish(row, table.table, cells | more, draft)


def _cell(row: Row, given: ColumnMap, column: Column, shape: FileShape, draft: Draft) -> str:
    text = given.value or row.cells[given.column]
    if text == FORMULA:
        raise _Skip(f"the cell of {given.column!r} is a formula, which is not evaluated; paste values")
    text = given.words.get(text, text)
    try:
        if column.kind in ("number", "whole"):
            if given.value:
                return read_number(text, unit=given.unit)
            return read_number(text, unit=given.unit, decimal=shape.decimal, thousands=shape.thousands)
        if column.kind == "date":
            return read_date(text, "iso" if given.value else shape.dates)
    except CellError as error:
        raise _Skip(f"a cell cannot be read: {error}") from error
    if column.kind == "flag":
        if text.lower() not in _FLAGS:
            raise _Skip(f"a cell cannot be read: {text!r} is neither true nor false")
        return _FLAGS[text.lower()]
    return _named(text, column, draft)


def _named(text: str, column: Column, draft: Draft) -> str:
    """Return the id that a name stands for, where the column holds ids."""
    if column.refers_to == "models":
        if (model := draft.naming.model(text)) is None:
            raise _Skip(NO_MODEL)
        return model
    if column.refers_to == "benchmarks":
        if (benchmark := draft.naming.benchmark(text)) is None:
            raise _Skip(NO_BENCHMARK)
        return benchmark
    if column.name in ("developer", "seller"):
        return draft.naming.find(column.name, text) or text
    return text


def _finish(row: Row, table: str, cells: dict[str, str], draft: Draft) -> None:
    """Add a row with what follows from its other cells and from the day of reading."""
    day = "" if draft.is_late(draft.day) else draft.day
    if table == "models":
        draft.naming.learn("model", cells.get("model_id", ""), cells.get("name", ""))
    elif table == "benchmarks":
        draft.naming.learn("benchmark", cells.get("benchmark", ""), cells.get("name", ""))
    elif table == "scores":
        cells = {"source_snapshot": draft.day, **cells}
    elif table == "prices":
        cells = {"from_is_release": "false", "first_observed": day, **cells}
    elif table == "usage":
        entity = cells.get("entity", "")
        if cells.get("level") == "model":
            entity = draft.naming.model(entity) or entity
        known = {
            "model": draft.naming.find("model", entity) == entity,
            "developer": draft.naming.find("developer", entity) == entity,
            "access": entity in ("closed", "open_weights"),
        }
        mapped = "true" if known.get(cells.get("level", "")) else "false"
        cells = {"mapped": mapped, **cells, "entity": entity}
    draft.add(table, row.place, **cells)
