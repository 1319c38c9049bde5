"""Save and load a fit of demand as one sealed ``.nc`` file: draws, table, review and provenance, no code."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.demand.draws import DemandDraws
from forkmodel.demand.table import ProductTable
from forkmodel.errors import DataError, FitFileError
from forkmodel.inference.storage import ENGINE
from forkmodel.inference.verdict import Review
from forkmodel.seals import FIT, newer, opened_seal, write_sealed

__all__ = ["load", "save"]

#: Attribute with the number of the layout, which tells these files from fits of the joint model.
MARK: Final = "forkmodel_demand_format"
LAYOUT: Final = 1


def save(draws: DemandDraws, path: Path, provenance: str) -> None:
    """Write a fit, whole or not at all.

    Parameters
    ----------
    draws : DemandDraws
        The draws, with their review.
    path : Path
        Target, by custom ending in ``.nc``.
    provenance : str
        JSON, for readers of the file; loading does not need it.
    """
    texts = {"products": draws.table.products, "sources": draws.table.sources}
    tables = {
        name: ((), np.array(frame.to_csv(index=False, lineterminator="\n"), dtype=object))
        for name, frame in texts.items()
    }
    tree = xr.DataTree.from_dict(
        {"posterior": draws.free, "sample_stats": draws.sample_stats, "tables": xr.Dataset(tables)}
    )
    review = None if draws.review is None else draws.review.as_dict()
    spec = {"segments": draws.segments, "seed": draws.seed, "tune": draws.tune}
    tree.attrs = {
        MARK: LAYOUT,
        "spec": json.dumps(spec),
        "versions": json.dumps(draws.versions),
        "review": json.dumps(review),
        "provenance": provenance,
    }
    write_sealed(path, tree.to_netcdf(engine=ENGINE), FIT, LAYOUT)


def load(path: Path) -> DemandDraws:
    """Read a fit; see :func:`forkmodel.demand.demand_fit.load_demand`."""
    if not path.is_file():
        raise FitFileError(f"there is no file {path}. `forkmodel demand DIR --out {path}` makes one.")
    seal = opened_seal(path, FIT)
    try:
        with xr.open_datatree(path, engine=ENGINE) as opened:
            tree = opened.load()
    except Exception as error:
        raise FitFileError(f"{path} is not a saved fit or is damaged ({error}). Fit again.") from error
    if MARK not in tree.attrs:
        raise FitFileError(f"{path} is not a fit of demand; `forkmodel demand DIR --out FILE` writes those.")
    if seal is None:
        raise FitFileError(f"{path} has lost its seal: it was cut off or edited. Fit again.")
    if int(tree.attrs[MARK]) > LAYOUT:
        raise newer(path, seal.version, FIT)
    try:
        spec, review = json.loads(tree.attrs["spec"]), json.loads(tree.attrs["review"])
        # As text first: numbers come back to the last bit.
        frames = {
            name: pd.read_csv(
                io.StringIO(str(tree["tables"][name].item())), dtype="str", keep_default_na=False
            )
            for name in ("products", "sources")
        }
        return DemandDraws(
            table=ProductTable.of(frames["products"], frames["sources"]),
            segments=int(spec["segments"]),
            free=tree["posterior"].to_dataset(),
            sample_stats=tree["sample_stats"].to_dataset(),
            seed=int(spec["seed"]),
            tune=int(spec["tune"]),
            versions=json.loads(tree.attrs["versions"]),
            review=None if review is None else Review.from_dict(review),
        )
    except (KeyError, ValueError, TypeError, DataError) as error:
        raise FitFileError(f"{path} was damaged or edited: {error} Fit again.") from error
