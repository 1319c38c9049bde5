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

# %% [markdown]
# # Under the hood: one block, from the tables to a checked fit
#
# The joint model is made of blocks, and each can be built alone. This notebook opens the first one,
# capability: which rows it reads, what the equations say, what the priors alone would predict, a short
# real fit, and whether the fit predicts the scores that it saw.

# %%
import matplotlib.pyplot as plt
import numpy as np

import forkmodel as fm

market = fm.load_snapshot()
model = fm.ForkModel(market, blocks=["capability"])
model

# %% [markdown]
# ## Tables become arrays
#
# A panel is the tables as labelled arrays: rows with everything looked up that a density needs. Rows that
# the model does not read never get here.

# %%
scores = model.panel.rows["scores"]
print(f"{scores.sizes['score']} scores of {len(set(scores['model'].values))} models "
      f"on {len(set(scores['benchmark'].values))} benchmarks")  # fmt: skip
scores[["model", "benchmark", "logit_score"]].to_dataframe().sample(5, random_state=1).round(2)

# %% [markdown]
# ## The density
#
# Capability is one number per model on Epoch's scale; a benchmark turns it into a score through its
# difficulty and discrimination. The PyMC model has named dims and can be inspected like any other.

# %%
pymc_model = model.pymc_model
print(f"{len(pymc_model.free_RVs)} free variables, {len(pymc_model.observed_RVs)} observed")
for variable in pymc_model.free_RVs:
    dims = pymc_model.named_vars_to_dims.get(variable.name)
    print(f"  {variable.name:38} {', '.join(dims) if dims else 'one number'}")

# %% [markdown]
# ## What the priors alone would predict
#
# Before any score is used, the priors say where the frontier might have been. Wide is right here: a prior
# that already knew the answer would leave nothing to learn.

# %%
prior = model.prior(draws=300, seed=1)


def band(axis, path, color, label, mass=0.9):
    """Draw median and central interval over chains and draws."""
    tail = (1 - mass) / 2
    low, middle, high = path.quantile([tail, 0.5, 1 - tail], dim=("chain", "draw"))
    axis.fill_between(path.time, low, high, color=color, alpha=0.2)
    axis.plot(path.time, middle, color=color, label=label)


frontier = prior.history()["capability_frontier"]
figure, axis = plt.subplots(figsize=(7, 3), layout="constrained")
for color, access in (("C0", "closed"), ("C1", "open")):
    band(axis, frontier.sel(access=access), color, access, mass=0.5)
axis.set(ylabel="capability", title="Prior: best model of each side, median and 50 % interval of 300 draws")
_ = axis.legend()
# %% [markdown]
# ## A short real fit
#
# Two chains, few draws, a minute or less. The same call with the defaults is what a report rests on.

# %%
fit = model.fit(draws=100, tune=150, chains=2, seed=1)
fit

# %%
figure, axis = plt.subplots(figsize=(7, 3), layout="constrained")
for color, access in (("C0", "closed"), ("C1", "open")):
    band(axis, fit.history()["capability_frontier"].sel(access=access), color, access)
axis.set(ylabel="capability", title="After the scores: median and 90 % interval of 200 draws")
_ = axis.legend()
# %% [markdown]
# The tables narrowed the band. By how much, in the last quarter:

# %%
width = {}
for name, source in (("prior", prior), ("posterior", fit)):
    last = source.history()["capability_gap"].isel(time=-1)
    low, middle, high = last.quantile([0.05, 0.5, 0.95])
    width[name] = float(high - low)
    print(f"{name:9} gap {middle:5.1f} points (90 % {low:.1f} to {high:.1f}, {last.size} draws)")
print(f"the interval of the gap is {width['prior'] / width['posterior']:.0f} times as narrow")

# %% [markdown]
# ## Does it predict what it saw?
#
# The review asks three things: did the chains agree, did the sampler meet regions it could not follow,
# and do predictive intervals hold as many observations as they should? For so short a fit the first is
# expected to fail; the last is about the model.

# %%
for check in fit.review().checks:
    print(f"{check.status:7}{check.name:42}{check.value:9.3g}  wanted {check.threshold:.3g}")

# %% [markdown]
# The models at the top, and how sure the fit is of each: one that few benchmarks have tested has a wide
# interval.

# %%
ability = fit.capability()
top = ability.median(("chain", "draw")).to_series().nlargest(8)
low, high = (ability.quantile(p, dim=("chain", "draw")).to_series()[top.index] for p in (0.05, 0.95))
figure, axis = plt.subplots(figsize=(7, 3), layout="constrained")
rows = np.arange(len(top))
axis.hlines(rows, low, high, lw=4, alpha=0.4)
axis.plot(top, rows, "o")
axis.set(
    yticks=rows,
    yticklabels=top.index,
    xlabel="capability",
    title="The eight most capable models, 90 % intervals",
)
_ = axis.invert_yaxis()

# %% [markdown]
# ## What this does not tell
#
# - Anything about money: prices, choice, adoption and value are blocks of their own, and they inform
#   capability back in the joint fit.
# - Whether one number per model is enough. The coverage above speaks for public benchmarks only; a model
#   may be better at your task than at all of them.
# - Whether scores were trained for. The model has a term for developers' own reports and none for leaked
#   test questions.
# - Anything to quote: 200 draws are too few, and the review says so.
