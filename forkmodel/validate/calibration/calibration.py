"""Simulation-based calibration: truth from the prior, data from the truth, and where the fit ranks the truth.

If a model and its sampler are right, the truth is a draw from the posterior like any other, so its rank among
posterior draws is uniform, for every parameter and for every statistic of the market (Talts and others 2018;
the bands of the figures are those of Säilynoja, Bürkner and Vehtari 2022). One compilation serves all
replications: the data are shared variables of the compiled density. The review of each refit is made of the
sampler's own statistics; what fails it counts in no figure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.panel import PanelOptions
from forkmodel.inference.compiling import interpreted, quiet_forward_sampling
from forkmodel.inference.fitting import wrap
from forkmodel.inference.joint import JointModel
from forkmodel.observations.replaceable import data_name
from forkmodel.priors import PriorSet
from forkmodel.validate.calibration.refit import refit
from forkmodel.validate.calibration.statistics import statistics
from forkmodel.validate.jobs.code import code_hash
from forkmodel.validate.reviews import CALIBRATION_LIMITS, review_of_sample
from forkmodel.whole_files import write_whole

__all__ = [
    "CalibrationJob",
    "calibrate",
    "calibration_jobs",
    "ranked_statistics",
    "together",
]

ENGINE: Final = "h5netcdf"
#: Draws of the chain, and how many of them, evenly spread, ranks are taken among: nearly independent ones.
DRAWS, TUNE, RANKED = 800, 400, 50
#: Offset of the seed of the truth's future from that of the fits.
TRUTH_SEED = 9_000_000


def calibrate(
    model: JointModel,
    replications: Sequence[int],
    *,
    of: int,
    seed: int = 1,
    draws: int = DRAWS,
    tune: int = TUNE,
    ranked: int = RANKED,
) -> xr.Dataset:
    """Run some replications of a calibration.

    Parameters
    ----------
    model : JointModel
        The model and its design; its observed values are replaced.
    replications : sequence of int
        Which replications, counted from zero.
    of : int
        How many there are in all: all truths are drawn at once, so that each is the same wherever it runs.
    seed : int
        Seed of truths, data and chains.
    draws, tune, ranked : int
        Kept draws and warm-up of the one chain of each replication, and how many draws, evenly spread, a
        truth is ranked among.

    Returns
    -------
    Dataset
        Dims ``replication, statistic``: ``rank`` of the truth among the thinned draws (ties at random),
        ``ess`` of these draws, both NaN where a replication has no such statistic; and by replication, of all
        draws, ``worst_rhat`` (of the chain's halves), ``smallest_ess``, ``divergent`` (fraction),
        ``divergences``, and whether they ``failed`` :data:`forkmodel.validate.reviews.CALIBRATION_LIMITS`.
        Attribute ``draws``: how many draws a rank is among.
    """
    compiled = model.compile()
    thin = max(1, draws // ranked)
    truths, data = _simulated(model, of, seed)
    found: dict[int, pd.DataFrame] = {}
    reviews: dict[int, dict[str, Any]] = {}
    for replication in replications:
        given = {data_name(str(name)): array.to_numpy()[replication] for name, array in data.items()}
        tree = refit(
            model,
            compiled.with_data(**given),
            draws=draws,
            tune=tune,
            seed=seed * 100_000 + replication,
            # Where buyers choose, chains are slow.
            again="choice" in model.design.blocks,
        )
        truth = wrap(model, truths.isel(draw=[replication]), seed=seed + TRUTH_SEED + replication)
        chain, stats = tree["posterior"].to_dataset(), tree["sample_stats"].to_dataset()
        thinned = wrap(model, chain.isel(draw=slice(None, None, thin)), seed=seed + replication)
        true, drawn = statistics(truth, truth.seed), statistics(thinned, thinned.seed)
        found[replication] = ranked_statistics(true, drawn, np.random.default_rng([seed, replication]))
        reviews[replication] = {
            **review_of_sample(chain, stats, CALIBRATION_LIMITS),
            "divergences": int(stats["diverging"].sum()),
        }
    return together(found, reviews).assign_attrs(draws=len(range(0, draws, thin)))


def ranked_statistics(
    true: Mapping[str, np.ndarray], drawn: Mapping[str, np.ndarray], rng: np.random.Generator
) -> pd.DataFrame:
    """Return the rank of each statistic's truth among its draws, and the draws' effective number.

    A statistic that the truth or the draws lack (it may be undefined in some worlds) has no row.

    Parameters
    ----------
    true : mapping of array
        One value by statistic.
    drawn : mapping of array (draw,)
        Draws by statistic.
    rng : Generator
        Breaks ties.

    Returns
    -------
    DataFrame
        ``rank`` and ``ess`` by statistic.
    """
    import arviz as az

    labels = [label for label in true if label in drawn]
    whole = {label: xr.DataArray(drawn[label][None, :], dims=("chain", "draw")) for label in labels}
    with np.errstate(all="ignore"):
        ess = az.ess(xr.Dataset(whole), method="bulk")
    return pd.DataFrame(
        {
            "rank": [float(_rank(true[label][0], drawn[label], rng)) for label in labels],
            "ess": [float(ess[label]) for label in labels],
        },
        index=pd.Index(labels, dtype="str", name="statistic"),
    )


def together(found: Mapping[int, pd.DataFrame], reviews: Mapping[int, dict[str, Any]]) -> xr.Dataset:
    """Return all replications as one dataset, statistics aligned by their labels.

    Parameters
    ----------
    found : mapping of DataFrame
        By replication, ranks and effective draws by statistic.
    reviews : mapping of dict
        By replication, the summary of the review with ``divergences``.
    """
    labels = list(dict.fromkeys(label for table in found.values() for label in table.index))
    tables = {
        name: pd.DataFrame({place: table[name] for place, table in found.items()}).reindex(labels).T
        for name in ("rank", "ess")
    }
    made = pd.DataFrame.from_dict(dict(reviews), orient="index")
    by_replication = {
        "worst_rhat": made["worst_rhat"].to_numpy(float),
        "smallest_ess": made["smallest_ess"].to_numpy(float),
        "divergent": made["divergent"].to_numpy(float),
        "divergences": made["divergences"].to_numpy(np.int64),
        "failed": (made["status"] == "FAIL").to_numpy(),
    }
    return xr.Dataset(
        {
            **{name: (("replication", "statistic"), table.to_numpy(float)) for name, table in tables.items()},
            **{name: ("replication", array) for name, array in by_replication.items()},
        },
        coords={"replication": list(found), "statistic": labels},
    )


def _rank(true: float, drawn: np.ndarray, rng: np.random.Generator) -> int:
    below, ties = int((drawn < true).sum()), int((drawn == true).sum())
    return below + int(rng.integers(0, ties + 1))


def _simulated(model: JointModel, count: int, seed: int) -> tuple[xr.Dataset, dict[str, xr.DataArray]]:
    """Draw truths from the prior, and data of every kind from each."""
    import pymc as pm

    quiet_forward_sampling()
    with model.pymc_model as context:
        names = [variable.name for variable in [*context.free_RVs, *context.observed_RVs]]
        tree = pm.sample_prior_predictive(
            count, var_names=names, random_seed=seed, compile_kwargs=interpreted()
        )
    data = tree["prior_predictive"].to_dataset().isel(chain=0)
    return tree["prior"].to_dataset(), {str(name): data[name] for name in data.data_vars}


@dataclass(frozen=True, eq=False)
class CalibrationJob:
    """A batch of replications as a job.

    Attributes
    ----------
    data : MarketTables
        Tables of the design.
    options : PanelOptions
        Its grids.
    priors : PriorSet
        Priors that truths come from.
    blocks : tuple of str
        Blocks calibrated together.
    first, count, of : int
        Replications ``first`` to ``first + count`` of ``of``.
    seed, draws, tune, ranked : int
        As for :func:`calibrate`.
    """

    data: MarketTables
    options: PanelOptions
    priors: PriorSet
    blocks: tuple[str, ...]
    first: int
    count: int
    of: int
    seed: int = 1
    draws: int = DRAWS
    tune: int = TUNE
    ranked: int = RANKED

    @cached_property
    def key(self) -> str:
        """Hash of design, priors, replications and code."""
        parts: list[Any] = [self.data.content_hash, repr(self.options), self.priors.hash, list(self.blocks)]
        parts += [self.first, self.count, self.of, self.seed, self.draws, self.tune, self.ranked, code_hash()]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:20]

    @property
    def label(self) -> str:
        """Blocks and replications."""
        return f"{'+'.join(self.blocks)}, replications {self.first} to {self.first + self.count - 1}"

    def run(self, to: Path) -> None:
        """Calibrate, and write the ranks."""
        model = JointModel(self.data, self.priors, self.blocks, self.options)
        wanted = range(self.first, self.first + self.count)
        found = calibrate(
            model,
            wanted,
            of=self.of,
            seed=self.seed,
            draws=self.draws,
            tune=self.tune,
            ranked=self.ranked,
        )
        write_whole(to, found.to_netcdf(engine=ENGINE))


def calibration_jobs(
    data: MarketTables,
    options: PanelOptions,
    priors: PriorSet,
    blocks: tuple[str, ...],
    replications: int,
    batches: int,
    seed: int = 1,
    draws: int = DRAWS,
    tune: int = TUNE,
    ranked: int = RANKED,
) -> list[CalibrationJob]:
    """Split a calibration into batches; each compiles once.

    Parameters
    ----------
    data, options, priors, blocks, seed, draws, tune, ranked
        As for :class:`CalibrationJob`.
    replications, batches : int
        How many in all, and into how many jobs.
    """
    edges = np.linspace(0, replications, batches + 1).astype(int)
    return [
        CalibrationJob(
            data, options, priors, blocks, int(low), int(high - low), replications, seed, draws, tune, ranked
        )
        for low, high in pairwise(edges)
        if high > low
    ]
