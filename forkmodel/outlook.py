"""Everything a fit says about the future: worlds, claims under three prior sets, scenarios, a watch-list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from forkmodel.claims import ClaimsTable, PriorView, approximate_view, exact_view, judge, load_ledger
from forkmodel.claims.information import watch_list
from forkmodel.claims.judge import held
from forkmodel.errors import ForkModelError, ModelError, OutOfSpanError
from forkmodel.forecast.effects import effects
from forkmodel.forecast.forecast import Forecast
from forkmodel.forecast.scenario_files import BASELINE, bundled_scenarios, load_scenarios
from forkmodel.priors import BUNDLED, load_priors

if TYPE_CHECKING:
    import pandas as pd

    from forkmodel.inference.fit import Fit
    from forkmodel.report.content import ForecastContent, TrustContent

__all__ = ["WATCHED", "Outlook", "claims", "claims_table", "make_outlook", "prior_views", "track_record"]

#: Claims whose watch-list is shown, besides the joint verdict.
WATCHED = ("C1", "C7", "C8")
JOINT = "joint"

type Progress = Callable[[str, float, str], None]


@dataclass(frozen=True)
class Outlook:
    """The future as a fit sees it.

    Attributes
    ----------
    forecast : Forecast
        Worlds of the baseline.
    claims : ClaimsTable
        The judged ledger.
    effects : DataFrame
        Paired differences of the bundled scenarios from the baseline.
    watchlist : DataFrame
        What to measure next, ranked by the value of knowing it.
    """

    forecast: Forecast
    claims: ClaimsTable
    effects: pd.DataFrame
    watchlist: pd.DataFrame

    def content(self) -> ForecastContent:
        """Return what the report shows of it."""
        from forkmodel.report.content import ForecastContent

        facts = self.forecast.facts
        draws = self.forecast.worlds.sizes["chain"] * self.forecast.worlds.sizes["draw"]
        return ForecastContent(
            worlds=self.forecast.worlds,
            claims=self.claims.as_dict(),
            effects=self.effects,
            watchlist=self.watchlist,
            settings={
                "horizon": facts["horizon"],
                "scenario": facts["scenario"],
                "draws": draws,
                "seed": facts["seed"],
                "priors": facts["prior_set"],
            },
        )


def prior_views(fit: Fit, baseline: Forecast, others: Mapping[str, Fit] | None = None) -> list[PriorView]:
    """Return worlds under the fit's own priors and under each other bundled set.

    Parameters
    ----------
    fit : Fit
        The fit.
    baseline : Forecast
        Its worlds without a scenario.
    others : mapping of Fit, optional
        Fits under other prior sets, by name; sets without one are approximated from ``fit``, and so are those
        whose fit FAILED its review.
    """
    fitted = dict(others or {})
    views = [exact_view(baseline)]
    horizon = str(baseline.facts["horizon"])
    for name in BUNDLED:
        if name == fit.priors.name:
            continue
        failed = name in fitted and fitted[name].review().status == "FAIL"
        if name in fitted and not failed:
            views.append(exact_view(fitted[name].forecast(horizon)))
            continue
        view = approximate_view(fit.origin, load_priors(name), load_scenarios(BASELINE), horizon)
        why = " (its own fit FAILED its review)" if failed else ""
        views.append(replace(view, method=view.method + why))
    return views


def claims_table(fit: Fit, views: Sequence[PriorView]) -> ClaimsTable:
    """Judge the bundled ledger under each view's priors."""
    meanings = {key: prior.meaning for key, prior in fit.priors.items()}
    return judge(load_ledger(), views, meanings)


def _watchlist(view: PriorView) -> pd.DataFrame:
    wanted = load_ledger().expressions
    events = {}
    for name in (JOINT, *WATCHED):
        if name in wanted:
            # What the worlds do not reach is not decided, and nothing can be learned about it from them.
            with suppress(OutOfSpanError):
                events[name] = held(wanted[name], view)
    return watch_list(events, view.forecast.parameters)


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
    import pandas as pd

    if forecast.facts.get("review") == "FAIL":
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


def track_record(fit: Fit) -> TrustContent:
    """Return how forecasts of this kind have done: the backtest on record, and the frozen forecast scored.

    Parameters
    ----------
    fit : Fit
        A fit with the capability block; its tables hold the outcomes.
    """
    from forkmodel.report.content import TrustContent
    from forkmodel.validate.backtest.frozen import score_frozen
    from forkmodel.validate.backtest.yardstick import Measure
    from forkmodel.validate.records import backtest_record
    from forkmodel.validate.reviews import review_of

    try:
        frozen = score_frozen(fit.data, Measure.from_fit(fit), review_of(fit))
    except ModelError:
        # Tables of another market have no outcome for it.
        frozen = None
    return TrustContent(backtest_record(), frozen)


def make_outlook(
    fit: Fit,
    horizon: str = "2036-12",
    others: Mapping[str, Fit] | None = None,
    progress: Progress | None = None,
) -> Outlook:
    """Forecast, judge the claims, compare the scenarios and rank what to measure next.

    Parameters
    ----------
    fit : Fit
        A fit of all blocks.
    horizon : str
        Last day, month or year.
    others : mapping of Fit, optional
        Fits under other prior sets, by name.
    progress : callable, optional
        Called as ``progress("forecast", fraction, message)``.
    """
    names = [name for name in bundled_scenarios() if name != BASELINE]
    steps = len(names) + 3

    def say(done: int, message: str) -> None:
        if progress is not None:
            progress("forecast", done / steps, message)

    say(0, BASELINE)
    baseline = fit.forecast(horizon)
    say(1, "claims")
    views = prior_views(fit, baseline, others)
    table = claims_table(fit, views)
    say(2, "watch-list")
    watched = _watchlist(views[0])
    del views
    frames = []
    for place, name in enumerate(names):
        say(3 + place, name)
        frames.append(effects(baseline, {name: fit.forecast(horizon, name)}))
    import pandas as pd

    return Outlook(baseline, table, pd.concat(frames, ignore_index=True), watched)
