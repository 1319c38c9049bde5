"""Compose blocks and observations into one PyMC model, or any consistent part of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forkmodel.data.panel import Panel
from forkmodel.model.adoption import add_adoption
from forkmodel.model.capability import add_capability
from forkmodel.model.choice import add_choice
from forkmodel.model.design import Design
from forkmodel.model.open_stack import add_value
from forkmodel.model.price import add_price
from forkmodel.observations.observation import State, observations_of
from forkmodel.priors import PriorSet

if TYPE_CHECKING:
    import pymc as pm

__all__ = ["build_model"]


def build_model(panel: Panel, priors: PriorSet, design: Design) -> pm.Model:
    """Build the PyMC model of the chosen blocks: for each its free variables, then what is seen of it.

    Parameters
    ----------
    panel : Panel
        Model-ready data.
    priors : PriorSet
        Resolved priors.
    design : Design
        Index arrays made from the same panel, with the chosen blocks.

    Returns
    -------
    pymc.Model
        With named dims and coordinates; observed variables are long and one-dimensional.
    """
    import pymc as pm

    observations = [each for each in observations_of(panel).values() if each.block in design.blocks]
    coords = design.coords(panel.catalogue)
    for observation in observations:
        coords |= observation.coords(panel.rows[observation.name])
    with pm.Model(coords=coords) as model:
        state = State(panel.catalogue, design)
        for block in design.blocks:
            _add_block(block, priors, state)
            state.value = {variable.name: variable for variable in model.free_RVs}
            for observation in observations:
                if observation.block == block:
                    observation.add(panel.rows[observation.name], state)
    return model


def _add_block(block: str, priors: PriorSet, state: State) -> None:
    """Add a block's free variables, and its output to the state."""
    design, blocks = state.design, state.design.blocks
    if block == "capability":
        state.capability = add_capability(design.capability, priors)
    elif block == "price":
        state.price = add_price(priors)
    elif block == "choice":
        state.choice = add_choice(design.choice, design.capability, priors, state.capability, state.price)
    elif block == "adoption":
        state.spend = add_adoption(
            design.spend,
            priors,
            design.choice if "choice" in blocks else None,
            state.choice.paths if "choice" in blocks else None,
            state.price.decline if "price" in blocks else None,
        )
    else:
        state.hosts = add_value(design.spend, priors)
