"""Gather what the report shows: from a fit alone, of the future, and of how far to trust it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import expit

from forkmodel.claims.judge import ClaimsTable, claims_table
from forkmodel.claims.prior_views import prior_views
from forkmodel.claims.watch import watched
from forkmodel.data.panel import Panel
from forkmodel.errors import ForkModelError, ModelError
from forkmodel.forecast.effects import QUANTITIES, effects, scenario_worlds
from forkmodel.forecast.ensemble import words
from forkmodel.forecast.forecast import ENSEMBLE, Forecast
from forkmodel.forecast.scenario_files import BASELINE, bundled_scenarios, load_scenario
from forkmodel.forecast.worlds import DEFAULT_HORIZON, forecast_from
from forkmodel.inference.posterior import Posterior
from forkmodel.inference.sampling import Progress
from forkmodel.queries.draw_source import WORLD
from forkmodel.report.claims_table import SHOWN_YEAR
from forkmodel.report.content import ForecastContent, ReportContent, TrustContent
from forkmodel.report.others import other_markets
from forkmodel.report.own_market import left_out
from forkmodel.results.contraction import prior_posterior
from forkmodel.results.merger import merger_pairs
from forkmodel.results.reported import history_of
from forkmodel.results.review import review_of
from forkmodel.validate.backtest.retrospective import score_retrospective
from forkmodel.validate.backtest.yardstick import Measure
from forkmodel.validate.facts.facts import against_facts
from forkmodel.validate.records import STRICT_BACKTEST, backtest_record
from forkmodel.validate.reviews import brief_of

__all__ = [
    "Outlook",
    "make_outlook",
    "merger_screen",
    "observed_points",
    "report_content",
    "track_record",
    "with_outlook",
]


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
    names = posterior.panel.catalogue.names
    history = history_of(posterior)
    return ReportContent(
        history=history,
        review=review_of(posterior).as_dict(),
        prior_posterior=prior_posterior(posterior),
        observed=observed_points(posterior.panel),
        provenance={**posterior.describe(), "sources": posterior.data.sources},
        settings={"options": posterior.options, "tune": posterior.tune},
        # The cited facts are about the market of the bundled tables.
        facts=against_facts(posterior).as_dict() if names.bundled else None,
        left_out=left_out(posterior.panel),
        router=None if names.bundled else names.router,
        # Base rates stand beside claims, which are about the market of the bundled tables too.
        others=other_markets(history, posterior.data.vintage) if names.bundled else None,
    )


def track_record(posterior: Posterior) -> TrustContent | None:
    """Return how such forecasts have done: the backtest on record, and the retrospective forecast scored.

    Parameters
    ----------
    posterior : Posterior
        A fit with the capability block; its tables hold the outcomes.

    Returns
    -------
    TrustContent or None
        None for another market, of which no forecast was ever scored.
    """
    if not posterior.panel.catalogue.names.bundled:
        return None
    try:
        # The page shows how the retrospective forecast did, and no baseline of it.
        scored = score_retrospective(
            posterior.data, Measure.from_posterior(posterior), brief_of(posterior), baselines=()
        )
    except ModelError:
        # Tables of another market have no outcome for it.
        scored = None
    return TrustContent(
        backtest=backtest_record(),
        strict=backtest_record(STRICT_BACKTEST),
        retrospective=None if scored is None else scored.as_dict(),
    )


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
    alternatives : mapping of Dataset
        What the page shows of the worlds under each bundled scenario.
    """

    forecast: Forecast
    claims: ClaimsTable
    effects: pd.DataFrame
    watchlist: pd.DataFrame
    alternatives: Mapping[str, xr.Dataset] = field(default_factory=dict)

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
                "worlds": words.said(facts),
            },
            parameters=self.forecast.parameters,
            alternatives=self.alternatives,
        )


def make_outlook(
    posterior: Posterior,
    horizon: str = DEFAULT_HORIZON,
    others: Mapping[str, Posterior] | None = None,
    progress: Progress | None = None,
    baseline: Forecast | None = None,
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
    baseline : Forecast, optional
        The forecast of this fit that is at hand; simulated by default.

    Raises
    ------
    ForkModelError
        If the forecast at hand is not one of this fit without a scenario.
    """
    if baseline is not None:
        _check_forecast(posterior, baseline)
    scenarios = [load_scenario(name) for name in bundled_scenarios() if name != BASELINE]

    def say(done: float, message: str) -> None:
        if progress is not None:
            progress("forecast", done, message)

    say(0, BASELINE)
    if baseline is None:
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
    found = scenario_worlds(posterior, baseline, scenarios, lambda part: say(0.55 + 0.45 * part, said))
    alternatives = {name: shown_of(each) for name, each in found.items()}
    return Outlook(baseline, table, effects(baseline, found), watchlist, alternatives)


def shown_of(scenario: Forecast) -> xr.Dataset:
    """Return what the page carries of a scenario: outcomes with a stated effect, in the quarter shown."""
    quarter = pd.Timestamp(int(SHOWN_YEAR), 10, 1)
    worlds = scenario.worlds[sorted({quantity.variable for quantity in QUANTITIES})]
    return worlds.sel(time=worlds["time"] == np.datetime64(quarter)).copy(deep=True)


def _check_forecast(posterior: Posterior, forecast: Forecast) -> None:
    """Refuse worlds of another fit, of a scenario, or of a store."""
    if WORLD in forecast.worlds.dims:
        raise ForkModelError("a report takes a forecast in one file; this is a store of worlds.")
    scenario = forecast.facts["scenario"]
    if scenario != BASELINE:
        raise ForkModelError(
            f"the forecast is of the scenario {scenario!r}; a report takes one of the baseline and adds the "
            "scenarios itself."
        )
    if forecast.facts.get(ENSEMBLE, {}).get("shown") == ENSEMBLE:
        raise ForkModelError(
            "the forecast is of ensemble worlds, which were drawn again, so that scenarios cannot be paired "
            "with them world by world; give one made with `forkmodel forecast --structural`."
        )
    here = posterior.describe()
    for name in ("data_hash", "prior_hash", "seed"):
        if here[name] != forecast.facts[name]:
            raise ForkModelError(
                f"the forecast is not of this fit: {name} is {forecast.facts[name]} there and {here[name]} "
                "here. Give the forecast that `forkmodel forecast` or `run` wrote of this fit."
            )
    sizes = tuple(forecast.worlds.sizes[dim] for dim in ("chain", "draw"))
    if sizes != (posterior.chains, posterior.draws):
        raise ForkModelError(
            f"the forecast has {sizes[0]} chains of {sizes[1]} draws, the fit {posterior.chains} of "
            f"{posterior.draws}; give the forecast of this fit."
        )


def with_outlook(content: ReportContent, posterior: Posterior, outlook: Outlook) -> ReportContent:
    """Return what a report shows with the future, the track record and the merger screen added."""
    return replace(
        content, forecast=outlook.content(), trust=track_record(posterior), pairs=merger_screen(posterior)
    )


def merger_screen(posterior: Posterior) -> pd.DataFrame | None:
    """Return what the merger of every pair of the largest firms would do; None where no market is known."""
    try:
        return merger_pairs(posterior).table()
    except ForkModelError:
        # A fit of some blocks, or tables of another market, have no such pairs.
        return None
