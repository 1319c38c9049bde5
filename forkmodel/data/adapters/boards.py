"""Wide leaderboards: a row a model and a column a benchmark, of which the adapter knows the meaning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from forkmodel.data.adapters.draft import NO_MODEL, Draft
from forkmodel.data.adapters.sheets import Row
from forkmodel.data.adapters.units import CellError, read_number

__all__ = ["Test", "add_board"]


@dataclass(frozen=True, slots=True)
class Test:
    """A column of a leaderboard as a benchmark.

    Attributes
    ----------
    benchmark : str
        Its id; one that the tables lack is added.
    name, domain : str
        For a benchmark that is added.
    chance, ceiling : str
        Score of blind guessing, and the best possible, from 0 to 1.
    unit : str
        Unit of the column, fraction or percent.
    """

    # A class whose name begins with Test is no test.
    __test__ = False

    benchmark: str
    name: str
    domain: str
    chance: str = "0"
    ceiling: str = "1"
    unit: str = "fraction"


def add_board(
    draft: Draft,
    rows: Iterable[tuple[Row, tuple[str, ...]]],
    tests: Mapping[str, Test],
    *,
    evaluator: str,
    setting: str = "",
) -> None:
    """Add the scores of a leaderboard.

    Parameters
    ----------
    draft : Draft
        The import.
    rows : iterable of (Row, tuple of str)
        Rows, each with the names of its model, the fullest first.
    tests : mapping of str to Test
        Benchmarks by column.
    evaluator : str
        Who ran them.
    setting : str
        How they were run.
    """
    for row, names in rows:
        model = draft.naming.model(*names)
        name = next((each for each in names if each), "")
        if model is None:
            draft.leave(row.place, name, NO_MODEL)
            continue
        for column, test in tests.items():
            _add(draft, row, f"{name}, {column}", model, (column, test), evaluator, setting)


def _add(
    draft: Draft,
    row: Row,
    name: str,
    model: str,
    column: tuple[str, Test],
    evaluator: str,
    setting: str,
) -> None:
    heading, test = column
    try:
        score = read_number(row.get(heading), unit=test.unit)
    except CellError as error:
        draft.leave(row.place, name, f"a cell cannot be read: {error}")
        return
    if not score:
        draft.leave(row.place, name, "an empty cell: the model was not tested")
        return
    if draft.naming.find("benchmark", test.benchmark) is None:
        draft.naming.learn("benchmark", test.benchmark)
        draft.add(
            "benchmarks",
            row.place,
            benchmark=test.benchmark,
            name=test.name,
            domain=test.domain,
            chance_level=test.chance,
            ceiling=test.ceiling,
        )
    draft.add(
        "scores",
        row.place,
        model_id=model,
        benchmark=test.benchmark,
        score=score,
        evaluator=evaluator,
        setting=setting,
        source_snapshot=draft.day,
    )
