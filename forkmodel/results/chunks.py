"""Work through draws in chunks, several at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from forkmodel.cores import usable_cores

__all__ = ["in_chunks"]


def in_chunks[T](
    work: Callable[[int], T], n: int, size: int, progress: Callable[[float], None] | None = None
) -> list[T]:
    """Return what ``work`` makes of each chunk, in the order of the draws.

    Chunks do not know of one another, so the result does not depend on how many run at once. They run in
    threads: NumPy leaves the interpreter free while it computes, nothing is copied, and a script needs no
    main guard.

    Parameters
    ----------
    work : callable
        Called with the place of a chunk's first draw.
    n, size : int
        Number of draws, of all and of a chunk.
    progress : callable, optional
        Called with the part that is done.
    """
    first = range(0, n, size)
    found = []
    with ThreadPoolExecutor(max_workers=usable_cores()) as pool:
        for made in pool.map(work, first):
            found.append(made)
            if progress is not None:
                progress(len(found) / len(first))
    return found
