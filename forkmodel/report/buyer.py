"""For a buyer: closed, open or hedge, by how good a model must be and until when."""

from __future__ import annotations

from forkmodel.report import findings_text
from forkmodel.report import readers_text as text
from forkmodel.report.asked import Asked, asked
from forkmodel.report.content import ReportContent
from forkmodel.report.formatting import UNITS
from forkmodel.report.reader_parts import AskedTable, Cell, Reader, last_quarter, worlds_of

__all__ = ["buyer", "choice"]

#: A buyer is told to choose if at least this part of the worlds agrees, and to hedge otherwise.
SURE = 0.9
#: Years after the data's end until when a buyer decides.
HORIZONS = (1, 2)


def choice(reached: float, cheaper: float) -> str:
    """Return ``open``, ``closed`` or ``hedge``.

    Parameters
    ----------
    reached : float
        Probability that an open model is good enough by the horizon.
    cheaper : float
        Probability that an open model is cheaper than a closed one of equal capability then.
    """
    if reached >= SURE:
        return "open" if cheaper >= SURE else "closed" if cheaper <= 1.0 - SURE else "hedge"
    return "closed" if reached <= 1.0 - SURE else "hedge"


def _floors(now: str) -> list[tuple[str, str, str]]:
    """Return the workload, its floor as a condition on open models at ``{}``, and when to begin to look."""
    best = f"capability_frontier.closed[{now}]"
    return [
        (text.WORKLOADS[0], "capability_frontier.open{} >= 150", ""),
        (text.WORKLOADS[1], f"capability_frontier.open{{}} >= {best}", ""),
        (text.WORKLOADS[2], "capability_gap{} <= 3", f"[{now}:{{}}]"),
        (text.WORKLOADS[3], "capability_gap{} <= 0", f"[{now}:{{}}]"),
    ]


def buyer(content: ReportContent) -> Reader | None:
    """Return the section; None where the worlds have no frontiers."""
    worlds, now = worlds_of(content), last_quarter(content)
    end = str(worlds["time"].dt.year.to_numpy()[-1])
    years = [content.vintage.year + step for step in HORIZONS]
    prices = [
        (asked(worlds, f"premium_residual[{y}] > 1"), asked(worlds, f"premium_residual[{y}]", UNITS["ratio"]))
        for y in years
    ]
    rows: list[tuple[str, list[Cell]]] = []
    told: list[tuple[str, str]] = []
    for name, floor, span in _floors(now):
        cells: list[Cell] = []
        for year, (cheaper, _) in zip(years, prices, strict=True):
            reached = asked(worlds, floor.format(f"[{year}]"))
            said = _choose(reached, cheaper)
            cells += [reached, said]
            if year == years[-1] and said:
                told.append((name, said))
        cells.append(asked(worlds, f"when({floor.format(span.format(end))})"))
        if any(isinstance(cell, Asked) for cell in cells):
            rows.append((name, cells))
    if not rows:
        return None
    heads = [head for year in years for head in (text.good_enough(year), text.choose(year))]
    tables = [AskedTable(text.BUYER_TABLE, [*heads, text.GOOD_ENOUGH_WHEN], rows, text.buyer_note(SURE))]
    costs: list[tuple[str, list[Cell]]] = [
        (str(year), [ratio, cheaper]) for year, (cheaper, ratio) in zip(years, prices, strict=True) if ratio
    ]
    if costs:
        tables.append(AskedTable(text.COST_TABLE, text.COST_COLUMNS, costs))
    return Reader("buyer", findings_text.buyer_title(told, years[-1]), tables)


def _choose(reached: Asked | None, cheaper: Asked | None) -> str:
    return "" if reached is None or cheaper is None else choice(reached.probability, cheaper.probability)
