"""What the command line says and returns when something goes wrong.

Exit status: 2 bad input, arguments or a file that cannot be read or written; 70 a defect in forkmodel; 130
interrupted; 141 the reader of stdout went away.
"""

from __future__ import annotations

import os
import sys
import traceback

from forkmodel.cli.console import print_json, printable, say
from forkmodel.errors import DataError, ForkModelError, StoppedError

__all__ = [
    "BAD_INPUT",
    "INTERRUPTED",
    "REVIEW_FAILED",
    "failure_status",
    "say_whether_sound",
    "withhold_if_failed",
]

REVIEW_FAILED = 1
BAD_INPUT, DEFECT, INTERRUPTED, BROKEN_PIPE = 2, 70, 130, 141


def _drop_output() -> None:
    """Let nothing more be written to stdout: Python flushes it once more at exit, which must not fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(message: str, error: BaseException, as_json: bool) -> int:
    """Print the failure for a person on stderr and, if asked, for a program on stdout."""
    try:
        if as_json:
            problems = [p.as_dict() for p in error.problems] if isinstance(error, DataError) else []
            print_json({"ok": False, "error": message, "problems": problems})
        sys.stdout.flush()
    except OSError:
        # Stdout itself may be what failed; what it still holds is lost.
        _drop_output()
    print(printable("\n".join([message, *getattr(error, "__notes__", [])])), file=sys.stderr)
    return BAD_INPUT


def failure_status(error: BaseException, *, as_json: bool) -> int:
    """Report a failure and return the exit status for it.

    Parameters
    ----------
    error : BaseException
        What a command raised.
    as_json : bool
        Whether stdout should hold one JSON document.

    Returns
    -------
    int
        The exit status.
    """
    # The parser turns a broken pipe into exit status 1, which here means something else.
    if isinstance(error, BrokenPipeError) or isinstance(error.__context__, BrokenPipeError):
        _drop_output()
        return BROKEN_PIPE
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else BAD_INPUT
    # An error of the parser comes from one that was loaded, and a plain question loads none.
    parser = sys.modules.get("typer")
    if isinstance(error, KeyboardInterrupt) or (parser and isinstance(error, parser.Abort)):
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED
    if parser and isinstance(error, parser.TyperException):
        # Errors of the parser print themselves with usage; their public base class does not declare it.
        if as_json:
            print_json({"ok": False, "error": error.format_message(), "problems": []})
        error.show()
        return BAD_INPUT
    if isinstance(error, StoppedError):
        _say(str(error), error, as_json)
        return INTERRUPTED
    if isinstance(error, ForkModelError):
        return _say(str(error), error, as_json)
    if isinstance(error, OSError):
        place = "" if error.filename is None else f"{error.filename}: "
        said = (error.strerror or str(error) or "input or output failed").rstrip(".")
        return _say(f"{place}{said}. Check path, permissions and free space.", error, as_json)
    if isinstance(error, MemoryError):
        return _say("there is not enough memory. Ask for fewer draws, or free some memory.", error, as_json)
    traceback.print_exception(error)
    print("This is a defect in forkmodel, not in your input. Please report it.", file=sys.stderr)
    return DEFECT


def say_whether_sound(name: str, problems: list[str], *, as_json: bool) -> None:
    """Print what is wrong with a checked file, and end with the status of bad input if anything is."""
    import typer

    if as_json:
        print_json({"ok": not problems, "problems": problems})
    else:
        for problem in problems:
            say(problem, err=True)
        if not problems:
            say(f"{name} is sound.")
    if problems:
        raise typer.Exit(BAD_INPUT)


def withhold_if_failed(status: str, what: str) -> None:
    """End with the status of a failed review, saying what is withheld, if the review of the fit failed."""
    import typer

    if status == "FAIL":
        say(f"The review of this fit FAILED: {what} are withheld.", err=True)
        raise typer.Exit(REVIEW_FAILED)
