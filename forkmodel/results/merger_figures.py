"""What one merger would do, as tables: each figure with its median, 90 % interval and number of draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import xarray as xr

from forkmodel.results.merger_summary import (
    GUPPI_LINE,
    above,
    chance,
    left_out_of,
    sentences_of,
    summary,
)

__all__ = ["MergerScreen"]

#: The lines of :mod:`forkmodel.market.merger` in words.
HHI_LINE = "HHI above 1,800, up by more than 100"
SHARE_LINE = "share above 30 %, HHI up by more than 100"

#: Figures in the order of the table: variable, name, unit.
FIGURES = (
    ("share", "share of the merged firm", "share"),
    ("firm_share", "share", "share"),
    ("hhi_before", "HHI before", "0 to 10,000"),
    ("hhi_after", "HHI after", "0 to 10,000"),
    ("hhi_delta", "rise of the HHI", "0 to 10,000"),
    ("diversion", "diversion ratio", "part of lost sales"),
    ("margin", "margin before", "part of price"),
    ("guppi", "GUPPI", "part of price"),
    ("upp", "UPP", "USD per million tokens"),
    ("cmcr", "compensating marginal cost reduction", "part of marginal cost"),
    ("price_change", "price change", "part of price"),
    ("price_change_market", "price change, all paid offers", "part of price"),
    ("consumer_loss", "consumers' loss", "part of spend"),
    ("consumer_loss_usd", "consumers' loss", "USD per year"),
    ("party_gain", "parties' gain", "part of spend"),
    ("rival_gain", "rivals' gain", "part of spend"),
)
OFFER_FIGURES = ("offer_margin", "offer_guppi", "offer_upp", "offer_cmcr", "offer_price_change")
COLUMNS = ["figure", "firm", "unit", "median", "low", "high", "draws"]


@dataclass(frozen=True)
class MergerScreen:
    """What a merger would do, on every draw.

    Attributes
    ----------
    draws : Dataset
        Figures with dims ``chain, draw``, by ``firm`` (``diversion`` by ``firm, firm_to``) or, those that
        begin with ``offer_``, by ``model``. NaN in draws in which a figure does not exist:
        ``pressure_defined`` and ``prices_solved`` say which.
    facts : dict
        Firms, market, quarter of the shares, month and buyers of the rest, margins, efficiency, draws, notes;
        ``price_unit`` where prices are not those of tokens.
    rests_on : DataFrame
        Prior against posterior of the parameters behind the margins; empty where only structure is given.
    """

    draws: xr.Dataset
    facts: dict[str, Any]
    rests_on: pd.DataFrame

    @property
    def left_out(self) -> dict[str, float]:
        """Share of draws without pressure (no equilibrium at today's prices) and without prices after."""
        return left_out_of(self.draws)

    @property
    def sentences(self) -> list[str]:
        """What must be said with the figures: notes, what the prior drives, draws left out."""
        return sentences_of(self.facts, self.rests_on, self.left_out)

    def table(self) -> pd.DataFrame:
        """Return one row per figure and firm: ``figure, firm, unit, median, low, high, draws``."""
        rows = []
        for variable, figure, usual in FIGURES:
            if variable not in self.draws:
                continue
            unit = self.facts.get("price_unit", usual) if variable == "upp" else usual
            values = self.draws[variable]
            for firm, own in _by_firm(values):
                found = summary(own)
                # A firm that sets no price has no figure at all, which its note says.
                if found["draws"] or not firm:
                    rows.append({"figure": figure, "firm": firm, "unit": unit, **found})
        return pd.DataFrame(rows, columns=COLUMNS)

    def lines(self) -> pd.DataFrame:
        """Return the probability that each line is crossed: ``line, firm, probability, mcse, draws``."""
        rows = [
            {"line": HHI_LINE, "firm": "", **chance(self.draws["above_hhi_line"])},
            {"line": SHARE_LINE, "firm": "", **chance(self.draws["above_share_line"])},
        ]
        if "guppi" in self.draws:
            for firm, own in _by_firm(self.draws["guppi"]):
                if own.notnull().any():
                    rows.append({"line": "GUPPI above 5 %", "firm": firm, **chance(above(own, GUPPI_LINE))})
        return pd.DataFrame(rows)

    def offers(self) -> pd.DataFrame:
        """Return every offer that the parties price, its list price, and its figures as in :meth:`table`."""
        rows = []
        for variable in OFFER_FIGURES:
            if variable in self.draws:
                for offer in self.draws["model"].to_numpy():
                    price = float(self.draws["offer_price"].sel(model=offer))
                    own = summary(self.draws[variable].sel(model=offer))
                    rows.append(
                        {
                            "offer": str(offer),
                            "price": price,
                            "figure": variable.removeprefix("offer_"),
                            **own,
                        }
                    )
        return pd.DataFrame(rows)

    def tables(self) -> list[tuple[str, pd.DataFrame]]:
        """Return what a person reads, with titles."""
        firms = " and ".join(self.facts["firms"])
        return [
            (f"{firms} merge: median and 90 % interval over draws", self.table()),
            ("Probability that a line is crossed", self.lines()),
        ]

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON document of ``forkmodel merger --json``."""
        return {
            **self.facts,
            "lines": self.lines().to_dict("records"),
            "figures": self.table().to_dict("records"),
            "offers": self.offers().to_dict("records"),
            "left_out": self.left_out,
            "rests_on": self.rests_on.to_dict("records"),
            "remarks": self.sentences,
        }


def _by_firm(values: xr.DataArray) -> list[tuple[str, xr.DataArray]]:
    """Return what a figure is of, in words, and its draws."""
    if "firm_to" in values.dims:
        firms = [str(firm) for firm in values["firm"].to_numpy()]
        return [(f"{a} to {b}", values.sel(firm=a, firm_to=b)) for a in firms for b in firms if a != b]
    if "firm" in values.dims:
        return [(str(firm), values.sel(firm=firm)) for firm in values["firm"].to_numpy()]
    return [("", values)]
