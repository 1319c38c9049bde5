"""Model comparison: whether the data would have been predicted better without a part of the model.

A part is taken out by pinning its parameter (catch-up at zero, decay at zero, one segment's share at one), so
that the variant is the same code under another prior set and every table still speaks. The one variant that
is another likelihood, Beta scores, is built here. Variants are compared by the expected log density of each
observation left out (PSIS-LOO, Vehtari, Gelman and Gabry 2017), per observation block, with stacking weights
(Yao and others 2018).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import expit, log_expit

from forkmodel.data.market_tables import MarketTables
from forkmodel.inference.compiling import interpreted
from forkmodel.inference.fitting import fit_posterior
from forkmodel.inference.joint import JointModel
from forkmodel.inference.sampling import DEFAULT_DRAWS, DEFAULT_TUNE
from forkmodel.observations.observation import Density, State
from forkmodel.observations.registry import OBSERVATIONS
from forkmodel.observations.scores import Scores
from forkmodel.priors import Prior, PriorSet
from forkmodel.validate.jobs.code import code_hash
from forkmodel.validate.reviews import Brief, brief_of, failed, review_of_sample
from forkmodel.whole_files import write_whole

__all__ = ["QUESTIONS", "LikelihoodJob", "Question", "compare", "likelihood_jobs", "variant_reviews"]

ENGINE: Final = "h5netcdf"
#: As for any fit: from so many draws slow chains can learn a shape of their own and begin again.
DRAWS, TUNE = DEFAULT_DRAWS, DEFAULT_TUNE
#: Pareto k above which the estimate of an observation's density is not to be trusted.
BAD_K = 0.7
BETA_SCORES = "Beta scores"
TINY = 1e-9

type Pin = tuple[str, dict[str, float]]

_OFF: Pin = ("HalfNormal", {"sigma": 1e-3})
_ALL: Pin = ("Beta", {"alpha": 4000.0, "beta": 1.0})
_NONE: Pin = ("Beta", {"alpha": 1.0, "beta": 4000.0})


@dataclass(frozen=True)
class Question:
    """A choice that was made, and what else could have been chosen.

    Attributes
    ----------
    title : str
        The question.
    blocks : tuple of str
        Blocks that are fitted to answer it.
    observed : tuple of str
        Observation blocks whose densities are compared.
    variants : mapping of str to mapping
        By name, pinned parameters; the first is the model as it is.
    """

    title: str
    blocks: tuple[str, ...]
    observed: tuple[str, ...]
    variants: Mapping[str, Mapping[str, Pin]]


_SHARES = ("model_shares", "access_shares", "developer_days", "money_shares", "card_ratio")
_CHOICE = ("capability", "price", "choice")

QUESTIONS = {
    "score-likelihood": Question(
        "Student-t on logits or Beta on shares for benchmark scores?",
        ("capability",),
        ("scores",),
        {"Student-t on the logit": {}, BETA_SCORES: {}},
    ),
    "catch-up": Question(
        "Do open lines catch up, or do they only grow?",
        ("capability",),
        ("scores",),
        {"with catch-up": {}, "without": {"capability.catch_up": _NONE}},
    ),
    "premium-decay": Question(
        "Does the residual premium decay?",
        ("capability", "price"),
        ("prices",),
        {
            "with decay": {},
            "constant premium": {"price.premium_decay": ("Normal", {"mu": 0.0, "sigma": 1e-3})},
        },
    ),
    "segments": Question(
        "Two segments with a threshold, or something simpler?",
        _CHOICE,
        _SHARES,
        {
            "two segments, threshold": {},
            "two segments, both linear": {"choice.threshold": ("Normal", {"mu": 60.0, "sigma": 0.5})},
            "frontier segment alone": {
                "choice.mix_router": _ALL,
                "choice.mix_enterprise": _ALL,
                "choice.mix_gateway": _ALL,
                "choice.mix_walk": _OFF,
            },
            "threshold segment alone": {
                "choice.mix_router": _NONE,
                "choice.mix_enterprise": _NONE,
                "choice.mix_gateway": _NONE,
                "choice.mix_walk": _OFF,
            },
        },
    ),
    "router-lean": Question(
        "Do the router's buyers lean towards open weights by an amount that walks?",
        _CHOICE,
        _SHARES,
        {
            "walking lean": {},
            "constant lean": {"choice.router_walk": _OFF},
            "no lean": {
                "choice.router_walk": _OFF,
                "choice.router_lean": ("Normal", {"mu": 0.0, "sigma": 1e-3}),
            },
        },
    ),
}


def _pinned(priors: PriorSet, pins: Mapping[str, Pin]) -> PriorSet:
    changed: dict[str, Prior] = dict(priors)
    for key, (family, params) in pins.items():
        free = replace(priors[key], family=family, params=params, lower=None, upper=None)
        changed[key] = replace(free, interval=None, mass=None)
    return PriorSet(priors.name, changed)


@dataclass(frozen=True, eq=False)
class LikelihoodJob:
    """A variant fitted, and the log density of every observation on every draw.

    Attributes
    ----------
    data : MarketTables
        Tables.
    priors : PriorSet
        Priors with the pins of the variant.
    blocks, observed : tuple of str
        Blocks fitted, and observation blocks whose densities are kept.
    variant : str
        Name of the variant.
    seed, draws, tune : int
        Sampling, four chains; draws go on where they are too few.
    """

    data: MarketTables
    priors: PriorSet
    blocks: tuple[str, ...]
    observed: tuple[str, ...]
    variant: str
    seed: int = 1
    draws: int = DRAWS
    tune: int = TUNE

    @cached_property
    def key(self) -> str:
        """Hash of tables, priors, likelihood, sampling and code; equal variants of two questions share it."""
        parts: list[Any] = [self.data.content_hash, self.priors.hash, list(self.blocks), list(self.observed)]
        parts += [self.variant == BETA_SCORES, self.seed, self.draws, self.tune, code_hash()]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:20]

    @property
    def label(self) -> str:
        """Variant and blocks."""
        return f"{self.variant} ({', '.join(self.blocks)})"

    def run(self, to: Path) -> None:
        """Fit, and write the log densities with the review of the fit."""
        other = self.variant == BETA_SCORES
        beta = BetaScores()
        seen = [beta if other and each.name == beta.name else each for each in OBSERVATIONS]
        model = JointModel(self.data, self.priors, self.blocks, observations=seen)
        # A comparison rests on its fits, so they go on until there are draws enough, as any fit does.
        posterior = fit_posterior(model, self.draws, self.tune, seed=self.seed, go_on=True)
        found = log_densities(model.pymc_model, posterior.free, self.observed)
        if other:
            found = found.assign(
                scores=found["scores"] + _log_slope(model.panel.rows["scores"]["logit_score"])
            )
            # Another likelihood has no fit object, and no predictive checks, of its own.
            review: Brief = review_of_sample(posterior.free, posterior.sample_stats)
        else:
            review = brief_of(posterior)
        found.attrs["divergences"] = int(posterior.sample_stats["diverging"].sum())
        found.attrs["review"] = json.dumps(review)
        write_whole(to, found.to_netcdf(engine=ENGINE))


def log_densities(model: Any, posterior: xr.Dataset, observed: tuple[str, ...]) -> xr.Dataset:
    """Return the log density of each observation on each draw, dims ``chain, draw`` and the block's own.

    Parameters
    ----------
    model : pymc.Model
        The model.
    posterior : Dataset
        Draws of its free variables.
    observed : tuple of str
        Observation blocks.
    """
    from pymc.stats import compute_log_likelihood

    tree = xr.DataTree.from_dict({"posterior": posterior})
    compute_log_likelihood(
        tree, var_names=list(observed), model=model, progressbar=False, compile_kwargs=interpreted()
    )
    return tree["log_likelihood"].to_dataset()


def _log_slope(logit: xr.DataArray) -> np.ndarray:
    """Return ``log(d share / d logit)``: densities of a share, stated as densities of its logit."""
    return np.asarray(log_expit(logit) + log_expit(-logit))


class BetaScores(Scores):
    """Scores as shares with a Beta density of the same mean and about the same spread."""

    def observed(self, rows: xr.Dataset) -> np.ndarray:
        """Return the scores as shares."""
        return np.asarray(expit(super().observed(rows)))

    def density(self, rows: xr.Dataset, state: State) -> Density:
        """Return a Beta density around the expected share."""
        expected = super().density(rows, state).parameters
        # The variance of a logit is about 4 / concentration in the middle of the scale.
        concentration = 4.0 / expected["sigma"] ** 2 + 1.0
        mean = state.ops.sigmoid(expected["mu"])
        mean = mean * (1.0 - 2.0 * TINY) + TINY
        return Density("Beta", alpha=mean * concentration, beta=(1.0 - mean) * concentration)


def likelihood_jobs(
    question: Question, data: MarketTables, priors: PriorSet, seed: int = 1
) -> list[LikelihoodJob]:
    """Return one job per variant of a question, in order."""
    return [
        LikelihoodJob(data, _pinned(priors, pins), question.blocks, question.observed, name, seed)
        for name, pins in question.variants.items()
    ]


def _loaded(path: Path) -> xr.Dataset:
    with xr.open_dataset(path, engine=ENGINE) as stored:
        return stored.load()


def variant_reviews(question: Question, paths: list[Path]) -> dict[str, Brief]:
    """Return the summary of the review of each variant's fit, by variant; see :func:`compare`."""
    return {
        name: json.loads(_loaded(path).attrs.get("review", "null"))
        for name, path in zip(question.variants, paths, strict=True)
    }


def compare(question: Question, paths: list[Path]) -> pd.DataFrame:
    """Compare the variants of a question.

    Parameters
    ----------
    question : Question
        The question.
    paths : list of Path
        What its jobs wrote, in order.

    Returns
    -------
    DataFrame
        One row per observation block and variant: ``block``, ``variant``, ``n``, ``elpd`` (sum of expected
        log densities), ``difference`` from the best with its standard error ``se``, ``weight`` (stacking),
        ``bad_k`` (observations whose density is not to be trusted), ``divergences``, ``review`` (status, None
        where nobody made one). A variant whose fit failed its review is listed without figures, and takes no
        part in those of the others.
    """
    import arviz as az

    loaded = {name: _loaded(path) for name, path in zip(question.variants, paths, strict=True)}
    reviews = variant_reviews(question, paths)
    rows = []
    for block in question.observed:
        there = {name: found for name, found in loaded.items() if found[block].size}
        if not there:
            continue
        estimates = {}
        for name, found in there.items():
            if not failed(reviews[name]):
                tree = xr.DataTree.from_dict({"log_likelihood": found[[block]], "posterior": found[[block]]})
                estimates[name] = az.loo(tree, var_name=block, pointwise=True)
        table = _judged(estimates)
        for name, found in there.items():
            review, estimate = reviews[name], estimates.get(name)
            of = {} if estimate is None else table.loc[name].to_dict()
            rows.append(
                {
                    "block": block,
                    "variant": name,
                    "n": found[block].size // (found.sizes["chain"] * found.sizes["draw"]),
                    "elpd": float(of.get("elpd", np.nan)),
                    "difference": float(of.get("elpd_diff", np.nan)),
                    "se": float(of.get("dse", np.nan)),
                    "weight": float(of.get("weight", np.nan)),
                    "bad_k": None if estimate is None else int((estimate.pareto_k > BAD_K).sum()),
                    "divergences": int(found.attrs["divergences"]),
                    "review": None if review is None else review["status"],
                }
            )
    return pd.DataFrame(rows)


def _judged(estimates: dict[str, Any]) -> pd.DataFrame:
    """Return what ArviZ says of the estimates together; of fewer than two there is nothing to compare."""
    import arviz as az

    if len(estimates) < 2:
        elpd = {name: float(estimate.elpd) for name, estimate in estimates.items()}
        return pd.DataFrame({"elpd": elpd})
    return pd.DataFrame(az.compare(estimates, method="stacking", round_to="none"))
