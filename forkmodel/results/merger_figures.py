"""Merger figures as tables: median, 90 % interval and number of draws of each, and what they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.queries.effective import effective_draws

__all__ = ["GUPPI_LINE", "MergerPairs", "MergerScreen"]

#: Pressure above which agencies and courts have looked closer: 5 % of the price.
GUPPI_LINE = 0.05
TAIL = 0.05
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


def _summary(values: xr.DataArray) -> dict[str, Any]:
    """Return median, 90 % interval and number of draws, of the draws in which there is a figure."""
    drawn = values.to_numpy().ravel()
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn):
        return {"median": np.nan, "low": np.nan, "high": np.nan, "draws": 0}
    low, median, high = np.quantile(drawn, [TAIL, 0.5, 1.0 - TAIL])
    return {"median": float(median), "low": float(low), "high": float(high), "draws": len(drawn)}


def _chance(event: xr.DataArray) -> dict[str, Any]:
    """Return the probability of an event (chain, draw), its Monte Carlo error and the draws it is of."""
    there = event.notnull()
    draws = int(there.sum())
    if not draws:
        return {"probability": np.nan, "mcse": np.nan, "draws": 0}
    p = float(event.where(there).mean())
    values = event.fillna(p).transpose("chain", "draw").to_numpy().astype(float)
    effective = min(effective_draws(values), float(draws))
    return {"probability": p, "mcse": float(np.sqrt(p * (1.0 - p) / effective)), "draws": draws}


def _above(values: xr.DataArray, line: float) -> xr.DataArray:
    return (values > line).where(values.notnull())


def _left_out(draws: xr.Dataset) -> dict[str, float]:
    names = {"pressure": "pressure_defined", "prices": "prices_solved"}
    return {name: 1.0 - float(draws[which].mean()) for name, which in names.items() if which in draws}


def _sentences(facts: dict[str, Any], rests_on: pd.DataFrame, left_out: dict[str, float]) -> list[str]:
    """Return the notes, what is data and what is prior in the margins, and how many draws were left out."""
    sources = [
        f"{row['block']}.{row['parameter']} ({'its prior' if row['prior_driven'] else 'data'}, contraction "
        f"{row['contraction']:.2f})"
        for row in rests_on.to_dict("records")
    ]
    resting = [f"Margins, pressure and prices rest on {', '.join(sources)}."] if sources else []
    gone = [
        f"{name.capitalize()}: {part:.1%} of draws left out, without an equilibrium or with none found."
        for name, part in left_out.items()
        if part > 0.0
    ]
    return [*facts["notes"], *resting, *gone]


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
        Firms, market, quarter of the shares, month and buyers of the rest, margins, efficiency, draws, notes.
    rests_on : DataFrame
        Prior against posterior of the parameters behind the margins; empty where only structure is given.
    """

    draws: xr.Dataset
    facts: dict[str, Any]
    rests_on: pd.DataFrame

    @property
    def left_out(self) -> dict[str, float]:
        """Share of draws without pressure (no equilibrium at today's prices) and without prices after."""
        return _left_out(self.draws)

    @property
    def sentences(self) -> list[str]:
        """What must be said with the figures: notes, what the prior drives, draws left out."""
        return _sentences(self.facts, self.rests_on, self.left_out)

    def table(self) -> pd.DataFrame:
        """Return one row per figure and firm: ``figure, firm, unit, median, low, high, draws``."""
        rows = []
        for variable, figure, unit in FIGURES:
            if variable not in self.draws:
                continue
            values = self.draws[variable]
            for firm, own in _by_firm(values):
                summary = _summary(own)
                # A firm that sets no price has no figure at all, which its note says.
                if summary["draws"] or not firm:
                    rows.append({"figure": figure, "firm": firm, "unit": unit, **summary})
        return pd.DataFrame(rows, columns=COLUMNS)

    def lines(self) -> pd.DataFrame:
        """Return the probability that each line is crossed: ``line, firm, probability, mcse, draws``."""
        rows = [
            {"line": HHI_LINE, "firm": "", **_chance(self.draws["above_hhi_line"])},
            {"line": SHARE_LINE, "firm": "", **_chance(self.draws["above_share_line"])},
        ]
        if "guppi" in self.draws:
            for firm, own in _by_firm(self.draws["guppi"]):
                if own.notnull().any():
                    rows.append({"line": "GUPPI above 5 %", "firm": firm, **_chance(_above(own, GUPPI_LINE))})
        return pd.DataFrame(rows)

    def offers(self) -> pd.DataFrame:
        """Return every offer that the parties price, its list price, and its figures as in :meth:`table`."""
        rows = []
        for variable in OFFER_FIGURES:
            if variable in self.draws:
                for offer in self.draws["model"].to_numpy():
                    price = float(self.draws["offer_price"].sel(model=offer))
                    own = _summary(self.draws[variable].sel(model=offer))
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


@dataclass(frozen=True)
class MergerPairs:
    """The merger of every pair of the largest firms of a market, on every draw.

    Attributes
    ----------
    draws : Dataset
        Dims ``chain, draw, pair``: what :func:`forkmodel.market.merger_concentration` returns,
        ``guppi_first`` and ``guppi_second``.
    pairs : list of (str, str)
        The firms of each pair.
    facts, rests_on
        As in :class:`MergerScreen`.
    """

    draws: xr.Dataset
    pairs: list[tuple[str, str]]
    facts: dict[str, Any]
    rests_on: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """Return one row per pair, the largest rise of the HHI first."""
        rows = []
        for place, (first, second) in enumerate(self.pairs):
            here = self.draws.isel(pair=place)
            row: dict[str, Any] = {
                "first": first,
                "second": second,
                "share": _summary(here["share"])["median"],
            }
            rise = _summary(here["hhi_delta"])
            row |= {"hhi_delta": rise["median"], "hhi_delta_low": rise["low"], "hhi_delta_high": rise["high"]}
            row |= {
                "p_hhi_line": _chance(here["above_hhi_line"])["probability"],
                "p_share_line": _chance(here["above_share_line"])["probability"],
            }
            for name in ("guppi_first", "guppi_second"):
                if name in here:
                    row[name] = _summary(here[name])["median"]
                    row[f"p_{name}"] = _chance(_above(here[name], GUPPI_LINE))["probability"]
            rows.append(row | {"draws": rise["draws"]})
        return pd.DataFrame(rows).sort_values("hhi_delta", ascending=False, kind="stable", ignore_index=True)

    @property
    def left_out(self) -> dict[str, float]:
        """Share of draws without pressure: no equilibrium at today's prices."""
        return _left_out(self.draws)

    @property
    def sentences(self) -> list[str]:
        """What must be said with the figures."""
        return _sentences(self.facts, self.rests_on, self.left_out)

    def tables(self) -> list[tuple[str, pd.DataFrame]]:
        """Return what a person reads, with its title."""
        title = (
            "Every pair: medians, 90 % interval of the rise, probability of each line and of GUPPI above 5 %"
        )
        return [(title, self.table())]

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON document of ``forkmodel merger --all --json``."""
        return {
            **self.facts,
            "left_out": self.left_out,
            "pairs": self.table().to_dict("records"),
            "rests_on": self.rests_on.to_dict("records"),
            "remarks": self.sentences,
        }
