"""Kept forecasts: files of predictive draws, and the manifest beside them that says when each was made.

A forecast is *frozen* if :func:`freeze` wrote it on the day that the manifest states, and only what happened
after that day tests it. It is *retrospective* if outcomes were on record when it was made, whatever it was
allowed to know. The manifest is a chain of rows, so a later version may add a forecast and cannot quietly put
another in the place of one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import Any

from forkmodel.errors import ModelError, RecordError
from forkmodel.formats import MODEL_FORMAT
from forkmodel.holding import held
from forkmodel.priors import PriorSet
from forkmodel.validate.backtest.backtest import foresee_from
from forkmodel.validate.backtest.foresight import file_hash
from forkmodel.validate.jobs.code import code_hash
from forkmodel.validate.reviews import failed, review_words
from forkmodel.validate.track.chain import chain_text, line_of, read_chain
from forkmodel.whole_files import half_replaced, settle, staged_files, write_whole

__all__ = ["FROZEN", "MANIFEST", "RETROSPECTIVE", "freeze", "manifest_rows", "published", "published_folder"]

FROZEN, RETROSPECTIVE = "frozen", "retrospective"
MANIFEST = "manifest.jsonl"
KIND = "manifest of kept forecasts"
#: Draws that are kept, and quarters ahead.
SAMPLES, QUARTERS = 1000, 10
#: Seconds to wait for another process that keeps a forecast in the same folder, which takes it some ten.
PATIENCE = 60.0


def published_folder() -> Path:
    """Return the folder of the kept forecasts that come with the package."""
    return Path(str(resources.files("forkmodel"))) / "validate" / "frozen"


def manifest_rows(folder: Path) -> list[dict[str, Any]]:
    """Return what the manifest of a folder says of each kept forecast; nothing where there is none.

    Parameters
    ----------
    folder : Path
        Folder of kept forecasts.

    Returns
    -------
    list of dict
        ``file``, ``sha256``, ``kind`` (``frozen`` or ``retrospective``), ``made`` (day, ISO), ``vintage``,
        the SHA-256 of fit, tables, priors and code, version and format of the model, status of the review.

    Raises
    ------
    RecordError
        If the manifest was changed, or a process was killed while it put a new one in its place.
    """
    if half_replaced(folder):
        raise RecordError(
            f"{folder} is being written, or a process was killed while it wrote there: run `forkmodel track "
            "freeze` again, which puts it right."
        )
    return read_chain(folder / MANIFEST, KIND)


def published(path: Path) -> dict[str, Any] | None:
    """Return what the manifest beside a file says of it; None if it is not listed.

    Parameters
    ----------
    path : Path
        Kept forecast.

    Raises
    ------
    RecordError
        If the file is not what was listed, or the manifest was changed.
    """
    for place, row in enumerate(manifest_rows(path.parent)):
        if row["file"] == path.name:
            found = file_hash(path)
            if found != row["sha256"]:
                raise RecordError(
                    f"{path} was changed after it was kept: its SHA-256 is {found[:12]}, and "
                    f"{path.parent / MANIFEST}, line {line_of(place)}, says {row['sha256'][:12]}. Take the "
                    "file as it was from version control or a copy."
                )
            return row
    return None


def freeze(
    fit: Path,
    out: Path,
    priors: PriorSet | None = None,
    made: date | None = None,
    *,
    retrospective: bool = False,
) -> dict[str, Any]:
    """Write the predictive draws of a fit's targets to one small file, and list it in the manifest beside it.

    Both files are written or neither.

    Parameters
    ----------
    fit : Path
        Fit file, whose review must not have failed.
    out : Path
        File to write; no file and no row of the manifest may have its name.
    priors : PriorSet, optional
        Priors of what only the future needs; those of the fit by default.
    made : date, optional
        Day on which it is made; today (UTC) by default.
    retrospective : bool
        Whether its tables are a view of the past, whose outcomes were on record when it was made. None of its
        scores then counts as foreseen.

    Returns
    -------
    dict
        The row of the manifest; see :func:`manifest_rows`.

    Raises
    ------
    ModelError
        If the review of the fit failed, or nobody made one.
    RecordError
        If something was kept under this name before.
    BusyError
        If another process has been writing to the folder for a minute.
    """
    # Whoever keeps another one at the same time has to see this line of the manifest, or it would be lost.
    with held(out.parent, folder=True, seconds=PATIENCE):
        settle(out.parent)
        return _kept(fit, out, priors, made, RETROSPECTIVE if retrospective else FROZEN)


def _kept(fit: Path, out: Path, priors: PriorSet | None, made: date | None, kind: str) -> dict[str, Any]:
    listed = manifest_rows(out.parent)
    if out.exists() or out.name in {row["file"] for row in listed}:
        raise RecordError(
            f"{out} was kept before, and a kept forecast is never replaced. Give --out another name."
        )
    posterior, foresight = foresee_from(fit, QUARTERS, priors)
    review = foresight.facts["reviews"]["forecast"]
    if review is None or failed(review):
        raise ModelError(
            f"the review of {fit}: {review_words(review)}, so there is nothing to freeze; "
            f"`forkmodel review {fit}` says what to do."
        )
    about = {
        "kind": kind,
        "made": (made or datetime.now(UTC).date()).isoformat(),
        "vintage": str(foresight.vintage.date()),
        "fit_sha256": file_hash(fit),
        "data_sha256": posterior.data.content_hash,
        "prior_set": foresight.facts["prior_set"],
        "prior_sha256": foresight.facts["prior_hash"],
        "version": version("forkmodel"),
        "code_sha256": code_hash(),
        "model_format": MODEL_FORMAT,
        "review": review["status"],
    }
    # The file says the same of itself, for whoever meets it without its manifest.
    kept = replace(foresight.thinned(SAMPLES), facts=foresight.facts | {"kept": about})
    with staged_files(out.parent, [out.name, MANIFEST]) as waiting:
        kept.save(waiting / out.name)
        row = {"file": out.name, "sha256": file_hash(waiting / out.name), **about}
        write_whole(waiting / MANIFEST, chain_text([*listed, row], KIND))
    return row
