"""Compose the blocks into one PyMC model, or any consistent part of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forkmodel.data.panel import Panel
from forkmodel.errors import ModelError, did_you_mean
from forkmodel.model.capability import CapabilityDesign
from forkmodel.model.choice import ChoiceDesign
from forkmodel.model.price import PriceDesign
from forkmodel.model.spend import SpendDesign
from forkmodel.priors import PriorSet

if TYPE_CHECKING:
    import pymc as pm

__all__ = ["BLOCKS", "Design", "build_model", "resolve_blocks"]

#: Blocks in the order of the causal chain.
BLOCKS = ("capability", "price", "choice", "adoption", "value")
#: What each block cannot be stated without.
NEEDS = {
    "capability": (),
    "price": ("capability",),
    "choice": ("capability", "price"),
    "adoption": (),
    "value": ("adoption",),
}


def resolve_blocks(blocks: Iterable[str] | None) -> tuple[str, ...]:
    """Return the blocks to build, with those they need, in causal order.

    ``None`` means all. Asking for ``["price"]`` brings ``capability`` along: a hedonic price needs abilities.
    """
    asked = list(BLOCKS if blocks is None else blocks)
    if not asked:
        raise ModelError("blocks is empty; name at least one of " + ", ".join(BLOCKS) + ".")
    for name in asked:
        if name not in BLOCKS:
            raise ModelError(f"unknown block {name!r}. {did_you_mean(str(name), list(BLOCKS))}")
    wanted = set(asked)
    for name in reversed(BLOCKS):
        if name in wanted:
            wanted |= set(NEEDS[name])
    return tuple(name for name in BLOCKS if name in wanted)


@dataclass(frozen=True)
class Design:
    """Index arrays of every block, made once from one panel."""

    blocks: tuple[str, ...]
    capability: CapabilityDesign
    price: PriceDesign
    choice: ChoiceDesign
    spend: SpendDesign

    @classmethod
    def from_panel(cls, panel: Panel, blocks: Iterable[str] | None = None) -> Design:
        """Make the index arrays of all blocks."""
        chosen = resolve_blocks(blocks)
        price = PriceDesign.from_panel(panel)
        choice = ChoiceDesign.from_panel(panel, price)
        return cls(
            blocks=chosen,
            capability=CapabilityDesign.from_panel(panel),
            price=price,
            choice=choice,
            spend=SpendDesign.from_panel(panel, choice.demand),
        )

    def coords(self, panel: Panel) -> dict[str, object]:
        """Return the coordinates of every dimension that the chosen blocks use."""
        catalogue = panel.catalogue
        steps = [str(date.date()) for date in catalogue.quarters[1:]]
        coords: dict[str, object] = {"step": steps}
        if "capability" in self.blocks:
            coords |= {
                "line": list(self.capability.frontier.lines),
                "model": list(catalogue.models.index),
                "benchmark": list(self.capability.benchmarks),
                "score": np.arange(panel.scores.sizes["score"]),
            }
        if "price" in self.blocks:
            coords |= {
                "developer": list(catalogue.developers),
                "seller": list(self.price.sellers),
                "priced_model": list(self.price.priced_models),
                "spell": np.arange(panel.spells.sizes["spell"]),
            }
        if "choice" in self.blocks:
            coords |= {
                str(dim): np.arange(size)
                for data in panel.shares.values()
                for dim, size in data.sizes.items()
            }
            coords["survey_entity"] = list(self.choice.survey.names)
        if "adoption" in self.blocks:
            rows = {"closed_revenue": "revenue_row", "adoption": "adoption_row", "reach": "reach_row"}
            rows |= {"spend_per_employee": "spend_row", "host_revenue": "host_row"}
            for table, dim in rows.items():
                (size,) = panel.spend[table].sizes.values()
                coords[dim] = np.arange(size)
            for walk, basis in (("growth", self.spend.growth_basis), ("share", self.spend.share_basis)):
                coords[f"{walk}_informed"] = np.arange(basis.informed.shape[1])
                coords[f"{walk}_unit"] = np.arange(basis.free.shape[1])
            coords |= {"named_firm": list(self.spend.firms[:-1]), "reach_firm": list(self.spend.reach_firms)}
        return coords


def build_model(panel: Panel, priors: PriorSet, design: Design) -> pm.Model:
    """Build the PyMC model of the chosen blocks.

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

    from forkmodel.model.adoption import add_adoption
    from forkmodel.model.capability import add_capability
    from forkmodel.model.choice_observations import add_choice
    from forkmodel.model.open_stack import add_value
    from forkmodel.model.price import add_price

    blocks = design.blocks
    with pm.Model(coords=design.coords(panel)) as model:
        capability = price = choice = spend = None
        if "capability" in blocks:
            capability = add_capability(panel, design.capability, priors)
        if "price" in blocks and capability is not None:
            price = add_price(panel, design.price, priors, capability)
        if "choice" in blocks and capability is not None and price is not None:
            choice = add_choice(panel, design.choice, design.capability, priors, capability, price)
        if "adoption" in blocks:
            spend = add_adoption(
                panel,
                design.spend,
                priors,
                None if choice is None else design.choice,
                None if choice is None else choice.paths,
                None if price is None else price.decline,
            )
        if "value" in blocks and spend is not None:
            add_value(panel, design.spend, priors, spend.paths.open)
    return model
