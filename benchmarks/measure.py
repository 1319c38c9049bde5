"""What the benchmarks share: arguments, processor seconds, effective draws, JSON files.

Processor seconds are those of this process, its threads and its children, living ones included. Other
programs on the machine hardly change them, and seconds on the clock they do.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import xarray as xr

from forkmodel.inference.mixing import mixing
from forkmodel.json_text import json_text
from forkmodel.whole_files import whole_file

RESULTS = Path(__file__).parent / "results"
#: Which elements are told of, in the order of their effective draws.
LEVELS = ("smallest", "5th", "20th", "median")


def arguments(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with what every benchmark takes."""
    parser = argparse.ArgumentParser(description=(description or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a smoke test: small sizes, no file is written")
    return parser


def cpu_seconds() -> float:
    """Return the processor seconds used so far, of threads and children too."""
    own = os.times()
    total = own.user + own.system + own.children_user + own.children_system
    for child in psutil.Process().children(recursive=True):
        try:
            times = child.cpu_times()
        except psutil.Error:  # it has just ended: it counts once its parent has noticed
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def median_ms(work: Callable[[], Any], repeats: int, each: int = 1) -> float:
    """Return the median processor milliseconds of one of the ``each`` things that ``work`` does."""
    work()
    times = []
    for _ in range(repeats):
        begin = time.process_time()
        work()
        times.append(1e3 * (time.process_time() - begin) / each)
    return statistics.median(times)


def effective_draws(draws: xr.Dataset) -> dict[str, float]:
    """Return effective draws over all elements of all variables, the fewer of bulk and tail, and R-hat.

    Parameters
    ----------
    draws : Dataset
        Dims ``chain``, ``draw`` and others.
    """
    found = mixing(draws)

    def joined(kind: xr.Dataset) -> np.ndarray:
        return np.concatenate([array.to_numpy().ravel() for array in kind.data_vars.values()])

    fewest = np.sort(np.minimum(joined(found.bulk), joined(found.tail)))
    told = (fewest[0], fewest[4], fewest[19], np.median(fewest))
    table = {name: float(ess) for name, ess in zip(LEVELS, told, strict=True)}
    return table | {"elements": len(fewest), "rhat_max": float(np.max(joined(found.rhat)))}


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Return the version of Python and of each package that is installed."""
    found = {"python": platform.python_version()}
    for name in packages:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def write_json(name: str, document: object) -> None:
    """Write a document to ``results/NAME.json``, whole or not at all, and say so."""
    path = RESULTS / f"{name}.json"
    with whole_file(path) as temporary:
        temporary.write_text(json_text(document), encoding="utf-8")
    print(f"wrote {path.parent.name}/{path.name}")
