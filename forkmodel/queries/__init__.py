"""Questions to worlds, in a small language: ``hhi.closed[2031] > 2500``."""

from __future__ import annotations

from forkmodel.queries.answer import (
    Answer,
    DateAnswer,
    NumberAnswer,
    ask,
    evaluate_condition,
    probability,
)
from forkmodel.queries.parse import parse

__all__ = ["Answer", "DateAnswer", "NumberAnswer", "ask", "evaluate_condition", "parse", "probability"]
