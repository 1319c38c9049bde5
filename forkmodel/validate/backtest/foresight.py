"""Foresight: predictive draws of every target, small enough to publish and complete enough to be scored.

A world says where the market is; a table reports it with an error. So each target's path is read off the
worlds that the forecast writes, on the target's line and otherwise unchanged, and what its instrument adds is
drawn beside it, with the spreads that the fit found. What is scored is what a reader of the forecast sees.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import logit

from forkmodel.data.vintages import seen_later
from forkmodel.errors import FitFileError
from forkmodel.forecast.forecast import CONTINUED, Forecast
from forkmodel.forecast.reported import router_days
from forkmodel.inference.posterior import Posterior
from forkmodel.market import hhi
from forkmodel.validate.backtest.outcomes import WHOLE, hedonic_at_fixed_index
from forkmodel.validate.backtest.targets import TARGETS
from forkmodel.validate.backtest.yardstick import Measure
from forkmodel.validate.reviews import brief_of
from forkmodel.validate.standing import LOOSE, STRICT, record_facts
from forkmodel.whole_files import write_whole

__all__ = ["DEVELOPERS", "Foresight", "file_hash", "foresee", "is_foresight_file", "largest_developers"]

ENGINE: Final = "h5netcdf"
#: Key of the random numbers of the instruments.
STREAM = 401
#: Developers whose shares are targets.
DEVELOPERS = 5
#: Days of router usage whose mean stands for a quarter, and months of its open share.
DAYS, MONTHS = 3.0, 3.0
#: Log standard deviation of a reported run-rate (the usual kind of figure).
REPORTED = 0.1
TINY = 1e-9
#: Parameters that say how far reports are from the truth.
NOISES = (
    "choice.access_noise",
    "choice.developer_day_noise",
    "adoption.noise",
    "spend.revenue_noise",
)
#: What files say that were written before it was recorded.
UNRECORDED: Final = {"reanchored": True, "as_of": LOOSE}


@dataclass(frozen=True)
class Foresight:
    """Predictive draws of targets on the quarters of one forecast.

    Attributes
    ----------
    paths : Dataset
        Dims ``sample, series, node``: ``line`` (what worlds say) and ``error`` (what the instrument adds), on
        each target's line; coords ``target`` and ``entity`` along ``series``, ``date`` along both.
    measure : Measure
        Abilities as the forecaster knew them: the units of its index.
    vintage : Timestamp
        Last day the forecaster knew.
    facts : dict
        Where it comes from, with the review of its fit; see :func:`forkmodel.validate.standing.standing`.
    """

    paths: xr.Dataset
    measure: Measure
    vintage: pd.Timestamp
    facts: dict[str, Any]

    def at(self, target: str, entity: str, date: pd.Timestamp) -> np.ndarray | None:
        """Return predictive draws (sample,) on the target's line for a date; None if it is out of reach."""
        mine = (self.paths["target"] == target) & (self.paths["entity"] == entity)
        spots = np.flatnonzero(mine.to_numpy())
        if not len(spots):
            return None
        dates = self.paths["date"].to_numpy()[spots[0]].astype("datetime64[s]").astype(float)
        when = float(np.datetime64(date, "s").astype(float))
        if when > dates[-1]:
            return None
        right = int(np.clip(np.searchsorted(dates, when), 1, len(dates) - 1))
        part = np.clip((when - dates[right - 1]) / (dates[right] - dates[right - 1]), 0.0, 1.0)
        line = self.paths["line"].to_numpy()[:, spots[0]]
        error = self.paths["error"].to_numpy()[:, spots[0], right]
        return np.asarray((1.0 - part) * line[:, right - 1] + part * line[:, right] + error)

    @property
    def developers(self) -> list[str]:
        """Developers whose shares are foreseen."""
        mine = self.paths["target"] == "developer_share"
        return [str(name) for name in self.paths["entity"].to_numpy()[mine.to_numpy()]]

    def save(self, path: Path) -> None:
        """Write the foresight to one ``.nc`` file, whole or not at all."""
        models = self.measure.models
        ability = xr.DataArray(
            self.measure.draws,
            dims=("measure_draw", "model"),
            coords={
                "model": models.index.to_numpy().astype(str),
                "release_date": ("model", models["release_date"].to_numpy("datetime64[ns]")),
                "access": ("model", models["access"].to_numpy().astype(str)),
            },
        )
        stored = self.paths.assign(ability=ability)
        stored.attrs = {"vintage": str(self.vintage.date()), "facts": json.dumps(self.facts)}
        encoding = {
            name: {"dtype": "float32", "zlib": True, "complevel": 4, "shuffle": True}
            for name in ("line", "error", "ability")
        }
        write_whole(path, stored.to_netcdf(engine=ENGINE, encoding=encoding))

    @classmethod
    def load(cls, path: Path) -> Foresight:
        """Read what :meth:`save` wrote.

        Raises
        ------
        FitFileError
            If the file is not there or is something else.
        """
        try:
            with xr.open_dataset(path, engine=ENGINE) as stored:
                found = stored.load()
            vintage, facts = found.attrs["vintage"], json.loads(found.attrs["facts"])
            ability = found["ability"]
            models = ability["model"].to_dataframe()[["release_date", "access"]]
        except (OSError, KeyError, ValueError) as error:
            raise FitFileError(f"{path} holds no kept forecast ({error}).") from error
        paths = found[["line", "error"]].drop_vars(["model", "release_date", "access"], errors="ignore")
        measure = Measure(models, ability.to_numpy().astype(float))
        return cls(paths, measure, pd.Timestamp(vintage), UNRECORDED | facts)

    def thinned(self, samples: int) -> Foresight:
        """Return the same with fewer draws, evenly spread."""
        step = max(1, self.paths.sizes["sample"] // samples)
        return replace(self, paths=self.paths.isel(sample=slice(None, None, step)))


def is_foresight_file(path: Path) -> bool:
    """Return whether a file holds a foresight rather than a fit, reading only its head."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            return "line" in file and "error" in file
    except OSError:
        return False


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def largest_developers(posterior: Posterior, count: int = DEVELOPERS) -> list[str]:
    """Return the developers with most router tokens in the last quarter with reports, largest first."""
    days = router_days(posterior.data)
    if days.empty:
        return []
    recent = days.loc[days.index > days.index[-1] - pd.Timedelta(days=92)].mean()
    return [str(name) for name in recent.sort_values(ascending=False, kind="stable").index[:count]]


def _stacked(array: xr.DataArray) -> np.ndarray:
    stacked = array.stack(sample=("chain", "draw")).transpose("sample", "time", ...)
    return np.asarray(stacked.to_numpy(), dtype=float)


def _perturbed(shares: np.ndarray, spread: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return shares (sample, node, developer) as single days report them."""
    noise = spread[:, None, None] * rng.standard_normal((len(shares), 1, shares.shape[2]))
    seen = shares * np.exp(noise)
    return np.asarray(seen / seen.sum(-1, keepdims=True))


def _noise_of(posterior: Posterior, worlds: xr.Dataset) -> dict[str, np.ndarray]:
    """Return :data:`NOISES` of the draw that each world continues."""
    draws = posterior.chains * posterior.draws
    number = worlds[CONTINUED].to_numpy().ravel() if CONTINUED in worlds.coords else np.arange(draws)
    return {name: posterior.values[name][number % draws] for name in NOISES}


def _node_dates(times: pd.DatetimeIndex, vintage: pd.Timestamp, reads: str) -> np.ndarray:
    ends = pd.DatetimeIndex(times + pd.offsets.QuarterEnd(0))
    # The quarter that the data end in is read as far as it goes.
    ends = ends.where(np.arange(len(ends)) > 0, min(ends[0], vintage))
    if reads == "start":
        return times.to_numpy()
    if reads == "end":
        return ends.to_numpy()
    return np.asarray((times + (ends - times) / 2).to_numpy())


def foresee(posterior: Posterior, forecast: Forecast) -> Foresight:
    """Draw every target on every quarter of a forecast.

    Parameters
    ----------
    posterior : Posterior
        The fit of all blocks.
    forecast : Forecast
        Its worlds, under any scenario.

    Returns
    -------
    Foresight
        Predictive draws, one per world.

    Raises
    ------
    FitFileError
        If an earlier version wrote the forecast.
    """
    if "price_leaders" not in forecast.worlds:
        raise FitFileError(
            "the forecast is of an earlier version, without the leaders' price; forecast again."
        )
    vintage = posterior.panel.catalogue.vintage
    first = vintage.to_period("Q").start_time
    worlds = forecast.worlds.sel(time=slice(first, None))
    noise = _noise_of(posterior, worlds)
    times = pd.DatetimeIndex(worlds["time"].to_numpy())
    rng = np.random.default_rng([posterior.seed, STREAM])
    samples, nodes = posterior.chains * posterior.draws, len(times)
    measure = Measure.from_posterior(posterior)
    lines: dict[tuple[str, str], np.ndarray] = {}
    errors: dict[tuple[str, str], np.ndarray] = {}

    def put(target: str, line: np.ndarray, spread: np.ndarray | float, entity: str = WHOLE) -> None:
        lines[target, entity] = line
        scale = np.broadcast_to(np.asarray(spread, dtype=float), (samples,))
        errors[target, entity] = np.repeat((scale * rng.standard_normal(samples))[:, None], nodes, axis=1)

    # A frontier is measured with an error, later as today: the posterior's own spread stands for it.
    spread = {
        access: float(measure.frontier(pd.DatetimeIndex([vintage]), access)[1][0])
        for access in ("closed", "open")
    }
    for access in ("closed", "open"):
        put(
            f"{access}_frontier",
            _stacked(worlds["capability_frontier"].sel(access=access)),
            spread[access],
        )
    put("gap", _stacked(worlds["capability_gap"]), 0.0)
    errors["gap", WHOLE] = errors["closed_frontier", WHOLE] - errors["open_frontier", WHOLE]

    put("frontier_price", np.log(_stacked(worlds["price_leaders"].sel(access="closed"))), 0.0)
    fixed = np.log(_stacked(worlds["price_fixed_capability"].sel(access="open")))
    se = hedonic_at_fixed_index(posterior.data, measure, vintage, posterior.options)[1]
    put("fixed_capability_price", fixed, 0.0 if np.isnan(se) else se)

    share = np.clip(_stacked(worlds["open_share"].sel(market="openrouter", unit="tokens")), TINY, 1.0 - TINY)
    put("open_share", logit(share), noise["choice.access_noise"] / np.sqrt(MONTHS))
    _router(posterior, worlds, noise["choice.developer_day_noise"], rng, lines, errors)

    paying = _stacked(worlds["adoption_firms"])
    put("firm_adoption", logit(paying), noise["adoption.noise"])
    revenue_error = np.hypot(noise["spend.revenue_noise"], REPORTED)
    for firm, target in (("OpenAI", "openai_revenue"), ("Anthropic", "anthropic_revenue")):
        revenue = _stacked(worlds["revenue"].sel(developer=firm))
        put(target, np.log(np.maximum(revenue / 1e9, TINY)), revenue_error)

    series = list(lines)
    dates = np.stack([_node_dates(times, vintage, TARGETS[target].reads) for target, _ in series])
    paths = xr.Dataset(
        {
            "line": (("sample", "series", "node"), np.stack([lines[key] for key in series], axis=1)),
            "error": (("sample", "series", "node"), np.stack([errors[key] for key in series], axis=1)),
        },
        coords={
            "target": ("series", [target for target, _ in series]),
            "entity": ("series", [entity for _, entity in series]),
            "date": (("series", "node"), dates.astype("datetime64[ns]")),
        },
    )
    return Foresight(paths, measure, vintage, dict(forecast.facts) | _facts(posterior))


def _facts(posterior: Posterior) -> dict[str, Any]:
    """Return what a record of the foresight says beside the facts of its forecast."""
    later = seen_later(posterior.data.tables(), posterior.data.vintage)
    return {
        **record_facts(),
        "reviews": {"forecast": brief_of(posterior)},
        "reanchored": False,
        "as_of": LOOSE if later else STRICT,
    }


def _router(
    posterior: Posterior,
    worlds: xr.Dataset,
    day_noise: np.ndarray,
    rng: np.random.Generator,
    lines: dict[tuple[str, str], np.ndarray],
    errors: dict[tuple[str, str], np.ndarray],
) -> None:
    """Add developers' shares and their concentration, whose errors come from the same noisy days."""
    shares = _stacked(worlds["token_share"].sel(market="openrouter"))
    shares = shares / shares.sum(-1, keepdims=True)
    seen = _perturbed(shares, day_noise / np.sqrt(DAYS), rng)
    labels = [str(name) for name in worlds["developer"].to_numpy()]

    def log_hhi(x: np.ndarray) -> np.ndarray:
        return np.log(hhi(xr.DataArray(x, dims=("sample", "time", "developer"))).to_numpy())

    lines["token_hhi", WHOLE] = log_hhi(shares)
    errors["token_hhi", WHOLE] = log_hhi(seen) - log_hhi(shares)
    to_line = TARGETS["developer_share"].to_line
    for developer in largest_developers(posterior):
        spot = labels.index(developer)
        true, reported = (np.clip(x[..., spot], 1e-3, 1.0 - 1e-3) for x in (shares, seen))
        lines["developer_share", developer] = to_line(true)
        errors["developer_share", developer] = to_line(reported) - to_line(true)
