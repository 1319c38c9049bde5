"""An empty folder of tables to fill in: one file a table with an example row, and a page on every column."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from forkmodel.data.columns import Column, Table
from forkmodel.data.schemas import TABLES
from forkmodel.errors import ForkModelError
from forkmodel.targets import held_target
from forkmodel.whole_files import settle, staged_files, write_whole

__all__ = ["COLUMNS_PAGE", "write_template"]

#: Page that describes the columns.
COLUMNS_PAGE = "COLUMNS.md"

_EXAMPLE_DAY = "2026-01-15"
#: One row a table about a firm that does not exist; together they read clean.
EXAMPLES: dict[str, dict[str, str]] = {
    "models": {
        "model_id": "acme-1",
        "name": "Acme-1",
        "developer": "Acme",
        "access": "open_weights",
        "country": "United States",
        "release_date": _EXAMPLE_DAY,
    },
    "benchmarks": {
        "benchmark": "acme-quiz",
        "name": "Acme Quiz",
        "domain": "knowledge",
        "chance_level": "0.25",
        "ceiling": "1",
        "n_items": "400",
        "release_date": _EXAMPLE_DAY,
    },
    "scores": {
        "model_id": "acme-1",
        "benchmark": "acme-quiz",
        "score": "0.62",
        "stderr": "0.024",
        "n_items": "400",
        "evaluator": "Example Lab",
        "setting": "effort=high",
        "source_snapshot": _EXAMPLE_DAY,
    },
    "prices": {
        "model_id": "acme-1",
        "seller": "example-host",
        "seller_kind": "host",
        "effective_from": _EXAMPLE_DAY,
        "input_usd_per_mtok": "0.5",
        "output_usd_per_mtok": "1.5",
        "cached_input_usd_per_mtok": "0.05",
        "from_is_release": "true",
        "first_observed": _EXAMPLE_DAY,
    },
    "usage": {
        "period_start": "2026-01-19",
        "period_end": "2026-01-25",
        "market": "openrouter_tokens_weekly",
        "level": "model",
        "entity": "acme-1",
        "variant": "standard",
        "value": "1500000000",
        "unit": "tokens",
        "mapped": "true",
    },
    "adoption": {
        "date": "2026-01-31",
        "population": "Firms of the example",
        "measure": "share using AI",
        "value": "0.2",
        "unit": "share",
    },
    "revenue": {
        "developer": "Acme",
        "as_of": "2026-01-31",
        "annualised_revenue_usd": "25000000",
        "kind": "reported",
        "segment": "company",
        "basis": "run_rate",
    },
    "structure": {
        "market": "example_market",
        "as_of": "2025-12-31",
        "firm": "Example Cloud",
        "share": "0.3",
    },
    "sources": {
        "title": "Example rows",
        "publisher": "nobody",
        "licence": "none needed",
        "retrieved": _EXAMPLE_DAY,
    },
}


def write_template(folder: str | Path) -> list[Path]:
    """Write every table with its header and one example row, and a page that describes the columns.

    The example rows are about a firm that does not exist; replace them. A table without rows is deleted, not
    left with a header alone.

    Parameters
    ----------
    folder : str or Path
        Where to write; made if absent.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    ForkModelError
        If one of the files is there already: nothing is written over.
    """
    place = Path(folder)
    files = {place / f"{name}.csv": _text(table) for name, table in TABLES.items()}
    files[place / COLUMNS_PAGE] = _page()
    with held_target(place, folder=True):
        settle(place)
        there = [path.name for path in files if path.exists()]
        if there:
            raise ForkModelError(f"{place} already holds {', '.join(there)}. Give a new folder.")
        with staged_files(place, [path.name for path in files]) as waiting:
            for path, text in files.items():
                write_whole(waiting / path.name, text)
    return list(files)


def _text(table: Table) -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, table.names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerow({"source_id": "example", **EXAMPLES[table.name]})
    return file.getvalue()


def _page() -> str:
    lines = [
        "# The columns",
        "",
        "Every table has one example row, about a firm that does not exist: replace it. Delete a file that "
        "stays without rows. UTF-8, commas, a decimal point, ISO dates; an empty cell means unknown or not "
        "applicable. `forkmodel data check` lists what is wrong.",
    ]
    for table in TABLES.values():
        need = _need(table)
        lines += ["", f"## {table.name}.csv ({need})", "", f"One row per {', '.join(table.key)}.", ""]
        lines += ["| column | cell | meaning |", "|---|---|---|"]
        lines += [f"| {column.name} | {_cell(column)} | {column.meaning} |" for column in table.columns]
    return "\n".join(lines) + "\n"


def _need(table: Table) -> str:
    if table.required:
        return "needed, unless the folder is an update"
    if table.needed_by:
        return f"needed with {', '.join(table.needed_by)}, unless the folder is an update"
    return "may be left out"


def _cell(column: Column) -> str:
    kinds = {
        "text": "text",
        "number": "number",
        "whole": "whole number",
        "date": "YYYY-MM-DD",
        "flag": "true or false",
    }
    cell = " or ".join(column.values) if column.values else kinds[column.kind]
    if column.least is not None and column.most is not None:
        cell += f" from {column.least:g} to {column.most:g}"
    if column.refers_to:
        cell += f", an id of {column.refers_to}.csv"
    return cell + (", may be empty" if column.empty else "")
