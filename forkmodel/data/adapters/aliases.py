"""The file of aliases: which id a source's name stands for, said by a person and followed to the letter."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping
from pathlib import Path

from forkmodel.data.adapters.imported import Proposal
from forkmodel.data.cells import escaped, type_records
from forkmodel.data.checks import row_problems
from forkmodel.data.column_rules import schema_problems
from forkmodel.data.files import read_records
from forkmodel.data.names import NearNames
from forkmodel.data.schemas import ALIASES
from forkmodel.errors import DataError, ForkModelError, Problem, did_you_mean
from forkmodel.holding import held
from forkmodel.whole_files import write_whole

__all__ = ["ALIASES_FILE", "Aliases", "add_aliases", "read_aliases"]

#: Name of the file in a folder of imported tables.
ALIASES_FILE = f"{ALIASES.name}.csv"

#: Seconds to wait for another process that adds aliases, which takes it a moment.
PATIENCE = 10.0

#: From kind, source (empty = any) and name to the id.
Aliases = dict[tuple[str, str, str], str]


def read_aliases(path: Path, known: Mapping[str, Collection[str]] | None = None) -> Aliases:
    """Read a file of aliases; a file that is not there holds none.

    Parameters
    ----------
    path : Path
        CSV file with the columns of :data:`forkmodel.data.schemas.ALIASES`.
    known : mapping of str to collection of str, optional
        Valid ids by kind; kinds that are absent are not looked up.

    Raises
    ------
    DataError
        With every bad row, and every id that is not known.
    """
    if not path.exists():
        return {}
    records = read_records(path, ALIASES.name)
    problems = list(records.problems)
    if records.header:
        frame, reported = type_records(ALIASES, records.header, records.rows, records.lines, problems)
        later = schema_problems(ALIASES.name, frame, reported) + row_problems(ALIASES.name, frame)
        problems += [each for each in later if (0, each.column) not in reported]
    if problems:
        raise DataError(problems)
    for kind, ids in (known or {}).items():
        near = NearNames(ids)
        rows = frame.loc[frame["kind"].eq(kind) & ~frame["id"].isin(ids)]
        for line, value in zip(rows.index.tolist(), rows["id"].tolist(), strict=True):
            fix = f"{near.hint(value)} Correct the id, or add it to the tables first.".strip()
            problems.append(Problem(ALIASES.name, int(line), "id", value, f"there is no such {kind}", fix))
    if problems:
        raise DataError(problems)
    cells = [frame[column].fillna("").tolist() for column in ALIASES.names]
    return {(kind, source, name): id_ for kind, source, name, id_ in zip(*cells, strict=True)}


def add_aliases(path: Path, new: Collection[Proposal]) -> None:
    """Write aliases into the file, which is made if absent; a name that stands there gets the new id.

    Parameters
    ----------
    path : Path
        The file.
    new : collection of Proposal
        What is accepted.

    Raises
    ------
    ForkModelError
        If a kind is unknown or a name or id is empty.
    BusyError
        If another process has been writing to the file for some seconds.
    """
    kinds = list(ALIASES.column("kind").values)
    for each in new:
        if each.kind not in kinds:
            raise ForkModelError(f"there is no kind {each.kind!r} of name. {did_you_mean(each.kind, kinds)}")
        if not each.name.strip() or not each.id.strip() or not (each.name + each.id).isprintable():
            raise ForkModelError("a name and an id are one line of plain text each, and neither is empty.")
    # Whoever adds at the same time has to see these rows, or they would be lost.
    with held(path, folder=False, seconds=PATIENCE):
        _write(path, read_aliases(path) | {(each.kind, each.source, each.name): each.id for each in new})


def _write(path: Path, rows: Aliases) -> None:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(ALIASES.names)
    writer.writerows([escaped(cell) for cell in (*key, rows[key])] for key in sorted(rows))
    write_whole(path, file.getvalue())
