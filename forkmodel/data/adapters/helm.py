"""HELM of Stanford CRFM: the tables of a group (``groups/core_scenarios.json``), or one of them as CSV.

A table has a row a model and a column a scenario and metric, such as ``MMLU - EM``. Metrics that give partial
credit (F1, BLEU, ratings by a judge) are no fraction solved and are left out, and so is the mean win rate.
"""

from __future__ import annotations

from typing import Any

from forkmodel.data.adapters.boards import Test, add_board
from forkmodel.data.adapters.documents import read_json
from forkmodel.data.adapters.draft import Draft
from forkmodel.data.adapters.imported import Origin
from forkmodel.data.adapters.opening import Bundle, refuse
from forkmodel.data.adapters.sheets import Row, Sheet, as_sheet, read_csv

__all__ = ["ORIGIN", "TAKES", "read"]

ORIGIN = Origin(
    "helm",
    "HELM, tables of scenarios",
    "Stanford CRFM",
    "https://crfm.stanford.edu/helm",
    "Apache-2.0 (the framework; the results state no licence of their own)",
    "HELM, Stanford CRFM",
)
TAKES = "groups/core_scenarios.json of a release, or one of its tables as CSV"

TESTS = {
    "MMLU - EM": Test("mmlu", "MMLU", "knowledge", chance="0.25"),
    "MMLU-Pro - COT correct": Test("mmlu-pro", "mmlu-pro", "knowledge", chance="0.1"),
    "GPQA - COT correct": Test("helm-gpqa", "GPQA main, HELM", "science", chance="0.25"),
    "IFEval - IFEval Strict Acc": Test("ifeval", "IFEval", "instruction following"),
    "Omni-MATH - Acc": Test("helm-omni-math", "Omni-MATH, HELM", "math"),
    "OpenbookQA - EM": Test("openbookqa", "OpenBookQA", "commonsense", chance="0.25"),
    "GSM8K - EM": Test("gsm8k", "GSM8K", "math"),
    "MATH - Equivalent (CoT)": Test("math", "math", "math"),
    "LegalBench - EM": Test("helm-legalbench", "LegalBench, HELM", "law", chance=""),
    "MedQA - EM": Test("helm-medqa", "MedQA, HELM", "medicine", chance="0.25"),
    "HellaSwag - EM": Test("hellaswag", "HellaSwag", "commonsense", chance="0.25"),
    "BoolQ - EM": Test("boolq", "BoolQ", "commonsense", chance="0.5"),
}
_MODEL = ("Model", "Model/adapter")


def read(bundle: Bundle, draft: Draft) -> None:
    """Fill a draft with scores.

    Parameters
    ----------
    bundle : Bundle
        The tables.
    draft : Draft
        The import.

    Raises
    ------
    DataError
        If there is no table of models.
    """
    sheets = [read_csv(bundle.read(name), name) for name in bundle.ending(".csv")]
    for name in bundle.ending(".json"):
        sheets += _tables(read_json(bundle.read(name), name), name)
    sheets = [sheet for sheet in sheets if set(_MODEL) & set(sheet.header)]
    if not sheets:
        raise refuse(bundle.name, "holds no table with a column Model", f"Give {TAKES}.")
    for sheet in sheets:
        for place, what in sheet.ragged:
            draft.leave(place, "", what)
        tests = {column: test for column, test in TESTS.items() if column in sheet.header}
        for column in sheet.header:
            if column not in tests and column not in _MODEL:
                draft.leave(sheet.name, column, "the column is no fraction solved that this adapter knows")
        rows = [(row, _names(row)) for row in sheet.rows]
        add_board(draft, rows, tests, evaluator="HELM (Stanford CRFM)")


def _names(row: Row) -> tuple[str, ...]:
    name = row.get(*_MODEL)
    return (name, name.rsplit("/", 1)[-1])


def _tables(document: Any, place: str) -> list[Sheet]:
    """Return the tables of a group: a list of them, or one."""
    found = []
    for number, table in enumerate(document if isinstance(document, list) else [document]):
        spot = f"{place}, table {number + 1}"
        if not isinstance(table, dict):
            raise refuse(spot, "is no table", f"Give {TAKES}.")
        header, rows = table.get("header"), table.get("rows")
        if not isinstance(header, list) or not isinstance(rows, list):
            raise refuse(spot, "has no header or no rows", f"Give {TAKES}.")
        records = [(line, _values(spot, row)) for line, row in enumerate([header, *rows], start=1)]
        found.append(as_sheet(spot, records, 1))
    return found


def _values(place: str, row: Any) -> list[str]:
    if not isinstance(row, list):
        raise refuse(place, "a row is no list of cells", f"Give {TAKES}.")
    values = [cell.get("value") if isinstance(cell, dict) else cell for cell in row]
    return [value.strip() if isinstance(value, str) else "" for value in values]
