"""Save and load a fit as one ``.nc`` file: draws, tables, priors and provenance, and no code.

The tables themselves travel inside the file as CSV text, so a loaded fit recomputes every derived quantity
exactly as the fresh one did. Nothing is pickled.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.cells import mend_date
from forkmodel.data.panel_catalogue import PanelOptions
from forkmodel.errors import DataError, FitFileError, ModelError, PriorError, did_you_mean
from forkmodel.inference.review import Review
from forkmodel.model.design import resolve_blocks
from forkmodel.observations.observation import Observation, observations_of
from forkmodel.observations.panel import make_panel
from forkmodel.observations.registry import OBSERVATIONS
from forkmodel.queries.draw_source import MARK
from forkmodel.results.schema import SCHEMA_VERSION
from forkmodel.whole_files import write_whole

if TYPE_CHECKING:
    from forkmodel.data.market_tables import MarketTables
    from forkmodel.inference.fit import Fit

__all__ = ["ENGINE", "FILE_FORMAT", "load", "save", "to_datatree"]

ENGINE: Final = "h5netcdf"
#: Raised when the layout of the file or the name of a free variable changes; a test holds the two together.
FILE_FORMAT = 4


def _observed(fit: Fit) -> dict[str, xr.Dataset]:
    """Return observed and constant data in ArviZ's groups, one long vector per observation."""
    panel = fit.panel
    observed = {
        name: (observation.dim, observation.observed(panel.rows[name]))
        for name, observation in observations_of(panel).items()
    }
    constant = {
        "cell_log_price": ("cell", panel.cells["log_price"].to_numpy()),
        "cell_age_months": ("cell", panel.cells["age_months"].to_numpy()),
        "spell_years": ("spell", panel.rows["prices"]["years"].to_numpy()),
        "developer_reported": ("score", panel.rows["scores"]["developer_reported"].to_numpy()),
    }
    labels = {
        "score_model": ("score", panel.rows["scores"]["model"].to_numpy().astype(str)),
        "score_benchmark": ("score", panel.rows["scores"]["benchmark"].to_numpy().astype(str)),
        "spell_model": ("spell", panel.rows["prices"]["model"].to_numpy().astype(str)),
        "cell_model": ("cell", panel.cells["model"].to_numpy().astype(str)),
        "cell_month": ("cell", panel.cells["month"].to_numpy()),
    }
    return {"observed_data": xr.Dataset(observed), "constant_data": xr.Dataset({**constant, **labels})}


def _tables(fit: Fit) -> xr.Dataset:
    """Return the tables as CSV text, by the project's own writer: :func:`_market` reads them back."""
    from forkmodel.data.texts import table_text

    text = {name: table_text(fit.data, name) for name in fit.data.tables()}
    return xr.Dataset({name: ((), np.array(body, dtype=object)) for name, body in text.items()})


def to_datatree(fit: Fit) -> xr.DataTree:
    """Return the whole fit as a tree: what :func:`save` writes."""
    tree = xr.DataTree.from_dict(
        {
            "posterior": fit.posterior,
            "sample_stats": fit.sample_stats,
            **_observed(fit),
            "tables": _tables(fit),
        }
    )
    spec = {
        "blocks": list(fit.blocks),
        "observations": list(observations_of(fit.panel)),
        "options": asdict(fit.options),
        "tune": fit.tune,
        "seed": fit.seed,
    }
    tree.attrs = {
        "forkmodel_file_format": FILE_FORMAT,
        "forkmodel_schema_version": SCHEMA_VERSION,
        "vintage": str(fit.data.vintage.date()),
        "data_hash": fit.data.content_hash,
        "prior_hash": fit.priors.hash,
        "priors": json.dumps(fit.priors.to_dict()),
        "resolved_priors": fit.priors.table().to_csv(index=False, lineterminator="\n"),
        "spec": json.dumps(spec),
        "versions": json.dumps(fit.versions),
        "timings": json.dumps(fit.timings),
        "review": json.dumps(fit.review().as_dict()),
    }
    return tree


def save(fit: Fit, path: Path) -> None:
    """Write the fit, whole or not at all.

    Parameters
    ----------
    fit : Fit
        The fit.
    path : Path
        Target, by custom ending in ``.nc``; an existing file is replaced only once the new one is complete.
    """
    write_whole(path, to_datatree(fit).to_netcdf(engine=ENGINE))


def load(path: str | Path, observations: Sequence[Observation] = OBSERVATIONS) -> Fit:
    """Read a fit that :meth:`Fit.save` wrote.

    Parameters
    ----------
    path : str or Path
        The file.
    observations : sequence of Observation
        Those that the fit was made with, if they are not the bundled ones: a file holds no code.

    Returns
    -------
    Fit
        Equal to the fit that was saved: same draws, tables, priors and provenance.

    Raises
    ------
    FitFileError
        If there is no such file, it is not a saved fit, it was cut off or edited, or its layout is of another
        version. Tables and priors are compared with the hashes that were saved with them.
    """
    path = Path(path)
    if not path.is_file():
        raise FitFileError(f"there is no file {path}. `forkmodel fit --out {path}` makes one.")
    try:
        tree = xr.open_datatree(path, engine=ENGINE).load()
    except Exception as error:
        raise FitFileError(f"{path} is not a saved fit or is damaged ({error}). Fit again.") from error
    found = tree.attrs.get("forkmodel_file_format")
    if MARK in tree.attrs:
        raise FitFileError(f"{path} is a forecast, not a fit; open it with fm.load_forecast.")
    if found is None:
        raise FitFileError(f"{path} is a NetCDF file but not a saved fit; `forkmodel fit` writes those.")
    if str(found) != str(FILE_FORMAT):
        raise FitFileError(
            f"{path} has file format {found}, this version reads {FILE_FORMAT}. Fit again, or install the "
            f"version that wrote it: {tree.attrs.get('versions', 'unknown')}."
        )
    try:
        return _fit(tree, observations)
    except KeyError as error:
        raise FitFileError(f"{path} lacks {error}; it was cut off or edited. Fit again.") from error
    except _BROKEN as error:
        raise FitFileError(f"{path} was damaged or edited: {error} Fit again.") from error


class _Broken(ValueError):
    """A part of the file is not what :func:`save` writes; the message is a sentence that names it."""


#: What reading a part can raise when the part was changed; each ends as FitFileError.
_BROKEN = (_Broken, DataError, ModelError, PriorError, TypeError, ValueError, AttributeError)


def _fit(tree: xr.DataTree, observations: Sequence[Observation]) -> Fit:
    """Build the fit of an opened file; nothing in it is trusted before it is checked."""
    from forkmodel.inference.fit import Fit
    from forkmodel.priors import PriorSet

    data = _market(tree)
    spec = _json(tree, "spec", {"blocks": list, "options": dict, "tune": int, "seed": int})
    priors = PriorSet.from_dict(_json(tree, "priors", {}))
    if priors.hash != tree.attrs["prior_hash"]:
        raise _Broken("the priors are not those that its hash was taken of.")
    _check_observations(spec, observations)
    options = _options(spec["options"])
    return Fit(
        data=data,
        priors=priors,
        blocks=resolve_blocks(spec["blocks"]),
        options=options,
        panel=make_panel(data, options, observations),
        posterior=tree["posterior"].to_dataset(),
        sample_stats=tree["sample_stats"].to_dataset(),
        seed=spec["seed"],
        tune=spec["tune"],
        timings=_json(tree, "timings", {}),
        versions=_json(tree, "versions", {}),
        review=_review(tree),
    )


def _check_observations(spec: dict[str, Any], observations: Sequence[Observation]) -> None:
    """Refuse to read draws with other observations than they were made with."""
    # Files of before there could be others have no list.
    fitted = spec.get("observations", [each.name for each in OBSERVATIONS])
    given = [each.name for each in observations]
    if set(fitted) != set(given):
        differ = ", ".join(sorted(set(fitted) ^ set(given)))
        raise FitFileError(
            f"the fit was made with other observations than those given: they differ in {differ}. Give those "
            "of the fit: load(path, observations=(*OBSERVATIONS, ...))."
        )


def _review(tree: xr.DataTree) -> Review:
    found = _json(tree, "review", {"status": str, "checks": list})
    review = Review.from_dict(found)
    if review.status != found["status"]:
        raise _Broken("the status of its review is not that of its checks.")
    return review


def _market(tree: xr.DataTree) -> MarketTables:
    """Read the tables with the reader of folders, and compare them with the hash that was saved."""
    from forkmodel.data.texts import market_from_texts

    vintage = str(tree.attrs["vintage"])
    if (mend := mend_date(vintage)) is not None:
        raise _Broken(f"its vintage {vintage!r} is not a date. {mend}")
    texts = {str(name): str(text.item()) for name, text in tree["tables"].to_dataset().data_vars.items()}
    market = market_from_texts(texts, pd.Timestamp(vintage))
    if market.content_hash != tree.attrs["data_hash"]:
        raise _Broken("its tables are not those that its hash was taken of.")
    return market


def _json(tree: xr.DataTree, name: str, keys: dict[str, type]) -> dict[str, Any]:
    """Return an attribute's mapping, with the keys it must have and their types."""
    try:
        found = json.loads(tree.attrs[name])
    except (TypeError, ValueError) as error:
        raise _Broken(f"its attribute {name} is not JSON ({error}).") from error
    if not isinstance(found, dict):
        raise _Broken(f"its attribute {name} is not a mapping.")
    for key, kind in keys.items():
        if not isinstance(found[key], kind):
            raise _Broken(f"{key} in its attribute {name} is not of type {kind.__name__}.")
    return found


def _options(found: dict[str, Any]) -> PanelOptions:
    declared = {each.name: each for each in fields(PanelOptions)}
    for name, value in found.items():
        if name not in declared:
            raise _Broken(f"its options hold {name!r}. {did_you_mean(name, list(declared))}")
        wanted = type(declared[name].default)
        if not isinstance(value, (int, float) if wanted is float else wanted) or isinstance(value, bool):
            raise _Broken(f"its option {name} is {value!r}, not of type {wanted.__name__}.")
    return PanelOptions(**found)
