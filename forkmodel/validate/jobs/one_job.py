"""Run one job in an interpreter of its own: what ``run_jobs`` starts, wherever it runs jobs.

A fresh interpreter has no memory of jobs before, so a job gives the same draws in a loop, in a process pool
and on a cluster. (That a warm cache of compiled code makes no difference either is the care of
:mod:`forkmodel.inference.compiling`.) The job comes as bytes from its own parent, on standard input.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path

__all__ = ["main"]

#: Seconds between two looks at whether the parent is still there.
WATCH_SECONDS = 0.2
ORPHANED = 70


def _leave_with(parent: int) -> None:
    """End this process once its parent has died: somebody else will be given the job."""
    while os.getppid() == parent:
        time.sleep(WATCH_SECONDS)
    os._exit(ORPHANED)


def main() -> None:
    """Read a job and a path from standard input, run it, and say on standard output what went wrong."""
    import cloudpickle

    parent = os.getppid()
    threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()
    paths, body = cloudpickle.load(sys.stdin.buffer)
    sys.path[:] = paths
    job, to = cloudpickle.loads(body)
    # What a library prints must not be taken for the answer.
    answer, sys.stdout = sys.stdout, sys.stderr
    problem = None
    try:
        job.run(Path(to))
    except Exception as error:  # one bad job must not take the others with it
        problem = f"{type(error).__name__}: {error}"
    answer.write(json.dumps({"problem": problem}))
    answer.flush()


if __name__ == "__main__":
    main()
