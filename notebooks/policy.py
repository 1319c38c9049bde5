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
# # A merger and an API lockdown, as a policy analyst works them
#
# Two questions from the same desk. Should a merger of two closed labs be looked at? And what if closed
# labs keep their best models to their own products? The first is worked on the 500 worlds that come with
# the package, which rest on a fit whose review passed. The second needs a scenario, so it is worked on
# draws from the prior, which cost nothing, and the steps are those for a fit of your own.

# %%
import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

import forkmodel as fm
from forkmodel import market as economics
from forkmodel.forecast.scenario_files import load_scenario

forecast = fm.bundled_forecast()
about = forecast.facts["bundled_fit"]
print(f"vintage {about['vintage']}, {about['prior_set']} priors, review {about['review']}")
both = ("chain", "draw")


def said(draws, digits=0):
    """Median, 90 % interval and number of draws, as text."""
    low, middle, high = draws.quantile([0.05, 0.5, 0.95])
    worlds = int(draws.notnull().sum())
    return f"{middle:,.{digits}f} (90 % {low:,.{digits}f} to {high:,.{digits}f}, {worlds} worlds)"


# %% [markdown]
# ## The merger: structure first
#
# The US guidelines of 2023 presume harm where the HHI ends above 1,800 and rises by more than 100, or
# where the merged firm has more than 30 % and the HHI rises as much. At unchanged shares the rise is
# twice the product of the two shares, world by world. The market here is enterprises' money.

# %%
parties = ("OpenAI", "Anthropic")
shares = forecast.worlds["spend_share"].sel(market="enterprise")
rise = economics.hhi_delta(shares, *parties)
merged = shares.sel(developer=list(parties)).sum("developer")
for year in ("2026-07-01", "2028-10-01", "2031-10-01"):
    print(f"{year[:4]}  merged share {said(merged.sel(time=year), 2)}")
    print(f"      rise of the HHI {said(rise.sel(time=year))}")

# %% [markdown]
# A line is crossed or not in each world, so the answer to "would it be presumed harmful?" is a
# probability, and it moves with the date at which one looks. Only the second line is shown: the 500
# worlds name six developers, and the HHI before the merger counts all.

# %%
crossed = ((merged > 0.30) & (rise > 100)).mean(both)
figure, axes = plt.subplots(1, 2, figsize=(10, 3), layout="constrained")
low, middle, high = rise.quantile([0.05, 0.5, 0.95], dim=both)
axes[0].fill_between(rise.time, low, high, alpha=0.2)
axes[0].plot(rise.time, middle)
axes[0].axhline(100, color="0.4", lw=1, ls="--")
axes[0].set(title="Rise of the HHI at unchanged shares", ylabel="HHI points")
axes[1].plot(crossed.time, crossed)
axes[1].set(ylim=(0, 1.02), title="Probability: above 30 % and a rise above 100")
_ = figure.suptitle("OpenAI and Anthropic, enterprise money; 500 worlds, band of 90 %")
# %% [markdown]
# ## Then pressure, under assumptions you can see
#
# Concentration is where an inquiry begins. Pressure on prices needs two more numbers: where lost sales
# go, and what they earn there. Here diversion is in proportion to shares and the margin is an assumption
# of the analyst. For one product a firm, GUPPI is the diversion ratio times the other firm's margin times
# the ratio of prices.

# %%
today = shares.sel(time="2026-07-01")
mine, other = (today.sel(developer=name) for name in parties)
diversion = other / (1 - mine)
print(f"diversion {parties[0]} to {parties[1]}: {said(diversion, 2)}")
margins = np.linspace(0.3, 0.7, 5)
guppi = diversion * xr.DataArray(margins, dims="margin", coords={"margin": margins})
guppi.quantile([0.05, 0.5, 0.95], dim=both).to_pandas().T.round(2)

# %% [markdown]
# Diversion by share overstates how close two rivals are if buyers see other products as nearer. A fit of
# your own does better: `fit.merger(["OpenAI", "Anthropic"])` takes diversion from the fitted choices, which
# gave 0.14 (90 % 0.05 to 0.28) in the example of docs/merger.md, solves for prices after the merger, and says
# what it owes to the prior of the margin:
#
#     forkmodel merger fit.nc --firms OpenAI,Anthropic
#
# ## The lockdown: seeing
#
# A conditional probability asks what goes with a wide gap in the worlds as they are. It is no answer to
# what would follow if somebody made the gap wide, because in those worlds other things differ as well.

# %%
everywhere = forecast.prob("hhi.closed[2031] > 2500")
wide = forecast.prob("P(hhi.closed[2031] > 2500 | capability_gap[2031] > 20)")
print("in all worlds          ", everywhere)
print("where the gap is wide  ", wide)

# %% [markdown]
# ## The lockdown: doing
#
# A scenario changes a rule of the world and leaves the random numbers alone, so the difference is taken
# world by world. `api-lockdown` says what it changes; anything else is a file of your own.

# %%
scenario = load_scenario("api-lockdown")
print(scenario.meaning)

# %%
prior = fm.ForkModel(fm.load_snapshot()).prior(draws=150, seed=1)
before = prior.forecast("2031-12").worlds
after = prior.forecast("2031-12", scenario="api-lockdown").worlds
when = "2031-10-01"
for label, pick, digits in (
    ("gap in capability, points", lambda w: w["capability_gap"], 1),
    ("open share of enterprise money", lambda w: w["open_share"].sel(market="enterprise", unit="spend"), 3),
    ("HHI of closed labs", lambda w: w["hhi"].sel(scope="closed"), 0),
):
    change = pick(after).sel(time=when) - pick(before).sel(time=when)
    print(f"{label:32} {said(change, digits)}")

# %%
change = after["capability_gap"] - before["capability_gap"]
figure, axis = plt.subplots(figsize=(7, 3), layout="constrained")
low, middle, high = change.quantile([0.05, 0.5, 0.95], dim=both)
axis.fill_between(change.time, low, high, alpha=0.2)
axis.plot(change.time, middle)
axis.axhline(0, color="0.4", lw=1)
_ = axis.set(
    ylabel="points", title="Gap with the lockdown less gap without, in the same world (150 prior draws)"
)

# %% [markdown]
# With a fit in hand the same two lines are `fit.forecast(scenario="api-lockdown")` and `fit.forecast()`,
# and `forkmodel compare fit.nc --scenario api-lockdown` prints the table.

# %% [markdown]
# ## What this does not tell
#
# - Whether anybody is harmed. The lines of the guidelines are presumptions, and a market of tokens and
#   subscriptions may not be the one that an authority would define.
# - What the merged firm would do to quality, entry, exclusivity or bundles.
# - How large the effects of a lockdown are in our world: the second half used draws from the prior, so
#   the direction and the mechanism are the model's and the size is not informed by the tables.
# - Whether a lockdown is likely. A scenario has no probability.
