"""Numbers of the layouts of saved files, and how to tell one kind of file from another by its head."""

from __future__ import annotations

import json
from pathlib import Path

__all__ = [
    "FILE_FORMAT",
    "FORECAST_FORMAT",
    "FORECAST_MARK",
    "SCHEMA_VERSION",
    "STORE_FORMAT",
    "is_forecast_file",
    "is_forecast_store",
]

#: Raised when the layout of a fit's file or the name of a free variable changes; a test holds them together.
FILE_FORMAT = 4
#: Raised when the layout of a forecast's file changes.
FORECAST_FORMAT = 1
#: Raised when the layout of a store of worlds changes.
STORE_FORMAT = 1
#: Attribute that a forecast's file or store carries, with the number of its layout.
FORECAST_MARK = "forkmodel_forecast_format"
#: Raised whenever a name, a dim or a unit of the output schema changes.
SCHEMA_VERSION = 3


def is_forecast_file(path: str | Path) -> bool:
    """Return whether a file holds a forecast rather than a fit, reading only its head."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            return FORECAST_MARK in file.attrs
    except OSError:
        return False


def is_forecast_store(path: str | Path) -> bool:
    """Return whether a folder is a store of worlds, reading only its head."""
    try:
        head = json.loads((Path(path) / "zarr.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return FORECAST_MARK in head.get("attributes", {})
