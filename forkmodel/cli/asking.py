"""Answer a question, to a saved forecast or fit or to the fit that comes with the package, and print it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forkmodel.cli.console import print_json, say
from forkmodel.errors import ForkModelError, QueryError

if TYPE_CHECKING:
    from forkmodel.forecast.bundled import BundledFit

__all__ = ["EXAMPLE", "print_answer"]

EXAMPLE = '"hhi.closed[2031] > 2500"'


def print_answer(words: Sequence[str], *, as_json: bool) -> None:
    """Answer the question in some words.

    Parameters
    ----------
    words : sequence of str
        A file and a question, or a question to the package's own forecast.
    as_json : bool
        Whether stdout should hold one JSON document.
    """
    from forkmodel.queries import parse

    file, question = _file_and_question(words)
    # Typing mistakes are answered before anything is read.
    parse(question)
    answer, bundled = _ask_bundled(question) if file is None else (_ask(file, question), None)
    if as_json:
        print_json(answer.as_dict() | ({} if bundled is None else {"bundled_fit": bundled.as_dict()}))
        return
    say(answer)
    if bundled is not None:
        say(bundled.sentence)


def _file_and_question(words: Sequence[str]) -> tuple[Path | None, str]:
    """Return the file, if there are two words, and the question, which is the last."""
    if len(words) > 2:
        raise QueryError(
            f"{len(words)} words were given: {' '.join(words)}. Give a file and a question, or "
            f"only a question, in quotes: {EXAMPLE}."
        )
    if len(words) == 2:
        return Path(words[0]), words[1]
    if Path(words[0]).exists():
        raise QueryError(f"{words[0]} is a file; give a question after it, such as {EXAMPLE}.")
    return None, words[0]


def _ask(file: Path, question: str) -> Any:
    from forkmodel.formats import is_forecast_file

    if is_forecast_file(file):
        from forkmodel.queries import ask
        from forkmodel.queries.draw_source import FileDraws

        return ask(FileDraws(file), question)
    if file.is_dir():
        from forkmodel.forecast.forecast import load_forecast

        return load_forecast(file).query(question)
    from forkmodel.fit import load

    return load(file).query(question)


def _ask_bundled(question: str) -> tuple[Any, BundledFit]:
    from forkmodel.forecast.bundled import bundled_file, bundled_fit
    from forkmodel.queries import ask
    from forkmodel.queries.draw_source import FileDraws

    fit = bundled_fit()
    try:
        return ask(FileDraws(bundled_file("forecast.nc")), question), fit
    except ForkModelError as error:
        absent = [name for name in fit.left_out if name in question]
        if absent:
            error.add_note(
                f"The bundled forecast leaves out all but the largest developers, {', '.join(absent)} too: "
                "`forkmodel run --out out`, then `forkmodel query out/forecast.nc ...`."
            )
        raise
