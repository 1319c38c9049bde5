"""Save and load a fit as one ``.nc`` file: draws, tables, priors and provenance, and no code.

The tables themselves travel inside the file as CSV text, so a loaded fit recomputes every derived quantity
exactly as the fresh one did. Nothing is pickled.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import h5py
import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.cells import mend_date
from forkmodel.data.market_tables import MarketTables
from forkmodel.data.panel import Panel, PanelOptions
from forkmodel.data.texts import market_from_texts, table_text
from forkmodel.errors import DataError, FitFileError, ModelError, PriorError, did_you_mean
from forkmodel.formats import FILE_FORMAT, FORECAST_MARK, SCHEMA_VERSION, SEALED_FIT
from forkmodel.inference.earlier_formats import STEPS
from forkmodel.inference.geometry.metric import Metric
from forkmodel.inference.posterior import Posterior
from forkmodel.inference.verdict import Review
from forkmodel.model.design import Design, resolve_blocks
from forkmodel.observations.observation import Observation, observations_of
from forkmodel.observations.panel import make_panel
from forkmodel.observations.registry import OBSERVATIONS
from forkmodel.priors import PriorSet
from forkmodel.seals import AGAIN, FIT, FORECAST, newer, opened_seal, write_sealed

__all__ = ["ENGINE", "load", "recipe_in", "save", "to_datatree"]

ENGINE: Final = "h5netcdf"
#: Group of what the sampler of a later fit can use; files without it are read as well.
METRIC: Final = "metric"
#: Attribute with the number of the layout.
FORMAT: Final = "forkmodel_file_format"
#: Attribute with the hash of what the draws were made from; files without it are read as well.
RECIPE: Final = "recipe"


def _observed(panel: Panel) -> dict[str, xr.Dataset]:
    """Return observed and constant data in ArviZ's groups, one long vector per observation."""
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


def _tables(data: MarketTables) -> xr.Dataset:
    """Return the tables as CSV text, by the project's own writer: :func:`_market` reads them back."""
    text = {name: table_text(data, name) for name in data.tables()}
    return xr.Dataset({name: ((), np.array(body, dtype=object)) for name, body in text.items()})


def to_datatree(posterior: Posterior, review: Review) -> xr.DataTree:
    """Return the whole fit as a tree, with its review: what :func:`save` writes."""
    tree = xr.DataTree.from_dict(
        {
            "posterior": posterior.free,
            "sample_stats": posterior.sample_stats,
            **_observed(posterior.panel),
            "tables": _tables(posterior.data),
            **({} if posterior.metric is None else {METRIC: posterior.metric.to_dataset()}),
        }
    )
    spec = {
        "observations": list(observations_of(posterior.panel)),
        "blocks": list(posterior.blocks),
        "options": asdict(posterior.options),
        "tune": posterior.tune,
        "seed": posterior.seed,
        **({} if posterior.asked is None else {"asked": posterior.asked}),
    }
    tree.attrs = {
        FORMAT: FILE_FORMAT,
        "forkmodel_schema_version": SCHEMA_VERSION,
        "vintage": str(posterior.data.vintage.date()),
        "data_hash": posterior.data.content_hash,
        "prior_hash": posterior.priors.hash,
        "priors": json.dumps(posterior.priors.to_dict()),
        "resolved_priors": posterior.priors.table().to_csv(index=False, lineterminator="\n"),
        "spec": json.dumps(spec),
        "versions": json.dumps(posterior.versions),
        "timings": json.dumps(posterior.timings),
        "review": json.dumps(review.as_dict()),
        RECIPE: posterior.recipe,
    }
    return tree


def save(posterior: Posterior, path: Path, review: Review) -> None:
    """Write a fit, whole or not at all.

    Parameters
    ----------
    posterior : Posterior
        The fit.
    path : Path
        Target, by custom ending in ``.nc``; an existing file is replaced only once the new one is complete.
    review : Review
        Its review: whoever opens the file reads it from there.
    """
    write_sealed(path, to_datatree(posterior, review).to_netcdf(engine=ENGINE), FIT, FILE_FORMAT)


def recipe_in(path: Path) -> str:
    """Return the hash of what a saved fit was made from; empty where there is no fit or none was stated.

    Only this is read, and no seal compared: :func:`load` does that.
    """
    try:
        with h5py.File(path, "r") as file:
            return str(file.attrs.get(RECIPE, ""))
    except OSError:
        return ""


def load(path: str | Path, observations: Iterable[Observation] = OBSERVATIONS) -> Posterior:
    """Read a fit that :func:`save` wrote, of this version or an earlier one.

    Parameters
    ----------
    path : str or Path
        The file.
    observations : iterable of Observation
        What the model was fitted to; those of the package by default.

    Returns
    -------
    Posterior
        Equal to the fit that was saved: same draws, tables, priors and provenance.

    Raises
    ------
    FitFileError
        If there is no such file, it is not a saved fit, it was cut off or edited, or its layout is of a later
        version. All bytes are compared with the seal before anything is read, tables and priors with the
        hashes that were saved with them.
    """
    path = Path(path)
    if not path.is_file():
        raise FitFileError(_absent(path))
    seal = opened_seal(path, FIT)
    if seal is not None and seal.kind == FIT and seal.layout > FILE_FORMAT:
        raise newer(path, seal.version, FIT)
    try:
        with xr.open_datatree(path, engine=ENGINE) as opened:
            tree = opened.load()
    except Exception as error:
        raise FitFileError(
            f"{path} is not a saved fit or is damaged: it cannot be read as NetCDF. Give a file that "
            "`forkmodel fit` or `run` wrote, or fit again."
        ) from error
    if FORECAST_MARK in tree.attrs or (seal is not None and seal.kind == FORECAST):
        raise FitFileError(
            f"{path} is a forecast, not a fit. `forkmodel query` and `claims` take it, and fm.load_forecast "
            "opens it; here the fit is needed that it was made from."
        )
    if FORMAT not in tree.attrs:
        raise FitFileError(f"{path} is a NetCDF file but not a saved fit; `forkmodel fit` writes those.")
    try:
        layout = _layout(tree)
        if layout > FILE_FORMAT:
            raise newer(path, str(_json(tree, "versions", {}).get("forkmodel", "of a later version")), FIT)
        if seal is None and layout >= SEALED_FIT:
            raise FitFileError(f"{path} has lost its seal: it was cut off or edited. {AGAIN[FIT]}.")
        for number in range(layout, FILE_FORMAT):
            tree = STEPS[number](tree)
        return _posterior(tree, tuple(observations))
    except KeyError as error:
        raise FitFileError(f"{path} lacks {error}; it was cut off or edited. Fit again.") from error
    except _BROKEN as error:
        raise FitFileError(f"{path} was damaged or edited: {error} Fit again.") from error


def _absent(path: Path) -> str:
    """Return what to say of a place without a file: what lies near by, or what makes one."""
    if path.is_dir():
        inside = sorted(path.glob("*.nc"))
        near = f"it holds {', '.join(each.name for each in inside[:5])}" if inside else "no fit lies in it"
        return f"{path} is a folder, and there is no file of that name: {near}. Give the file of a fit."
    # The ending is the same for all and would make any two short names alike.
    alike = get_close_matches(path.stem, [each.stem for each in path.parent.glob("*.nc")], n=1)
    if alike:
        return f"there is no file {path}. Did you mean {path.with_name(f'{alike[0]}.nc')}?"
    return f"there is no file {path}. `forkmodel fit --out {path}` makes one."


def _layout(tree: xr.DataTree) -> int:
    """Return the number of a file's layout; those that this version can no longer bring up are refused."""
    stated = tree.attrs[FORMAT]
    try:
        layout = int(stated)
    except (TypeError, ValueError) as error:
        raise _Broken(f"its format is {stated!r}.") from error
    if layout < min(STEPS):
        raise _Broken(f"its format is {layout}, and this version reads {min(STEPS)} to {FILE_FORMAT}.")
    return layout


class _Broken(ValueError):
    """A part of the file is not what :func:`save` writes; the message is a sentence that names it."""


#: What reading a part can raise when the part was changed; each ends as FitFileError.
_BROKEN = (_Broken, DataError, ModelError, PriorError, TypeError, ValueError, AttributeError)


def _posterior(tree: xr.DataTree, observations: tuple[Observation, ...]) -> Posterior:
    """Build the posterior of an opened file; nothing in it is trusted before it is checked."""
    data = _market(tree)
    wanted = {"observations": list, "blocks": list, "options": dict, "tune": int, "seed": int}
    spec = _json(tree, "spec", wanted)
    asked = spec.get("asked")
    if asked is not None and type(asked) is not int:
        raise _Broken("asked in its attribute spec is not of type int.")
    priors = PriorSet.from_dict(_json(tree, "priors", {}))
    if priors.hash != tree.attrs["prior_hash"]:
        raise _Broken("the priors are not those that its hash was taken of.")
    _check_observations(spec, observations)
    panel = make_panel(data, _options(spec["options"]), observations)
    design = Design.from_panel(panel, resolve_blocks(spec["blocks"]))
    return Posterior(
        data=data,
        priors=priors,
        panel=panel,
        design=design,
        free=_labelled(tree["posterior"].to_dataset(), design.coords(panel.catalogue)),
        sample_stats=tree["sample_stats"].to_dataset(),
        seed=spec["seed"],
        tune=spec["tune"],
        timings=_json(tree, "timings", {}),
        versions=_json(tree, "versions", {}),
        review=_review(tree),
        metric=Metric.from_dataset(tree[METRIC].to_dataset()) if METRIC in tree.children else None,
        recipe=str(tree.attrs.get(RECIPE, "")),
        asked=asked,
    )


def _check_observations(spec: dict[str, Any], observations: tuple[Observation, ...]) -> None:
    """Refuse to read draws with other observations than they were made with."""
    fitted, given = spec["observations"], [each.name for each in observations]
    if set(fitted) != set(given):
        differ = ", ".join(sorted(set(fitted) ^ set(given)))
        raise FitFileError(
            f"the fit was made with other observations than those given: they differ in {differ}. Give those "
            "of the fit: load(path, observations=(*OBSERVATIONS, ...))."
        )


def _labelled(free: xr.Dataset, coords: Mapping[str, object]) -> xr.Dataset:
    """Return saved draws in the order of the rebuilt design: labels decide, positions are not trusted.

    Free variables are read by position in the equations, so a design that names its lines, models or firms in
    another order than that of the day the file was written would give every draw another meaning.
    """
    order = {}
    for dim, labels in coords.items():
        if dim not in free.dims:
            continue
        wanted = pd.Index(np.asarray(labels))
        found = free.indexes.get(dim)
        if found is None or len(found) != len(wanted) or not wanted.isin(found).all():
            raise _Broken(f"its draws have other labels along {dim} than the tables in it give.")
        if list(found) != list(wanted):
            order[dim] = wanted
    return free.reindex(order) if order else free


def _review(tree: xr.DataTree) -> Review:
    found = _json(tree, "review", {"status": str, "checks": list})
    review = Review.from_dict(found)
    if review.status != found["status"]:
        raise _Broken("the status of its review is not that of its checks.")
    return review


def _market(tree: xr.DataTree) -> MarketTables:
    """Read the tables with the reader of folders, and compare them with the hash that was saved."""
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
