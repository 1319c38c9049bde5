"""Ensemble worlds: four candidates per draw, weighted towards the pool on what is near, whole worlds kept.

Revenue still sums to spend and shares to one, since no world is touched: only how often it is kept changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from forkmodel.forecast.calendar import Calendar
from forkmodel.forecast.ensemble.drivers import (
    DRIVERS,
    OUTCOMES,
    QUARTERS,
    driver_history,
    driver_lines,
)
from forkmodel.forecast.ensemble.past import structural_weights
from forkmodel.forecast.ensemble.picking import Weighting, pick, weigh
from forkmodel.forecast.ensemble.pool import Pool, make_pool, member_draws
from forkmodel.forecast.forecast import CONTINUED, ENSEMBLE, Forecast
from forkmodel.forecast.frame import Frame, dataset, kept_outcomes
from forkmodel.forecast.origin import Origin, origin_of
from forkmodel.forecast.parameters import forecast_parameters
from forkmodel.forecast.part import Part
from forkmodel.forecast.randomness import Randomness
from forkmodel.forecast.scenario import Scenario
from forkmodel.forecast.scenario_files import BASELINE, load_scenario, load_scenarios
from forkmodel.forecast.world import Setting
from forkmodel.forecast.worlds import CHUNK, DEFAULT_HORIZON, chosen_priors, facts_of, scalars_of, simulated
from forkmodel.inference.posterior import Posterior
from forkmodel.priors import PriorSet
from forkmodel.results.chunks import in_chunks
from forkmodel.results.reported import history_of
from forkmodel.results.review import review_of

__all__ = ["CANDIDATES", "ensemble_from"]

#: Candidate worlds per draw.
CANDIDATES = 4


def ensemble_from(
    posterior: Posterior,
    horizon: str = DEFAULT_HORIZON,
    scenario: str | Sequence[str] | Scenario = BASELINE,
    priors: PriorSet | None = None,
) -> Forecast:
    """Simulate worlds of which those near simple forecasts of the next four quarters are kept more often.

    Which worlds are kept is decided under the baseline, so the same worlds are kept under every scenario and
    differences stay paired.

    Parameters
    ----------
    posterior : Posterior
        A fit of all blocks.
    horizon : str
        Last day, month or year.
    scenario : str, sequence of str or Scenario
        Names of bundled scenarios or paths of scenario files; several hold at once.
    priors : PriorSet, optional
        Priors of what only the future needs; those of the fit by default.

    Returns
    -------
    Forecast
        As many worlds as draws. Coordinate ``continued`` holds the number of each world among the candidates,
        and ``facts["ensemble"]`` weights, effective size, and what moved.

    Raises
    ------
    ForkModelError
        If the horizon is not after the data or a block is missing.
    ScenarioError
        If a scenario cannot be read.
    """
    wanted = scenario if isinstance(scenario, Scenario) else load_scenarios(scenario)
    origin, future = origin_of(posterior), chosen_priors(posterior, priors)
    draws = posterior.chains * posterior.draws
    lines = _candidates(origin, future, draws)
    structural = structural_weights(posterior.panel.catalogue.vintage)
    pools = _pools(posterior, lines, structural)
    weighting = weigh(lines, pools, draws)
    moved = weighting.power > 0.0
    # Worlds that are not moved are those of a plain forecast, the first of every draw.
    numbers = pick(weighting.weight, draws, draws) if moved else np.arange(draws)
    made = _kept(origin, wanted, horizon, future, numbers)
    made.facts |= {
        "review": review_of(posterior).status,
        ENSEMBLE: _about(weighting, numbers, lines, pools, structural),
    }
    return made


def _candidates(origin: Origin, priors: PriorSet, draws: int) -> np.ndarray:
    """Return the drivers of all candidates (world, driver, quarter) under the baseline."""
    posterior = origin.posterior
    vintage = posterior.panel.catalogue.vintage
    # One quarter more than is asked about: run-rates of the last one lie between two quarter starts.
    last = vintage.to_period("Q") + QUARTERS + 1
    calendar = Calendar.from_vintage(vintage, str(last.end_time.date()))
    first = str(calendar.times[1].date())
    frame = Frame.of(history_of(posterior), origin.lines, calendar, kept_outcomes(OUTCOMES), first)
    setting = Setting(
        posterior.panel,
        posterior.design,
        priors,
        origin.lines,
        calendar,
        load_scenario(BASELINE),
        frame.only(calendar),
    )
    rows = np.arange(CANDIDATES * draws) % draws
    return driver_lines(simulated(origin, frame, setting, 0, rows), frame.coords)


def _pools(
    posterior: Posterior, lines: np.ndarray, structural: dict[str, np.ndarray]
) -> list[list[Pool | None]]:
    now = posterior.panel.catalogue.vintage.to_period("Q").ordinal
    history = driver_history(posterior)
    found: list[list[Pool | None]] = []
    for place, driver in enumerate(DRIVERS):
        row: list[Pool | None] = []
        for quarter in range(QUARTERS):
            known = history[driver.name]
            members = member_draws(driver, known, now + quarter + 1 - known.last.ordinal)
            line = lines[:, place, quarter]
            weight = float(structural[driver.family][quarter])
            row.append(make_pool(line, members, weight) if members and line.std() > 0.0 else None)
        found.append(row)
    return found


def _kept(
    origin: Origin, scenario: Scenario, horizon: str, priors: PriorSet, numbers: np.ndarray
) -> Forecast:
    """Simulate the candidates of these numbers to the horizon."""
    posterior = origin.posterior
    draws = posterior.chains * posterior.draws
    calendar = Calendar.from_vintage(posterior.panel.catalogue.vintage, horizon)
    frame = Frame.of(history_of(posterior), origin.lines, calendar)
    setting = Setting(posterior.panel, posterior.design, priors, origin.lines, calendar, scenario)
    arrays = frame.begun(numbers % draws)
    for group in range(CANDIDATES):
        places = np.flatnonzero(numbers // draws == group)

        def fill(begin: int, places: np.ndarray = places) -> None:
            mine = places[begin : begin + CHUNK]
            frame.put(arrays, mine, Part.picked(origin, numbers[mine]).simulated(setting, frame.developers))

        in_chunks(fill, len(places), CHUNK)
    sample = {"chain": posterior.chains, "draw": posterior.draws}
    drawn = forecast_parameters(priors, Randomness(origin.seed, 0, CANDIDATES * draws))
    parameters = scalars_of(
        posterior, numbers % draws, {name: array[numbers] for name, array in drawn.items()}
    )
    worlds = dataset(arrays, frame.coords, sample)
    continued = (tuple(sample), numbers.reshape(posterior.chains, posterior.draws))
    facts = facts_of(posterior, priors, scenario, calendar, origin.seed)
    return Forecast(worlds.assign_coords({CONTINUED: continued}), parameters, facts)


def _about(
    weighting: Weighting,
    numbers: np.ndarray,
    lines: np.ndarray,
    pools: Sequence[Sequence[Pool | None]],
    structural: dict[str, np.ndarray],
) -> dict[str, Any]:
    """Return what a reader must know of how these worlds were chosen."""
    moved = weighting.power > 0.0
    return {
        "shown": "ensemble" if moved else "structural",
        "power": weighting.power,
        "candidates": len(lines),
        "kept": len(numbers),
        "distinct": len(np.unique(numbers)),
        "effective": weighting.effective,
        "pareto_k": weighting.pareto_k,
        "distance_before": weighting.before,
        "distance_after": weighting.after,
        "structural_weights": {name: weight.tolist() for name, weight in structural.items()},
        "drivers": [
            {
                "driver": driver.name,
                "quarter": quarter + 1,
                "members": [] if pool is None else list(pool.members),
                "structural": float(np.median(lines[:, place, quarter])),
                "pool": None if pool is None else pool.median(),
                "ensemble": float(np.median(lines[numbers, place, quarter])),
            }
            for place, (driver, row) in enumerate(zip(DRIVERS, pools, strict=True))
            for quarter, pool in enumerate(row)
        ],
    }
