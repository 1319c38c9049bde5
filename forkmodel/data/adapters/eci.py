"""Epoch's Capabilities Index: ``eci_benchmarks.csv`` (its inputs) and ``eci_scores.csv`` (the index itself).

The index is computed from scores that the tables hold, so it is no further evidence and is never imported.
Its inputs are normalised, 0 = chance and 1 = the best possible; they are brought back to the fraction solved.
"""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from forkmodel.data.adapters.draft import NO_BENCHMARK, NO_MODEL, Draft
from forkmodel.data.adapters.epoch import OWN, add_model
from forkmodel.data.adapters.imported import Origin
from forkmodel.data.adapters.opening import Bundle, refuse
from forkmodel.data.adapters.scores import evaluator_of
from forkmodel.data.adapters.sheets import Sheet, read_csv
from forkmodel.data.adapters.units import CellError, read_date, read_number

__all__ = ["ORIGIN", "TAKES", "read"]

ORIGIN = Origin(
    "eci",
    "Epoch Capabilities Index",
    "Epoch AI",
    "https://epoch.ai/benchmarks",
    "CC BY 4.0",
    "Epoch AI, 'Epoch Capabilities Index', https://epoch.ai/benchmarks, CC BY 4.0",
)
TAKES = "eci_benchmarks.csv, eci_scores.csv, or a folder or zip with both"


#: Why the index itself is left out.
COMPUTED = "the index is computed from scores that the tables hold; it would count twice"


def read(bundle: Bundle, draft: Draft) -> None:
    """Fill a draft with models and scores.

    Parameters
    ----------
    bundle : Bundle
        A file, folder or archive.
    draft : Draft
        The import.

    Raises
    ------
    DataError
        If there is neither of the two tables.
    """
    sheets = [read_csv(bundle.read(name), name) for name in bundle.ending(".csv")]
    indices = [sheet for sheet in sheets if {"Model", "eci"} <= set(sheet.header)]
    inputs = [sheet for sheet in sheets if {"benchmark", "performance", "model"} <= set(sheet.header)]
    if not indices and not inputs:
        what = "holds no table with the columns Model and eci, or model, benchmark and performance"
        raise refuse(bundle.name, what, f"Give {TAKES}.")
    for sheet in indices:
        _index(sheet, draft)
    for sheet in inputs:
        _inputs(sheet, draft)


def _index(sheet: Sheet, draft: Draft) -> None:
    for place, what in sheet.ragged:
        draft.leave(place, "", what)
    for row in sheet.rows:
        name = row.get("Model", "Display name")
        draft.leave(row.place, name, COMPUTED)
        if name and draft.naming.find("model", name, row.get("Display name")) is None:
            group = row.get("Accessibility group", "Model accessibility")
            add_model(
                draft, row, name, row.get("date", "Release date"), row.get("Organization"), group,
                row.get("Country"),
            )  # fmt: skip


def _inputs(sheet: Sheet, draft: Draft) -> None:
    for place, what in sheet.ragged:
        draft.leave(place, "", what)
    columns = ("benchmark", "chance_level", "ceiling")
    levels = zip(*(draft.known["benchmarks"][column].tolist() for column in columns), strict=True)
    known = {benchmark: (chance, ceiling) for benchmark, chance, ceiling in levels}
    for row in sheet.rows:
        name = f"{row.get('model')}, {row.get('benchmark')}"
        benchmark = draft.naming.benchmark(row.get("benchmark"))
        model = draft.naming.model(row.get("model"), row.get("model_version"))
        try:
            text, day = read_number(row.get("performance")), read_date(row.get("date"))
        except CellError as error:
            draft.leave(row.place, name, f"a cell cannot be read: {error}")
            continue
        if not text:
            draft.leave(row.place, name, "the row holds no performance")
        elif benchmark is None:
            draft.leave(row.place, name, NO_BENCHMARK)
        elif model is None:
            draft.leave(row.place, name, NO_MODEL)
        elif draft.is_late(day):
            draft.leave(row.place, name, "the model was released after the vintage")
        elif pd.isna(known[benchmark][0]):
            draft.leave(row.place, name, "the chance level is unknown, so the fraction solved is too")
        else:
            low, high = (Decimal(str(level)) for level in known[benchmark])
            own = row.get("source").startswith("Epoch")
            score = low + Decimal(text) * (high - low)
            draft.add(
                "scores",
                row.place,
                model_id=model,
                benchmark=benchmark,
                score=format(round(score, 6).normalize(), "f"),
                evaluator=OWN if own else evaluator_of(draft, benchmark, "papers (via Epoch)"),
                source_snapshot=draft.day,
            )
