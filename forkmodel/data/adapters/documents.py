"""JSON documents as rows of text cells; numbers stay text, so that no digit is lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from forkmodel.data.adapters.opening import refuse
from forkmodel.data.adapters.sheets import Row, decode, read_csv

__all__ = ["json_rows", "read_json", "read_rows"]


def read_json(data: bytes, place: str) -> object:
    """Read a JSON document; numbers stay text, so that no digit is lost.

    Parameters
    ----------
    data : bytes
        The file.
    place : str
        What to call it.

    Raises
    ------
    DataError
        If it is not well-formed, names a key twice in one object, or holds NaN or an infinity.
    """

    def pairs(items: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(items)
        if len(found) < len(items):
            names = [name for name, _ in items]
            twice = next(name for name in names if names.count(name) > 1)
            raise refuse(place, f"the key {twice!r} stands in one object twice", "Keep one of the two.")
        return found

    def constant(text: str) -> object:
        raise refuse(place, f"{text} is no JSON number", "Write null where a number is unknown.")

    text = decode(data, place)
    try:
        return json.loads(
            text, parse_float=str, parse_int=str, parse_constant=constant, object_pairs_hook=pairs
        )
    except RecursionError as error:
        raise refuse(place, "is nested too deeply", "Give the file as the source publishes it.") from error
    except json.JSONDecodeError as error:
        what = f"is not well-formed JSON: {error.msg}"
        raise refuse(place, what, "Download the file again.", row=error.lineno) from error


def json_rows(document: object, place: str, *, key: str = "data") -> Iterator[Row]:
    """Yield the objects of a list, or of the list under ``key``, each flattened: ``pricing.prompt``.

    Parameters
    ----------
    document : object
        What :func:`read_json` gave.
    place : str
        What to call it.
    key : str
        Key of the list.

    Raises
    ------
    DataError
        If there is no such list, or an item is no object.
    """
    items = document.get(key) if isinstance(document, dict) else document
    if not isinstance(items, list):
        raise refuse(place, f"holds no list under {key!r}", "Give the file as the source publishes it.")
    for number, item in enumerate(items):
        spot = f"{place}, {key}[{number}]"
        if not isinstance(item, dict):
            raise refuse(spot, "is no object", "Give the file as the source publishes it.")
        yield Row(spot, dict(_flat(item, "")))


def read_rows(data: bytes, place: str, leave: Callable[[str, str, str], None]) -> list[Row]:
    """Return the rows of a leaderboard: of a CSV file, or of the list of a JSON document.

    The list is the document itself, or stands under ``data``, or under ``rows`` as the rows interface of
    Hugging Face has it, which wraps each row once more.

    Parameters
    ----------
    data : bytes
        The file.
    place : str
        Its name; what ends in ``.json`` is read as JSON.
    leave : callable
        Told place, name and complaint of each row of a CSV file that is not as long as its header.

    Raises
    ------
    DataError
        As :func:`read_csv` and :func:`read_json`.
    """
    if not place.lower().endswith(".json"):
        sheet = read_csv(data, place)
        for spot, what in sheet.ragged:
            leave(spot, "", what)
        return sheet.rows
    document = read_json(data, place)
    key = "rows" if isinstance(document, dict) and "rows" in document else "data"
    return [
        Row(row.place, {name.removeprefix("row."): text for name, text in row.cells.items()})
        for row in json_rows(document, place, key=key)
    ]


def _flat(item: dict[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in item.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        elif isinstance(value, bool):
            yield f"{prefix}{name}", "true" if value else "false"
        elif isinstance(value, str):
            yield f"{prefix}{name}", value.strip()
