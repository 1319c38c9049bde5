"""One way to write JSON: plain types only, what is missing as null, dates as ISO text."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

__all__ = ["json_ready", "json_text"]

#: What is neither printable ASCII nor the end of a line.
_UNUSUAL = re.compile(r"[^\n -~]")


def json_ready(value: Any) -> Any:
    """Return a value made of plain JSON types: NaN, NaT and infinities become null, dates ISO text.

    Parameters
    ----------
    value : object
        Mappings, sequences, numbers and dates, from Python, numpy or pandas.
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Mapping):
        return {str(key): json_ready(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [json_ready(item) for item in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if hasattr(value, "isoformat"):
        # pandas' missing date is the only date that differs from itself.
        return None if value != value else str(value.isoformat()).removesuffix("T00:00:00")
    if hasattr(value, "tolist"):
        return json_ready(value.tolist())
    return str(value)


def json_text(document: object, *, only_ascii: bool = False) -> str:
    """Return a JSON document as text, as commands print it and files hold it.

    Parameters
    ----------
    document : object
        What :func:`json_ready` takes.
    only_ascii : bool
        Whether other characters are written as escapes, which mean the same.
    """
    text = json.dumps(json_ready(document), indent=2, ensure_ascii=only_ascii, allow_nan=False)
    # Of what a terminal obeys or an editor hides, JSON itself escapes only some.
    return _UNUSUAL.sub(lambda found: _seen(found[0]), text) + "\n"


def _seen(letter: str) -> str:
    return letter if letter.isprintable() else json.dumps(letter)[1:-1]
