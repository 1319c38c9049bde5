"""Ratings by votes between two answers (LMArena and its like): each board is an instrument of its own.

A rating says how often a model wins: against one rated 400 points lower, in ten of eleven votes. The score of
a board is the expected share of votes won against a model rated :data:`ANCHOR`, so its log-odds are linear in
the rating and no information is lost. A board measures what voters like; it is never mixed with a test.
"""

from __future__ import annotations

import math
import re

from forkmodel.data.adapters.documents import read_rows
from forkmodel.data.adapters.draft import NO_MODEL, Draft
from forkmodel.data.adapters.imported import Origin
from forkmodel.data.adapters.opening import Bundle, refuse
from forkmodel.data.adapters.scores import slug
from forkmodel.data.adapters.sheets import Row
from forkmodel.data.adapters.units import CellError, read_date, read_number

__all__ = ["ANCHOR", "ORIGIN", "TAKES", "read", "win_share"]

ORIGIN = Origin(
    "arena",
    "Ratings of models by votes (LMArena leaderboards)",
    "LMArena",
    "https://huggingface.co/datasets/lmarena-ai/leaderboard-dataset",
    "CC BY 4.0 (the leaderboard dataset; other boards: their own terms)",
    "Ratings by LMArena, CC BY 4.0",
)
TAKES = "a leaderboard as CSV or JSON (model_name, rating, rating_lower, rating_upper, ...)"

#: Rating of the opponent that the score is about.
ANCHOR = 1300.0
#: Points of rating per unit of log-odds.
SCALE = 400.0 / math.log(10.0)
_MODEL = ("model_name", "Model", "model", "key", "name")
_RATING = ("rating", "Arena Score", "Arena Elo rating", "elo", "elo_rating", "score", "Score")
_DATE = ("leaderboard_publish_date", "date", "Date")
#: A 95 % interval is this many standard errors wide.
_WIDTH = 2 * 1.959963985


def win_share(rating: float) -> float:
    """Return the expected share of votes that a rating wins against :data:`ANCHOR`."""
    return 1.0 / (1.0 + math.exp(-(rating - ANCHOR) / SCALE))


def read(bundle: Bundle, draft: Draft) -> None:
    """Fill a draft with boards and scores; of several dates the last one up to the vintage counts.

    Parameters
    ----------
    bundle : Bundle
        One or more boards.
    draft : Draft
        The import.

    Raises
    ------
    DataError
        If a file has no model or no rating.
    """
    for file in bundle.need(TAKES, ".csv", ".json"):
        rows = read_rows(bundle.read(file), file, draft.leave)
        columns = {column for row in rows for column in row.cells}
        if not columns & set(_RATING) or not columns & set(_MODEL):
            raise refuse(file, "has no column of a model and a rating", f"Give {TAKES}.", row=1)
        days = {row.place: _day(row, draft) for row in rows}
        last = max((day for day in days.values() if day and not draft.is_late(day)), default="")
        for row in rows:
            day = days[row.place]
            if day is None:
                continue
            if draft.is_late(day):
                draft.leave(row.place, row.get(*_MODEL), "the board was published after the vintage")
            elif day != last:
                draft.leave(row.place, row.get(*_MODEL), "an older reading of the same board")
            else:
                _score(row, file, day, draft)


def _day(row: Row, draft: Draft) -> str | None:
    try:
        return read_date(row.get(*_DATE))
    except CellError as error:
        draft.leave(row.place, row.get(*_MODEL), f"a cell cannot be read: {error}")
        return None


def _score(row: Row, file: str, day: str, draft: Draft) -> None:
    name = row.get(*_MODEL)
    try:
        rating = read_number(row.get(*_RATING))
        low, high = read_number(row.get("rating_lower")), read_number(row.get("rating_upper"))
        votes = read_number(row.get("vote_count", "Votes", "votes"), thousands=",")
    except CellError as error:
        draft.leave(row.place, name, f"a cell cannot be read: {error}")
        return
    if not rating or not name:
        draft.leave(row.place, name, "the row names no model or no rating")
        return
    if not 0 < float(rating) < 3000:
        draft.leave(row.place, name, f"{rating} is no rating")
        return
    model = draft.naming.model(name, row.get("key"))
    if model is None:
        draft.leave(row.place, name, NO_MODEL)
        return
    share = win_share(float(rating))
    stderr = ""
    if low and high and float(low) < float(high):
        stderr = f"{share * (1 - share) * (float(high) - float(low)) / _WIDTH / SCALE:.6f}"
    draft.add(
        "scores",
        row.place,
        model_id=model,
        benchmark=_board(row, file, draft),
        score=f"{share:.6f}",
        stderr=stderr,
        n_items=votes if float(votes or 0) >= 1 and float(votes).is_integer() else "",
        evaluator="LMArena",
        setting=f"published={day}" if day else "",
        source_snapshot=draft.day,
    )


def _board(row: Row, file: str, draft: Draft) -> str:
    """Return the benchmark of a board, which is added once."""
    stem = re.sub(r"[-_]?\d{8}$", "", file.rsplit("/", 1)[-1].rsplit(".", 1)[0])
    category = row.get("category", "Category")
    id_ = f"arena-{slug(f'{stem} {category}')}"
    if draft.naming.find("benchmark", id_) is None:
        draft.naming.learn("benchmark", id_)
        draft.add(
            "benchmarks",
            row.place,
            benchmark=id_,
            name=f"Share of votes won against a rating of {ANCHOR:.0f}, board {stem} {category}".strip(),
            domain="human preference",
            chance_level="0",
            ceiling="1",
        )
    return id_
