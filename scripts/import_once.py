"""Import all of the package once, and let Python keep the compiled modules, whatever the environment says.

Many container images set PYTHONDONTWRITEBYTECODE. There each command would compile two thousand modules of
pandas, xarray and PyMC anew: three seconds, of which a question to a saved forecast could do without most.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
import warnings

#: What functions of the package import when they run.
LATE = (
    "arviz",
    "nutpie",
    "pymc",
    "distributed",
    "sklearn.model_selection",
    "statsmodels.tsa.api",
    "vl_convert",
)


def main() -> None:
    """Import every module of the package, and what they import late."""
    sys.dont_write_bytecode = False
    warnings.simplefilter("ignore")
    import forkmodel

    modules = [found.name for found in pkgutil.walk_packages(forkmodel.__path__, "forkmodel.")]
    for name in (*modules, *LATE):
        if not name.endswith("__main__"):
            importlib.import_module(name)


if __name__ == "__main__":
    main()
