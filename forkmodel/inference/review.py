"""Review a fit before anybody quotes it: PASS, REVIEW or FAIL per check, with one sentence of advice."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from forkmodel.inference.predictive import MASS, predictive_coverage

if TYPE_CHECKING:
    from forkmodel.inference.fit import Fit

__all__ = ["Check", "Review", "ReviewConfig", "review"]

PASS, REVIEW, FAIL = "PASS", "REVIEW", "FAIL"


@dataclass(frozen=True, slots=True)
class ReviewConfig:
    """Thresholds of the review.

    Attributes
    ----------
    rhat, rhat_fail : float
        Above the first a quantity needs review, above the second the fit fails.
    ess, ess_fail : float
        The same for the smaller of bulk and tail effective sample size.
    divergences, divergences_fail : float
        Fractions of divergent draws.
    ebfmi : float
        Smallest energy fraction of missing information.
    coverage_slack : float
        How far the coverage of a block's predictive interval may be from its mass before a review.
    smallest_share : float
        Shares whose posterior mean is below this are not quoted and not checked.
    """

    rhat: float = 1.01
    rhat_fail: float = 1.05
    ess: float = 400.0
    ess_fail: float = 100.0
    divergences: float = 0.001
    divergences_fail: float = 0.02
    ebfmi: float = 0.2
    coverage_slack: float = 0.15
    smallest_share: float = 0.01


@dataclass(frozen=True, slots=True)
class Check:
    """One check with its outcome."""

    name: str
    status: str
    value: float
    threshold: float
    advice: str


@dataclass(frozen=True)
class Review:
    """All checks of one fit; the worst decides the status."""

    checks: tuple[Check, ...]

    @property
    def status(self) -> str:
        """PASS, REVIEW or FAIL."""
        found = {check.status for check in self.checks}
        return FAIL if FAIL in found else REVIEW if REVIEW in found else PASS

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON document of ``forkmodel review --json``."""
        return {"status": self.status, "checks": [asdict(check) for check in self.checks]}

    def __str__(self) -> str:
        """Return one line per check."""
        lines = [
            f"{check.status:<7}{check.name}: {check.value:.4g} (wanted {check.threshold:.4g}). {check.advice}"
            for check in self.checks
        ]
        return f"{self.status}\n" + "\n".join(lines)


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
            labels = [array[dim].to_numpy()[i] for dim, i in zip(array.dims, spot, strict=True)]
            place = [
                str(item.astype("datetime64[D]") if isinstance(item, np.datetime64) else item)
                for item in labels
            ]
            worst, label = value, f"{name}[{', '.join(place)}]" if place else str(name)
    return (worst, label) if label else (float("nan"), "everything: too few draws to tell")


def _reported(fit: Fit, config: ReviewConfig) -> xr.Dataset:
    """Return the reported paths, one variable per path, without constants and shares too small to quote."""
    history = fit.history()
    kept = {}
    for name, array in history.data_vars.items():
        varies = (array.std(("chain", "draw")) > 1e-12) & array.notnull().all(("chain", "draw"))
        if str(name).endswith("_share"):
            varies &= array.mean(("chain", "draw")) >= config.smallest_share
        kept[str(name)] = array.where(varies)
    return xr.Dataset(kept)


def _scalars(fit: Fit) -> xr.Dataset:
    names = [name for name in fit.posterior.data_vars if fit.posterior[name].ndim == 2]
    return fit.posterior[names]


def _convergence(fit: Fit, config: ReviewConfig) -> list[Check]:
    import arviz as az

    checks = []
    for title, data in (("parameters", _scalars(fit)), ("reported paths", _reported(fit, config))):
        if not data.data_vars:
            continue
        with np.errstate(all="ignore"):
            rhat, worst = _worst(az.rhat(data), largest=True)
            bulk, bulk_at = _worst(az.ess(data, method="bulk"), largest=False)
            tail, tail_at = _worst(az.ess(data, method="tail"), largest=False)
        status = PASS if rhat <= config.rhat else REVIEW if rhat <= config.rhat_fail else FAIL
        advice = (
            "Chains agree."
            if status == PASS
            else f"Chains disagree most on {worst}; sample more draws, then look for a ridge in its block."
        )
        checks.append(Check(f"R-hat of {title}", status, rhat, config.rhat, advice))
        for kind, ess, at in (("bulk", bulk, bulk_at), ("tail", tail, tail_at)):
            status = PASS if ess >= config.ess else REVIEW if ess >= config.ess_fail else FAIL
            advice = (
                "Enough effective draws for the intervals shown."
                if status == PASS
                else f"Fewest effective draws: {at}; sample about {_factor(config.ess, ess)} times as many."
            )
            checks.append(Check(f"{kind} ESS of {title}", status, ess, config.ess, advice))
    return checks


def _factor(wanted: float, have: float) -> str:
    return f"{max(1.1, wanted / max(have, 1.0)):.1f}"


def _sampler(fit: Fit, config: ReviewConfig) -> list[Check]:
    stats = fit.sample_stats
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
        energy = stats["energy"].transpose("chain", "draw").to_numpy()
        ebfmi = float((np.square(np.diff(energy, axis=1)).mean(1) / energy.var(1)).min())
        status = PASS if ebfmi >= config.ebfmi else REVIEW
        advice = (
            "Energy moves freely."
            if status == PASS
            else "Momentum and energy are badly matched: heavy tails; sample longer and compare."
        )
        checks.append(Check("E-BFMI, smallest of the chains", status, ebfmi, config.ebfmi, advice))
    finite = all(np.isfinite(array.to_numpy()).all() for array in fit.posterior.data_vars.values())
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


def _predictive(fit: Fit, config: ReviewConfig) -> list[Check]:
    checks = []
    for row in predictive_coverage(fit):
        # A handful of points covers its interval by luck: allow two binomial standard errors as well.
        slack = config.coverage_slack + 2.0 * np.sqrt(MASS * (1 - MASS) / row.n)
        miss = abs(row.coverage - MASS)
        status = PASS if miss <= slack else REVIEW
        advice = (
            f"{row.coverage:.0%} of {row.n} observations lie in their {MASS:.0%} predictive interval."
            if status == PASS
            else f"{row.coverage:.0%} of {row.n} observations lie in their {MASS:.0%} predictive interval: "
            + (
                "the block's noise is too small."
                if row.coverage < MASS
                else "the block's noise is too large."
            )
        )
        checks.append(Check(f"predictive coverage of {row.block}", status, row.coverage, MASS, advice))
    return checks


def review(fit: Fit, config: ReviewConfig | None = None) -> Review:
    """Run every check on a fit.

    Parameters
    ----------
    fit : Fit
        The fit.
    config : ReviewConfig, optional
        Thresholds.

    Returns
    -------
    Review
        The checks in order: convergence of parameters and of reported paths, the sampler's own statistics,
        posterior-predictive coverage per observation block.
    """
    config = config or ReviewConfig()
    checks = [*_convergence(fit, config), *_sampler(fit, config), *_predictive(fit, config)]
    return Review(tuple(checks))
