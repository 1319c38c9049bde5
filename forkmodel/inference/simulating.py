"""Simulate a world: a truth, and the tables that it would have reported, noise included.

Values come from the densities that fits use, drawn forward; nothing states one a second time. List prices are
data where buyers choose, so scores and prices come first: they are written into the tables, the offers are
made anew, and what buyers do is drawn given these.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from forkmodel.data.market_names import market_in_known_words
from forkmodel.data.market_tables import MarketTables
from forkmodel.errors import ModelError, did_you_mean
from forkmodel.inference.compiling import interpreted, quiet_forward_sampling
from forkmodel.inference.fitting import wrap
from forkmodel.inference.joint import JointModel
from forkmodel.inference.posterior import Posterior
from forkmodel.observations.observation import Observation, Tables, observations_of
from forkmodel.observations.one_whole import within_one_whole
from forkmodel.options import MOST_SEED, whole_number

if TYPE_CHECKING:
    import pymc as pm
    from numpy.typing import ArrayLike

__all__ = ["simulate"]

#: Blocks whose observations price and rank the offers that later blocks take as given.
BEFORE_OFFERS = ("capability", "price")


def simulate(
    model: JointModel, truth: Mapping[str, ArrayLike] | xr.Dataset | None = None, seed: int = 1
) -> Posterior:
    """Draw one world: its free variables, and tables in the form of the model's that it would have reported.

    Parameters
    ----------
    model : JointModel
        The model. Its tables say which models, offers, dates and rows there are.
    truth : mapping or Dataset, optional
        Values of free variables by name, in their units: a number (for every element), an array in the order
        of the variable's dims, or one draw of a fit, ``fit.posterior.isel(chain=0, draw=7)``. What is not
        named is drawn from its prior given what is.
    seed : int
        Same seed, same world.

    Returns
    -------
    Posterior
        The truth as one draw, with the simulated tables and the panel made of them.

    Raises
    ------
    ModelError
        If a name, shape or value of the truth does not fit the model, or an observation has no ``write``.
    """
    seed = whole_number("seed", seed, 0, MOST_SEED)
    _check_inverses(model)
    quiet_forward_sampling()
    streams = [int(word) for word in np.random.SeedSequence(seed).generate_state(3)]
    free = _truth(model, _given(model, {} if truth is None else truth), streams[0])
    for before_offers, stream in ((True, streams[1]), (False, streams[2])):
        observed = {variable.name for variable in model.pymc_model.observed_RVs}
        sources = {name: each for name, each in observations_of(model.panel).items() if name in observed}
        wanted = [name for name, each in sources.items() if (each.block in BEFORE_OFFERS) == before_offers]
        if wanted:
            values = _forward(model.pymc_model, free, wanted, stream)
            tables = _written(model, {name: values[name].to_numpy()[0, 0] for name in wanted})
            model = JointModel(
                tables,
                model.priors,
                model.design.blocks,
                model.panel.options,
                observations_of(model.panel).values(),
            )
    return wrap(model, free, seed=seed)


def _check_inverses(model: JointModel) -> None:
    """Refuse a model with an observation that nobody can write, before anything is drawn."""
    for observation in observations_of(model.panel).values():
        if observation.block in model.design.blocks and type(observation).write is Observation.write:
            observation.write(_tables(model, model.data), np.zeros(0))


def _tables(model: JointModel, market: MarketTables) -> Tables:
    return Tables(
        market_in_known_words(market), model.panel.catalogue, model.panel.cells, model.panel.options
    )


def _given(model: JointModel, truth: Mapping[str, ArrayLike] | xr.Dataset) -> dict[str, np.ndarray]:
    """Return the values that are given, each in the shape of its variable."""
    context = model.pymc_model
    shapes = _shapes(context)
    found = {}
    for key, value in truth.items():
        name = str(key)
        if name not in shapes:
            raise ModelError(f"the model has no free variable {name!r}. {did_you_mean(name, list(shapes))}")
        if isinstance(value, xr.DataArray):
            value = _one_draw(context, name, value)
        try:
            found[name] = np.broadcast_to(np.asarray(value, dtype=float), shapes[name])
        except (TypeError, ValueError):
            raise ModelError(
                f"{name} takes a number{_of(context, name)}; what was given is {_said(value)}."
            ) from None
        low, high = model.priors[name].support if name in model.priors else (-np.inf, np.inf)
        if not (np.isfinite(found[name]) & (found[name] >= low) & (found[name] <= high)).all():
            raise ModelError(
                f"{name} is {_said(value)}, which its prior does not allow: give finite numbers from {low:g} "
                f"to {high:g}."
            )
    return found


def _shapes(context: pm.Model) -> dict[str, tuple[int, ...]]:
    """Return the shape of every free variable; all have named dims."""
    dims = context.named_vars_to_dims
    return {
        variable.name: tuple(len(context.coords[dim]) for dim in dims.get(variable.name, ()))
        for variable in context.free_RVs
    }


def _of(context: pm.Model, name: str) -> str:
    dims = context.named_vars_to_dims.get(name, ())
    sizes = ", ".join(f"{dim} {len(context.coords[dim])}" for dim in dims)
    return f" or an array with dims {sizes}" if sizes else ""


def _said(value: ArrayLike | xr.DataArray) -> str:
    shape = np.shape(np.asarray(value))
    return f"an array of shape {shape}" if shape else repr(value)


def _one_draw(context: pm.Model, name: str, array: xr.DataArray) -> np.ndarray:
    """Return the only draw of a labelled array, its labels those of the model."""
    for dim in ("chain", "draw"):
        if array.sizes.get(dim, 1) != 1:
            raise ModelError(
                f"the truth is one draw, and {name} has {array.sizes[dim]} along {dim}; choose one, such as "
                "fit.posterior.isel(chain=0, draw=7)."
            )
        array = array.squeeze(dim, drop=True) if dim in array.dims else array
    for dim in context.named_vars_to_dims.get(name, ()):
        if dim in array.coords and array[dim].to_numpy().tolist() != list(context.coords[dim]):
            raise ModelError(
                f"{name} has other labels along {dim} than this model: the draw is of a fit to other tables. "
                "Simulate from the model of that fit, or give plain arrays."
            )
    return array.to_numpy()


def _truth(model: JointModel, given: dict[str, np.ndarray], seed: int) -> xr.Dataset:
    """Return one draw of the free variables: those given, and the rest from their priors given these."""
    context = model.pymc_model
    dims = {name: tuple(context.named_vars_to_dims.get(name, ())) for name in _shapes(context)}
    fixed = xr.Dataset(
        {name: (("chain", "draw", *dims[name]), value[None, None]) for name, value in given.items()},
        coords={"chain": [0], "draw": [0]}
        | {dim: list(context.coords[dim]) for name in given for dim in dims[name]},
    )
    missing = [name for name in dims if name not in given]
    drawn = _forward(context, fixed, missing, seed) if missing else xr.Dataset()
    whole = xr.merge([fixed, drawn], join="exact", compat="no_conflicts")
    return whole[list(dims)]


def _forward(context: pm.Model, known: xr.Dataset, wanted: list[str], seed: int) -> xr.Dataset:
    """Draw variables of a model given others."""
    import pymc as pm

    with context:
        if not known.data_vars:
            tree: xr.DataTree = pm.sample_prior_predictive(
                1, var_names=wanted, random_seed=seed, compile_kwargs=interpreted()
            )
            return tree["prior"].to_dataset()
        tree = pm.sample_posterior_predictive(
            xr.DataTree.from_dict({"posterior": known}),
            var_names=wanted,
            random_seed=seed,
            progressbar=False,
            compile_kwargs=interpreted(),
        )
    return tree["posterior_predictive"].to_dataset()


def _written(model: JointModel, values: dict[str, np.ndarray]) -> MarketTables:
    """Return the model's tables with simulated values in the rows that observations read.

    Rows that nothing reads stay: the list of models and the checks of tables are made of whole tables.
    """
    sources, before, market = observations_of(model.panel), model.data, model.data
    for name, vector in values.items():
        source = sources[name]
        table = source.write(_tables(model, market), vector)
        market = MarketTables(**market.tables() | {source.table: table}, vintage=market.vintage)
    usage = within_one_whole(market.usage, before.usage)
    return MarketTables.from_tables(market.tables() | {"usage": usage}, market.vintage)
