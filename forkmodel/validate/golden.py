"""Golden posteriors: reference draws for small data sets, in the shape of posteriordb.

The files are laid out and named as in that database (data, posteriors, reference draws, each with its
``info``), so that its tools and readers find their way. A fit agrees with the reference if every mean and
every spread lies within a few Monte Carlo standard errors, the reference's own included.

Source: Magnusson and others (2025), posteriordb: Testing, Benchmarking and Developing Bayesian Inference
Algorithms, AISTATS.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.panel import PanelOptions
from forkmodel.errors import FitFileError, ModelError
from forkmodel.inference.posterior import Posterior
from forkmodel.json_text import json_text
from forkmodel.validate.reviews import brief_of, failed, review_words
from forkmodel.validate.standing import record_facts
from forkmodel.whole_files import whole_file, write_whole

__all__ = ["GOLDEN", "Golden", "agreement", "load_golden", "write_golden"]

#: Posteriors kept: name and blocks.
GOLDEN = {"money": ("adoption", "value"), "capability": ("capability",)}
MODEL = "forkmodel"
DIGITS = 6


@dataclass(frozen=True)
class Golden:
    """A reference posterior.

    Attributes
    ----------
    name : str
        Its name.
    data : MarketTables
        Its tables.
    options : PanelOptions
        Its grids.
    blocks : tuple of str
        Blocks of the model.
    draws : Dataset
        Scalar parameters, dims ``chain, draw``.
    info : dict
        How the draws were made, and their diagnostics.
    """

    name: str
    data: MarketTables
    options: PanelOptions
    blocks: tuple[str, ...]
    draws: xr.Dataset
    info: dict[str, Any]


def _zip(path: Path, name: str, document: object) -> None:
    # A fixed time stamp: the same content makes the same file.
    with whole_file(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo(name, date_time=(2026, 7, 31, 0, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, json.dumps(document))


def _unzip(path: Path) -> Any:
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read(archive.namelist()[0]))


def _json(path: Path, document: Mapping[str, Any]) -> None:
    write_whole(path, json_text(document))


def write_golden(name: str, posterior: Posterior, thin: int, folder: Path, facts: Mapping[str, Any]) -> None:
    """Write reference draws from a long fit.

    Parameters
    ----------
    name : str
        Name of the posterior.
    posterior : Posterior
        A fit of many chains; its scalar parameters are kept.
    thin : int
        Every how many draws one is kept.
    folder : Path
        Root of the database.
    facts : mapping
        What else to record.

    Raises
    ------
    ModelError
        If the review of the draws that would be kept failed: they are no reference for others.
    """
    import arviz as az

    every = slice(None, None, thin)
    # Those that stay are reviewed: a hundred thousand draws say no more of the chains, and take half an hour.
    kept_fit = replace(
        posterior, free=posterior.free.isel(draw=every), sample_stats=posterior.sample_stats.isel(draw=every)
    )
    review = brief_of(kept_fit)
    if failed(review):
        raise ModelError(
            f"the review of the fit for {name!r} FAILED, {review_words(review)}, so it is no reference for "
            "others and nothing was written; sample it with more draws (--draws) or another --seed."
        )
    data_name, reference = f"{name}-2026-07", f"{name}-2026-07-{MODEL}"
    tables = {
        key: frame.to_csv(index=False, lineterminator="\n") for key, frame in posterior.data.tables().items()
    }
    content = {
        "vintage": str(posterior.data.vintage.date()),
        "options": _options(posterior.options),
        "tables": tables,
    }
    _zip(folder / "data" / "data" / f"{data_name}.json.zip", f"{data_name}.json", content)
    _json(
        folder / "data" / "info" / f"{data_name}.info.json",
        {
            "name": data_name,
            "title": f"Small design of the bundled tables, {name}",
            "data_file": f"data/data/{data_name}.json",
            "keywords": ["market structure"],
            "description": "A few developers, models and months of the bundled snapshot; tables as CSV text.",
            "urls": [],
            "references": [],
            "added_by": "the forkmodel authors",
            "added_date": "2026-11-24",
        },
    )
    scalars = [key for key, array in posterior.free.data_vars.items() if array.ndim == 2]
    kept = kept_fit.free[scalars]
    _json(
        folder / "posteriors" / f"{reference}.json",
        {
            "name": reference,
            "model_name": MODEL,
            "data_name": data_name,
            "reference_posterior_name": reference,
            "keywords": list(posterior.blocks),
            "dimensions": {str(key): 1 for key in scalars},
            "references": [],
            "urls": [],
            "added_by": "the forkmodel authors",
            "added_date": "2026-11-24",
        },
    )
    chains = [
        {
            str(key): [float(f"{value:.{DIGITS}g}") for value in kept[key].isel(chain=chain).to_numpy()]
            for key in scalars
        }
        for chain in range(kept.sizes["chain"])
    ]
    draws = folder / "reference_posteriors" / "draws"
    _zip(draws / "draws" / f"{reference}.json.zip", f"{reference}.json", chains)
    rhat, bulk, tail = az.rhat(kept), az.ess(kept, method="bulk"), az.ess(kept, method="tail")
    _json(
        draws / "info" / f"{reference}.info.json",
        {
            "name": reference,
            "inference": {
                "method": "nutpie (NUTS)",
                "method_arguments": {"thin": thin, "tune": posterior.tune, "seed": posterior.seed, **facts},
            },
            "diagnostics": {
                "ndraws": int(kept.sizes["chain"] * kept.sizes["draw"]),
                "nchains": int(kept.sizes["chain"]),
                "diagnostic_information": {"names": [str(key) for key in scalars]},
                "r_hat": [float(rhat[key]) for key in scalars],
                "effective_sample_size_bulk": [float(bulk[key]) for key in scalars],
                "effective_sample_size_tail": [float(tail[key]) for key in scalars],
                "divergent_transitions": int(posterior.sample_stats["diverging"].sum()),
            },
            "checks_made": {
                "ndraws_is_10k": int(kept.sizes["chain"] * kept.sizes["draw"]) == 10_000,
                "r_hat_below_1_01": bool(max(float(rhat[key]) for key in scalars) < 1.01),
                "no_divergences": int(posterior.sample_stats["diverging"].sum()) == 0,
            },
            "comments": "Scalar parameters only.",
            "added_by": "the forkmodel authors",
            "added_date": "2026-11-24",
            "versions": posterior.versions,
            "review": review,
            **record_facts(),
        },
    )


def _options(options: PanelOptions) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(options)


def load_golden(name: str, folder: Path) -> Golden:
    """Read a reference posterior.

    Parameters
    ----------
    name : str
        One of :data:`GOLDEN`.
    folder : Path
        Root of the database.

    Raises
    ------
    FitFileError
        If it is not there.
    """
    data_name, reference = f"{name}-2026-07", f"{name}-2026-07-{MODEL}"
    draws = folder / "reference_posteriors" / "draws"
    try:
        content = _unzip(folder / "data" / "data" / f"{data_name}.json.zip")
        chains = _unzip(draws / "draws" / f"{reference}.json.zip")
        info = json.loads((draws / "info" / f"{reference}.info.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FitFileError(f"there is no golden posterior {name!r} in {folder} ({error}).") from error
    tables = {key: pd.read_csv(io.StringIO(text)) for key, text in content["tables"].items()}
    stacked = {
        key: (("chain", "draw"), np.array([chain[key] for chain in chains], dtype=float)) for key in chains[0]
    }
    return Golden(
        name=name,
        data=MarketTables.from_tables(tables, vintage=pd.Timestamp(content["vintage"])),
        options=PanelOptions(**content["options"]),
        blocks=GOLDEN[name],
        draws=xr.Dataset(stacked),
        info=info,
    )


def agreement(posterior: Posterior, golden: Golden) -> pd.DataFrame:
    """Compare a fit with the reference in units of Monte Carlo standard errors.

    Parameters
    ----------
    posterior : Posterior
        A fit of the reference's tables.
    golden : Golden
        The reference.

    Returns
    -------
    DataFrame
        One row per scalar parameter: ``parameter``, ``mean``, ``golden_mean``, ``mean_z`` (difference over
        the joint standard error), and the same for the standard deviation.
    """
    import arviz as az

    rows = []
    for key in map(str, golden.draws.data_vars):
        pair = {"fit": posterior.free[key], "golden": golden.draws[key]}
        row: dict[str, Any] = {"parameter": key}
        for kind in ("mean", "sd"):
            value = {
                name: float(getattr(draws, "std" if kind == "sd" else kind)()) for name, draws in pair.items()
            }
            error = {name: float(az.mcse(draws, method=kind)) for name, draws in pair.items()}
            row[kind], row[f"golden_{kind}"] = value["fit"], value["golden"]
            row[f"{kind}_z"] = (value["fit"] - value["golden"]) / np.hypot(error["fit"], error["golden"])
        rows.append(row)
    return pd.DataFrame(rows)
