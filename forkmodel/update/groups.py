"""The new rows in groups, and how likely each draw of the new fit finds every group.

Taking a group out changes more than the rows that it names: a month's share is a mean over its weeks, and a
benchmark counts only with enough models. So observations are made anew from the tables without the group, on
the models, months and offers of the new fit, and enter its density beside those with the group. What a group
says is the difference of the two log densities, at parameters that all exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from forkmodel.data.drop import Drop
from forkmodel.data.market_tables import MarketTables
from forkmodel.inference.compiling import interpreted
from forkmodel.inference.posterior import Posterior
from forkmodel.observations.build import build_model
from forkmodel.observations.observation import Density, Observation, State, Tables, observations_of

__all__ = ["ALL", "Group", "groups_of", "log_densities_of", "rows_without"]

#: All new rows that an observation can read, together.
ALL = "all new rows"


@dataclass(frozen=True, slots=True)
class Group:
    """New and changed rows of one table and source.

    Attributes
    ----------
    name : str
        ``table: source``, or :data:`ALL`.
    rows : int
        Number of rows of the drop.
    market : MarketTables
        The tables without them.
    """

    name: str
    rows: int
    market: MarketTables


def groups_of(drop: Drop, posterior: Posterior) -> list[Group]:
    """Return the groups of a drop in the order of the tables, and all of them together at the end.

    Only tables that an observation of the fit reads have groups: what a drop says of models, benchmarks and
    sources gives the model something to speak of, and no figure.

    Parameters
    ----------
    drop : Drop
        The newer rows.
    posterior : Posterior
        The fit.
    """
    read = {
        each.table for each in observations_of(posterior.panel).values() if each.block in posterior.blocks
    }
    found = []
    for table in drop.given:
        if table in read:
            counts = drop.fresh(table)["source_id"].value_counts().sort_index()
            found += [
                Group(f"{table}: {source}", int(rows), drop.without(table, str(source)))
                for source, rows in counts.items()
            ]
    return [*found, Group(ALL, sum(each.rows for each in found), drop.without_figures())] if found else []


def rows_without(posterior: Posterior, market: MarketTables) -> dict[str, xr.Dataset]:
    """Return the rows of each observation that other tables change, on the models and offers of a fit.

    Parameters
    ----------
    posterior : Posterior
        The fit; its catalogue and its offers stay.
    market : MarketTables
        The other tables.
    """
    panel = posterior.panel
    tables = Tables(market, panel.catalogue, panel.cells, panel.options)
    changed = {}
    for name, observation in observations_of(panel).items():
        if observation.block in posterior.blocks:
            rows = observation.rows(tables)
            if not rows.equals(panel.rows[name]):
                changed[name] = rows
    return changed


class _Without(Observation):
    """An observation as it would be without a group: the same density on other rows, under another name."""

    def __init__(self, source: Observation, number: int) -> None:
        self.source = source
        told = {
            "name": f"{source.name}.without{number}",
            "dim": f"{source.dim}.without{number}",
            "block": source.block,
        }
        for attribute, value in told.items():
            setattr(self, attribute, value)

    def rows(self, tables: Tables) -> xr.Dataset:
        """Return the rows of the source."""
        return self.source.rows(tables)

    def density(self, rows: xr.Dataset, state: State) -> Density:
        """Return the density of the source."""
        return self.source.density(rows, state)

    def observed(self, rows: xr.Dataset) -> np.ndarray:
        """Return the vector of the source."""
        return self.source.observed(rows)

    def coords(self, rows: xr.Dataset) -> dict[str, object]:
        """Return the coordinates of its own dimension."""
        return {self.dim: np.arange(rows.sizes[self.source.dim])}


def log_densities_of(groups: list[Group], posterior: Posterior, free: xr.Dataset) -> Mapping[str, np.ndarray]:
    """Return what each group adds to the log density of the data, by name, dims (draw,), chains in order.

    Parameters
    ----------
    groups : list of Group
        The groups.
    posterior : Posterior
        The fit to the tables with all of them.
    free : Dataset
        Draws of its free variables at which to look.
    """
    from pymc.stats.log_density import compute_log_likelihood

    panel, sources = posterior.panel, observations_of(posterior.panel)
    others: dict[str, xr.Dataset] = {}
    added: list[Observation] = []
    pairs: dict[str, list[tuple[str, str | None]]] = {}
    for number, group in enumerate(groups):
        pairs[group.name] = []
        for name, rows in rows_without(posterior, group.market).items():
            # Nothing has a density of one, and some densities cannot be empty.
            empty = not rows.sizes[sources[name].dim]
            other = None if empty else _Without(sources[name], number)
            if other is not None:
                others[other.name] = rows
                added.append(other)
            pairs[group.name].append((name, None if other is None else other.name))
    draws = free.sizes["chain"] * free.sizes["draw"]
    names = sorted({name for pair in pairs.values() for each in pair for name in each if name is not None})
    if not names:
        return {group.name: np.zeros(draws) for group in groups}
    wider = replace(panel, rows={**panel.rows, **others}, observations=(*panel.observations, *added))
    found = compute_log_likelihood(
        xr.DataTree.from_dict({"posterior": free}),
        var_names=names,
        extend_inferencedata=False,
        model=build_model(wider, posterior.priors, posterior.design),
        progressbar=False,
        compile_kwargs=interpreted(),
    )
    dataset = found.to_dataset() if isinstance(found, xr.DataTree) else found
    total = {
        name: dataset[name].stack(sample=("chain", "draw")).transpose("sample", ...).to_numpy().sum(-1)
        for name in names
    }
    return {
        name: np.asarray(
            sum(
                (total[full] - (0.0 if other is None else total[other]) for full, other in pair),
                np.zeros(draws),
            )
        )
        for name, pair in pairs.items()
    }
