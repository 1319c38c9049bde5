"""Judge the ledger: probability of every claim under every view's priors, and whether it tells anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from forkmodel.claims.ledger import Claim, Ledger, load_ledger
from forkmodel.claims.movers import movers, ranks
from forkmodel.claims.prior_views import PriorView, exact_view, prior_views
from forkmodel.errors import ForkModelError, OutOfSpanError, QueryError
from forkmodel.forecast.forecast import Forecast
from forkmodel.forecast.worlds import DEFAULT_HORIZON, forecast_from
from forkmodel.inference.posterior import Posterior
from forkmodel.inference.verdict import FAIL
from forkmodel.queries import evaluate_condition, parse, probability
from forkmodel.queries.draw_source import DatasetDraws
from forkmodel.queries.tree import Whole
from forkmodel.results.review import review_of

__all__ = ["NOT_DECIDED", "ClaimsTable", "claims", "claims_table", "held", "judge", "judged_claims"]

#: An event this probable (or improbable) at the data's end, or under every view's priors, tells nothing.
SETTLED = 0.95
#: How the reason of a claim begins whose time the worlds do not reach.
NOT_DECIDED = "not decided"


@dataclass(frozen=True)
class ClaimsTable:
    """The judged ledger.

    Attributes
    ----------
    rows : list of dict
        One per claim, in the shape of ``forkmodel claims --json``.
    joint : dict
        The same for the headline.
    """

    rows: list[dict[str, Any]]
    joint: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON document."""
        return {"claims": self.rows, "joint": self.joint}


def held(expression: str, view: PriorView) -> np.ndarray:
    """Return where a condition holds (chain, draw) or (world,): 1, 0, or NaN where it is undefined."""
    query = parse(expression)
    if not isinstance(query, Whole):
        raise QueryError(f"{expression!r} is not a plain condition.")
    return evaluate_condition(query.node, DatasetDraws(view.forecast.worlds))


def judge(ledger: Ledger, views: Sequence[PriorView], meanings: dict[str, str] | None = None) -> ClaimsTable:
    """Compute the probability of every claim under every view.

    Parameters
    ----------
    ledger : Ledger
        The claims.
    views : sequence of PriorView
        Worlds under each prior set; the first one says what is true today and what would move a claim.
    meanings : dict, optional
        Meaning by parameter, for what would move a claim.

    Returns
    -------
    ClaimsTable
        Every claim of the ledger. One that cannot be computed has the reason; one about a time that the
        worlds do not reach, wholly or in part, is not decided (``decided`` is False) and says why.
    """
    names, ranked = ranks(views[0].forecast.parameters)
    said = meanings or {}

    def row(claim: Claim) -> dict[str, Any]:
        return _row(claim, views, names, ranked, said)

    return ClaimsTable([row(claim) for claim in ledger.claims], row(ledger.joint))


def _row(
    claim: Claim, views: Sequence[PriorView], names: list[str], ranked: np.ndarray, meanings: dict[str, str]
) -> dict[str, Any]:
    base: dict[str, Any] = {
        "id": claim.id,
        "statement": claim.statement,
        "source": claim.source,
        "expression": claim.expression,
        "horizon": claim.horizon,
        "threshold": claim.threshold,
        "direction": claim.direction,
        "computable": claim.computable,
        "reason": claim.reason or None,
        "decided": None,
        "note": claim.note,
        "today": None,
        "today_probability": None,
        "diagnostic": None,
        "why_not_diagnostic": None,
        "probability": {view.name: None for view in views},
        "mcse": {view.name: None for view in views},
        "ess": {view.name: None for view in views},
        "draws": {view.name: None for view in views},
        "method": {view.name: view.method for view in views},
        "movers": [],
    }
    if claim.expression is None:
        return base
    base["decided"] = True
    for place, view in enumerate(views):
        try:
            where = held(claim.expression, view)
            answer = probability(where, claim.expression, draws=DatasetDraws(view.forecast.worlds).draws)
        except OutOfSpanError as error:
            # All views end on the same day, and so do their worlds.
            return base | _today(claim, views[0]) | {"decided": False, "reason": f"{NOT_DECIDED}: {error}"}
        except QueryError as error:
            base["method"][view.name] = f"not answered: {error}"
            continue
        base["probability"][view.name] = answer.probability
        base["mcse"][view.name] = answer.mcse
        base["ess"][view.name] = answer.ess
        base["draws"][view.name] = answer.draws
        if place == 0:
            # Parameters are known of the first world of every draw, and these come first.
            first = where.ravel()[: len(ranked)]
            base["movers"] = [asdict(mover) for mover in movers(first, names, ranked, meanings)]
    base |= _diagnostic(claim, views, list(base["probability"].values()))
    return base


def _today(claim: Claim, view: PriorView) -> dict[str, Any]:
    """Say whether the claim holds at the data's end; nothing where that cannot be said."""
    if claim.today is None:
        return {}
    try:
        where = held(claim.today, view)
    except QueryError:
        return {}
    known = where[np.isfinite(where)]
    if not known.size:
        return {}
    now = float(known.mean())
    return {"today": now > 0.5, "today_probability": now}


def _diagnostic(claim: Claim, views: Sequence[PriorView], found: list[float | None]) -> dict[str, Any]:
    """Say whether the claim is already decided, by today's data or by every view's beliefs."""
    out: dict[str, Any] = {"diagnostic": True, "why_not_diagnostic": None} | _today(claim, views[0])
    now = out.get("today_probability")
    if now is not None and now > SETTLED:
        return out | {"diagnostic": False, "why_not_diagnostic": "already true at the data's end"}
    known = [p for p in found if p is not None]
    # Approximate worlds keep the reference posterior of what tables inform, so they prove nothing.
    how = "" if all(view.exact for view in views) else ", approximately"
    if len(known) > 1 and min(known) > SETTLED:
        return out | {"diagnostic": False, "why_not_diagnostic": f"true under every prior set{how}"}
    if len(known) > 1 and max(known) < 1.0 - SETTLED:
        return out | {"diagnostic": False, "why_not_diagnostic": f"false under every prior set{how}"}
    return out


def claims_table(posterior: Posterior, views: Sequence[PriorView]) -> ClaimsTable:
    """Judge the bundled ledger under each view's priors."""
    meanings = {key: prior.meaning for key, prior in posterior.priors.items()}
    return judge(load_ledger(), views, meanings)


def judged_claims(posterior: Posterior, horizon: str = DEFAULT_HORIZON) -> ClaimsTable:
    """Return the probability of every claim of the ledger under the three bundled prior sets.

    Sets other than the fit's own are approximated from it; the method of each is stated.

    Parameters
    ----------
    posterior : Posterior
        A fit of all blocks.
    horizon : str
        Last day, month or year of the forecast.

    Raises
    ------
    ForkModelError
        If the review failed: claims of a fit that may not be quoted are withheld.
    """
    if review_of(posterior).status == FAIL:
        raise ForkModelError("the review of this fit FAILED, so claims are withheld; see fit.review().")
    return claims_table(posterior, prior_views(posterior, forecast_from(posterior, horizon)))


def claims(forecast: Forecast) -> pd.DataFrame:
    """Return the ledger as judged by one forecast.

    Parameters
    ----------
    forecast : Forecast
        Worlds under one prior set.

    Returns
    -------
    DataFrame
        One row per claim and one for the joint verdict: ``id, statement, threshold, probability, mcse, draws,
        diagnostic, note, reason``; a claim that the model cannot compute has no probability, and a reason.

    Raises
    ------
    ForkModelError
        If the review of the fit behind it failed.
    """
    if forecast.facts.get("review") == FAIL:
        raise ForkModelError("the review of the fit behind this forecast FAILED, so claims are withheld.")
    view = exact_view(forecast)
    table = judge(load_ledger(), [view])
    keep = ("id", "statement", "threshold", "diagnostic", "note", "reason")
    numbers = ("probability", "mcse", "draws")
    rows = [
        {key: row[key] for key in keep} | {key: row[key][view.name] for key in numbers}
        for row in (table.joint, *table.rows)
    ]
    return pd.DataFrame(rows)[[*keep[:3], *numbers, *keep[3:]]]
