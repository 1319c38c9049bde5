"""From the bytes of one CSV file to its header and rows, with every defect of the file itself named."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

from forkmodel.data.schemas import declaration
from forkmodel.errors import Problem

__all__ = ["Records", "read_records", "split_records"]

#: Largest file that is read: some twenty million rows.
MOST_BYTES = 2**30
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_NOT_TEXT = {
    b"PK\x03\x04": "an Excel or zip file",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"\x1f\x8b": "a gzip file",
}


@dataclass(frozen=True)
class Records:
    """The rows of one CSV file as text.

    Attributes
    ----------
    header : list of str
        Column names, stripped of surrounding blanks; empty if the file has none or cannot be read.
    rows : list of tuple of str
        Rows that have as many cells as the header; cells are stripped.
    lines : list of int
        Line of the file on which each row starts, header = 1.
    loose : set of str
        Cells of rows that were left out because their shape is wrong; ids there are not "unknown".
    problems : list of Problem
        What is wrong with the file.
    """

    header: list[str] = field(default_factory=list)
    rows: list[tuple[str, ...]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    loose: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


def read_records(path: Path, table: str) -> Records:
    """Read one CSV file; whatever is wrong with it ends up in ``problems``, never in an exception.

    A byte order mark, Windows or old Mac line ends, blank lines and blanks around cells are all accepted.

    Parameters
    ----------
    path : Path
        The file.
    table : str
        Table name used in the problems.
    """
    problems: list[Problem] = []
    # A pipe or a device would never end.
    if path.exists() and not (path.is_file() or path.is_dir()):
        what, fix = "is no regular file", f"Put a file in the place of {path.name}."
        return Records(problems=[Problem(table, None, None, None, what, fix)])
    try:
        if path.stat().st_size > MOST_BYTES:
            what, fix = f"is larger than {MOST_BYTES} bytes", "Give the rows that matter."
            return Records(problems=[Problem(table, None, None, None, what, fix)])
        data = path.read_bytes()
    except OSError as error:
        fix = f"Check that {path.name} is a file that you may read."
        return Records(problems=[Problem(table, None, None, None, f"cannot be read: {error.strerror}", fix)])
    text = _decode(data, path.name, table, problems)
    return split_records(text, table, problems) if text is not None else Records(problems=problems)


def _decode(data: bytes, name: str, table: str, problems: list[Problem]) -> str | None:
    """Return the text; a wrong encoding is reported, and guessed so that the cells are checked as well."""
    for magic, what in _NOT_TEXT.items():
        if data.startswith(magic):
            fix = "Open it and save it as 'CSV UTF-8 (comma delimited)'."
            problems.append(Problem(table, None, None, None, f"{name} is {what}, not CSV text", fix))
            return None
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            problems.append(
                Problem(
                    table,
                    1,
                    None,
                    "0x" + mark.hex(),
                    f"{name} is {encoding.upper()}, not UTF-8",
                    _convert(name, encoding),
                )
            )
            return data.decode(encoding, errors="replace")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The decoder counts from after a byte order mark; the line is counted in the same text.
        body = data.removeprefix(codecs.BOM_UTF8)
        line = len(body[: error.start].splitlines() or [b""])
        if body[: error.start].endswith((b"\n", b"\r")):
            line += 1
        offset = error.start + len(data) - len(body)
        what = f"byte {offset} (0x{data[offset]:02x}) on line {line} is not UTF-8"
        problems.append(Problem(table, line, None, f"0x{data[offset]:02x}", what, _convert(name, "cp1252")))
        text = body.decode("cp1252", errors="replace")
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        problems.append(
            Problem(
                table,
                line,
                None,
                "0x00",
                f"line {line} holds a zero byte; this is not CSV text",
                _convert(name, "utf-16"),
            )
        )
        return None
    return text


def _convert(name: str, encoding: str) -> str:
    return (
        f"Convert it: iconv -f {encoding.upper()} -t UTF-8 {name} > fixed.csv "
        f"({encoding} is a guess), or save it as 'CSV UTF-8'."
    )


def split_records(text: str, table: str, problems: list[Problem]) -> Records:
    """Cut the text of a CSV file into cells.

    Parameters
    ----------
    text : str
        The text.
    table : str
        Table name used in the problems.
    problems : list of Problem
        What is already known to be wrong; what is found here is added.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True)
    # The collector of garbage stops looking at tuples of text; at a million lists it looks again and again.
    records: list[tuple[int, tuple[str, ...]]] = []
    start = 1
    try:
        for cells in reader:
            # A blank line gives no cells at all.
            if cells:
                records.append((start, tuple(map(str.strip, cells))))
            start = reader.line_num + 1
    except csv.Error as error:
        problems.append(
            Problem(
                table,
                start,
                None,
                None,
                f"is not well-formed CSV from this line on ({error}); a quote is probably never closed",
                'Close every "..." pair, write a quote inside a cell as "", and keep each row on one line.',
            )
        )
    if not records:
        if not problems:
            fix = f"Add rows under the header {','.join(declaration(table).names)}."
            if not (declaration(table).required or declaration(table).needed_by):
                fix += " Or remove the file: the folder may lack this table."
            what = "the file is empty; not even a header"
            problems.append(Problem(table, None, None, None, what, fix))
        return Records(problems=problems)
    header = list(records[0][1])
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        mark = next(m for m in ";\t|" if m in header[0])
        named = {";": "semicolons", "\t": "tabs", "|": "bars"}[mark]
        problems.append(
            Problem(
                table,
                1,
                None,
                header[0],
                f"cells are separated by {named}",
                "Save the file with commas between cells.",
            )
        )
        return Records(problems=problems)
    return _rows(header, records, table, problems)


def _rows(
    header: list[str], records: list[tuple[int, tuple[str, ...]]], table: str, problems: list[Problem]
) -> Records:
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    loose: set[str] = set()
    for line, cells in records[1:]:
        if not any(cells):
            problems.append(
                Problem(table, line, None, None, "every cell of the row is empty", "Delete the row.")
            )
        elif len(cells) != len(header):
            loose.update(cells)
            problems.append(
                Problem(
                    table,
                    line,
                    None,
                    ",".join(cells),
                    f"the row has {len(cells)} cells, the header has {len(header)}",
                    'Put "..." around text that holds a comma, and leave unknown cells empty but present.',
                )
            )
        else:
            rows.append(cells)
            lines.append(line)
    return Records(header, rows, lines, loose, problems)
