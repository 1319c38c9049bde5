"""Who competes: the lines on offer today, and empty places for those who may enter.

A line is what one developer offers under one access. Its menu has two places, a flagship at its frontier and
a small model below. Lines that joined a pooled frontier in the fit stand on their own here, because buyers
choose developers. Every world has the same places; a place that nobody has entered yet is not on offer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forkmodel.data.panel import Panel
from forkmodel.data.vocabulary import OTHER_CLOSED
from forkmodel.model.design import Design

__all__ = ["ENTRANTS", "SLOTS", "Lines", "by_line", "per_item"]

#: Places on a line's menu.
SLOTS = ("flagship", "small")
#: Places for entrants by access; the reference priors expect 2.5 closed and 6 open ones in ten years.
ENTRANTS = {"closed": 8, "open": 24}
#: Months back over which a line's rate of releases is counted, and its least value per quarter.
RELEASE_MONTHS = 24
FEWEST_RELEASES = 0.25
RESTRICTED_COUNTRY = "China"
#: Developers with the means to open a model at the closed frontier.
LARGE_LABS = ("OpenAI", "Google DeepMind", "Meta", "xAI", "Microsoft", "NVIDIA")


@dataclass(frozen=True)
class Lines:
    """Labels and fixed facts of every line; arrays have one entry per line.

    Attributes
    ----------
    developer : tuple of str
        Developer of each line.
    is_open, restricted, large_lab : ndarray of bool
        Open weights; developer based in the country that a ban concerns; developer able to open a frontier
        model.
    entrant : ndarray of int
        Place in the queue of entrants of its access, -1 for incumbents.
    firm : ndarray of int
        Place among ``firms`` of a closed line's developer, -1 for open lines.
    firms : tuple of str
        Closed firms whose revenue is followed: those of the fit, then entrants.
    releases_per_quarter : ndarray
        Rate of releases.
    """

    developer: tuple[str, ...]
    is_open: np.ndarray
    restricted: np.ndarray
    large_lab: np.ndarray
    entrant: np.ndarray
    firm: np.ndarray
    firms: tuple[str, ...]
    releases_per_quarter: np.ndarray

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self.developer)

    @property
    def incumbents(self) -> int:
        """Number of lines that are on offer today; they come first."""
        return int((self.entrant < 0).sum())

    @property
    def developers(self) -> tuple[str, ...]:
        """Developers with a line, sorted."""
        return tuple(sorted(set(self.developer)))

    def of(self, access: str) -> np.ndarray:
        """Mask of a tier's lines."""
        return np.asarray(self.is_open == (access == "open"))

    @property
    def item_open(self) -> np.ndarray:
        """1 for menu places of open lines, else 0."""
        return per_item(self.is_open).astype(float)

    @classmethod
    def from_panel(cls, panel: Panel, design: Design, months: np.ndarray) -> Lines:
        """List the lines on offer in given months, then places for entrants.

        Parameters
        ----------
        panel : Panel
            Model-ready data.
        design : Design
            Index arrays with a choice block.
        months : array of int
            Places of the months on the choice block's grid.
        """
        demand, models = design.choice.demand, panel.catalogue.models
        offered = np.unique(demand.cell_model[np.isin(demand.cell_month, months)])
        pairs = models.iloc[offered].groupby(["access", "developer"], observed=True).size().index
        access = [str(pair[0]) for pair in pairs]
        developer = [str(pair[1]) for pair in pairs]
        since = panel.catalogue.vintage - pd.DateOffset(months=RELEASE_MONTHS)
        recent = models[models["release_date"] > since]
        counts = recent.groupby(["access", "developer"], observed=True).size()
        rates = [float(counts.get(pair, 0.0)) / (RELEASE_MONTHS / 3.0) for pair in pairs]
        entrant = [-1] * len(pairs)
        for tier, places in ENTRANTS.items():
            own = [rate for rate, kind in zip(rates, access, strict=True) if kind == tier]
            usual = float(np.median(own)) if own else FEWEST_RELEASES
            for place in range(places):
                access.append(tier)
                developer.append(f"Entrant {tier} {place + 1}")
                rates.append(usual)
                entrant.append(place)
        is_open = np.array(access) == "open"
        followed = [*design.spend.firms]
        followed += [
            name
            for name, place, opened in zip(developer, entrant, is_open, strict=True)
            if place >= 0 and not opened
        ]
        firm = [
            -1 if opened else followed.index(name if name in followed else OTHER_CLOSED)
            for name, opened in zip(developer, is_open, strict=True)
        ]
        country = models.groupby("developer", observed=True)["country"].first()
        return cls(
            developer=tuple(developer),
            is_open=is_open,
            restricted=np.array([country.get(name) == RESTRICTED_COUNTRY for name in developer]),
            large_lab=np.isin(
                developer, LARGE_LABS if panel.catalogue.names.bundled else design.spend.firms[:-1]
            ),
            entrant=np.array(entrant),
            firm=np.array(firm),
            firms=tuple(followed),
            releases_per_quarter=np.maximum(rates, FEWEST_RELEASES),
        )


def per_item(by_line: np.ndarray) -> np.ndarray:
    """Repeat what belongs to lines (..., line) for their menu places (..., item)."""
    return np.repeat(by_line, len(SLOTS), axis=-1)


def by_line(items: np.ndarray) -> np.ndarray:
    """Sum over the menu places (..., item) of each line."""
    flagship, small = (items[..., slot :: len(SLOTS)] for slot in range(len(SLOTS)))
    # A sum over so short an axis would take several times as long.
    return np.asarray(flagship + small)
