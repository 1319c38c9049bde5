"""Any number of worlds out of core: each draw carried on several times, block by block into a store.

Random numbers belong to the number of a world, so worlds of one draw have futures of their own, and the first
world of every draw is the one that a forecast in memory has.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from forkmodel.errors import ForkModelError
from forkmodel.forecast.calendar import Calendar
from forkmodel.forecast.forecast import Forecast, load_forecast
from forkmodel.forecast.frame import Frame, kept_outcomes
from forkmodel.forecast.origin import origin_of
from forkmodel.forecast.precision import STORED
from forkmodel.forecast.scenario import Scenario
from forkmodel.forecast.scenario_files import load_scenarios
from forkmodel.forecast.store_seal import seal_store
from forkmodel.forecast.store_writing import Layout, begin_store, write_block
from forkmodel.forecast.world import Setting
from forkmodel.forecast.worlds import (
    CHUNK,
    DEFAULT_HORIZON,
    chosen_priors,
    facts_of,
    parameters_of,
    simulated,
)
from forkmodel.formats import STORE_FORMAT, is_forecast_store
from forkmodel.holding import held
from forkmodel.inference.posterior import Posterior
from forkmodel.priors import PriorSet
from forkmodel.results.reported import history_of
from forkmodel.results.review import review_of
from forkmodel.results.schema import FORECAST_SCHEMA
from forkmodel.whole_files import put_in_place, restore, write_whole

__all__ = ["forecast_to", "unfinished"]

#: Bytes of a block, and the most worlds in one: what is simulated beside it takes several times as much.
BLOCK_BYTES, MOST_IN_BLOCK = 2**28, 10_000
#: File of an unfinished store that says what is being made and how far it is.
STATE = "state.json"


def unfinished(path: Path) -> Path:
    """Return where the worlds of a store wait until all of them exist."""
    return path.with_name(f".{path.name}.unfinished")


def forecast_to(
    posterior: Posterior,
    store: str | Path,
    worlds: int | None = None,
    horizon: str = DEFAULT_HORIZON,
    scenario: str | Sequence[str] | Scenario = "baseline",
    priors: PriorSet | None = None,
    keep: Iterable[str] | None = None,
    since: str | None = None,
    progress: Callable[[float], None] | None = None,
    block: int | None = None,
) -> Forecast:
    """Simulate any number of worlds straight into a zarr store, in memory that does not grow with them.

    An interrupted run leaves an older store as it was; the same call goes on where it stopped.

    Parameters
    ----------
    posterior : Posterior
        A fit of all blocks.
    store : str or Path
        Folder to write; a store that is there is replaced once the new one is complete.
    worlds : int, optional
        Number of worlds, at least that of the draws; world i continues draw i modulo their number. One a draw
        by default.
    horizon, scenario, priors
        As for :func:`forkmodel.forecast.worlds.forecast_from`.
    keep : iterable of str, optional
        Outcomes to keep, of :data:`forkmodel.results.schema.FORECAST_SCHEMA`; all by default.
    since : str, optional
        Day, month, quarter or year from which on quarters are kept; 2023 by default. What is kept has no
        gaps, because a question about a year is answered from all of its quarters.
    progress : callable, optional
        Called with the part that is done.
    block : int, optional
        Worlds simulated and written at once; by default as many as fit into 256 MiB.

    Returns
    -------
    Forecast
        The store, read lazily.

    Raises
    ------
    ForkModelError
        If there are fewer worlds than draws, an outcome is unknown, something else is in the way, or another
        process writes the same store.
    """
    path = Path(store)
    if path.exists() and not is_forecast_store(path):
        raise ForkModelError(f"{path} is no store of worlds, so it is not replaced. Give another place.")
    number = posterior.chains * posterior.draws
    if worlds is not None and worlds < number:
        raise ForkModelError(
            f"{worlds:,} worlds are fewer than the {number:,} draws of the fit; give {number:,} or more."
        )
    wanted = scenario if isinstance(scenario, Scenario) else load_scenarios(scenario)
    calendar = Calendar.from_vintage(posterior.panel.catalogue.vintage, horizon)
    future, origin = chosen_priors(posterior, priors), origin_of(posterior)
    frame = Frame.of(history_of(posterior), origin.lines, calendar, kept_outcomes(keep), since)
    only = frame.only(calendar)
    setting = Setting(posterior.panel, posterior.design, future, origin.lines, calendar, wanted, only)
    layout = Layout(worlds or number, block or _block(frame), posterior.chains, posterior.draws)
    facts = facts_of(posterior, future, wanted, calendar, origin.seed) | {
        "review": review_of(posterior).status,
        "worlds": layout.worlds,
    }
    key = _key([facts, repr(wanted), frame.names, str(frame.times[0]), repr(layout)], posterior)
    with held(path, folder=False):
        restore(path)
        waiting = unfinished(path)
        if _state(waiting).get("key") != key:
            if waiting.exists():
                shutil.rmtree(waiting)
            parameters = parameters_of(posterior, future, origin.seed, np.arange(number))
            begin_store(waiting, frame, layout, parameters, facts)
            _note(waiting, key, 0)
        for first in range(_state(waiting)["done"], layout.worlds, layout.block):
            if progress is not None:
                progress(first / layout.worlds)
            rows = layout.rows(first)
            write_block(waiting, first, simulated(origin, frame, setting, first, rows, STORED))
            _note(waiting, key, first + len(rows))
        seal_store(waiting)
        put_in_place(waiting, path)
        (path / STATE).unlink()
    return load_forecast(path)


def _block(frame: Frame) -> int:
    """Return how many worlds of a table are a block: whole chunks, as many as its bytes allow."""
    coords = frame.coords
    labels = sum(
        int(np.prod([len(coords[dim]) for dim in FORECAST_SCHEMA[name].dims])) for name in frame.names
    )
    fitting = BLOCK_BYTES // (labels * len(frame.times) * np.dtype(STORED).itemsize)
    return max(CHUNK, min(fitting, MOST_IN_BLOCK) // CHUNK * CHUNK)


def _key(parts: list[Any], posterior: Posterior) -> str:
    """Return a hash of everything that decides the numbers of a store."""
    digest = hashlib.sha256(json.dumps([*parts, version("forkmodel"), STORE_FORMAT]).encode())
    for name, array in posterior.values.items():
        digest.update(name.encode() + np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _state(waiting: Path) -> dict[str, Any]:
    """Return what an unfinished store is and how many of its worlds are there; nothing if there is none."""
    try:
        found: dict[str, Any] = json.loads((waiting / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _note(waiting: Path, key: str, done: int) -> None:
    write_whole(waiting / STATE, json.dumps({"key": key, "done": done}))
