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
# # Simulate, fit, compare: what can such data tell?
#
# Nobody knows the truth behind the bundled tables, so a fit to them cannot be marked. In a simulated world
# the truth is known: draw it, draw everything that the tables would have reported in that world, noise
# included, fit these tables, and look. To be quick this notebook takes one block of the model, adoption and
# money.

# %%
import forkmodel as fm

market = fm.load_snapshot()
model = fm.ForkModel(market, blocks=["adoption"])
model

# %% [markdown]
# ## Three lines
#
# The tables of the model say which rows, dates and firms there are; `simulate` replaces what the rows say. A
# truth may be given by name; what is not named is drawn from its prior.

# %%
world = model.simulate({"adoption.ceiling": 0.7}, seed=7)
fit = fm.ForkModel(world.to_data(), blocks=["adoption"]).fit(draws=500, tune=500, chains=2, seed=1)
found = fit.compare(world)

# %%
found[["name", "unit", "truth", "median", "low", "high", "inside", "rank"]].round(3)

# %% [markdown]
# Intervals of 90 % should miss one truth in ten. `rank` is the part of the draws below the truth: over many
# worlds it is spread evenly from 0 to 1 if model and sampler are right, which
# `forkmodel validate calibration` checks in earnest.

# %%
print(f"{found['inside'].sum()} of {len(found)} truths lie inside their 90 % intervals")

# %% [markdown]
# ## The truth speaks like a fit
#
# A world is a fit of one draw, so the same verbs answer, and truth and estimate stand side by side.

# %%
both = fit.hhi("closed").quantile([0.05, 0.5, 0.95], dim=("chain", "draw")).to_pandas().T
both["truth"] = world.hhi("closed").squeeze(("chain", "draw"), drop=True).to_pandas()
both.tail(6).round(0)

# %% [markdown]
# ## What the tables can tell, and what they cannot
#
# Where the interval is as wide as before, the data of this world said nothing about the parameter, and a fit
# to the real tables, which have the same rows, will not know either.

# %%
prior = fit.prior_posterior().sort_values("contraction")
prior[["parameter", "meaning", "prior_q05", "prior_q95", "q05", "q95", "contraction"]].head(6).round(2)

# %% [markdown]
# ## A world like ours
#
# Truths from the prior may be odd. One from a fit to the real tables is a world like the one we may live in:
# take a draw, and let it report.

# %%
real = model.fit(draws=200, tune=500, chains=2, seed=1)
ours = model.simulate(real.posterior.isel(chain=0, draw=17), seed=7)
figures = ["developer", "as_of", "annualised_revenue_usd"]
reported = (
    ours.to_data().revenue[figures].merge(market.revenue[figures], on=figures[:2], suffixes=("", "_real"))
)
reported.query("developer == 'Anthropic'").set_index("as_of").tail(5)
