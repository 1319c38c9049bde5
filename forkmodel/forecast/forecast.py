"""The forecast: worlds from the first data quarter to the horizon, every question about them, and their file.

A forecast is one ``.nc`` file; opening one reads nothing but names and sizes. A question touches one or two
of some thirty variables, so variables are compressed one by one and read on demand. Single precision halves
the file: its relative error of 1e-7 is far below any Monte Carlo error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import xarray as xr

from forkmodel.errors import FitFileError, ForkModelError, did_you_mean
from forkmodel.queries.draw_source import MARK, is_forecast_file
from forkmodel.results.schema import SCHEMA_VERSION
from forkmodel.whole_files import write_whole

if TYPE_CHECKING:
    from forkmodel.queries import Answer, DateAnswer, NumberAnswer

__all__ = ["FORECAST_FORMAT", "Forecast", "load_forecast"]

ENGINE: Final = "h5netcdf"
#: Raised when the layout of the file changes.
FORECAST_FORMAT = 1


class Forecast:
    """One world per posterior draw, from 2023 to the horizon.

    Attributes
    ----------
    worlds : Dataset
        Dims ``chain, draw, time`` and those of :data:`forkmodel.results.schema.FORECAST_SCHEMA`. Draw i is
        the same world in every variable and under every scenario.
    parameters : Dataset
        Scalar parameters of every world, dims ``chain, draw``.
    facts : mapping
        Scenario, horizon, seed, vintage, prior set and hashes, and the status of the fit's review.
    """

    def __init__(self, worlds: xr.Dataset, parameters: xr.Dataset, facts: Mapping[str, Any]) -> None:
        self.worlds, self.parameters, self.facts = worlds, parameters, dict(facts)

    def __repr__(self) -> str:
        """Return the size of the forecast and what it is of."""
        return (
            f"Forecast({self.worlds.sizes['chain']} chains x {self.worlds.sizes['draw']} draws, "
            f"{self.facts['vintage']} to {self.facts['horizon']}; scenario: {self.facts['scenario']}; "
            f"priors: {self.facts['prior_set']})"
        )

    def _variable(self, name: str) -> xr.DataArray:
        if name not in self.worlds:
            raise ForkModelError(
                f"unknown variable {name!r}. {did_you_mean(name, [str(n) for n in self.worlds.data_vars])}"
            )
        return self.worlds[name]

    def _scope(self, name: str, scope: str) -> xr.DataArray:
        array = self._variable(name)
        scopes = [str(label) for label in array["scope"].to_numpy()]
        if scope not in scopes:
            raise ForkModelError(f"unknown scope {scope!r}. {did_you_mean(scope, scopes)}")
        return array.sel(scope=scope)

    def hhi(self, scope: str = "closed") -> xr.DataArray:
        """Return the Herfindahl-Hirschman index (0 to 10,000), dims ``chain, draw, time``."""
        return self._scope("hhi", scope)

    def cr(self, k: int, scope: str = "closed") -> xr.DataArray:
        """Return the summed share of the ``k`` largest firms (k = 1, 3 or 4), dims ``chain, draw, time``."""
        if k not in (1, 3, 4):
            raise ForkModelError(f"CR{k} is not reported; use k = 1, 3 or 4.")
        return self._scope(f"cr{k}", scope)

    def effective_firms(self, scope: str = "closed") -> xr.DataArray:
        """Return the effective number of firms, 10,000 / HHI, dims ``chain, draw, time``."""
        return self._scope("effective_firms", scope)

    def revenue(self) -> xr.DataArray:
        """Return revenue by developer, USD per year, dims ``chain, draw, time, developer``."""
        return self._variable("revenue")

    def query(self, question: str) -> Answer | NumberAnswer | DateAnswer:
        """Answer a question such as ``"hhi.closed[2031] > 2500"`` or ``"when(capability_gap < 2)"``."""
        from forkmodel.queries import ask

        return ask(self.worlds, question)

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
        from forkmodel.errors import QueryError
        from forkmodel.queries import Answer

        answer = self.query(condition)
        if not isinstance(answer, Answer):
            raise QueryError(f"{condition!r} is not a condition; compare it with something, or use query().")
        return answer

    def save(self, path: str | Path) -> None:
        """Write the forecast to one ``.nc`` file, whole or not at all; an existing file is replaced."""
        attrs: dict[str, Any] = {MARK: FORECAST_FORMAT, "forkmodel_schema_version": SCHEMA_VERSION}
        attrs["facts"] = json.dumps(self.facts)
        groups = {"worlds": self.worlds, "parameters": self.parameters}
        tree = xr.DataTree.from_dict({"/": xr.Dataset(attrs=attrs), **groups})
        encoding = {f"/{name}": _encoding(data) for name, data in groups.items()}
        write_whole(Path(path), tree.to_netcdf(engine=ENGINE, encoding=encoding))


def _encoding(data: xr.Dataset) -> dict[str, dict[str, Any]]:
    return {
        str(name): {"dtype": "float32", "zlib": True, "complevel": 1, "shuffle": True}
        for name, variable in data.data_vars.items()
        if variable.dtype.kind == "f" and variable.ndim > 1
    }


def load_forecast(path: str | Path) -> Forecast:
    """Open a forecast that :meth:`Forecast.save` wrote; variables are read when they are asked for.

    Parameters
    ----------
    path : str or Path
        The file.

    Raises
    ------
    FitFileError
        If there is no such file, or it is not a forecast of this version.
    """
    path = Path(path)
    if not path.is_file():
        raise FitFileError(f"there is no file {path}. `forkmodel forecast FIT --out {path}` makes one.")
    if not is_forecast_file(path):
        raise FitFileError(f"{path} is not a saved forecast; `forkmodel forecast FIT` writes those.")
    root = xr.open_dataset(path, engine=ENGINE)
    found = int(root.attrs[MARK])
    if found != FORECAST_FORMAT:
        raise FitFileError(
            f"{path} has forecast format {found}, this version reads {FORECAST_FORMAT}. Forecast again."
        )
    try:
        worlds = xr.open_dataset(path, group="worlds", engine=ENGINE)
        parameters = xr.open_dataset(path, group="parameters", engine=ENGINE)
    except (OSError, KeyError) as error:
        raise FitFileError(f"{path} is damaged ({error}). Forecast again.") from error
    return Forecast(worlds, parameters, json.loads(root.attrs["facts"]))
