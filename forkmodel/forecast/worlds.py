"""From the state at the data's end to a forecast: simulate in chunks, collect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.panel_catalogue import ACCESS
from forkmodel.errors import ForkModelError
from forkmodel.forecast.calendar import Calendar
from forkmodel.forecast.forecast import Forecast
from forkmodel.forecast.lines import Lines
from forkmodel.forecast.origin import Origin, origin_of
from forkmodel.forecast.outcomes import outcomes
from forkmodel.forecast.parameters import forecast_parameters
from forkmodel.forecast.randomness import Randomness
from forkmodel.forecast.ranks import RANKS
from forkmodel.forecast.scenario import Scenario
from forkmodel.forecast.scenario_files import load_scenarios
from forkmodel.forecast.shocks import SHOCKS
from forkmodel.forecast.simulate import simulate
from forkmodel.forecast.start import Start
from forkmodel.forecast.world import Setting
from forkmodel.inference.posterior import Posterior
from forkmodel.model.demand import SEGMENTS
from forkmodel.priors import PriorSet
from forkmodel.results.chunks import in_chunks
from forkmodel.results.history import MARKETS, SCOPES, UNITS
from forkmodel.results.paths_price import FIXED_INDEX
from forkmodel.results.paths_value import DEFINITIONS, LAYERS
from forkmodel.results.reported import history_of
from forkmodel.results.review import review_of
from forkmodel.results.schema import FORECAST_SCHEMA

__all__ = [
    "DEFAULT_HORIZON",
    "forecast_from",
    "run_forecast",
    "run_scenarios",
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
    posterior, lines = origin.posterior, origin.lines
    calendar = Calendar.from_vintage(posterior.panel.catalogue.vintage, horizon)
    if priors is None:
        priors = posterior.priors
    elif not isinstance(priors, PriorSet):
        raise ForkModelError(f"priors is {priors!r}; give a prior set, as from fm.load_priors('skeptic').")
    setting = Setting(posterior.panel, posterior.design, priors, lines, calendar, scenario)
    history = history_of(posterior) if history is None else history
    past = history.sizes["time"]
    if pd.Timestamp(history["time"].to_numpy()[-1]) != calendar.times[0]:
        past = int((pd.DatetimeIndex(history["time"].to_numpy()) <= calendar.times[0]).sum())
    values = posterior.values
    n = posterior.chains * posterior.draws
    chosen = np.arange(n) if draws is None else np.asarray(draws)
    developers = _developers(history, lines)
    times = pd.DatetimeIndex(np.concatenate([history["time"].to_numpy()[:past], calendar.times[1:]]))
    coords = _coords(developers, times)
    arrays = _past(
        history.isel(time=slice(past)), developers, coords, chosen, (posterior.chains, posterior.draws)
    )

    def fill(first: int) -> None:
        rows = chosen[first : first + CHUNK]
        found = _Part.of(origin, first, rows).simulated(setting, developers, origin.release_days)
        for name, array in found.items():
            arrays[name][first : first + len(rows), past:] = array[:, 1:]
            if name not in history:
                arrays[name][first : first + len(rows), past - 1] = array[:, 0]

    in_chunks(fill, n, CHUNK)
    worlds = _dataset(arrays, coords, (posterior.chains, posterior.draws))
    return Forecast(
        worlds,
        _parameters(posterior, values, priors, origin.seed, chosen),
        _facts(posterior, priors, scenario, calendar, origin),
    )


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
    developers = _developers(history_of(posterior), lines)
    n = posterior.chains * posterior.draws

    def simulated(first: int) -> list[dict[str, np.ndarray]]:
        part = _Part.of(origin, first, np.arange(first, min(first + CHUNK_OF_FEW, n)), remember=True)
        return [part.simulated(setting, developers, origin.release_days) for setting in settings]

    chunks = in_chunks(simulated, n, CHUNK_OF_FEW, progress)
    coords = _coords(developers, settings[0].times) if settings else {}
    shape = (posterior.chains, posterior.draws)
    found = []
    for place, scenario in enumerate(scenarios):
        arrays = {name: np.concatenate([chunk[place][name] for chunk in chunks]) for name in chunks[0][place]}
        facts = _facts(posterior, posterior.priors, scenario, calendar, origin)
        found.append(Forecast(_dataset(arrays, coords, shape), xr.Dataset(), facts))
    return found


def _developers(history: xr.Dataset, lines: Lines) -> pd.Index:
    found: pd.Index = pd.Index(history["developer"].to_numpy()).union(pd.Index(lines.developers), sort=True)
    return found


@dataclass(frozen=True)
class _Part:
    """What worlds of a run of draws start from."""

    value: dict[str, np.ndarray]
    start: Start
    hosts: xr.Dataset
    randomness: Randomness

    @classmethod
    def of(cls, origin: Origin, first: int, rows: np.ndarray, *, remember: bool = False) -> _Part:
        """Take the posterior draws ``rows`` for the worlds from number ``first`` on."""
        randomness = Randomness(origin.seed, first, len(rows))
        return cls(
            value={name: array[rows] for name, array in origin.posterior.values.items()},
            start=_taken(origin.start, rows),
            hosts=origin.hosts.isel(draw=rows),
            randomness=randomness.remembering() if remember else randomness,
        )

    def simulated(
        self, setting: Setting, developers: pd.Index, release_days: np.ndarray
    ) -> dict[str, np.ndarray]:
        """Return every outcome (draw, quarter, ...) by name."""
        recorded, parameters = simulate(setting, self.start, self.value, self.hosts, self.randomness)
        found = outcomes(recorded, setting, self.start, self.value, parameters, developers, release_days)
        return found | _constants(self.value, parameters, len(setting.places))


def _taken(start: Start, rows: np.ndarray) -> Start:
    return Start(**{field.name: getattr(start, field.name)[rows] for field in fields(start)})


def _constants(
    value: dict[str, np.ndarray], parameters: dict[str, np.ndarray], quarters: int
) -> dict[str, np.ndarray]:
    """Return parameters that claims are about, as paths that do not move."""
    named = {
        "category_elasticity": value["spend.category_elasticity"],
        "premium_scarcity": parameters["forecast.scarcity_share"],
    }
    return {name: np.repeat(array[:, None], quarters, axis=1) for name, array in named.items()}


def _coords(developers: pd.Index, times: pd.DatetimeIndex) -> dict[str, Any]:
    return {
        "time": times.to_numpy(),
        "access": list(ACCESS),
        "segment": list(SEGMENTS),
        "market": list(MARKETS),
        "unit": list(UNITS),
        "developer": developers.to_numpy(),
        "definition": list(DEFINITIONS),
        "layer": list(LAYERS),
        "scope": list(SCOPES),
        "rank": list(RANKS),
        "event": list(SHOCKS),
    }


def _past(
    history: xr.Dataset,
    developers: pd.Index,
    coords: dict[str, Any],
    chosen: np.ndarray,
    shape: tuple[int, int],
) -> dict[str, np.ndarray]:
    """Return arrays (draw, time, ...) for history and future, with the history filled in."""
    arrays = {}
    for name, entry in FORECAST_SCHEMA.items():
        sizes = tuple(len(coords[dim]) for dim in entry.dims)
        array = np.full((len(chosen), len(coords["time"]), *sizes), np.nan)
        if name in history:
            known = history[name].transpose("chain", "draw", "time", *entry.dims).to_numpy()
            known = known.reshape(shape[0] * shape[1], *known.shape[2:])[chosen]
            if "developer" in entry.dims:
                spots = developers.get_indexer(pd.Index(history["developer"].to_numpy()))
                seen = array[:, : known.shape[1]]
                # Who was not there yet has nothing, except where nobody is known at all.
                seen[...] = 0.0 * known[..., :1]
                seen[..., spots] = known
            else:
                array[:, : known.shape[1]] = known
        arrays[name] = array
    return arrays


def _dataset(arrays: dict[str, np.ndarray], coords: dict[str, Any], shape: tuple[int, int]) -> xr.Dataset:
    variables = {}
    for name, array in arrays.items():
        entry = FORECAST_SCHEMA[name]
        attrs: dict[str, Any] = {"unit": entry.unit, "description": entry.description}
        if name == "price_fixed_capability":
            attrs["index_level"] = FIXED_INDEX
        dims = ("chain", "draw", "time", *entry.dims)
        variables[name] = xr.DataArray(array.reshape(*shape, *array.shape[1:]), dims=dims, attrs=attrs)
    labels = {"chain": np.arange(shape[0]), "draw": np.arange(shape[1]), **coords}
    return xr.Dataset(variables, coords=labels)


def _parameters(
    posterior: Posterior, values: dict[str, np.ndarray], priors: PriorSet, seed: int, chosen: np.ndarray
) -> xr.Dataset:
    """Return the scalar parameters of every world, those of the fit and those of the forecast."""
    drawn = forecast_parameters(priors, Randomness(seed, 0, len(chosen)))
    scalars = {name: array[chosen] for name, array in values.items() if array.ndim == 1}
    shape = (posterior.chains, posterior.draws)
    return xr.Dataset(
        {name: (("chain", "draw"), array.reshape(shape)) for name, array in (scalars | drawn).items()}
    )


def _facts(
    posterior: Posterior, priors: PriorSet, scenario: Scenario, calendar: Calendar, origin: Origin
) -> dict[str, Any]:
    return {
        "scenario": scenario.name,
        "meaning": scenario.meaning,
        "sources": list(scenario.sources),
        "vintage": str(posterior.panel.catalogue.vintage.date()),
        "horizon": str(pd.Timestamp(calendar.ends[-1]).date()),
        "seed": origin.seed,
        "prior_set": priors.name,
        "prior_hash": priors.hash,
        "data_hash": posterior.data.content_hash,
        "versions": posterior.versions,
    }
