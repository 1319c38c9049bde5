"""The review of every fit that a study rests on, short enough to stand in the study's record.

A study is as good as its worst fit, so each record says of each fit whether it passed. A fit whose review
failed counts in no figure; a record without reviews says that nobody reviewed its fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from forkmodel.inference.posterior import Posterior
from forkmodel.results.review import review_of

__all__ = [
    "CALIBRATION_LIMITS",
    "Limits",
    "brief",
    "brief_of",
    "failed",
    "failed_names",
    "review_of_sample",
    "review_words",
]

PASS, REVIEW, FAIL = "PASS", "REVIEW", "FAIL"
NOT_REVIEWED = "not reviewed"
_WORSE = (PASS, REVIEW, FAIL)

#: Summary of one review, or None where nobody made one.
type Brief = dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Limits:
    """Thresholds beyond which a sample fails, by the sampler's own statistics.

    Attributes
    ----------
    rhat : float
        Largest R-hat of any element of any variable.
    ess : float
        Smallest bulk effective sample size of any element.
    divergences : float
        Largest fraction of divergent draws.
    """

    rhat: float
    ess: float
    divergences: float


#: The limits at which the review of a fit fails, for variants that have no fit object of their own.
SAMPLE_LIMITS = Limits(rhat=1.05, ess=100.0, divergences=0.02)
#: Limits of the short single chains that calibration refits with. They are wide: to leave out chains that
#: are merely slow would be to leave out truths that are slow to sample, and ranks of the rest no fair test.
CALIBRATION_LIMITS = Limits(rhat=1.2, ess=10.0, divergences=0.05)


def brief(review: Mapping[str, Any]) -> dict[str, Any]:
    """Return the summary of a review that records hold.

    Parameters
    ----------
    review : mapping
        What :meth:`forkmodel.inference.review.Review.as_dict` returns.

    Returns
    -------
    dict
        ``status``; ``worst_rhat``, ``smallest_ess`` and ``divergent`` (fraction of the draws), None where the
        review does not say; ``modes``, the status of the check for chains in different modes, if there is
        one; and ``failed``, the names of the checks that failed.
    """
    checks = review["checks"]

    def values(*words: str) -> list[float]:
        found = [check["value"] for check in checks if any(word in check["name"] for word in words)]
        return [float(value) for value in found if value is not None and np.isfinite(value)]

    rhat, ess, divergent = values("R-hat"), values("ESS"), values("divergent")
    modes = [check["status"] for check in checks if {"mode", "modes"} & set(check["name"].lower().split())]
    return {
        "status": str(review["status"]),
        "worst_rhat": max(rhat) if rhat else None,
        "smallest_ess": min(ess) if ess else None,
        "divergent": divergent[0] if divergent else None,
        "modes": max(modes, key=_WORSE.index) if modes else None,
        "failed": [str(check["name"]) for check in checks if check["status"] == FAIL],
    }


def brief_of(posterior: Posterior) -> Brief:
    """Return the summary of a fit's review; None for draws from the prior, which no sampler made."""
    return brief(review_of(posterior).as_dict()) if posterior.sample_stats.data_vars else None


def _halves(draws: xr.Dataset) -> xr.Dataset:
    """Return a single chain as two, its halves, so that agreement can be told; others as they are."""
    if draws.sizes["chain"] > 1:
        return draws
    half = draws.sizes["draw"] // 2
    parts = [
        draws.isel(chain=0, draw=slice(begin, begin + half)).assign_coords(draw=np.arange(half))
        for begin in (0, half)
    ]
    return xr.concat(parts, "chain", coords="minimal", compat="override").assign_coords(chain=[0, 1])


def review_of_sample(
    posterior: xr.Dataset, sample_stats: xr.Dataset, limits: Limits = SAMPLE_LIMITS
) -> dict[str, Any]:
    """Return the summary of a sample by the sampler's own statistics: R-hat, ESS and divergences.

    For variants and refits that have no review of their own. Every element of every variable counts; R-hat of
    a single chain is that of its halves.

    Parameters
    ----------
    posterior : Dataset
        Draws, dims ``chain, draw, ...``.
    sample_stats : Dataset
        With ``diverging``.
    limits : Limits
        What fails.

    Returns
    -------
    dict
        As :func:`brief` returns; ``status`` is PASS or FAIL.
    """
    import arviz as az

    with np.errstate(all="ignore"):
        rhat = az.rhat(_halves(posterior))
        ess = az.ess(posterior, method="bulk")
    worst = [float(np.nanmax(array)) for array in rhat.data_vars.values() if np.isfinite(array).any()]
    fewest = [float(np.nanmin(array)) for array in ess.data_vars.values() if np.isfinite(array).any()]
    finite = all(bool(np.isfinite(array).all()) for array in posterior.data_vars.values())
    checks = [
        # What cannot be computed passes no limit.
        _check("R-hat", max(worst) if worst else float("nan"), limits.rhat, most=True),
        _check("ESS", min(fewest) if fewest else float("nan"), limits.ess, most=False),
        _check("divergent draws", float(sample_stats["diverging"].mean()), limits.divergences, most=True),
        _check("finite draws", float(finite), 1.0, most=False),
    ]
    status = FAIL if any(check["status"] == FAIL for check in checks) else PASS
    return brief({"status": status, "checks": checks})


def _check(name: str, value: float, limit: float, *, most: bool) -> dict[str, Any]:
    good = value <= limit if most else value >= limit
    return {"name": name, "status": PASS if good else FAIL, "value": value}


def failed(review: Mapping[str, Any] | None) -> bool:
    """Return whether a review failed; one that nobody made did not."""
    return review is not None and review["status"] == FAIL


def failed_names(reviews: Mapping[str, Brief] | None) -> list[str]:
    """Return the names of the fits whose review failed."""
    return [] if reviews is None else [name for name, review in reviews.items() if failed(review)]


def unreviewed_names(reviews: Mapping[str, Brief]) -> list[str]:
    """Return the names of the fits that nobody reviewed."""
    return [name for name, review in reviews.items() if review is None]


def review_words(review: Mapping[str, Any] | None) -> str:
    """Return a summary in words, for example ``FAIL (R-hat 1.55, ESS 7, 0.0 % divergent)``."""
    if review is None:
        return NOT_REVIEWED
    parts: Iterable[str] = (
        f"{label} {review[key]:{form}}{unit}"
        for label, key, form, unit in (
            ("R-hat", "worst_rhat", ".3f", ""),
            ("ESS", "smallest_ess", ".0f", ""),
            ("divergent", "divergent", ".2%", ""),
        )
        if review.get(key) is not None
    )
    said = ", ".join(parts)
    modes = ", chains in different modes" if review.get("modes") == FAIL else ""
    return f"{review['status']} ({said}{modes})"
