"""Every adapter by name: what it reads, from whom, under which licence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from forkmodel.data.adapters import (
    arena,
    artificial_analysis,
    eci,
    epoch,
    genai_prices,
    helm,
    litellm,
    open_llm_leaderboard,
    openrouter_models,
    openrouter_rankings,
)
from forkmodel.data.adapters.draft import Draft
from forkmodel.data.adapters.imported import Origin
from forkmodel.data.adapters.opening import Bundle

__all__ = ["ADAPTERS", "Adapter"]


@dataclass(frozen=True, slots=True)
class Adapter:
    """One source.

    Attributes
    ----------
    origin : Origin
        Whence and under which licence; its name is the adapter's.
    takes : str
        What to give it, for the help.
    read : callable
        Fills a draft from a bundle of files.
    """

    origin: Origin
    takes: str
    read: Callable[[Bundle, Draft], None]


#: Sources by name. A table of one's own goes through a mapping file instead.
ADAPTERS: dict[str, Adapter] = {
    module.ORIGIN.name: Adapter(module.ORIGIN, module.TAKES, module.read)
    for module in (
        epoch,
        eci,
        openrouter_rankings,
        openrouter_models,
        genai_prices,
        litellm,
        arena,
        open_llm_leaderboard,
        helm,
        artificial_analysis,
    )
}
