"""The review of a fit of demand: of its chains, its instruments and its errors.

Sources: Staiger and Stock (1997), Econometrica 65, for the strength of instruments; Anderson and Rubin
(1949), Annals of Mathematical Statistics 20, for their agreement.
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from scipy import stats

from forkmodel.demand.draws import DemandDraws
from forkmodel.demand.instruments import without
from forkmodel.demand.model import Design
from forkmodel.inference.review import sampling_checks
from forkmodel.inference.verdict import PASS, REVIEW, Check, Review, ReviewConfig

__all__ = ["instruments_agree", "review_demand"]

#: F statistic above which instruments are not called weak, and level at which they are said to disagree.
STRONG = 10.0
LEVEL = 0.01
#: Part of the products with inelastic demand above which prices can hardly be a seller's best.
INELASTIC = 0.05
#: Mass of the interval whose coverage is looked at, and how far off it may be.
MASS, SLACK = 0.8, 0.05


def review_demand(draws: DemandDraws, told: xr.Dataset, config: ReviewConfig | None = None) -> Review:
    """Return PASS, REVIEW or FAIL for each check, with a sentence of advice.

    Parameters
    ----------
    draws : DemandDraws
        The draws.
    told : Dataset
        What is told of every market, see :func:`forkmodel.demand.outcomes.market_table`.
    config : ReviewConfig, optional
        Thresholds of the checks of sampling.
    """
    # A part of the products moves in steps, and often does not move at all.
    reported = told.drop_vars("inelastic")
    checks = sampling_checks(draws, reported, config or ReviewConfig())
    return Review((*checks, *_instruments(draws.design), _inelastic(told), _errors(draws)))


def _instruments(design: Design) -> list[Check]:
    strength = design.first_stage_f
    status = PASS if strength >= STRONG else REVIEW
    advice = (
        "They move prices."
        if status == PASS
        else "They hardly move prices: alpha is mostly its prior. Add a cost or a tax as instrument_*."
    )
    checks = [Check("strength of the instruments, F", status, strength, STRONG, advice)]
    if design.excluded.shape[1] > 1:
        p = instruments_agree(design)
        status = PASS if p >= LEVEL else REVIEW
        advice = (
            "Each by itself would tell about the same."
            if status == PASS
            else "Some would tell another alpha than others, so not all are instruments (in the logit): the "
            "interval of alpha is too narrow. Try fewer, as instrument_* columns, and compare."
        )
        checks.append(Check("agreement of the instruments, p", status, p, LEVEL, advice))
    return checks


def instruments_agree(design: Design) -> float:
    """Return the p-value of the over-identifying restrictions of the logit.

    The likelihood ratio is ``n log k``, with ``k`` the smallest ratio of what ``x`` leaves of a combination
    of mean utility and price to what ``x`` and ``z`` leave of it; it has a chi-squared distribution with as
    many degrees of freedom as there are instruments beyond the first.
    """
    both = np.column_stack([design.logit, design.price])
    of_x = without(both, design.included)
    of_both = without(both, np.column_stack([design.included, design.excluded]))
    ratios = np.linalg.eigvals(np.linalg.solve(of_both.T @ of_both, of_x.T @ of_x)).real
    statistic = len(both) * np.log(max(float(ratios.min()), 1.0))
    return float(stats.chi2.sf(statistic, design.excluded.shape[1] - 1))


def _inelastic(told: xr.Dataset) -> Check:
    part = float(told["inelastic"].mean())
    status = PASS if part <= INELASTIC else REVIEW
    advice = (
        "Prices can be their sellers' best."
        if status == PASS
        else "A seller would raise such a price, so alpha is too small, or prices serve another aim; markups "
        "and mergers of these products mean nothing."
    )
    return Check("products with inelastic demand", status, part, INELASTIC, advice)


def _errors(draws: DemandDraws) -> Check:
    """Say whether prices are spread around the hedonic equation as its normal errors are."""
    design = draws.design
    of_x, of_z, _ = design.basis()
    fitted = draws.free["hedonic"].to_numpy().reshape(draws.size, -1).mean(0)
    residual = design.price / design.scale - np.column_stack([of_x, of_z]) @ fitted
    spread = float(draws.free["price_sd"].mean())
    inside = float((np.abs(residual / spread) <= stats.norm.ppf(0.5 + MASS / 2.0)).mean())
    status = PASS if abs(inside - MASS) <= SLACK else REVIEW
    advice = f"{inside:.0%} of prices lie in the {MASS:.0%} interval of the hedonic equation" + (
        "."
        if status == PASS
        else ": errors are not normal, with a few products far out. The location of alpha bears it, its "
        "interval is only roughly right."
    )
    return Check("coverage of prices", status, inside, MASS, advice)
