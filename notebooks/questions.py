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
# # Ask questions
#
# A forecast holds worlds: each is one posterior draw, carried on quarter by quarter. Everything below is
# counted in worlds, so probabilities have a Monte Carlo error and add up. The package brings 500 worlds of
# its own fit, which answer at once; ask a forecast of your own fit for what you want to quote.

# %%
import numpy as np

import forkmodel as fm

forecast = fm.bundled_forecast()
fit = forecast.facts["bundled_fit"]
print(f"vintage {fit['vintage']}, {fit['prior_set']} priors, review {fit['review']}, {fit['worlds']} worlds")

# %% [markdown]
# ## Probabilities
#
# Dots select what a quantity is of, brackets select when. A year alone is its mean over the quarters; a
# quarter is written `2031-Q4`.

# %%
highly = forecast.prob("hhi.closed[2031] > 1800")
print(highly)

# %% [markdown]
# Conditions join with `and`, `or` and `not`. `any` and `all` look at every quarter of a span.

# %%
stable = forecast.prob("all(hhi.closed[2028:2031] > 1800) and open_share.enterprise.spend[2031] < 0.3")
print(stable)

# %% [markdown]
# ## Given that
#
# `P(a | b)` counts only worlds in which `b` holds. That is conditioning: it says what goes with `b`, not
# what forcing it would bring. For the latter there are scenarios (`fit.forecast(scenario=...)`), which
# share their random numbers with the baseline, so that differences are paired.

# %%
alone = forecast.prob("value.open.broad[2036] > value.closed.broad[2036]")
given = forecast.prob("P(value.open.broad[2036] > value.closed.broad[2036] | capability_gap[2031] < 8)")
print(f"in all worlds {alone.probability:.2f}, where the gap stays below 8 {given.probability:.2f}")
print(given)

# %% [markdown]
# A condition that few worlds meet is answered with a remark, and refused below 100 effective draws: with
# 500 worlds that is soon the case.

# %%
try:
    print(forecast.prob("P(hhi.closed[2031] > 2500 | capability_gap[2031] > 40)"))
except fm.QueryError as error:
    print("refused:", error)

# %% [markdown]
# ## Numbers and dates

# %%
print(forecast.query("cr3.closed[2031]"))

# %%
print(forecast.query("value.open.broad[2031] / value.closed.broad[2031]"))

# %%
print(forecast.query("when(price_fixed_capability.open < 0.05)"))

# %% [markdown]
# ## Beyond the language
#
# The worlds are an xarray dataset with labelled dims, so whatever the language lacks is a line of NumPy.
# Here: in which worlds do closed labs stay ahead, and are those the concentrated ones?

# %%
worlds = forecast.worlds.sel(time="2031-10-01")
gap = worlds["capability_gap"].stack(world=("chain", "draw"))
hhi = worlds["hhi"].sel(scope="closed").stack(world=("chain", "draw"))
ahead = gap > gap.median()
for name, chosen in (("ahead", ahead), ("level", ~ahead)):
    low, middle, high = np.quantile(hhi[chosen], [0.1, 0.5, 0.9])
    print(f"{name}: HHI {middle:,.0f} (80 % {low:,.0f} to {high:,.0f}), {int(chosen.sum())} worlds")

# %% [markdown]
# ## The claims
#
# The ledger is the same language with dates and sources: the thesis of the fork and its critics, each an
# event that will have happened or not.

# %%
table = fm.claims(forecast)
print(table)
print("every figure is conditional on the model and its data")
