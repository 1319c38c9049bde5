"""What the report shows, and safe ways to reach into it: a part that is missing is None, never an error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from forkmodel.report.intervals import MIN_FINITE, sample_dims
from forkmodel.report.text import ROUTER

if TYPE_CHECKING:
    import xarray as xr


__all__ = ["FAIL", "PASS", "REVIEW", "ForecastContent", "ReportContent", "TrustContent"]

PASS, REVIEW, FAIL = "PASS", "REVIEW", "FAIL"
#: Parameters that drive parts of a chart: the hosts' partition, and what is spent beyond hosting.
RESTS_ON_PRIOR = {
    "open_hosts": ("value.partition_discount", "value.partition_strength"),
    "broad": ("value.broad_ratio",),
    "welfare": ("value.broad_ratio",),
}


@dataclass(frozen=True)
class ForecastContent:
    """What the report shows of the future.

    Attributes
    ----------
    worlds : Dataset
        Dims ``chain, draw, time``: history and future of the baseline in one series.
    claims : mapping
        The judged ledger, as ``forkmodel claims --json`` prints it.
    effects : DataFrame
        Paired differences of scenarios from the baseline: ``scenario, meaning, quantity, label, date, unit,
        baseline_median, median, q10, q90, draws``.
    watchlist : DataFrame
        What to measure next: ``target, block, label, meaning, share, value, rank``.
    settings : mapping
        ``horizon, scenario, draws, seed, priors``.
    parameters : Dataset, optional
        Scalar parameters of every world of the baseline; dims ``chain, draw``.
    alternatives : mapping of Dataset
        By scenario, the same worlds in the quarter whose effects are shown, with the outcomes that have one.
    """

    worlds: xr.Dataset
    claims: Mapping[str, Any]
    effects: pd.DataFrame
    watchlist: pd.DataFrame
    settings: Mapping[str, Any]
    parameters: xr.Dataset | None = None
    alternatives: Mapping[str, xr.Dataset] = field(default_factory=dict)


@dataclass(frozen=True)
class TrustContent:
    """What the report shows of how forecasts have done.

    Attributes
    ----------
    backtest : mapping or None
        The backtest on record, in the shape of ``forkmodel backtest --json``.
    strict : mapping or None
        The same with cut-offs that knew only rows with proof that they were known.
    retrospective : mapping or None
        The retrospective forecast of the package, scored on the tables of the fit, in the shape of
        ``forkmodel score --json``.
    """

    backtest: Mapping[str, Any] | None
    strict: Mapping[str, Any] | None
    retrospective: Mapping[str, Any] | None


@dataclass(frozen=True)
class ReportContent:
    """Everything a report needs, as plain labelled data.

    Attributes
    ----------
    history : Dataset
        Dims ``chain, draw, time`` and those of the output schema; ``time`` holds quarter starts. Variables
        may be missing, and NaN where they are not defined yet.
    review : dict
        ``{"status": "PASS|REVIEW|FAIL", "checks": [{"name", "status", "value", "threshold", "advice"}]}``.
    prior_posterior : DataFrame
        One row per parameter: ``block, parameter, meaning, unit, prior_median, prior_q05, prior_q95, median,
        q05, q95, contraction, prior_driven``.
    observed : dict of DataFrame
        Points drawn over the paths: ``open_share`` (date, value, low, high, label), ``enterprise_open_share``
        (date, value), ``revenue`` (date, developer, value, kind), ``adoption_firms`` (date, value,
        population).
    provenance : dict
        ``data_vintage, data_hash, prior_set, prior_hash, seed, chains, draws, versions, seconds, sources``.
    settings : dict
        Options of the fit.
    forecast : ForecastContent, optional
        The future; without it the page is about the past only.
    trust : TrustContent, optional
        How forecasts of this kind have done.
    facts : mapping, optional
        The posterior beside cited facts, in the shape of ``forkmodel facts --json``.
    left_out : mapping of str
        Why each section that another market's page lacks is not there.
    router : str, optional
        Name of the market's router where it is not the bundled tables'.
    pairs : DataFrame, optional
        The merger screen of every pair of the largest firms, the largest rise of the HHI first, as
        ``forkmodel merger --all`` prints it.
    others : mapping, optional
        Other markets: ``cloud``, the path of cloud infrastructure, ``rates``, base rates by claim, and
        ``record``, the hindcast that comes with the package.
    """

    history: xr.Dataset
    review: Mapping[str, Any]
    prior_posterior: pd.DataFrame
    observed: Mapping[str, pd.DataFrame]
    provenance: Mapping[str, Any]
    settings: Mapping[str, Any]
    forecast: ForecastContent | None = None
    trust: TrustContent | None = None
    facts: Mapping[str, Any] | None = None
    left_out: Mapping[str, str] = field(default_factory=dict)
    router: str | None = None
    pairs: pd.DataFrame | None = None
    others: Mapping[str, Any] | None = None

    def named(self, label: str) -> str:
        """Return a label with the name of this market's router in its place."""
        return label.format(router=self.router or ROUTER)

    @property
    def failed(self) -> bool:
        """Whether the review failed, so that no sentence may lean on the numbers."""
        return self.status == FAIL

    @property
    def status(self) -> str:
        """Status of the review; a fit that nobody reviewed counts as failed."""
        return str(self.review.get("status", FAIL)).upper()

    @property
    def draws(self) -> int:
        """Number of posterior draws, all chains together."""
        return int(np.prod([self.history.sizes[dim] for dim in sample_dims(self.history)]))

    @property
    def vintage(self) -> pd.Timestamp:
        """Last day of the data; without one on record, the last quarter start of the paths."""
        stated = self.provenance.get("data_vintage")
        if stated:
            return pd.Timestamp(str(stated))
        if "time" in self.history.coords and self.history.sizes.get("time", 0):
            return pd.Timestamp(self.history["time"].to_numpy()[-1])
        return pd.Timestamp.today().normalize()

    def path(self, name: str, **select: str) -> xr.DataArray | None:
        """Return a path on every draw.

        Parameters
        ----------
        name : str
            Variable of the history.
        **select : str
            Coordinates to select, for example ``scope="closed"``.

        Returns
        -------
        DataArray or None
            Dims of the draws, ``time`` and what is left; None if the variable or a coordinate is not there or
            no time has enough finite draws.
        """
        if name not in self.history:
            return None
        array = self.history[name]
        for dim, label in select.items():
            if dim not in array.coords or label not in array[dim].to_numpy():
                return None
            array = array.sel({dim: label})
        if "time" not in array.dims or not sample_dims(array):
            return None
        return array if _covered(array).any() else None

    def latest(self, name: str, **select: str) -> tuple[pd.Timestamp, xr.DataArray] | None:
        """Return the last quarter up to the vintage at which a path is known, and its draws there."""
        array = self.path(name, **select)
        if array is None:
            return None
        known = np.flatnonzero(_covered(array) & (pd.DatetimeIndex(array["time"].to_numpy()) <= self.vintage))
        if not len(known):
            return None
        place = int(known[-1])
        return pd.Timestamp(array["time"].to_numpy()[place]), array.isel(time=place)

    def labels(self, name: str, dim: str) -> list[str]:
        """Return the coordinate labels of a variable along a dim, or nothing."""
        if name not in self.history or dim not in self.history[name].coords:
            return []
        return [str(label) for label in self.history[name][dim].to_numpy()]

    def attribute(self, name: str, key: str) -> object:
        """Return an attribute of a variable, or None."""
        return self.history[name].attrs.get(key) if name in self.history else None

    def rests_on_prior(self, part: str) -> bool:
        """Return whether a scope of concentration or a definition of value is mostly the prior's."""
        return self.is_prior_driven(*RESTS_ON_PRIOR.get(part, ()))

    def is_prior_driven(self, *parameters: str) -> bool:
        """Return whether any of the parameters (``"block.parameter"``) is marked as driven by its prior."""
        table = self.prior_posterior
        if not {"block", "parameter", "prior_driven"} <= set(table.columns):
            return False
        names = table["block"].astype(str) + "." + table["parameter"].astype(str)
        return bool((names.isin(parameters) & table["prior_driven"].astype(bool)).any())


def _covered(array: xr.DataArray) -> np.ndarray:
    """Return, by time, whether any of the other cells has enough finite draws."""
    finite = array.notnull().mean(sample_dims(array))
    rest = [dim for dim in finite.dims if dim != "time"]
    return np.asarray((finite.max(rest) >= MIN_FINITE).to_numpy())
