"""Lines of JSON that hold together: each row carries a hash over itself and the row before.

A row that is edited, moved or removed breaks the hashes from its line on, and the first line, which counts
the rows and repeats the last hash, tells of rows that are missing at the end. That finds accidents and quiet
edits. Whoever writes the whole file anew can make its hashes fit again, and only a copy of the last hash that
somebody else kept, as a commit does, speaks against that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from forkmodel.errors import RecordError
from forkmodel.json_text import json_ready

__all__ = ["chain_text", "last_hash", "line_of", "read_chain"]

#: Raised when the layout of the lines changes.
FORMAT = 1
#: What stands for the row before the first.
NOTHING = "0" * 64
HASH = "row_sha256"
MEND = "Take the file as it was from version control or a copy; a record is added to and never edited."

type Row = dict[str, Any]


def _text(row: Mapping[str, Any]) -> str:
    return json.dumps(json_ready(row), ensure_ascii=False, allow_nan=False)


def _hash(before: str, row: Mapping[str, Any]) -> str:
    return hashlib.sha256(f"{before}\n{_text(row)}".encode()).hexdigest()


def line_of(place: int) -> int:
    """Return the line of the file on which a row stands, counted from zero; the first line is the head."""
    return place + 2


def last_hash(rows: Sequence[Row]) -> str:
    """Return the hash of the last row, which rests on all rows.

    Parameters
    ----------
    rows : sequence of dict
        All rows, without their hashes.
    """
    found = NOTHING
    for row in rows:
        found = _hash(found, row)
    return found


def chain_text(rows: Sequence[Row], kind: str) -> str:
    """Return rows as the text of a file.

    Parameters
    ----------
    rows : sequence of dict
        All rows, without their hashes.
    kind : str
        What the file holds, in a word.
    """
    lines, before = [], NOTHING
    for row in rows:
        before = _hash(before, row)
        lines.append(_text({**row, HASH: before}))
    head = {"record": kind, "format": FORMAT, "rows": len(rows), "last": before}
    return "\n".join([_text(head), *lines]) + "\n"


def read_chain(path: Path, kind: str) -> list[Row]:
    """Read the rows of a file that holds :func:`chain_text`, and check that nothing was changed.

    Parameters
    ----------
    path : Path
        The file; one that is not there has no rows.
    kind : str
        What it must hold.

    Returns
    -------
    list of dict
        Rows in the order of their lines, without their hashes.

    Raises
    ------
    RecordError
        If it is no such file, or a row was edited, moved or removed; the message names the line.
    """
    if not path.exists():
        return []
    try:
        # Only line ends of a file part rows: names may hold what else Unicode calls an end of a line.
        lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except UnicodeDecodeError as error:
        raise RecordError(f"{path} is no text in UTF-8, so no {kind}. Give another file.") from error
    head = _line(path, 1, lines[0])
    if head.get("record") != kind or head.get("format") != FORMAT:
        raise RecordError(
            f"{path}, line 1: this is no {kind} of format {FORMAT}. Give the file that forkmodel wrote, or "
            "install the version that wrote it."
        )
    rows, before = [], NOTHING
    for number, line in enumerate(lines[1:], 2):
        row = _line(path, number, line)
        stated = row.pop(HASH, None)
        before = _hash(before, row)
        if stated != before:
            raise RecordError(
                f"{path}, line {number}: this row was edited, or one before it was moved or removed: its "
                f"hash is {str(stated)[:12]}, and {before[:12]} follows from what stands here. {MEND}"
            )
        rows.append(row)
    if head.get("rows") != len(rows) or head.get("last") != before:
        raise RecordError(
            f"{path}, line {len(lines) + 1}: the first line tells of {head.get('rows')} rows and {len(rows)} "
            f"are there, so rows at the end were removed or added by hand. {MEND}"
        )
    return rows


def _line(path: Path, number: int, line: str) -> Row:
    try:
        found = json.loads(line)
    except json.JSONDecodeError as error:
        raise RecordError(f"{path}, line {number}: this is no JSON ({error.msg}). {MEND}") from error
    if not isinstance(found, dict):
        raise RecordError(f"{path}, line {number}: this is no JSON object. {MEND}")
    return found
