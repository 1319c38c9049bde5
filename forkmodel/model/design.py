"""The blocks of the model, which of them need which, and their index arrays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from forkmodel.data.panel import Panel
from forkmodel.data.panel_catalogue import Catalogue
from forkmodel.errors import ModelError, did_you_mean
from forkmodel.model.capability import CapabilityDesign
from forkmodel.model.choice import ChoiceDesign
from forkmodel.model.price import PriceDesign
from forkmodel.model.spend import SpendDesign

__all__ = ["BLOCKS", "Design", "resolve_blocks"]

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

    def coords(self, catalogue: Catalogue) -> dict[str, object]:
        """Return the coordinates of every latent dimension that the chosen blocks use."""
        steps = [str(date.date()) for date in catalogue.quarters[1:]]
        coords: dict[str, object] = {"step": steps}
        if "capability" in self.blocks:
            coords |= {
                "line": list(self.capability.frontier.lines),
                "model": list(catalogue.models.index),
                "benchmark": list(self.capability.benchmarks),
            }
        if "price" in self.blocks:
            coords |= {
                "developer": list(catalogue.developers),
                "seller": list(self.price.sellers),
                "priced_model": list(self.price.priced_models),
            }
        if "choice" in self.blocks:
            coords["survey_entity"] = list(self.choice.survey_entities)
        if "adoption" in self.blocks:
            for walk, basis in (("growth", self.spend.growth_basis), ("share", self.spend.share_basis)):
                coords[f"{walk}_informed"] = np.arange(basis.informed.shape[1])
                coords[f"{walk}_unit"] = np.arange(basis.free.shape[1])
            coords |= {"named_firm": list(self.spend.firms[:-1]), "reach_firm": list(self.spend.reach_firms)}
        return coords
