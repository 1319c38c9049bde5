# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What other markets say: the hindcast
#
# Claims about 2031 turn on how shares of firms wander, and this market is three years old. Browsers, cloud
# and smartphones are older. This notebook fits the share dynamics of forecasts to their record as it stood at
# the end of 2017, forecasts what came, and asks what a market of a new kind would do.

# %%
import numpy as np
import pandas as pd

from forkmodel.hindcast.base_rates import base_rate
from forkmodel.hindcast.fitting import Compiled
from forkmodel.hindcast.mapping import predictive_table
from forkmodel.hindcast.markets import MARKETS
from forkmodel.hindcast.panel import market_panels
from forkmodel.hindcast.record import kept_record
from forkmodel.hindcast.simulate import simulate
from forkmodel.hindcast.tables import read_shares
from forkmodel.hindcast.yardstick import cloud_path

tables = read_shares()
whole = {panel.market.name: panel for panel in market_panels(tables)}
pd.DataFrame(
    {name: {"quarters": len(p.quarters), "HHI": p.hhi[-1], "CR3": p.cr3[-1]} for name, p in whole.items()}
).T.round(2)

# %% [markdown]
# ## Not one number
#
# Cloud is the market that claims take as their yardstick. Its HHI by the firms that reports name rose for
# eight years and has fallen for four.

# %%
path = cloud_path()
path.set_index("as_of")[["firms", "cr3", "hhi_low", "hhi_high"]].iloc[::6].round(2)

# %% [markdown]
# ## Base rates
#
# Of markets near an HHI of 3,500, how many were highly concentrated (above 1,800) five years later? Quarters
# overlap and continents move together, so the interval counts only the spans that do not.

# %%
rate = base_rate("hhi", 3500.0, 5, low=1800.0)
print(
    f"{rate.share:.0%} of {rate.starts} starts in {rate.markets} markets; "
    f"95 % interval {rate.interval[0]:.0%} to {rate.interval[1]:.0%} from {rate.windows:.0f} separate spans"
)

# %% [markdown]
# ## A forecast of the past
#
# The fit sees the tables of 31 December 2017 and nothing later.

# %%
then = market_panels(tables.as_of(pd.Timestamp("2017-12-31")))
fit = Compiled(then).fit(then, seed=1, draws=250, tune=300, chains=2)
fit.review

# %%
ahead = [4, 8, 16, 32]
rows = []
for panel in then:
    later = whole[panel.market.name]
    if not panel.market.scored or np.isnan(panel.hhi[-1]):
        continue
    future = simulate(panel, fit.of_market(panel.market.name), max(ahead), np.random.default_rng(1))
    for quarters in ahead:
        low, middle, high = np.quantile(future.hhi[quarters - 1], [0.05, 0.5, 0.95])
        came = later.hhi[len(panel.quarters) - 1 + quarters]
        rows.append((panel.market.name, panel.hhi[-1], quarters, low, middle, high, came))
columns = ["market", "HHI then", "quarters", "5 %", "median", "95 %", "came"]
forecast = pd.DataFrame(rows, columns=columns).dropna()
inside = forecast["came"].between(forecast["5 %"], forecast["95 %"])
print(f"{inside.sum()} of {len(forecast)} outcomes came inside the 90 % intervals")
forecast.round(0)

# %% [markdown]
# One origin says little, since continents share one fate. The record that comes with the package has every
# year's origins from 2015 on, against forecasts that need no model.

# %%
record = kept_record()
pd.DataFrame(
    {
        (row["measure"], f"{row['first']} to {row['last']} quarters"): {
            "forecasts": row["n"],
            "skill over damped trend": row["skill"]["damped trend"]["value"],
            "skill over median of four": row["skill"]["median of four"]["value"],
            "inside 90 %": row["coverage"]["0.9"],
        }
        for row in record["hindcast"]["table"]
    }
).T.round(2)

# %% [markdown]
# ## What a new market would do
#
# The same fit, on the whole record, has a predictive distribution for a market of a family it has not seen.
# It is the prior of the reference; beside it stand the three prior sets and how far each departs from it.

# %%
table = pd.DataFrame(record["predictive"])
table[["prior", "quantity", "low", "median", "high"]].round(3)

# %%
for row in record["predictive"]:
    print(row["quantity"] + ": " + "; ".join(found["departure"] for found in row["sets"].values()))

# %% [markdown]
# By the record to 2017 alone, entry would have seemed likelier, and shock about the same.

# %%
early = pd.DataFrame(predictive_table(fit.of_new_market(1)))
early[["prior", "low", "median", "high"]].round(3)

# %%
families = {market.family for market in MARKETS.values()}
print(f"{len(families)} families of markets are few: what they say is a prior, not a forecast")
