"""Where a question finds its worlds: a dataset, in memory or on disk, or a saved forecast's file.

A saved forecast answers within a second, process start included. Pandas and xarray take longer than that to
import, so nothing here needs them: a file is read with h5py, and only the variables that are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from forkmodel.errors import FitFileError, QueryError
from forkmodel.formats import sound_forecast

__all__ = ["WORLD", "DatasetDraws", "DrawSource", "FileDraws", "quarter_label"]

SAMPLE = ("chain", "draw")
#: Dim of worlds where a draw may be carried on several times.
WORLD = "world"
GROUP = "worlds"
#: Layouts of saved forecasts whose worlds lie as they are read here.
LAYOUTS = (1, 2)
GROUP_OF_PARAMETERS = "parameters"
#: Worlds that a question reads at once: a variable of all quarters to 2036 takes 22 MB of them.
WORLDS_AT_ONCE = 50_000


def quarter_label(quarter: int) -> str:
    """Return a calendar quarter, counted from year zero, as text such as ``2031-Q2``."""
    return f"{quarter // 4}-Q{quarter % 4 + 1}"


def _quarters(times: np.ndarray) -> np.ndarray:
    """Return calendar quarters, counted from year zero, of quarter starts."""
    months = times.astype("datetime64[M]").astype(np.int64)
    return np.asarray(4 * 1970 + months // 3)


class DrawSource(Protocol):
    """Named variables in every world."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Chains and draws per chain, or the number of worlds."""
        ...

    @property
    def draws(self) -> tuple[int, int]:
        """Chains and draws per chain behind the worlds: world i continues draw i modulo their number."""
        ...

    def parts(self) -> Iterator[DrawSource]:
        """Return the worlds in runs that are read at once, in order."""
        ...

    @property
    def names(self) -> list[str]:
        """Variables."""
        ...

    @property
    def quarters(self) -> np.ndarray:
        """Calendar quarters of the time axis, counted from year zero."""
        ...

    def dims(self, name: str) -> tuple[str, ...]:
        """Return the dims of a variable apart from chain, draw and time."""
        ...

    def labels(self, dim: str) -> list[str]:
        """Return the coordinates of a dim."""
        ...

    def read(self, name: str, places: Mapping[str, int]) -> np.ndarray:
        """Return a variable (chain, draw, time) or (world, time) at one place of each of its other dims."""
        ...

    @property
    def parameters(self) -> list[str]:
        """Scalar parameters that are known of every world, by key."""
        ...

    def parameter(self, key: str) -> np.ndarray:
        """Return a parameter (chain, draw)."""
        ...


def _continued(dataset: Any) -> tuple[int, int]:
    """Return the chains and draws per chain that worlds continue, in turn and all of them."""
    chain, draw = (dataset[dim].to_numpy() for dim in SAMPLE)
    chains, draws = int(chain.max()) + 1, int(draw.max()) + 1
    number = np.arange(len(chain))
    if len(chain) < chains * draws or (chain * draws + draw != number % (chains * draws)).any():
        raise QueryError(
            "these worlds do not continue every draw in turn, so their errors cannot be told; ask all worlds "
            "of the store, or the first ones up to a whole number of draws."
        )
    return chains, draws


class DatasetDraws:
    """Worlds of an xarray dataset with dims ``chain, draw, time`` or ``world, time``, and others.

    With a dim ``world`` the coordinates ``chain`` and ``draw`` say which draw each of them continues, and
    parameters are not asked: those of the future are known of the first world of a draw alone.
    """

    def __init__(self, dataset: Any, parameters: Any = None) -> None:
        self._data, self._parameters = dataset, parameters
        self._window: slice | None = None
        sizes = {str(dim): int(size) for dim, size in dataset.sizes.items()}
        self._sample = (WORLD,) if WORLD in sizes else SAMPLE
        self.shape: tuple[int, ...] = tuple(sizes[dim] for dim in self._sample)
        self.draws = _continued(dataset) if WORLD in sizes else (sizes["chain"], sizes["draw"])
        self.names = [str(name) for name in dataset.data_vars]
        self.quarters = _quarters(dataset["time"].to_numpy())
        whole = parameters is not None and self._sample == SAMPLE
        self.parameters = [str(name) for name in parameters.data_vars] if whole else []

    def parts(self) -> Iterator[DatasetDraws]:
        """Return the worlds in runs that are read at once, in order."""
        if self._sample == SAMPLE:
            yield self
            return
        for first in range(0, self.shape[0], WORLDS_AT_ONCE):
            part = copy(self)
            part._window = slice(first, min(first + WORLDS_AT_ONCE, self.shape[0]))
            part.shape = (part._window.stop - first,)
            yield part

    def dims(self, name: str) -> tuple[str, ...]:
        """Return the dims of a variable apart from those of worlds and time."""
        return tuple(str(dim) for dim in self._data[name].dims if dim not in (*self._sample, "time"))

    def labels(self, dim: str) -> list[str]:
        """Return the coordinates of a dim."""
        return [str(label) for label in self._data[dim].to_numpy()]

    def read(self, name: str, places: Mapping[str, int]) -> np.ndarray:
        """Return a variable (chain, draw, time) or (world, time) at one place of each of its other dims."""
        where: dict[str, int | slice] = dict(places)
        if self._window is not None:
            where[WORLD] = self._window
        chosen = self._data[name].isel(where).transpose(*self._sample, "time")
        try:
            return np.asarray(chosen.to_numpy(), dtype=float)
        except (OSError, ValueError, RuntimeError) as error:
            raise FitFileError(f"the worlds of {name} are damaged ({error}). Forecast again.") from error

    def parameter(self, key: str) -> np.ndarray:
        """Return a parameter (chain, draw)."""
        return np.asarray(self._parameters[key].transpose(*SAMPLE).to_numpy(), dtype=float)


class FileDraws:
    """Worlds of a saved forecast."""

    def __init__(self, path: str | Path) -> None:
        import h5py

        layout = sound_forecast(Path(path))
        if layout not in LAYOUTS:
            raise FitFileError(f"{path} is of layout {layout}; `forkmodel migrate {path}` brings it up.")
        self._path = path
        with self._damage():
            file = h5py.File(path, "r")
            self._group = file[GROUP]
            # In a NetCDF file the axes are variables too, and know that they are.
            self.names = [str(name) for name, variable in self._group.items() if not variable.is_scale]
            self.shape = self.draws = (len(self._group["chain"]), len(self._group["draw"]))
            self.quarters = _quarters(self._times())
            self._beside = file.get(GROUP_OF_PARAMETERS, {})
            self.parameters = [str(name) for name in self._beside if name not in SAMPLE]

    @contextmanager
    def _damage(self) -> Iterator[None]:
        """Say in words what reading a file without a seal can end in."""
        try:
            yield
        except (OSError, KeyError, ValueError, RuntimeError, AttributeError) as error:
            raise FitFileError(f"{self._path} is damaged ({error}). Forecast again.") from error

    def parts(self) -> Iterator[FileDraws]:
        """Return the worlds, which are read at once."""
        yield self

    def _times(self) -> np.ndarray:
        """Decode ``days since 2023-01-01`` and the like."""
        variable = self._group["time"]
        unit, origin = str(variable.attrs["units"]).split(" since ")
        code = {"days": "D", "hours": "h", "minutes": "m", "seconds": "s"}[unit]
        step = np.asarray(variable[...]).astype(f"timedelta64[{code}]")
        return np.asarray(np.datetime64(origin.split(" ")[0]) + step)

    def _all_dims(self, name: str) -> list[str]:
        return [axis[0].name.rpartition("/")[2] for axis in self._group[name].dims]

    def dims(self, name: str) -> tuple[str, ...]:
        """Return the dims of a variable apart from chain, draw and time."""
        return tuple(dim for dim in self._all_dims(name) if dim not in (*SAMPLE, "time"))

    def labels(self, dim: str) -> list[str]:
        """Return the coordinates of a dim."""
        return [str(label) for label in self._group[dim].asstr()[...]]

    def read(self, name: str, places: Mapping[str, int]) -> np.ndarray:
        """Return a variable (chain, draw, time) at one place of each of its other dims."""
        dims = self._all_dims(name)
        order = [dim for dim in dims if dim not in places]
        index = tuple(places.get(dim, slice(None)) for dim in dims)
        with self._damage():
            array = np.asarray(self._group[name][index], dtype=float)
        return np.asarray(array.transpose([order.index(dim) for dim in (*SAMPLE, "time")]))

    def parameter(self, key: str) -> np.ndarray:
        """Return a parameter (chain, draw)."""
        return np.asarray(self._beside[key][...], dtype=float)
