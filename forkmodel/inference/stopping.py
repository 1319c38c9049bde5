"""Hear the first Ctrl-C as a wish to stop sampling; the second ends the program, as ever."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["Stop", "first_interrupt", "never"]

#: Says whether sampling is to stop and keep what is drawn.
type Stop = Callable[[], bool]


def never() -> bool:
    """Return that nobody wants sampling to stop."""
    return False


@contextmanager
def first_interrupt() -> Iterator[Stop]:
    """Give a function that says whether Ctrl-C was pressed while the block runs.

    Only the first press is heard so: what listened before listens again from then on, and the next press
    raises KeyboardInterrupt wherever the program is. Where interrupts are ignored they stay so, and threads
    beside the main one hear none.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield never
        return
    pressed = threading.Event()

    def hear(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, before)
        pressed.set()

    signal.signal(signal.SIGINT, hear)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)
