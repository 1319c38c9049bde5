"""Ctrl-C while a library is imported: it waits until the import is over.

An import may run code of many libraries, some of which swallow what is raised in the middle of it; the
interrupt would be lost, and a module half imported.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Final

__all__ = ["let_imports_finish"]

#: Name that the import system gives to its own code.
IMPORTING: Final = "<frozen importlib._bootstrap>"
#: Seconds between two looks at whether an import is over.
SOON: Final = 0.05


def let_imports_finish() -> None:
    """Let an interrupt (SIGINT) wait for imports from now on; once is enough, in the main thread.

    Where there are no timers of signals, or somebody else handles interrupts or alarms, nothing changes.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return
    if signal.getsignal(signal.SIGALRM) is not signal.SIG_DFL:
        return
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGALRM, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Raise the interrupt, now or when the import is over."""
    while frame is not None:
        if frame.f_code.co_filename == IMPORTING:
            signal.setitimer(signal.ITIMER_REAL, SOON)
            return
        frame = frame.f_back
    raise KeyboardInterrupt
