"""Results of studies that take an hour, kept with the package: what was run, when, and what came out."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

__all__ = ["BACKTEST", "backtest_record", "record_path"]

BACKTEST = "backtest"


def record_path(name: str) -> Path:
    """Return where a study's record stands."""
    return Path(str(resources.files("forkmodel"))) / "validate" / "records" / f"{name}.json"


def backtest_record() -> dict[str, Any] | None:
    """Return the last backtest that was run on the bundled tables, in the shape of ``backtest --json``."""
    path = record_path(BACKTEST)
    if not path.is_file():
        return None
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record
