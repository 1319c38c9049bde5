"""An examination of this installation: versions, machine, caches, the bundled fit, a real fit in small."""

from __future__ import annotations

import os
import platform
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from forkmodel.cores import usable_cores

__all__ = ["NOTE", "OK", "PROBLEM", "Finding", "examine", "self_test", "warm"]

OK, NOTE, PROBLEM = "ok", "note", "PROBLEM"
#: What a fit of the joint model with the default draws takes (bytes), forecast and report included.
MEMORY: Final = 4e9
#: The self-test fits the smallest block.
BLOCK: Final = "adoption"
QUESTION: Final = "adoption_firms[2026-Q2]"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    part, name : str
        Group and name.
    status : str
        ``ok``, ``note`` (works, but should be known) or ``PROBLEM``.
    value : str
        What was found.
    advice : str
        What mends it, where something is to be mended.
    """

    part: str
    name: str
    status: str
    value: str
    advice: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it for ``forkmodel doctor --json``."""
        return asdict(self)


def examine() -> list[Finding]:
    """Return what can be seen without fitting anything; takes some seconds of imports."""
    return [*_versions(), *_machine(), *_caches(), *_bundled()]


def _versions() -> list[Finding]:
    from forkmodel.inference.posterior import versions

    found = {"python": platform.python_version(), **versions()}
    return [Finding("versions", name, OK, value) for name, value in found.items()]


def _machine() -> list[Finding]:
    free = _free_memory()
    short = free is not None and free < MEMORY
    return [
        Finding("machine", "system", OK, platform.platform()),
        Finding("machine", "cores", OK, str(usable_cores())),
        Finding(
            "machine",
            "memory",
            NOTE if short else OK,
            "not told by this system" if free is None else f"{free / 1e9:.1f} GB are free",
            f"A fit with default draws takes some {MEMORY / 1e9:.0f} GB; ask for fewer." if short else "",
        ),
    ]


def _free_memory() -> float | None:
    """Return the bytes that a new process can have, if the system tells."""
    told = Path("/proc/meminfo")
    if not told.is_file():
        return None
    lines = dict(line.split(":", 1) for line in told.read_text(encoding="ascii").splitlines())
    return float(lines["MemAvailable"].split()[0]) * 1024


def _caches() -> list[Finding]:
    import pytensor

    from forkmodel.inference.geometry import kernels

    # Where a folder of sources is closed to writing, numba takes another place.
    beside = Path(kernels.to_bent.stats.cache_path or ".")
    places = {"compiled densities": Path(str(pytensor.config.base_compiledir)), "compiled kernels": beside}
    return [_cache(name, place) for name, place in places.items()]


def _cache(name: str, place: Path) -> Finding:
    files = [path for path in place.rglob("*") if path.is_file()] if place.is_dir() else []
    size = sum(path.stat().st_size for path in files)
    said = f"{place}, {len(files):,} files, {size / 1e6:,.0f} MB"
    if place.is_dir() and not os.access(place, os.W_OK):
        return Finding("caches", name, NOTE, said, "It is closed to writing: every process compiles anew.")
    return Finding("caches", name, OK, said)


def _bundled() -> list[Finding]:
    """Compare the bundled fit with the tables and priors that a fit would use today, by content."""
    from forkmodel.data.read import load_snapshot
    from forkmodel.errors import ForkModelError
    from forkmodel.forecast.bundled import bundled_fit
    from forkmodel.priors import load_priors

    try:
        fit = bundled_fit()
    except ForkModelError as error:
        return [Finding("bundled fit", "files", PROBLEM, str(error))]
    again = "`forkmodel run --out out` fits what is here."
    known = {
        "tables": load_snapshot().content_hash == fit.data_hash,
        "priors": load_priors(fit.prior_set).hash == fit.prior_hash,
        "claims": not fit.claims_changed,
    }
    made = [Finding("bundled fit", "what", OK, fit.sentence)]
    for name, same in known.items():
        said = "those it was made from" if same else "changed since it was made"
        made.append(Finding("bundled fit", name, OK if same else NOTE, said, "" if same else again))
    return made


def self_test() -> Finding:
    """Compile, sample and question a small model of the bundled tables; some twenty seconds."""
    from forkmodel.data.read import load_snapshot
    from forkmodel.fork_model import ForkModel

    begin = time.perf_counter()
    try:
        fit = ForkModel(load_snapshot(), blocks=[BLOCK]).fit(draws=200, tune=200, chains=2, seed=1)
        answer = fit.query(QUESTION)
    except Exception as error:  # Whatever fails here is what was looked for.
        said = f"{type(error).__name__}: {error}"
        return Finding("self-test", "fit and question", PROBLEM, said, "Install the locked packages.")
    seconds = time.perf_counter() - begin
    return Finding("self-test", "fit and question", OK, f"{QUESTION} = {answer} in {seconds:.0f} s")


def warm() -> Finding:
    """Compile the joint model of the bundled tables, so that the next fit here finds it compiled."""
    from forkmodel.data.read import load_snapshot
    from forkmodel.fork_model import ForkModel

    begin = time.perf_counter()
    ForkModel(load_snapshot()).compile()
    return Finding("caches", "joint model", OK, f"compiled in {time.perf_counter() - begin:.0f} s")
