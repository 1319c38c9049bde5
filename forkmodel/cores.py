"""How many processor cores this process may use, counted in one place."""

from __future__ import annotations

import os

__all__ = ["usable_cores"]


def usable_cores() -> int:
    """Return the number of cores that this process may run on, at least one.

    Where the system tells, cores that the process is kept from (``taskset``, container sets) do not count.
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
