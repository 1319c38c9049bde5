"""Keep what an interrupted fit has drawn, beside the file that was asked for, and say how to go on."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from forkmodel.errors import StoppedError

if TYPE_CHECKING:
    from forkmodel.fit import Fit

__all__ = ["stop_if_interrupted"]


def stop_if_interrupted(fit: Fit, target: Path) -> None:
    """Return for a fit that came to its end; save and review another one, and end the command.

    Parameters
    ----------
    fit : Fit
        What was drawn.
    target : Path
        The file of the finished fit, which stays as it is: the draws go to ``NAME.interrupted.nc`` beside it.

    Raises
    ------
    StoppedError
        If the fit was interrupted; the message says what is kept, what it is worth, and how to go on.
    """
    if not fit.interrupted:
        return
    kept = target.with_name(f"{target.stem}.interrupted.nc")
    fit.save(kept)
    raise StoppedError(f"{_what(fit, kept)} {_worth(fit)} {_how(fit, target, kept)}")


def _what(fit: Fit, kept: Path) -> str:
    return (
        f"Interrupted: the {fit.draws} draws that each chain has (of {fit.result.asked} asked for) "
        f"are kept in {kept}."
    )


def _worth(fit: Fit) -> str:
    status = fit.review().status
    effect = {
        "FAIL": "report, claims and scores will withhold what rests on them",
        "REVIEW": "quote nothing that rests on them",
    }
    return f"Their review says {status}: {effect[status]}."


def _how(fit: Fit, target: Path, kept: Path) -> str:
    there = f"{target} is as it was" if target.exists() else f"{target} was not written"
    same = "The same command draws these again, and then the rest"
    if fit.metric is None:
        return f"{there}. {same}; they are too few to shorten it."
    again = shlex.join(["forkmodel", *sys.argv[1:], "--warm", str(kept)])
    return f"{there}. {same}; `{again}` begins with the shape that they found, so warm-up has less to do."
