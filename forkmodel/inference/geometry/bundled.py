"""The metric that comes with the package: that of its own fit of the bundled tables under the reference.

It knows nothing that a fit could learn from: it says in which coordinates the sampler takes long steps, and
where chains begin before warm-up. A fit of other tables uses what it knows by label.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import xarray as xr

from forkmodel.inference.geometry.metric import Metric
from forkmodel.whole_files import write_whole

__all__ = ["METRIC_FILE", "bundled_metric", "write_metric"]

METRIC_FILE = "bundled_metric.nc"


@cache
def bundled_metric() -> Metric:
    """Return the metric of the bundled fit."""
    with as_file(files(__package__) / METRIC_FILE) as path:
        return Metric.from_dataset(xr.load_dataset(path, engine="h5netcdf"))


def write_metric(path: Path, metric: Metric) -> None:
    """Write a metric, compressed, whole or not at all."""
    arrays = metric.to_dataset()
    squeezed = {
        name: {"zlib": True, "complevel": 9} for name, array in arrays.data_vars.items() if array.ndim
    }
    write_whole(path, arrays.to_netcdf(engine="h5netcdf", encoding=squeezed))
