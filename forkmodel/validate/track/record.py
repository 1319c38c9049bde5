"""The track record: rows are added, never changed, and the same outcome is counted once.

A quarter's figure may move: later tables report more of it, or revise it. Then the new figure is a row of its
own that names the line it stands in for, and only the last one counts. What cannot be is two figures from the
same tables, or two forecasts from the same file; that is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forkmodel.errors import RecordError
from forkmodel.holding import held
from forkmodel.validate.track.chain import chain_text, last_hash, line_of, read_chain
from forkmodel.whole_files import write_whole

__all__ = ["Added", "add_rows", "counted", "read_record"]

KIND = "track record"
#: Part of the width of the 80 % interval by which an outcome must move to be another one.
SMALLEST_MOVE = 0.01
#: Seconds to wait for another process that adds rows, which takes it a moment.
PATIENCE = 60.0

type Row = dict[str, Any]
type Key = tuple[str, ...]


@dataclass(frozen=True)
class Added:
    """What became of rows that were to be added.

    Attributes
    ----------
    rows : list of dict
        The rows that were written; those that stand in for an earlier one name its line in ``revises``.
    known : int
        How many were on record already.
    older : int
        How many are scored on earlier tables than the row on record, which stands.
    last_hash : str
        Hash of the last row of the record.
    """

    rows: list[Row]
    known: int
    older: int
    last_hash: str


def _key(row: Row) -> Key:
    return row["forecast_sha256"], row["target"], row["entity"], row["quarter"]


def read_record(path: Path) -> list[Row]:
    """Return the rows of a track record, oldest first; none where there is no file.

    Parameters
    ----------
    path : Path
        The record.

    Raises
    ------
    RecordError
        If it is something else, or was changed; the message names the line.
    """
    return read_chain(path, KIND)


def counted(rows: Iterable[Row]) -> list[Row]:
    """Return the rows that count: of those about one forecast and one outcome, the last.

    Parameters
    ----------
    rows : iterable of dict
        Rows of a record, oldest first.
    """
    return list({_key(row): row for row in rows}.values())


def add_rows(path: Path, rows: Sequence[Row]) -> Added:
    """Add rows to a track record, all or none.

    A row about a forecast and a quarter that are on record is added again only if it is scored on other, not
    earlier tables and its outcome moved, by more than a hundredth of the 80 % interval, or its quarter is
    over now. Rows that are on record already are passed over, so adding twice adds once.

    Parameters
    ----------
    path : Path
        The record; made if absent.
    rows : sequence of dict
        From :func:`~forkmodel.validate.track.rows.score_rows`.

    Raises
    ------
    RecordError
        If the record was changed, or a row contradicts one on record: another outcome from the same tables,
        or another forecast from the same file.
    BusyError
        If another process has been adding rows for a minute.
    """
    # Whoever adds at the same time has to see these rows, or they would be lost.
    with held(path, folder=False, seconds=PATIENCE):
        return _added(path, rows)


def _added(path: Path, rows: Sequence[Row]) -> Added:
    kept = read_record(path)
    places = {_key(row): place for place, row in enumerate(kept)}
    new: list[Row] = []
    known = older = 0
    for row in rows:
        place = places.get(_key(row))
        if place is None:
            new.append({**row, "revises": None})
            continue
        before = kept[place]
        _check_same_forecast(path, place, before, row)
        if row["scored_to"] < before["scored_to"]:
            older += 1
        elif not _moved(before, row) and row["whole_quarter"] == before["whole_quarter"]:
            known += 1
        elif row["tables_sha256"] == before["tables_sha256"]:
            raise RecordError(
                f"{path}, line {line_of(place)}: {_about(before)} came to {before['outcome']} from the "
                f"tables {before['tables_sha256'][:12]}, and now comes to {row['outcome']} from the same "
                "ones. Score with the code that the line names and the same --yardstick or none, or start a "
                "new record with --record."
            )
        else:
            new.append({**row, "revises": line_of(place)})
    if new:
        write_whole(path, chain_text([*kept, *new], KIND))
    return Added(new, known, older, last_hash([*kept, *new]))


def _moved(before: Row, row: Row) -> bool:
    low, high = before["interval_80"]
    return bool(abs(row["outcome"] - before["outcome"]) > SMALLEST_MOVE * (high - low))


def _check_same_forecast(path: Path, place: int, before: Row, row: Row) -> None:
    """Refuse a forecast that says something else than it did; dates within a quarter may move a little."""
    same_day = before["date"] == row["date"]
    low, high = before["interval_80"]
    if same_day and abs(row["median"] - before["median"]) > SMALLEST_MOVE * (high - low):
        raise RecordError(
            f"{path}, line {line_of(place)}: {_about(before)} was foreseen at {before['median']} by "
            f"{before['file']}, and now at {row['median']}: worlds simulated by other code. Score a forecast "
            "that is saved (--forecast), or the file that `forkmodel track freeze` wrote."
        )


def _about(row: Row) -> str:
    entity = "" if row["entity"] == "-" else f" of {row['entity']}"
    return f"{row['target']}{entity} in {row['quarter']}"
