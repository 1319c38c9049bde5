"""The Open LLM Leaderboard of Hugging Face, both editions: its ``contents`` table as CSV or JSON.

The second edition states fractions in the columns named "Raw" and normalised percentages beside them; the raw
ones are read. Its tests are short-prompted variants, so they are benchmarks of their own where that matters.
"""

from __future__ import annotations

import re

from forkmodel.data.adapters.boards import Test, add_board
from forkmodel.data.adapters.documents import read_rows
from forkmodel.data.adapters.draft import Draft
from forkmodel.data.adapters.imported import Origin
from forkmodel.data.adapters.opening import Bundle, refuse

__all__ = ["ORIGIN", "TAKES", "read"]

ORIGIN = Origin(
    "open-llm-leaderboard",
    "Open LLM Leaderboard, contents",
    "Hugging Face",
    "https://huggingface.co/datasets/open-llm-leaderboard/contents",
    "facts, cited (the data set states no licence)",
    "Open LLM Leaderboard, Hugging Face",
)
TAKES = "the table `contents` as CSV or JSON"

#: Chance levels are those of the task cards; that of the mixture of tasks in BBH is not stated.
SECOND = {
    "IFEval Raw": Test("ifeval", "IFEval", "instruction following"),
    "BBH Raw": Test("open-llm-bbh", "BBH, 3-shot, Open LLM Leaderboard", "reasoning", chance=""),
    "MATH Lvl 5 Raw": Test("open-llm-math-lvl-5", "MATH level 5, 4-shot, Open LLM Leaderboard", "math"),
    "GPQA Raw": Test("open-llm-gpqa", "GPQA, 0-shot, Open LLM Leaderboard", "science", chance="0.25"),
    "MUSR Raw": Test("open-llm-musr", "MuSR, Open LLM Leaderboard", "reasoning", chance="0.3444"),
    "MMLU-PRO Raw": Test("open-llm-mmlu-pro", "MMLU-Pro, Open LLM Leaderboard", "knowledge", chance="0.1"),
}
FIRST = {
    "ARC": Test("arc-challenge", "ARC AI2", "science", chance="0.25", unit="percent"),
    "HellaSwag": Test("hellaswag", "HellaSwag", "commonsense", chance="0.25", unit="percent"),
    "MMLU": Test("mmlu", "MMLU", "knowledge", chance="0.25", unit="percent"),
    "Winogrande": Test("winogrande", "Winogrande", "commonsense", chance="0.5", unit="percent"),
    "GSM8K": Test("gsm8k", "GSM8K", "math", unit="percent"),
}
_LINK = re.compile(r"<[^>]*>")


def read(bundle: Bundle, draft: Draft) -> None:
    """Fill a draft with scores.

    Parameters
    ----------
    bundle : Bundle
        The table.
    draft : Draft
        The import.

    Raises
    ------
    DataError
        If it has no column of a model, or none of a test.
    """
    for file in bundle.need(TAKES, ".csv", ".json"):
        rows = read_rows(bundle.read(file), file, draft.leave)
        columns = {column for row in rows for column in row.cells}
        tests = {column: test for column, test in (SECOND | FIRST).items() if column in columns}
        if not tests or not columns & {"fullname", "Model", "model"}:
            what = "has no column of a model, or none of a test it knows"
            raise refuse(file, what, f"Give {TAKES}; tests are {', '.join(SECOND | FIRST)}.")
        kept = []
        for row in rows:
            name = row.get("fullname") or _LINK.sub("", row.get("Model", "model"))
            if row.get("Flagged").lower() == "true":
                draft.leave(row.place, name, "flagged by the leaderboard")
            else:
                kept.append((row, (name, name.rsplit("/", 1)[-1])))
        add_board(draft, kept, tests, evaluator="Hugging Face")
