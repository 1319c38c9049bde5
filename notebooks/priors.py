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
# # Priors: state a belief, compare it, see what it decides
#
# A prior is what you believe before you look at the tables, as a distribution with a unit and a reason.
# Where the tables say little, the prior is the answer, so it should be yours and not ours. This notebook
# turns a sentence into a prior, puts it beside the three sets of the package, fits the same tables under
# both, and asks how much of the answer came from the belief. To be quick it takes one block, adoption and
# money.

# %%
from pathlib import Path
from tempfile import mkdtemp

import matplotlib.pyplot as plt
import numpy as np
from scipy import stats

import forkmodel as fm

market = fm.load_snapshot()

# %% [markdown]
# ## From a sentence to a distribution
#
# "I am 90 % sure that between 55 and 65 % of the firms on the card panel will ever pay for AI." That is
# an interval and a mass; the file needs no more. The two parameters of the family follow from it.

# %%
file = Path(mkdtemp()) / "mine.toml"
file.write_text(
    """
inherits = "reference"

[adoption.ceiling]
distribution = "Beta"
interval = [0.55, 0.65]
mass = 0.9
rationale = "Half of the firms pay already, and growth has slowed in my own survey."
""",
    encoding="utf-8",
)
mine, reference = fm.load_priors(str(file)), fm.load_priors("reference")
print(mine["adoption.ceiling"])

# %% [markdown]
# Read it back before you use it: what does the distribution say where you stated nothing?

# %%
for mass in (0.5, 0.9, 0.99):
    low, high = (mine["adoption.ceiling"].quantile(p) for p in ((1 - mass) / 2, (1 + mass) / 2))
    print(f"{mass:.0%} of the belief lies between {low:.2f} and {high:.2f}")

# %% [markdown]
# ## Beside the sets of the package
#
# The skeptic and the advocate are points of view on the thesis. Where their intervals are the same, the
# dispute is not about this parameter.

# %%
sets = {"mine": mine} | {name: fm.load_priors(name) for name in ("reference", "skeptic", "advocate")}
keys = ["adoption.ceiling", "adoption.innovation", "adoption.imitation", "adoption.reach_level"]
figure, axes = plt.subplots(1, len(keys), figsize=(12, 2.4), sharey=True, layout="constrained")
for axis, key in zip(axes, keys, strict=True):
    for row, priors in enumerate(sets.values()):
        low, middle, high = (priors[key].quantile(p) for p in (0.05, 0.5, 0.95))
        axis.plot([low, high], [row, row], lw=4, color="C0", alpha=0.4, solid_capstyle="butt")
        axis.plot(middle, row, "o", color="C0")
    axis.set(title=key, xlabel=reference[key].unit, yticks=range(len(sets)), yticklabels=sets)
axes[0].invert_yaxis()
_ = figure.suptitle("Medians and 90 % intervals of four prior sets")
# %% [markdown]
# ## What the belief implies
#
# Parameters are hard to judge; what they imply is not. Draw from the prior and look at adoption over
# time. A curve that you find absurd is a reason to go back to the file.

# %%
models = {
    name: fm.ForkModel(market, priors=sets[name], blocks=["adoption"]) for name in ("reference", "mine")
}
implied = {name: model.prior(draws=400, seed=1).history()["adoption_firms"] for name, model in models.items()}
figure, axis = plt.subplots(figsize=(7, 3), layout="constrained")
for color, (name, path) in zip(("C0", "C1"), implied.items(), strict=True):
    low, middle, high = path.quantile([0.05, 0.5, 0.95], dim=("chain", "draw"))
    axis.fill_between(path.time, low, high, color=color, alpha=0.2)
    axis.plot(path.time, middle, color=color, label=name)
axis.set(
    ylabel="share of firms that pay",
    title="Before any table is seen: medians and 90 % intervals of 400 draws",
)
_ = axis.legend()
# %% [markdown]
# ## The same tables under both
#
# The fits are short, so look at the review before you quote anything.

# %%
fits = {name: model.fit(draws=300, tune=300, chains=2, seed=1) for name, model in models.items()}
for name, fit in fits.items():
    ceiling = fit.posterior["adoption.ceiling"]
    low, middle, high = ceiling.quantile([0.05, 0.5, 0.95])
    said = f"{middle:.2f} (90 % {low:.2f} to {high:.2f}, {ceiling.size} draws)"
    print(f"{name:9} ceiling {said}, review {fit.review().status}")

# %%
figure, axis = plt.subplots(figsize=(7, 3), layout="constrained")
grid = np.linspace(0.35, 1.0, 200)
for color, name in zip(("C0", "C1"), fits, strict=True):
    prior = sets[name]["adoption.ceiling"].params
    axis.plot(
        grid, stats.beta(prior["alpha"], prior["beta"]).pdf(grid), "--", color=color, label=f"{name}, prior"
    )
    axis.hist(
        fits[name].posterior["adoption.ceiling"].to_numpy().ravel(),
        bins=40, range=(0.35, 1.0), density=True, color=color, alpha=0.4, label=f"{name}, posterior",
    )  # fmt: skip
axis.set(
    xlabel="part of firms that will ever pay", yticks=[], title="The ceiling before and after the tables"
)
_ = axis.legend()
# %% [markdown]
# ## How much of it was the prior?
#
# Contraction is the part of the prior's variance that the tables removed. Near one the tables decided,
# near zero you did. Under a narrow prior it is small even where the tables know something: they had
# little left to add.

# %%
tables = {name: fit.prior_posterior().set_index("parameter")["contraction"] for name, fit in fits.items()}
compared = tables["reference"].to_frame("reference").join(tables["mine"].rename("mine"))
compared.sort_values("reference").round(2)

# %% [markdown]
# A fit need not be made anew for every belief. Draws of the reference fit, weighted by the ratio of the
# two prior densities, answer the same question, as long as enough of them count: the effective number
# says so.

# %%
ceiling = fits["reference"].posterior["adoption.ceiling"].to_numpy().ravel()
densities = {n: stats.beta(p["alpha"], p["beta"]) for n in fits for p in [sets[n]["adoption.ceiling"].params]}
weight = densities["mine"].pdf(ceiling) / densities["reference"].pdf(ceiling)
weight /= weight.sum()
mean = float(weight @ ceiling)
refitted = float(fits["mine"].posterior["adoption.ceiling"].mean())
print(f"mean ceiling: reweighted {mean:.3f}, fitted anew {refitted:.3f}")
print(f"{1 / (weight**2).sum():.0f} of {weight.size} draws are left")

# %% [markdown]
# ## What this does not tell
#
# - Whether your belief is right. It is checked for what it implies, not against the future.
# - Whether one of the other parameters hides a belief that you did not think about: `forkmodel priors
#   show` lists them all, with a reason and a source each.
# - What the joint model would say. Here one block was fitted alone; in the whole model other tables speak
#   on adoption too, and `forkmodel sensitivity fit.nc` says for every headline what it owes to the
#   priors.
# - Anything from runs this short that one would quote.
