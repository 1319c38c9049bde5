"""Lay tables out for a terminal: columns where every word fits, one paragraph a row where it does not."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Final

__all__ = ["column_widths", "paragraph"]

#: Cells up to this long are figures and names, and stay on one line; a column of prose narrower than the next
#: is hard to read; a word longer than the last may be broken (letters).
WHOLE: Final = 16
LEAST_PROSE: Final = 12
LONGEST_WORD: Final = 32
#: The space between columns; a terminal needs none at the edges.
BETWEEN: Final = 3
#: What stands between the cells of a paragraph.
GAP: Final = "   "
UNBROKEN: Final = "\N{NO-BREAK SPACE}"


def column_widths(lines: Sequence[Sequence[str]], width: int) -> list[int] | None:
    """Return how wide each column is to be.

    Parameters
    ----------
    lines : sequence of sequences of str
        Headings and cells, line by line.
    width : int
        Letters in a line of the terminal.

    Returns
    -------
    list of int or None
        Widths in which no word is broken; None if there is no room for them.
    """
    columns = list(zip(*lines, strict=True))
    wanted = [max(map(len, column)) for column in columns]
    words = [max(len(word) for cell in column for word in (cell.split() or [""])) for column in columns]
    widths = [
        max(1, whole) if whole <= WHOLE else max(LEAST_PROSE, min(word, LONGEST_WORD))
        for word, whole in zip(words, wanted, strict=True)
    ]
    room = width - BETWEEN * (len(columns) - 1)
    if sum(widths) > room:
        return None
    while sum(widths) < room and any(has < whole for has, whole in zip(widths, wanted, strict=True)):
        # The column that wraps into most lines gets the next letter.
        widths[max(range(len(widths)), key=lambda place: wanted[place] / widths[place])] += 1
    return widths


def paragraph(columns: Sequence[str], cells: Sequence[str], width: int) -> str:
    """Return one row as a paragraph: the first cell heads it, and each cell stands behind its heading.

    Parameters
    ----------
    columns, cells : sequence of str
        Headings and cells; empty cells are left out.
    width : int
        Letters in a line of the terminal.
    """
    said = [f"{column}: {cell}" for column, cell in zip(columns, cells, strict=True) if cell]
    head, *rest = said or [""]
    lines = [[head]]
    for each in rest:
        alone = len(each) > width // 2
        if alone or len(lines) == 1 or len(lines[-1][-1]) > width // 2:
            lines.append([])
        lines[-1].append(each if alone else each.replace(" ", UNBROKEN))
    wrapped = [
        line
        for place, parts in enumerate(lines)
        for line in textwrap.wrap(
            GAP.join(parts),
            width,
            initial_indent="  " if place else "",
            subsequent_indent="    " if len(parts) == 1 else "  ",
            break_on_hyphens=False,
        )
    ]
    return "\n".join(wrapped).replace(UNBROKEN, " ")
