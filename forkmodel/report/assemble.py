"""Gather what the report shows: from a fit alone, of the future, and of how far to trust it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from forkmodel.claims.judge import ClaimsTable, claims_table
from forkmodel.claims.prior_views import prior_views
from forkmodel.claims.watch import watched
from forkmodel.data.panel import Panel
from forkmodel.errors import ModelError
from forkmodel.forecast.effects import effects_of
from forkmodel.forecast.forecast import Forecast
from forkmodel.forecast.scenario_files import BASELINE, bundled_scenarios, load_scenario
from forkmodel.forecast.worlds import DEFAULT_HORIZON, forecast_from
from forkmodel.inference.posterior import Posterior
from forkmodel.inference.sampling import Progress
from forkmodel.report.content import ForecastContent, ReportContent, TrustContent
from forkmodel.report.others import other_markets
from forkmodel.results.contraction import prior_posterior
from forkmodel.results.reported import history_of
from forkmodel.results.review import review_of
from forkmodel.validate.backtest.frozen import score_frozen
from forkmodel.validate.backtest.yardstick import Measure
from forkmodel.validate.facts.facts import against_facts
from forkmodel.validate.records import backtest_record
from forkmodel.validate.reviews import brief_of

__all__ = ["Outlook", "make_outlook", "observed_points", "report_content", "track_record"]


def observed_points(panel: Panel) -> dict[str, pd.DataFrame]:
    """Return the observations that are drawn over the model's paths, in their own units.

    Returns
    -------
    dict of DataFrame
        ``open_share`` (date, value, low, high), ``enterprise_open_share`` (date, value), ``revenue`` (date,
        developer, value, kind; USD per year), ``adoption_firms`` (date, value, population).
    """
    access = panel.rows["access_shares"]
    revenue = panel.rows["revenue"]
    adoption = panel.rows["adoption"]
    ramp = adoption["census"].to_numpy() == 0
    period = revenue["period"].to_numpy() > 0
    survey = panel.rows["money_shares"]
    months = panel.catalogue.months
    opened = np.flatnonzero(survey["entity"].to_numpy().astype(str) == "open")
    first, last = months[survey["first_month"].to_numpy()], months[survey["last_month"].to_numpy()]
    return {
        "enterprise_open_share": pd.DataFrame(
            {
                "date": (first + (last - first) / 2)[opened] + pd.Timedelta(days=14),
                "value": np.exp(survey["log_share"].to_numpy())[opened],
            }
        ),
        "open_share": pd.DataFrame(
            {
                "date": pd.DatetimeIndex(access["month"].to_numpy()) + pd.Timedelta(days=14),
                "value": expit(access["logit_open_share"].to_numpy()),
                "low": access["low"].to_numpy(),
                "high": access["high"].to_numpy(),
                "label": "OpenRouter, all tokens of known access",
            }
        ),
        "revenue": pd.DataFrame(
            {
                "date": pd.DatetimeIndex(revenue["date"].to_numpy()),
                "developer": revenue["firm"].to_numpy().astype(str),
                "value": np.exp(revenue["log_usd_bn"].to_numpy()) * 1e9,
                "kind": revenue["kind"].to_numpy().astype(str),
            }
        )[~period],
        "adoption_firms": pd.DataFrame(
            {
                "date": pd.DatetimeIndex(adoption["date"].to_numpy())[ramp],
                "value": expit(adoption["logit_share"].to_numpy())[ramp],
                "population": adoption["population"].to_numpy().astype(str)[ramp],
            }
        ),
    }


def report_content(posterior: Posterior) -> ReportContent:
    """Return what the report shows of a fit alone: paths, review, priors, facts, other markets."""
    history = history_of(posterior)
    return ReportContent(
        history=history,
        review=review_of(posterior).as_dict(),
        prior_posterior=prior_posterior(posterior),
        observed=observed_points(posterior.panel),
        provenance={**posterior.describe(), "sources": posterior.data.sources},
        settings={"options": posterior.options, "tune": posterior.tune},
        facts=against_facts(posterior).as_dict(),
        others=other_markets(history, posterior.data.vintage),
    )


def track_record(posterior: Posterior) -> TrustContent:
    """Return how forecasts of this kind have done: the backtest on record, and the frozen forecast scored.

    Parameters
    ----------
    posterior : Posterior
        A fit with the capability block; its tables hold the outcomes.
    """
    try:
        # The page shows how the frozen forecast did, and no baseline of it.
        frozen = score_frozen(
            posterior.data, Measure.from_posterior(posterior), brief_of(posterior), baselines=()
        )
    except ModelError:
        # Tables of another market have no outcome for it.
        frozen = None
    return TrustContent(backtest_record(), None if frozen is None else frozen.as_dict())


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


def make_outlook(
    posterior: Posterior,
    horizon: str = DEFAULT_HORIZON,
    others: Mapping[str, Posterior] | None = None,
    progress: Progress | None = None,
) -> Outlook:
    """Forecast, judge the claims, compare the scenarios and rank what to measure next.

    Parameters
    ----------
    posterior : Posterior
        A fit of all blocks.
    horizon : str
        Last day, month or year.
    others : mapping of Posterior, optional
        Fits under other prior sets, by name.
    progress : callable, optional
        Called as ``progress("forecast", fraction, message)``.
    """
    scenarios = [load_scenario(name) for name in bundled_scenarios() if name != BASELINE]

    def say(done: float, message: str) -> None:
        if progress is not None:
            progress("forecast", done, message)

    say(0, BASELINE)
    baseline = forecast_from(posterior, horizon)
    say(0.15, "claims")
    views = prior_views(posterior, baseline, others)
    table = claims_table(posterior, views)
    say(0.45, "watch-list")
    watchlist = watched(views[0])
    # Worlds of all priors together are large, and only the baseline's are needed from here on.
    del views
    said = f"{len(scenarios)} scenarios"
    say(0.55, said)
    changed = effects_of(posterior, baseline, scenarios, lambda part: say(0.55 + 0.45 * part, said))
    return Outlook(baseline, table, changed, watchlist)
