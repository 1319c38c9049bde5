"""Write the metric of a saved fit as the one that comes with the package.

Run it on a reviewed fit of the bundled tables under the reference; the package's later fits begin with what
it knows of the posterior's shape: ``python scripts/make_metric.py out/fit.nc``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import forkmodel as fm
from forkmodel.inference.geometry.bundled import METRIC_FILE, write_metric

TARGET = Path(fm.__file__).parent / "inference" / "geometry" / METRIC_FILE


def main(path: str) -> None:
    """Write the metric of the fit at ``path``."""
    fit = fm.load(path)
    if fit.review().status != "PASS":
        raise SystemExit(f"{path} did not pass its review, so nothing may rest on it.")
    if fit.result.metric is None:
        raise SystemExit(f"{path} holds no metric: it has too few draws.")
    write_metric(TARGET, fit.result.metric)
    print(f"{TARGET.name}: {len(fit.result.metric.labels)} coordinates, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(sys.argv[1])
