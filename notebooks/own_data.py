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
# # Your own data, with the automobile market
#
# A plain table of products is enough for a demand system: market, product, firm, price, share and some
# characteristics. This notebook checks such a table, fits it, reads elasticities and works out a merger. The
# table is that of Berry, Levinsohn and Pakes (1995): US cars of the model years 1971 to 1990, as PyBLP ships
# it. The page `docs/automobiles.md` states the model, and sets what comes out beside what is published.

# %%
import tempfile
from pathlib import Path

import pandas as pd

import forkmodel as fm


def examples():
    """The folder of examples, from wherever the notebook runs."""
    places = [Path.cwd(), *Path.cwd().parents, *Path(fm.__file__).parents]
    return next(place / "examples" for place in places if (place / "examples" / "automobiles").is_dir())


cars = fm.read_products(examples() / "automobiles")
cars.products.head()

# %% [markdown]
# ## Check the table
#
# Shares are of all potential buyers, so they leave something to the outside good: those who bought nothing.
# What is wrong is named with row, column, value and fix. Here is the table with a free car.

# %%
broken = cars.products.copy()
broken.loc[3, "price"] = 0.0
try:
    fm.ProductTable.of(broken)
except fm.DataError as error:
    print(error)

# %%
print(f"{len(cars.products):,} products, {len(cars.markets)} markets, {', '.join(cars.characteristics)}")
print(f"bought no new car: {cars.outside.min():.1%} to {cars.outside.max():.1%} of households")

# %% [markdown]
# ## Fit
#
# Sellers know what makes a car good, the table does not, and they charge for it: prices are endogenous.
# Instruments set that right. The table has none of its own, so the fit sums characteristics over the firm's
# other cars and over its rivals', as the paper did. Two segments differ in how much they mind the price.

# %%
fit = fm.fit_demand(cars, segments=2, seed=1)
print(fit)
print(fit.review())

# %% [markdown]
# The review looks at the instruments too. They move prices, and they disagree with one another more than
# chance allows: a warning that no amount of draws removes.

# %%
shown = ["median", "low50", "high50", "low90", "high90", "draws"]
fit.parameters().set_index("parameter")[shown].round(3)

# %% [markdown]
# ## Elasticities
#
# Every figure is an array of draws or a table with intervals. Buyers of dear cars mind a dollar less, but a
# per cent of a dear car is more dollars.

# %%
products = fit.products("1990").set_index("product")
own = products[products["figure"] == "own-price elasticity"]
own.loc[["NISENT89", "FDESCO87", "LXLS4090", "BW735i88"], ["firm", "price", *shown]].round(2)

# %%
lost = fit.firm_diversion("1990").median(("chain", "draw"))
largest = ["GM", "Ford", "Toyota", "Honda", "Chrysler"]
lost.sel(firm=largest, firm_to=largest).to_pandas().round(3)

# %% [markdown]
# Most buyers who leave a car buy none: nine households in ten buy no new car in a year, and a logit sends
# lost buyers where the market already is. That is a weakness of the model and not a finding about cars.

# %% [markdown]
# ## A merger
#
# Structure is arithmetic on the shares. Pressure and prices rest on the elasticities.

# %%
screen = fit.merger(["GM", "Ford"], "1990")
screen.table().set_index(["figure", "firm"]).drop(columns="unit").astype(float).round(4)

# %%
rise = screen.draws["price_change"].sel(firm="GM")
print(f"GM's prices after the merger: {float(rise.median()):+.2%} in the middle of {rise.size} draws")

# %% [markdown]
# ## Save, and go on
#
# One file holds draws, table and review. On the command line the same is
# `forkmodel demand examples/automobiles --segments 2 --merger GM,Ford --out cars.nc`.
#
# A market of AI models has more: capability, hosts, tokens and money over time. Its tables and what comes of
# them are in `docs/own-market.md`; the notebook `quickstart` fits the bundled ones.

# %%
path = Path(tempfile.mkdtemp()) / "cars.nc"
fit.save(path)
pd.Series(fm.load_demand(path).describe()).drop(["versions", "priors"])
