"""Compile the model of demand for a table and draw from its posterior."""

from __future__ import annotations

from forkmodel.demand.draws import DemandDraws
from forkmodel.demand.model import demand_model, make_design
from forkmodel.demand.table import ProductTable
from forkmodel.errors import ForkModelError
from forkmodel.inference.compiling import free_variables, repeatable
from forkmodel.inference.sampling import Progress, sample
from forkmodel.options import check_sampling

__all__ = ["DRAWS", "TUNE", "sample_demand"]

#: Draws and warm-up steps per chain: some thirty variables, whose long directions warm-up has to learn.
DRAWS, TUNE = 500, 500


def sample_demand(
    table: ProductTable,
    segments: int = 1,
    *,
    draws: int = DRAWS,
    tune: int = TUNE,
    chains: int = 4,
    seed: int = 1,
    cores: int | None = None,
    progress: Progress | None = None,
) -> DemandDraws:
    """Draw from the posterior; parameters and errors as of :func:`forkmodel.fit_demand`."""
    check_sampling(draws=draws, tune=tune, chains=chains, seed=seed, cores=cores)
    if segments not in (1, 2):
        raise ForkModelError(f"segments is {segments!r}: give 1 or 2.")
    import nutpie

    design = make_design(table)
    if progress is not None:
        progress("compile", 0.0, f"{len(design.share):,} products, {len(design.outside)} markets")
    model = demand_model(design, segments)
    with repeatable():
        compiled = nutpie.compile_pymc_model(model, backend="numba", var_names=free_variables(model))
    tree = sample(
        compiled,
        draws=draws,
        tune=tune,
        chains=chains,
        seed=seed,
        cores=cores,
        adaptation="low_rank",
        progress=progress,
    )
    return DemandDraws(
        table=table,
        segments=segments,
        free=tree["posterior"].to_dataset(),
        sample_stats=tree["sample_stats"].to_dataset(),
        seed=seed,
        tune=tune,
    )
