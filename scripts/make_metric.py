"""Write the metric that comes with the package, from saved fits of the bundled tables under the reference.

``python scripts/make_metric.py out/fit.nc ...``: the draws of all fits are pooled, and every one must have
passed its review. The package's later fits begin with what the metric knows of the posterior's shape.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

import forkmodel as fm
from forkmodel.inference.geometry.bundled import METRIC_FILE, write_metric
from forkmodel.inference.geometry.layout import unconstrained
from forkmodel.inference.geometry.metric import Metric
from forkmodel.inference.geometry.moved import gradients_at
from forkmodel.inference.joint import JointModel

TARGET = Path(fm.__file__).parent / "inference" / "geometry" / METRIC_FILE


def main(paths: list[str]) -> None:
    """Pool the draws of the fits at ``paths`` and write their metric."""
    if not paths:
        raise SystemExit("Name at least one saved fit: python scripts/make_metric.py out/fit.nc")
    fits = [fm.load(path) for path in paths]
    for path, fit in zip(paths, fits, strict=True):
        if fit.review().status != "PASS":
            raise SystemExit(f"{path} did not pass its review, so nothing may rest on it.")
    model = JointModel(fits[0].data, fits[0].priors)
    compiled = model.compile()
    draws = np.concatenate([unconstrained(model.pymc_model, model.layout, fit.posterior) for fit in fits])
    step = np.median([fit.sample_stats["step_size"].isel(draw=-1).median() for fit in fits])
    metric = Metric.estimate(model.layout, draws, gradients_at(compiled, draws), float(step))
    write_metric(TARGET, metric)
    found = f"{len(draws)} draws, {len(metric.variance)} directions, {TARGET.stat().st_size:,} bytes"
    print(f"{TARGET.name}: {found}")


if __name__ == "__main__":
    main(sys.argv[1:])
