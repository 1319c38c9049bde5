"""The command ``migrate``: a saved file of an earlier version, written anew in the layout of this one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forkmodel.cli.console import print_json, say

__all__ = ["migrate"]


def migrate(
    file: Annotated[Path, typer.Argument(help="Fit or forecast of this version or an earlier one.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write; the same one if left out.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")] = False,
) -> None:
    """Bring a saved fit or forecast to the layout of this version.

    It is checked as it is whenever it is opened, and what it says stays the same. Without --out the file is
    replaced once the new one is complete; one that is of this layout already stays as it is.
    """
    from forkmodel.errors import FitFileError
    from forkmodel.formats import FILE_FORMAT, FORECAST_FORMAT, is_forecast_file, is_forecast_store
    from forkmodel.seals import FIT, FORECAST, read_seal
    from forkmodel.targets import held_target

    target = out or file
    if is_forecast_store(file):
        raise FitFileError(
            f"{file} is a store of worlds and opens as it is; `forkmodel forecast` makes a new one."
        )
    with held_target(target, folder=False):
        kind, layout = (FORECAST, FORECAST_FORMAT) if is_forecast_file(file) else (FIT, FILE_FORMAT)
        seal = read_seal(file)
        written = out is not None or seal is None or seal.layout != layout
        _check_or_write(file, target, kind, write=written)
    if as_json:
        print_json({"file": str(target), "kind": kind, "layout": layout, "written": written})
    elif written:
        say(f"Wrote {target}: {kind} of layout {layout}.")
    else:
        say(f"{file} is sound and of layout {layout} already.")


def _check_or_write(file: Path, target: Path, kind: str, *, write: bool) -> None:
    """Read all of a file, which checks it, and write it anew where that is wanted."""
    from forkmodel.seals import FORECAST

    if kind == FORECAST:
        from forkmodel.forecast.forecast import load_forecast

        forecast = load_forecast(file)
        if write:
            forecast.save(target)
        return
    from forkmodel.inference.storage import load, save
    from forkmodel.results.review import review_of

    posterior = load(file)
    if write:
        save(posterior, target, review_of(posterior))
