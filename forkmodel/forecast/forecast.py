"""The forecast: worlds from the first data quarter to the horizon, and every question about them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xarray as xr

from forkmodel.errors import ForkModelError, QueryError, did_you_mean
from forkmodel.forecast.storage import read_worlds, write_worlds
from forkmodel.forecast.store import read_store
from forkmodel.queries import Answer, DateAnswer, NumberAnswer, ask
from forkmodel.queries.draw_source import WORLD, DatasetDraws
from forkmodel.results.reported import concentration_ratio, in_scope

__all__ = ["CONTINUED", "ENSEMBLE", "Forecast", "load_forecast"]

#: Fact of ensemble worlds, and the coordinate with the number of each among the candidates.
ENSEMBLE, CONTINUED = "ensemble", "continued"


class Forecast:
    """One world per posterior draw, from 2023 to the horizon, or any number of worlds in a store.

    Attributes
    ----------
    worlds : Dataset
        Dims ``chain, draw, time`` and those of :data:`forkmodel.results.schema.FORECAST_SCHEMA`. Draw i is
        the same world in every variable and under every scenario. In a store draws are carried on several
        times: dims ``world, time`` and others, arrays on disk, with coordinates ``chain`` and ``draw``.
    parameters : Dataset
        Scalar parameters of every world, in a store of the first world of every draw; dims ``chain, draw``.
    facts : mapping
        Scenario, horizon, seed, vintage, prior set and hashes, the status of the fit's review, and under
        ``ensemble`` how worlds were chosen, where they were.
    """

    def __init__(self, worlds: xr.Dataset, parameters: xr.Dataset, facts: Mapping[str, Any]) -> None:
        self.worlds, self.parameters, self.facts = worlds, parameters, dict(facts)

    def __repr__(self) -> str:
        """Return the size of the forecast and what it is of."""
        many = WORLD in self.worlds.dims
        sizes = self.parameters.sizes if many else self.worlds.sizes
        worlds = f"{self.worlds.sizes[WORLD]:,} worlds of " if many else ""
        return (
            f"Forecast({worlds}{sizes['chain']} chains x {sizes['draw']} draws, "
            f"{self.facts['vintage']} to {self.facts['horizon']}; scenario: {self.facts['scenario']}; "
            f"priors: {self.facts['prior_set']}; {self.shown} worlds)"
        )

    @property
    def shown(self) -> str:
        """Which worlds these are: ``structural``, or ``ensemble`` if some were kept more often."""
        return str(self.facts.get(ENSEMBLE, {}).get("shown", "structural"))

    def _variable(self, name: str) -> xr.DataArray:
        if name not in self.worlds:
            raise ForkModelError(
                f"unknown variable {name!r}. {did_you_mean(name, [str(n) for n in self.worlds.data_vars])}"
            )
        return self.worlds[name]

    def hhi(self, scope: str = "closed") -> xr.DataArray:
        """Return the Herfindahl-Hirschman index (0 to 10,000), dims ``chain, draw, time``."""
        return in_scope(self._variable("hhi"), scope)

    def cr(self, k: int, scope: str = "closed") -> xr.DataArray:
        """Return the summed share of the ``k`` largest firms (k = 1, 3 or 4), dims ``chain, draw, time``."""
        return in_scope(self._variable(concentration_ratio(k)), scope)

    def effective_firms(self, scope: str = "closed") -> xr.DataArray:
        """Return the effective number of firms, 10,000 / HHI, dims ``chain, draw, time``."""
        return in_scope(self._variable("effective_firms"), scope)

    def revenue(self) -> xr.DataArray:
        """Return revenue by developer, USD per year, dims ``chain, draw, time, developer``."""
        return self._variable("revenue")

    def query(self, question: str) -> Answer | NumberAnswer | DateAnswer:
        """Answer a question such as ``"hhi.closed[2031] > 2500"`` or ``"when(capability_gap < 2)"``."""
        return ask(DatasetDraws(self.worlds, self.parameters), question)

    def prob(self, condition: str) -> Answer:
        """Return the probability of a condition with its Monte Carlo error.

        Parameters
        ----------
        condition : str
            In the query language, for example ``"hhi.closed[2031] > 2500"``.

        Raises
        ------
        QueryError
            If it cannot be read or answered, or is a number or a date.
        """
        answer = self.query(condition)
        if not isinstance(answer, Answer):
            raise QueryError(f"{condition!r} is not a condition; compare it with something, or use query().")
        return answer

    def save(self, path: str | Path) -> None:
        """Write the forecast to one ``.nc`` file, whole or not at all.

        Raises
        ------
        ForkModelError
            If it is a store, which is a folder on disk already.
        """
        if WORLD in self.worlds.dims:
            raise ForkModelError("these worlds are in a store already; copy its folder instead of saving it.")
        write_worlds(self.worlds, self.parameters, self.facts, Path(path))


def load_forecast(path: str | Path) -> Forecast:
    """Open a saved forecast or a store of worlds; variables are read when they are asked for.

    Parameters
    ----------
    path : str or Path
        The file of :meth:`Forecast.save` or the folder of :meth:`forkmodel.Fit.forecast_to`.

    Raises
    ------
    FitFileError
        If there is no such file or folder, or it is not a forecast of this version.
    """
    path = Path(path)
    return Forecast(*(read_store(path) if path.is_dir() else read_worlds(path)))
