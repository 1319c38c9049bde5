"""Numbers of the layouts of saved files, and how to tell one kind of file from another by its seal."""

from __future__ import annotations

import json
from pathlib import Path

from forkmodel.errors import FitFileError
from forkmodel.seals import AGAIN, FORECAST, newer, opened_seal, read_seal

__all__ = [
    "FILE_FORMAT",
    "FORECAST_FORMAT",
    "FORECAST_MARK",
    "MODEL_FORMAT",
    "SCHEMA_VERSION",
    "SEALED_FIT",
    "SEALED_FORECAST",
    "SEALED_STORE",
    "STORE_FORMAT",
    "is_forecast_file",
    "is_forecast_store",
    "sound_forecast",
]

#: Raised when the name or the meaning of a free variable changes; a test holds them together. Records of
#: studies state it, so that those of another model are shown as stale.
MODEL_FORMAT = 4
#: Raised when the layout of a fit's file changes, or the model's number. Whoever raises it adds a step to
#: :mod:`forkmodel.inference.earlier_formats`; files of each number are kept under ``tests/formats``.
FILE_FORMAT = 5
#: Raised when the layout of a forecast's file changes, with a step in :mod:`forkmodel.forecast.storage`.
FORECAST_FORMAT = 2
#: Layouts from which on files are sealed.
SEALED_FIT, SEALED_FORECAST, SEALED_STORE = 5, 2, 2
#: Raised when the layout of a store of worlds changes. Layout 1 had neither checksums nor a seal, and opens.
STORE_FORMAT = 2
#: Attribute that a forecast's file or store carries, with the number of its layout.
FORECAST_MARK = "forkmodel_forecast_format"
#: Raised whenever a name, a dim or a unit of the output schema changes.
SCHEMA_VERSION = 4


def is_forecast_file(path: str | Path) -> bool:
    """Return whether a file holds a forecast rather than a fit, reading only its seal or head."""
    seal = read_seal(Path(path))
    return _marked(Path(path)) is not None if seal is None else seal.kind == FORECAST


def _marked(path: Path) -> object:
    """Return the number of the layout that the head of a file states; None if it is no forecast's."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            found = file.attrs.get(FORECAST_MARK)
            return found.item() if hasattr(found, "item") else found
    except (OSError, RuntimeError, KeyError, ValueError):
        return None


def sound_forecast(path: Path) -> int:
    """Return the number of the layout of a saved forecast, once its bytes were compared with its seal.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    FitFileError
        If there is no such file, it is something else, was damaged or edited, or is of a later version.
    """
    if not path.is_file():
        raise FitFileError(f"there is no file {path}. `forkmodel forecast FIT --out {path}` makes one.")
    seal = opened_seal(path, FORECAST)
    found = _marked(path) if seal is None else seal.layout
    if found is None or (seal is not None and seal.kind != FORECAST):
        raise FitFileError(f"{path} is not a saved forecast; `forkmodel forecast FIT` writes those.")
    try:
        layout = int(str(found))
    except ValueError as error:
        raise FitFileError(
            f"{path} was damaged or edited: its format is {found!r}. Forecast again."
        ) from error
    if layout > FORECAST_FORMAT:
        raise newer(path, "of a later version" if seal is None else seal.version, FORECAST)
    if seal is None and layout >= SEALED_FORECAST:
        raise FitFileError(f"{path} has lost its seal: it was cut off or edited. {AGAIN[FORECAST]}.")
    return layout


def is_forecast_store(path: str | Path) -> bool:
    """Return whether a folder is a store of worlds, reading only its head."""
    try:
        head = json.loads((Path(path) / "zarr.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    attributes = head.get("attributes") if isinstance(head, dict) else None
    return isinstance(attributes, dict) and FORECAST_MARK in attributes
