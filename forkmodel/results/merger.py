"""What a merger of developers or hosts would do, on every draw: structure, pressure, prices and surplus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import xarray as xr

from forkmodel.errors import ForkModelError
from forkmodel.inference.posterior import Posterior
from forkmodel.market import (
    diverted_value,
    group_diversion_ratio,
    merger_concentration,
    merger_equilibrium,
    upward_pressure,
)
from forkmodel.market.labels import party_labels
from forkmodel.results.by_model import month_place
from forkmodel.results.conduct import Conduct, conduct, mean_by, what_margins_rest_on
from forkmodel.results.firm_shares import firm_shares, quarter_of
from forkmodel.results.merger_figures import MergerScreen
from forkmodel.results.merger_names import market_definition
from forkmodel.results.merger_pairs import MergerPairs
from forkmodel.results.reported import history_path

__all__ = ["merger", "merger_pairs"]

#: Market among whose buyers all revenue is taken to be earned where a loss is stated in money.
BUSINESS = "enterprise"


def merger(
    posterior: Posterior,
    firms: Sequence[str],
    month: str | None = None,
    market: str = "enterprise_spend",
    efficiency: float = 0.0,
    margins: str = "reported",
) -> MergerScreen:
    """Return what a merger would do; see :meth:`forkmodel.fit.Fit.merger` for parameters and errors."""
    if not 0.0 <= efficiency < 1.0:
        raise ForkModelError(
            f"efficiency is {efficiency}: give the part of marginal cost saved, 0 to below 1."
        )
    facts, shares = _market(posterior, month, market)
    names = party_labels(firms, shares["firm"].to_numpy())
    found = merger_concentration(shares["share"], names, "firm", shares["rest"], shares["rest_squares"])
    found["firm_share"] = shares["share"].sel(firm=names) / (shares["share"].sum("firm") + shares["rest"])
    facts |= {"firms": names, "efficiency": efficiency, "margins": margins, "notes": []}
    rests_on = pd.DataFrame()
    buyers = market_definition(market).buyers
    if buyers is None:
        facts["notes"].append(
            "Hosts sell the same weights, and choices among hosts are not modelled: structure only."
        )
        return MergerScreen(found, facts, rests_on)
    setting = conduct(posterior, month, buyers, margins)
    developers = {str(owner) for owner in setting.owners.to_numpy()}
    absent = [name for name in names if name not in developers]
    facts["notes"] += [f"{name} has no offer in the month: structure only." for name in absent]
    if not absent:
        found = found.assign(_diversion(setting, names).data_vars)
        facts["notes"] += [
            f"{name} sets no price: it has open weights, which any host sells at cost, or free offers."
            for name in names
            if not setting.priced_by(name)
        ]
        if any(setting.priced_by(name) for name in names):
            found = found.assign(_pressure(setting, names, efficiency).data_vars)
            found = found.assign(_prices(setting, names, efficiency).data_vars)
            rests_on = what_margins_rest_on(posterior, margins)
            if buyers == BUSINESS and "adoption" in posterior.blocks:
                money = (
                    history_path(posterior, "revenue").sel(time=facts["quarter"], drop=True).sum("developer")
                )
                found["consumer_loss_usd"] = found["consumer_loss"] * money
    return MergerScreen(found, facts, rests_on)


def merger_pairs(
    posterior: Posterior,
    month: str | None = None,
    market: str = "enterprise_spend",
    largest: int = 8,
    margins: str = "reported",
) -> MergerPairs:
    """Return all pairs of the largest firms; see :meth:`forkmodel.fit.Fit.merger_pairs`."""
    if largest < 2:
        raise ForkModelError(f"largest is {largest}: a pair needs two firms.")
    facts, shares = _market(posterior, month, market)
    order = shares["share"].median(("chain", "draw")).to_series().sort_values(ascending=False, kind="stable")
    names = [str(name) for name in order.index[:largest]]
    pairs = [(a, b) for place, a in enumerate(names) for b in names[place + 1 :]]
    labels, rest = (
        _named([" + ".join(pair) for pair in pairs], "pair"),
        (shares["rest"], shares["rest_squares"]),
    )
    found = xr.concat([merger_concentration(shares["share"], pair, "firm", *rest) for pair in pairs], labels)
    buyers = market_definition(market).buyers
    if buyers is not None:
        setting = conduct(posterior, month, buyers, margins)
        pressure = _pair_pressure(setting, names)
        found["pressure_defined"] = setting.sound
        for name, place in (("guppi_first", 0), ("guppi_second", 1)):
            both = [pressure.sel(firm=pair[place], partner=pair[1 - place], drop=True) for pair in pairs]
            found[name] = xr.concat(both, labels)
    rests_on = pd.DataFrame() if buyers is None else what_margins_rest_on(posterior, margins)
    facts |= {"firms": names, "margins": margins, "notes": []}
    return MergerPairs(found.transpose("chain", "draw", ...), pairs, facts, rests_on)


def _named(labels: Sequence[str], dim: str) -> pd.Index:
    return pd.Index(labels, dtype=object, name=dim)


def _market(posterior: Posterior, month: str | None, market: str) -> tuple[dict[str, Any], xr.Dataset]:
    """Return what is known of the market before anybody merges, and its shares."""
    definition = market_definition(market)
    if "choice" not in posterior.blocks:
        raise ForkModelError(
            "mergers need the choice block, which this fit does not have; fit again with it."
        )
    months = posterior.design.choice.demand.months
    day = months[month_place(months, month)]
    quarter = quarter_of(posterior, day)
    facts = {
        "market": market,
        "meaning": definition.meaning,
        "quarter": quarter,
        "buyers": definition.buyers,
        "month": day,
        "draws": posterior.chains * posterior.draws,
    }
    return facts, firm_shares(posterior, market, quarter)


def _diversion(setting: Conduct, names: list[str]) -> xr.Dataset:
    """Return diversion among the parties, when all prices of one rise in proportion."""
    found = setting.found
    ratio = group_diversion_ratio(
        found.share, found.weight, found.slope, found.groups("developer"), group_dim="firm"
    )
    return xr.Dataset({"diversion": ratio.sel(firm=names, firm_to=names)})


def _firm_means(
    setting: Conduct, names: list[str], values: xr.DataArray, weights: xr.DataArray
) -> xr.DataArray:
    """Average what holds of offers over those that each firm sets the price of."""
    means = []
    for name in names:
        own = setting.priced_by(name)
        means.append(mean_by(values.sel(model=own), weights.sel(model=own)))
    return xr.concat(means, _named(names, "firm")).transpose("chain", "draw", "firm")


def _pressure(setting: Conduct, names: list[str], efficiency: float) -> xr.Dataset:
    """Return margins, UPP, GUPPI and CMCR by offer and by firm, where prices can be an equilibrium."""
    found = setting.found
    by_offer = upward_pressure(
        found.share,
        found.weight,
        setting.slope,
        setting.owners,
        names,
        setting.price,
        competitive=setting.competitive,
        efficiency=efficiency,
    ).where(setting.sound)
    money = setting.quantity * setting.price
    weights = {
        "margin": money,
        "guppi": money,
        "upp": setting.quantity,
        "cmcr": money * (1.0 - by_offer["margin"]),
    }
    own = [offer for name in names for offer in setting.priced_by(name)]
    made = {f"offer_{name}": by_offer[name].sel(model=own) for name in weights}
    for name, weight in weights.items():
        made[name] = _firm_means(setting, names, by_offer[name], weight)
    return xr.Dataset(made).assign(pressure_defined=setting.sound)


def _prices(setting: Conduct, names: list[str], efficiency: float) -> xr.Dataset:
    """Return prices after the merger, and what buyers and sellers gain or lose, as parts of money spent."""
    found = setting.found
    solved = merger_equilibrium(
        found.share,
        found.weight,
        setting.response,
        setting.owners,
        names,
        setting.price,
        competitive=setting.competitive,
        efficiency=efficiency,
    )
    rise = solved["price_after"] / solved["price_before"].where(setting.price > 0.0) - 1.0
    money = solved["price_before"] * solved["quantity_before"]
    spend = money.sum("model")
    gain = (solved["profit_after"] - solved["profit_before"]) / spend
    ours = setting.owners.isin(names)
    own = [offer for name in names for offer in setting.priced_by(name)]
    return xr.Dataset(
        {
            "offer_price": setting.price.sel(model=own),
            "offer_price_change": rise.sel(model=own),
            "price_change": _firm_means(setting, names, rise, money),
            "price_change_market": mean_by(rise, money),
            "consumer_loss": solved["consumer_loss"] / spend,
            "party_gain": gain.where(ours, 0.0).sum("model", skipna=False),
            "rival_gain": gain.where(~ours, 0.0).sum("model", skipna=False),
            "prices_solved": solved["solved"],
        }
    )


def _pair_pressure(setting: Conduct, names: list[str]) -> xr.DataArray:
    """Return the GUPPI of each firm if it merged with each partner (chain, draw, firm, partner)."""
    found = setting.found
    margin = (setting.lerner * setting.price).where(~setting.competitive, 0.0)
    money = setting.quantity * setting.price
    columns = []
    for name in names:
        theirs = margin.where(setting.owners == name, 0.0)
        value = diverted_value(found.share, found.weight, setting.slope, theirs)
        gross = (value / setting.price.where(setting.price > 0.0)).where(setting.sound)
        columns.append(_firm_means(setting, names, gross, money))
    return xr.concat(columns, _named(names, "partner"))
