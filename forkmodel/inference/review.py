"""Review a fit before anybody quotes it: PASS, REVIEW or FAIL per check, with one sentence of advice."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import xarray as xr

from forkmodel.inference.mixing import Mixing, mixing
from forkmodel.inference.modes import NAMED, Difference, Modes, element_label, find_modes
from forkmodel.inference.posterior import Posterior
from forkmodel.inference.predictive import MASS, BlockCoverage, predictive_coverage
from forkmodel.inference.verdict import FAIL, PASS, REVIEW, Check, Review, ReviewConfig

__all__ = ["Drawn", "coverage_check", "enough_draws", "review", "sampling_checks", "too_slow"]

#: Nats of log density by which a group of chains is not another answer but stuck: far more than modes that
#: share the posterior can differ by, and than the means of a few hundred draws wander.
TRAPPED = 100.0
_WIDTH = {"small": "narrow", "large": "wide"}


class Drawn(Protocol):
    """What a sampler left behind: free variables and its own statistics, dims ``chain, draw, ...``."""

    @property
    def free(self) -> xr.Dataset:
        """The free variables."""
        ...

    @property
    def sample_stats(self) -> xr.Dataset:
        """Divergences, energy and log density of each draw."""
        ...


def _worst(data: xr.Dataset, largest: bool) -> tuple[float, str]:
    """Return the most extreme value of a diagnostic over all elements, and the label of its element.

    Where no element has a finite value (too few draws) the result is NaN, which passes no threshold.
    """
    worst, label = (-np.inf if largest else np.inf), ""
    for name, array in data.data_vars.items():
        values = array.to_numpy()
        if not np.isfinite(values).any():
            continue
        spot = np.unravel_index((np.nanargmax if largest else np.nanargmin)(values), values.shape)
        value = float(values[spot])
        if (value > worst) if largest else (value < worst):
            worst, label = value, element_label(array, tuple(int(i) for i in spot), str(name))
    return (worst, label) if label else (float("nan"), "everything: too few draws to tell")


def _reported(history: xr.Dataset, config: ReviewConfig) -> xr.Dataset:
    """Return the reported paths, one variable per path, without constants and shares too small to quote."""
    kept = {}
    for name, array in history.data_vars.items():
        both = ("chain", "draw")
        varies = (array.max(both) - array.min(both) > 1e-12) & array.notnull().all(both)
        if str(name).endswith("_share"):
            varies &= array.mean(("chain", "draw")) >= config.smallest_share
        kept[str(name)] = array.where(varies)
    return xr.Dataset(kept)


def _split(posterior: xr.Dataset) -> tuple[xr.Dataset, xr.Dataset]:
    """Return scalars and vectors among the free variables."""
    scalar = [name for name in posterior.data_vars if posterior[name].ndim == 2]
    vector = [name for name in posterior.data_vars if posterior[name].ndim > 2 and posterior[name].size]
    return posterior[scalar], posterior[vector]


def _one_mode(posterior: Drawn, reported: xr.Dataset, config: ReviewConfig) -> tuple[Check, Modes | None]:
    """Say whether the chains sit in one place, and if not, what tells them apart and what it changes."""
    modes = find_modes(posterior.free, config.separation)
    name = "chains in one mode"
    if modes is None:
        return Check(name, PASS, 0.0, config.separation, "All chains explore the same region."), None
    first, second = modes.groups
    apart = ", ".join(_said(difference) for difference in modes.parameters)
    moved = [d for d in modes.differences(reported) if d.separation > 0.0][:NAMED] if reported else []
    effect = (
        f" Their predictions differ most in {', '.join(_said(difference) for difference in moved)}."
        if moved
        else " No reported path tells them apart."
    )
    below = _nats_below(posterior, modes)
    what_to_do = (
        f"The second lie {below:.0f} nats of log density below the first: they did not find their way out of "
        "a trap. Fit again with another seed; if it comes back, look at the prior of what is named first."
        if below > TRAPPED
        else "Fit with another seed and more chains to see which mode is rare; if both come back, the model "
        "answers the same data in two ways: order or narrow the prior of the parameter named first, or "
        "report both answers."
    )
    advice = (
        f"Chains {_listed(first)} and {_listed(second)} sit in different modes (first against second): "
        f"{apart}.{effect} More draws will not help. {what_to_do}"
    )
    return Check(name, FAIL, modes.parameters[0].separation, config.separation, advice), modes


def _nats_below(posterior: Drawn, modes: Modes) -> float:
    """Return by how much the mean log density of the second group is below that of the first."""
    if "logp" not in posterior.sample_stats:
        return 0.0
    first, second = (
        float(posterior.sample_stats["logp"].sel(chain=list(group)).mean()) for group in modes.groups
    )
    return first - second


def _said(difference: Difference) -> str:
    return f"{difference.label} {difference.first:.3g} against {difference.second:.3g}"


def _listed(chains: tuple[int, ...]) -> str:
    return " ".join(str(chain) for chain in chains)


def _convergence(posterior: Drawn, history: xr.Dataset, config: ReviewConfig) -> list[Check]:
    scalars, vectors = _split(posterior.free)
    reported = _reported(history, config)
    mode, modes = _one_mode(posterior, reported, config)
    checks = [mode]
    usual, wide = (config.rhat, config.rhat_fail), (config.rhat_vectors, config.rhat_vectors_fail)
    for title, data, limits in (
        ("parameters", scalars, usual),
        ("vectors", vectors, wide),
        ("reported paths", reported, usual),
    ):
        if data.data_vars:
            checks += _mixing(title, data, limits, config, split=modes is not None)
    return checks


def _mixing(
    title: str, data: xr.Dataset, limits: tuple[float, float], config: ReviewConfig, *, split: bool
) -> list[Check]:
    found = mixing(data)
    rhat, worst = _worst(found.rhat, largest=True)
    bulk, bulk_at = _worst(found.bulk, largest=False)
    tail, tail_at = _worst(found.tail, largest=False)
    wanted, worst_allowed = limits
    status = PASS if rhat <= wanted else REVIEW if rhat <= worst_allowed else FAIL
    advice = (
        "Chains agree."
        if status == PASS
        else f"Chains disagree most on {worst}: they sit in different modes, see above."
        if split
        else f"Chains disagree most on {worst}; sample more draws, then look for a ridge in its block."
    )
    checks = [Check(f"R-hat of {title}", status, rhat, wanted, advice)]
    for kind, ess, at in (("bulk", bulk, bulk_at), ("tail", tail, tail_at)):
        status = PASS if ess >= config.ess else REVIEW if ess >= config.ess_fail else FAIL
        advice = (
            "Enough effective draws for the intervals shown."
            if status == PASS
            else f"Fewest effective draws: {at}; more do not help, the chains sit in different modes."
            if split
            else f"Fewest effective draws: {at}; sample about {_factor(config.ess, ess)} times as many."
        )
        checks.append(Check(f"{kind} ESS of {title}", status, ess, config.ess, advice))
    return checks


def enough_draws(tree: xr.DataTree, config: ReviewConfig | None = None) -> bool:
    """Say of the draws so far whether every free variable has enough effective draws, or more cannot help.

    What :func:`forkmodel.inference.sampling.sample` asks before it goes on: the thresholds of the review,
    except that chains in different modes end it, because no number of draws brings those together.
    """
    config = config or ReviewConfig()
    posterior = tree["posterior"].to_dataset()
    if find_modes(posterior, config.separation) is not None:
        return True
    scalars, vectors = _split(posterior)
    for data, wanted in ((scalars, config.rhat), (vectors, config.rhat_vectors)):
        if not data.data_vars:
            continue
        found = mixing(data)
        if not _fewest_effective(found) >= config.ess * config.margin:
            return False
        if not _worst(found.rhat, largest=True)[0] <= wanted:
            return False
    return True


def too_slow(tree: xr.DataTree, longer: int, config: ReviewConfig | None = None) -> bool:
    """Say of the first draws whether even ``longer`` times as many will not hold enough effective ones."""
    config = config or ReviewConfig()
    found = mixing(tree["posterior"].to_dataset())
    return bool(_fewest_effective(found) * longer < config.ess * config.margin)


def _fewest_effective(found: Mixing) -> float:
    bulk, tail = (_worst(effective, largest=False)[0] for effective in (found.bulk, found.tail))
    # A value that is no number passes no threshold.
    return float(np.minimum(bulk, tail))


def _factor(wanted: float, have: float) -> str:
    return f"{max(1.1, wanted / max(have, 1.0)):.1f}"


def _ended(posterior: Posterior) -> list[Check]:
    """Say that sampling was interrupted, if it was; what is left of the chains may still be sound."""
    if posterior.asked is None:
        return []
    advice = (
        f"Sampling was interrupted after {posterior.draws} of {posterior.asked} draws a chain; fit to the "
        "end before this is quoted."
    )
    return [Check("sampling to its end", REVIEW, float(posterior.draws), float(posterior.asked), advice)]


def _sampler(posterior: Drawn, config: ReviewConfig) -> list[Check]:
    import arviz as az

    stats = posterior.sample_stats
    fraction = float(stats["diverging"].mean())
    status = (
        PASS if fraction <= config.divergences else REVIEW if fraction <= config.divergences_fail else FAIL
    )
    advice = (
        "The sampler met no region it could not follow."
        if status == PASS
        else "Some regions are too curved for the step size; sample again with more warm-up, then widen the "
        "prior it happens under."
    )
    checks = [Check("divergent draws", status, fraction, config.divergences, advice)]
    if "energy" in stats:
        ebfmi = float(az.bfmi(stats[["energy"]])["energy"].min())
        status = PASS if ebfmi >= config.ebfmi else REVIEW
        advice = (
            "Energy moves freely."
            if status == PASS
            else "Momentum and energy are badly matched: heavy tails; sample longer and compare."
        )
        checks.append(Check("E-BFMI, smallest of the chains", status, ebfmi, config.ebfmi, advice))
    finite = all(np.isfinite(array.to_numpy()).all() for array in posterior.free.data_vars.values())
    checks.append(
        Check(
            "finite start and draws",
            PASS if finite else FAIL,
            float(finite),
            1.0,
            "Every draw is finite." if finite else "Some draws are not finite; check the data for extremes.",
        )
    )
    return checks


def _predictive(posterior: Posterior, config: ReviewConfig) -> list[Check]:
    return [coverage_check(row, config) for row in predictive_coverage(posterior)]


def coverage_check(row: BlockCoverage, config: ReviewConfig) -> Check:
    """Judge the coverage of one observation block; too wide is as wrong as too narrow."""
    # A handful of points covers its interval by luck: allow two binomial standard errors as well.
    slack = config.coverage_slack + 2.0 * np.sqrt(MASS * (1 - MASS) / row.n)
    status = PASS if abs(row.coverage - MASS) <= slack else REVIEW
    advice = (
        f"{row.coverage:.0%} of {row.n} observations lie in the {MASS:.0%} interval predicted from all others"
        f" ({row.in_sample:.0%} where they are not left out)"
    )
    if status != PASS:
        wrong = "small" if row.coverage < MASS else "large"
        advice += f": the block's noise is too {wrong}, so its intervals are too {_WIDTH[wrong]}"
    return Check(f"predictive coverage of {row.block}", status, row.coverage, MASS, f"{advice}.")


def sampling_checks(drawn: Drawn, reported: xr.Dataset, config: ReviewConfig) -> list[Check]:
    """Return the checks of the draws themselves, whatever model they are of.

    Parameters
    ----------
    drawn : Drawn
        The draws.
    reported : Dataset
        What is quoted of them, dims ``chain, draw, ...``.
    config : ReviewConfig
        Thresholds.
    """
    return [*_convergence(drawn, reported, config), *_sampler(drawn, config)]


def review(posterior: Posterior, history: xr.Dataset, config: ReviewConfig | None = None) -> Review:
    """Run every check on a fit.

    Parameters
    ----------
    posterior : Posterior
        The fit.
    history : Dataset
        Its reported paths, dims ``chain, draw, time, ...``.
    config : ReviewConfig, optional
        Thresholds.

    Returns
    -------
    Review
        The checks in order: convergence of parameters and of reported paths, the sampler's own statistics,
        posterior-predictive coverage per observation block.
    """
    config = config or ReviewConfig()
    if "diverging" not in posterior.sample_stats:
        advice = "These are draws from the prior: nothing was sampled, so checks of sampling do not apply."
        return Review((Check("fitted to data", REVIEW, 0.0, 1.0, advice),))
    checks = sampling_checks(posterior, history, config)
    return Review((*_ended(posterior), *checks, *_predictive(posterior, config)))
