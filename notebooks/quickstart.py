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
# # Quickstart: how concentrated are the two sides of the AI fork?
#
# Closed labs sell the best model at a premium; open-weight models sell good-enough capability through many
# hosts. This notebook fits the joint model to the bundled tables, reads concentration off the posterior and
# saves the fit. The settings are small so that it runs in minutes; quote nothing from so short a run.

# %%
import tempfile
from pathlib import Path

import forkmodel as fm

market = fm.load_snapshot()
market.summary()

# %% [markdown]
# The tables are facts with sources; the model turns them into a panel. Compiling takes most of the first
# minutes, and later fits of the same object reuse it.

# %%
model = fm.ForkModel(market)
model

# %%
fit = model.fit(draws=100, tune=300, chains=2, seed=1)
fit

# %% [markdown]
# ## First, the review
#
# Every fit is checked before anybody reads a number. A run this short is expected to fail: it has far fewer
# draws than the checks want. The default `fit()` has ten times as many.

# %%
print(fit.review())

# %% [markdown]
# ## Concentration
#
# Every answer is an array with all draws, so intervals are one line away. HHI is the sum of squared
# percentage shares: 10,000 for a monopoly. The effective number of firms is 10,000 / HHI.


# %%
def interval(draws, mass=0.8):
    """Median and central interval over chains and draws."""
    tail = (1 - mass) / 2
    return draws.quantile([tail, 0.5, 1 - tail], dim=("chain", "draw"))


hhi = fit.history()["hhi"].sel(time="2026-07-01")
interval(hhi).to_pandas().T.round(0)

# %%
interval(fit.effective_firms("closed")).sel(time="2026-07-01").to_pandas().round(2)

# %% [markdown]
# Tokens and money disagree, and both are right: open weights carry most of a router's tokens and a small part
# of the dollars.

# %%
open_share = fit.history()["open_share"].sel(time="2026-07-01", market=["openrouter", "enterprise"])
interval(open_share).to_dataframe().unstack("unit").round(2)

# %% [markdown]
# Draws are worlds: draw 7 of one quantity is the same world as draw 7 of another, so questions about two
# quantities at once are plain arithmetic. How likely is it that closed labs are more concentrated than hosts
# of open weights, and that they keep a premium at equal capability?

# %%
now = fit.history().sel(time="2026-07-01")
more = now["hhi"].sel(scope="closed") > now["hhi"].sel(scope="open_hosts")
premium = now["premium_residual"] > 1.0
print(f"closed more concentrated than hosts: {float(more.mean()):.2f}")
print(f"and a premium at equal capability:   {float((more & premium).mean()):.2f}")
print(f"from {more.size} draws")

# %% [markdown]
# ## What the data said, and what the prior said
#
# Contraction is the part of the prior's variance that the data removed. Where it is small, the result is a
# statement of the prior.

# %%
table = fit.prior_posterior().sort_values("contraction")
table[["block", "parameter", "prior_median", "median", "q05", "q95", "contraction"]].head(12).round(2)

# %% [markdown]
# ## Save and load
#
# One `.nc` file holds draws, tables, priors and provenance. Nothing in it is code.

# %%
path = Path(tempfile.mkdtemp()) / "fit.nc"
fit.save(path)
fm.load(path)
