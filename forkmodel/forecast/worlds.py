"""From the state at the data's end to a forecast: simulate in chunks, collect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.errors import ForkModelError
from forkmodel.forecast.calendar import Calendar
from forkmodel.forecast.forecast import Forecast
from forkmodel.forecast.frame import Frame, dataset, developers_of
from forkmodel.forecast.origin import Origin, origin_of
from forkmodel.forecast.parameters import forecast_parameters
from forkmodel.forecast.part import Part
from forkmodel.forecast.randomness import Randomness
from forkmodel.forecast.scenario import Scenario
from forkmodel.forecast.scenario_files import load_scenarios
from forkmodel.forecast.world import Setting
from forkmodel.inference.posterior import Posterior
from forkmodel.priors import PriorSet
from forkmodel.results.chunks import in_chunks
from forkmodel.results.reported import history_of
from forkmodel.results.review import review_of
from forkmodel.results.schema import FORECAST_SCHEMA

__all__ = [
    "DEFAULT_HORIZON",
    "chosen_priors",
    "facts_of",
    "forecast_from",
    "parameters_of",
    "run_forecast",
    "run_scenarios",
    "scalars_of",
    "simulated",
]

DEFAULT_HORIZON = "2036-12"
#: Draws simulated at once: with 500, 4,000 draws pass two gigabytes and gain little time.
CHUNK = 250
#: The same where only some quarters are reported, which leaves room for more.
CHUNK_OF_FEW = 500


def forecast_from(
    posterior: Posterior,
    horizon: str = DEFAULT_HORIZON,
    scenario: str | Sequence[str] | Scenario = "baseline",
    priors: PriorSet | None = None,
) -> Forecast:
    """Simulate every draw's world forward to a horizon, and write the status of its fit's review with it.

    Parameters
    ----------
    posterior : Posterior
        A fit of all blocks.
    horizon : str
        Last day, month or year.
    scenario : str, sequence of str or Scenario
        Names of bundled scenarios or paths of scenario files; several hold at once.
    priors : PriorSet, optional
        Priors of what only the future needs, such as entry; those of the fit by default.

    Raises
    ------
    ForkModelError
        If the horizon is not after the data or a block is missing.
    ScenarioError
        If a scenario cannot be read.
    """
    wanted = scenario if isinstance(scenario, Scenario) else load_scenarios(scenario)
    forecast = run_forecast(origin_of(posterior), wanted, horizon, priors)
    forecast.facts["review"] = review_of(posterior).status
    return forecast


def run_forecast(
    origin: Origin,
    scenario: Scenario,
    horizon: str = DEFAULT_HORIZON,
    priors: PriorSet | None = None,
    draws: Sequence[int] | np.ndarray | None = None,
    history: xr.Dataset | None = None,
) -> Forecast:
    """Simulate every world of a fit to the horizon.

    Parameters
    ----------
    origin : Origin
        The fit and its state at the data's end.
    scenario : Scenario
        What differs from the baseline.
    horizon : str
        Last day, month or year.
    priors : PriorSet, optional
        Priors of what only the future needs; those of the fit by default.
    draws : sequence of int, optional
        Which posterior draw each world continues; all in order by default. World i always gets the random
        numbers of world i.
    history : Dataset, optional
        Reported paths of the fit's draws, where somebody knows them already.

    Returns
    -------
    Forecast
        History and future on every draw.
    """
    posterior = origin.posterior
    calendar = Calendar.from_vintage(posterior.panel.catalogue.vintage, horizon)
    priors = chosen_priors(posterior, priors)
    frame = Frame.of(history_of(posterior) if history is None else history, origin.lines, calendar)
    setting = Setting(posterior.panel, posterior.design, priors, origin.lines, calendar, scenario)
    chosen = np.arange(posterior.chains * posterior.draws) if draws is None else np.asarray(draws)
    arrays = simulated(origin, frame, setting, 0, chosen)
    sample = {"chain": posterior.chains, "draw": posterior.draws}
    return Forecast(
        dataset(arrays, frame.coords, sample),
        parameters_of(posterior, priors, origin.seed, chosen),
        facts_of(posterior, priors, scenario, calendar, origin.seed),
    )


def simulated(
    origin: Origin, frame: Frame, setting: Setting, first: int, rows: np.ndarray, dtype: type = float
) -> dict[str, np.ndarray]:
    """Return the table of a run of worlds, simulated in chunks.

    Parameters
    ----------
    origin : Origin
        The fit and its state at the data's end.
    frame : Frame
        Outcomes and quarters.
    setting : Setting
        What all worlds share.
    first : int
        Number of the first world: its random numbers are those of that number, whatever else is simulated.
    rows : array of int
        Which posterior draw each world continues.
    dtype : type
        Precision of the table; worlds themselves are simulated in double precision.

    Returns
    -------
    dict of array (world, time, ...)
        By name.
    """
    arrays = frame.begun(rows, dtype)

    def fill(begin: int) -> None:
        inside = slice(begin, min(begin + CHUNK, len(rows)))
        part = Part.of(origin, first + begin, rows[inside])
        frame.put(arrays, inside, part.simulated(setting, frame.developers))

    in_chunks(fill, len(rows), CHUNK)
    return arrays


def run_scenarios(
    origin: Origin,
    scenarios: Sequence[Scenario],
    horizon: str,
    times: Sequence[pd.Timestamp],
    progress: Callable[[float], None] | None = None,
) -> list[Forecast]:
    """Simulate the worlds of a fit under several scenarios in one pass, and report a few quarters of them.

    Parameters
    ----------
    origin : Origin
        The fit and its state at the data's end.
    scenarios : sequence of Scenario
        What differs from the baseline in each.
    horizon : str
        Last day, month or year.
    times : sequence of Timestamp
        Starts of the quarters after the data that are reported.
    progress : callable, optional
        Called with the part that is done.

    Returns
    -------
    list of Forecast
        Equal to what :func:`run_forecast` reports at those times, without ranks.
    """
    posterior, lines = origin.posterior, origin.lines
    calendar = Calendar.from_vintage(posterior.panel.catalogue.vintage, horizon)
    places = tuple(int(place) for place in calendar.times.get_indexer(pd.DatetimeIndex(list(times))))
    settings = [
        Setting(posterior.panel, posterior.design, posterior.priors, lines, calendar, scenario, places)
        for scenario in scenarios
    ]
    developers = developers_of(history_of(posterior), lines)
    n = posterior.chains * posterior.draws

    def side_by_side(first: int) -> list[dict[str, np.ndarray]]:
        part = Part.of(origin, first, np.arange(first, min(first + CHUNK_OF_FEW, n)), remember=True)
        return [part.simulated(setting, developers) for setting in settings]

    chunks = in_chunks(side_by_side, n, CHUNK_OF_FEW, progress)
    none = history_of(posterior).isel(time=slice(0))
    frame = Frame(none, developers, calendar.times[list(places)], tuple(FORECAST_SCHEMA))
    sample = {"chain": posterior.chains, "draw": posterior.draws}
    found = []
    for place, scenario in enumerate(scenarios):
        arrays = {name: np.concatenate([chunk[place][name] for chunk in chunks]) for name in chunks[0][place]}
        facts = facts_of(posterior, posterior.priors, scenario, calendar, origin.seed)
        found.append(Forecast(dataset(arrays, frame.coords, sample), xr.Dataset(), facts))
    return found


def chosen_priors(posterior: Posterior, priors: PriorSet | None) -> PriorSet:
    """Return the priors of what only the future needs: those of the fit, or others that were given."""
    if priors is None:
        return posterior.priors
    if not isinstance(priors, PriorSet):
        raise ForkModelError(f"priors is {priors!r}; give a prior set, as from fm.load_priors('skeptic').")
    return priors


def parameters_of(posterior: Posterior, priors: PriorSet, seed: int, chosen: np.ndarray) -> xr.Dataset:
    """Return the scalar parameters of one world a draw, those of the fit and those of the forecast.

    ``chosen`` says which posterior draw each of these worlds continues.
    """
    return scalars_of(posterior, chosen, forecast_parameters(priors, Randomness(seed, 0, len(chosen))))


def scalars_of(posterior: Posterior, chosen: np.ndarray, drawn: dict[str, np.ndarray]) -> xr.Dataset:
    """Return the scalar parameters of the draws ``chosen`` and those that were drawn for the future."""
    scalars = {name: array[chosen] for name, array in posterior.values.items() if array.ndim == 1}
    shape = (posterior.chains, posterior.draws)
    return xr.Dataset(
        {name: (("chain", "draw"), array.reshape(shape)) for name, array in (scalars | drawn).items()}
    )


def facts_of(
    posterior: Posterior, priors: PriorSet, scenario: Scenario, calendar: Calendar, seed: int
) -> dict[str, Any]:
    """Return what a forecast was made from and under."""
    return {
        "scenario": scenario.name,
        "meaning": scenario.meaning,
        "sources": list(scenario.sources),
        "vintage": str(posterior.panel.catalogue.vintage.date()),
        "horizon": str(pd.Timestamp(calendar.ends[-1]).date()),
        "seed": seed,
        "prior_set": priors.name,
        "prior_hash": priors.hash,
        "data_hash": posterior.data.content_hash,
        "versions": posterior.versions,
    }
