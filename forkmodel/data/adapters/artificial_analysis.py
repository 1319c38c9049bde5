"""Tables like those of Artificial Analysis: a row a model, its scores by test, its prices per million tokens.

Taken are single tests. Indices made of them would count the tests twice. Prices are medians over hosts, which
are nobody's list price, except for closed models, which have one seller.
"""

from __future__ import annotations

from forkmodel.data.adapters.boards import Test, add_board
from forkmodel.data.adapters.documents import read_rows
from forkmodel.data.adapters.draft import Draft
from forkmodel.data.adapters.imported import Origin
from forkmodel.data.adapters.offers import Offers
from forkmodel.data.adapters.opening import Bundle, refuse
from forkmodel.data.adapters.sheets import Row

__all__ = ["ORIGIN", "TAKES", "read"]

ORIGIN = Origin(
    "artificial-analysis",
    "Models with scores and prices",
    "Artificial Analysis",
    "https://artificialanalysis.ai",
    "terms of Artificial Analysis: attribution required, no open licence",
    "Artificial Analysis (artificialanalysis.ai)",
)
TAKES = "a table of models (slug, gpqa, price_1m_input_tokens, ...) as CSV, or the JSON of the interface"

TESTS = {
    "mmlu_pro": Test("mmlu-pro", "mmlu-pro", "knowledge", chance="0.1"),
    "gpqa": Test("gpqa-diamond", "GPQA diamond", "science", chance="0.25"),
    "hle": Test("hle", "HLE", "knowledge"),
    "livecodebench": Test("aa-livecodebench", "LiveCodeBench, Artificial Analysis", "coding"),
    "scicode": Test("aa-scicode", "SciCode, Artificial Analysis", "coding"),
    "math_500": Test("math-500", "math-500", "math"),
    "aime": Test("aime-2024", "aime-2024", "math"),
    "aime_25": Test("aa-aime-2025", "AIME 2025, Artificial Analysis", "math"),
    "ifbench": Test("aa-ifbench", "IFBench, Artificial Analysis", "instruction following"),
    "lcr": Test("aa-lcr", "Long-context reasoning, Artificial Analysis", "long context"),
    "terminalbench_hard": Test(
        "aa-terminal-bench-hard", "Terminal-Bench hard, Artificial Analysis", "agents"
    ),
    "tau2": Test("aa-tau2", "tau2-bench telecom, Artificial Analysis", "agents"),
}
_PREFIXES = ("evaluations.", "evaluations_", "pricing.", "pricing_", "model_")
_PRICES = {"input_usd_per_mtok": "price_1m_input_tokens", "output_usd_per_mtok": "price_1m_output_tokens"}
_INDICES = ("artificial_analysis_", "intelligence_index", "coding_index", "math_index", "agentic_index")


def read(bundle: Bundle, draft: Draft) -> None:
    """Fill a draft with scores and prices.

    Parameters
    ----------
    bundle : Bundle
        The table.
    draft : Draft
        The import.

    Raises
    ------
    DataError
        If it has no model, or neither a test nor a price.
    """
    offers = Offers(draft)
    for file in bundle.need(TAKES, ".csv", ".json"):
        rows = [
            Row(row.place, {_plain(name): text for name, text in row.cells.items()})
            for row in read_rows(bundle.read(file), file, draft.leave)
        ]
        columns = {column for row in rows for column in row.cells}
        tests = {column: test for column, test in TESTS.items() if column in columns}
        if not columns & {"slug", "name"} or not (tests or columns & set(_PRICES.values())):
            raise refuse(file, "has no column of a model, or neither a test nor a price", f"Give {TAKES}.")
        for column in sorted(columns):
            if column.startswith(_INDICES):
                draft.leave(file, column, "an index is computed from the single tests; it would count twice")
        named = [(row, (row.get("slug"), row.get("name"))) for row in rows if row.get("slug", "name")]
        add_board(draft, named, tests, evaluator="Artificial Analysis")
        for row, names in named:
            _price(row, names, offers)


def _plain(column: str) -> str:
    name = column.strip().lower().replace(" ", "_")
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return name


def _price(row: Row, names: tuple[str, ...], offers: Offers) -> None:
    texts = {column: row.get(source) for column, source in _PRICES.items()}
    if not all(texts.values()):
        return
    draft = offers.draft
    model = draft.naming.find("model", *names)
    if model is None:
        return
    models = draft.known["models"]
    closed = models.loc[models["model_id"].eq(model), "access"].eq("closed").any()
    seller = offers.first_party(model) if closed else None
    if seller is None:
        draft.leave(row.place, names[0], "the price is a median over hosts, or its one seller is not known")
    else:
        offers.add_current(row.place, names[0], seller, texts, unit="per_million_tokens", names=names)
