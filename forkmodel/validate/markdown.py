"""Tables of records as Markdown, for pages under ``docs/``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["NONE", "markdown_table"]

#: Cell of what is not known.
NONE = "-"


def markdown_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table in Markdown.

    Parameters
    ----------
    columns : sequence of str
        Headings.
    rows : iterable of sequences
        Cells, one per heading; None is written as a dash.
    """
    lines = [columns, ["---"] * len(columns)]
    lines += [[NONE if cell is None else str(cell) for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
