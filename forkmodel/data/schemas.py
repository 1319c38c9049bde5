"""The nine tables of a market and the table of facts: what every column means and what may stand in it.

The declarations below are the single description of the CSV files.
"""

from __future__ import annotations

from forkmodel.data.columns import Column, Table

__all__ = ["ALIASES", "COMPANIONS", "FACTS", "FACT_UNITS", "TABLES", "declaration"]


def _text(
    name: str, meaning: str, *, empty: bool = False, values: tuple[str, ...] = (), optional: bool = False
) -> Column:
    return Column(name, "text", meaning, empty=empty, values=values, optional=optional)


def _id(name: str, refers_to: str, meaning: str) -> Column:
    return Column(name, "text", meaning, refers_to=refers_to)


def _number(
    name: str, meaning: str, *, empty: bool = False, least: float | None = 0.0, most: float | None = None
) -> Column:
    return Column(name, "number", meaning, empty=empty, least=least, most=most)


def _whole(name: str, meaning: str) -> Column:
    return Column(name, "whole", meaning, empty=True, least=1.0)


def _date(
    name: str, meaning: str, *, empty: bool = False, provenance: bool = False, optional: bool = False
) -> Column:
    return Column(name, "date", meaning, empty=empty, provenance=provenance, optional=optional)


def _flag(name: str, meaning: str) -> Column:
    return Column(name, "flag", meaning)


_SOURCE = _id("source_id", "sources", "Source of the row, an id in sources.csv.")
_MODEL = _id("model_id", "models", "Model, an id in models.csv.")

_ALL = (
    Table(
        "models",
        (
            _text("model_id", "Short unique name of one release."),
            _text("name", "Name as the developer writes it."),
            _text("developer", "Firm or group that trained and released the model."),
            _text(
                "access",
                "open_weights if anyone can download the weights (restricted licences too), else closed.",
                values=("closed", "open_weights"),
            ),
            _text("country", "Country of the developer's head office."),
            _date("release_date", "First day on which the public could use or download the model."),
            _SOURCE,
        ),
        key=("model_id",),
        needed_by=("scores", "prices", "usage"),
    ),
    Table(
        "benchmarks",
        (
            _text("benchmark", "Short unique name of the benchmark and version."),
            _text("name", "Name as its authors write it."),
            _text("domain", "Field tested, for example coding or math."),
            _number(
                "chance_level", "Score of blind guessing, 0 to 1; empty = unknown.", empty=True, most=1.0
            ),
            _number("ceiling", "Best score that can be reached, 0 to 1.", most=1.0),
            _whole("n_items", "Number of questions or tasks."),
            _date("release_date", "Publication date; empty = unknown.", empty=True),
            _SOURCE,
        ),
        key=("benchmark",),
        needed_by=("scores",),
    ),
    Table(
        "scores",
        (
            _MODEL,
            _id("benchmark", "benchmarks", "Benchmark, a name in benchmarks.csv."),
            _number("score", "Fraction solved, 0 to 1, best over the settings tried.", most=1.0),
            _number("stderr", "Standard error of the score, same scale.", empty=True, most=1.0),
            _whole("n_items", "Number of items scored."),
            _text("evaluator", "Who ran the test; developer = the model's own developer reports it."),
            _text("setting", "Prompting, effort or scaffold.", empty=True),
            _SOURCE,
            _date(
                "source_snapshot",
                "Date of the table the score was read from; the test was run on it or before.",
                provenance=True,
            ),
        ),
        key=("model_id", "benchmark", "evaluator"),
    ),
    Table(
        "prices",
        (
            _MODEL,
            _text("seller", "Firm that serves the model; openrouter = headline price on that gateway."),
            _text(
                "seller_kind",
                "first_party = the developer or its own cloud; host = another seller.",
                values=("first_party", "host"),
            ),
            _date("effective_from", "First day of the price."),
            _date(
                "effective_to",
                "First day without the price (not a day in force); empty = in force at the vintage.",
                empty=True,
            ),
            _number("input_usd_per_mtok", "List price of input, USD per million tokens."),
            _number("output_usd_per_mtok", "List price of output, USD per million tokens."),
            _number(
                "cached_input_usd_per_mtok", "Price of cached input, USD per million tokens.", empty=True
            ),
            _flag("from_is_release", "true = the start is unknown and set to the release date."),
            _date("first_observed", "Day on which the price was first seen by anyone we read.", empty=True),
            _SOURCE,
            _text("note", "Anything else.", empty=True),
        ),
        key=("model_id", "seller", "effective_from"),
    ),
    Table(
        "usage",
        (
            _date("period_start", "First day of the period."),
            _date("period_end", "Last day of the period."),
            _text("market", "Where usage was measured; *_subscriptions markets are multi-homing."),
            _text("level", "What entity names.", values=("model", "developer", "access", "country")),
            _text("entity", "model_id, developer or access class; other and total are the rest and the sum."),
            _text(
                "variant",
                "standard or free (zero-price) offer of the model, or all; empty where it makes no sense.",
                empty=True,
                values=("standard", "free", "all"),
            ),
            _number("value", "Amount in the unit; shares are 0 to 1."),
            _text("unit", "Unit of value.", values=("tokens", "share", "downloads")),
            _text(
                "bound",
                "upper or lower where the source says only that the amount is below or above value; "
                "empty = the amount itself.",
                empty=True,
                values=("upper", "lower"),
                optional=True,
            ),
            _flag("mapped", "true = entity is in models.csv (as model, developer or access class)."),
            _SOURCE,
            _text("note", "Anything else.", empty=True),
        ),
        key=("period_start", "period_end", "market", "level", "entity", "variant", "unit"),
    ),
    Table(
        "adoption",
        (
            _date("date", "Day the figure refers to (last day of a period)."),
            _text("population", "Whose adoption: a product's users, or a set of firms."),
            _text("measure", "What was counted, with the survey's wording where it changed."),
            _number("value", "Amount in the unit; shares are 0 to 1."),
            _text("unit", "Unit of value.", values=("users", "share", "usd_per_employee_month")),
            _SOURCE,
        ),
        key=("date", "population", "measure", "unit"),
    ),
    Table(
        "revenue",
        (
            _text("developer", "Firm, or a whole market written as 'market: name'."),
            _date(
                "period_start",
                "First day of the period of a 'period' amount; empty = the calendar year of as_of.",
                empty=True,
                optional=True,
            ),
            _date("as_of", "Day of the run-rate, or last day of the period."),
            _number("annualised_revenue_usd", "Revenue in USD per year."),
            _number("low", "Lower end of a stated range, USD per year.", empty=True),
            _number("high", "Upper end of a stated range, USD per year.", empty=True),
            _text(
                "kind",
                "How the figure became known.",
                values=("audited", "reported", "leaked", "estimate"),
            ),
            _text("segment", "Part of the firm.", values=("company", "api_platform", "market")),
            _text(
                "basis",
                "run_rate = a recent month, annualised; period = amount of a past period, annualised.",
                values=("run_rate", "period"),
            ),
            _SOURCE,
            _text("url", "Page with the figure.", empty=True),
        ),
        key=("developer", "segment", "as_of", "basis", "kind", "period_start"),
    ),
    Table(
        "structure",
        (
            _text("market", "Neighbouring market, for example cloud infrastructure."),
            _date("as_of", "Last day of the quarter."),
            _text("firm", "Named firm."),
            _number("share", "Share of the market's revenue, 0 to 1.", most=1.0),
            _SOURCE,
        ),
        key=("market", "as_of", "firm"),
    ),
    Table(
        "sources",
        (
            _text("source_id", "Short unique name."),
            _text("title", "What was read, and through which mirror."),
            _text("publisher", "Who publishes it."),
            _text("url", "Where; empty for facts gathered from many pages.", empty=True),
            _text("licence", "Terms under which it may be used."),
            _text("attribution", "Credit line to repeat.", empty=True),
            _date("retrieved", "Day it was read.", provenance=True),
        ),
        key=("source_id",),
        required=True,
    ),
)

#: Every table by name, in the order in which problems are reported.
TABLES: dict[str, Table] = {table.name: table for table in _ALL}

#: Units of a cited fact; those of the output schema under short names.
FACT_UNITS = (
    "share",
    "ratio",
    "hhi",
    "index",
    "points",
    "months",
    "usd_per_mtok",
    "usd_per_year",
    "elasticity",
)

#: What others have observed of the quantities that the model reports. Nothing is fitted to this table, so it
#: is no part of a market or of its hash; ``forkmodel.validate.facts.table`` reads it.
FACTS = Table(
    "facts",
    (
        _text("fact_id", "Short unique name."),
        _text("meaning", "The quantity in plain words, the same in every row about it."),
        _text("quantity", "Expression in the query language over a fit's history, without a comparison."),
        _number("value", "What was observed; empty where only a range is known.", empty=True, least=None),
        _number("low", "Lower end of the stated range.", empty=True, least=None),
        _number("high", "Upper end of the stated range.", empty=True, least=None),
        _text("unit", "Unit of value, low and high; shares are 0 to 1.", values=FACT_UNITS),
        _text(
            "bound",
            "upper = the quantity is at most value, lower = at least; empty = value itself was observed.",
            empty=True,
            values=("upper", "lower"),
        ),
        _text(
            "basis",
            "published = read at its publisher; secondary = read in somebody else's report; computed = from "
            "such figures, for this table; judged = a range without a measurement, which is no observation.",
            values=("published", "secondary", "computed", "judged"),
        ),
        _text("period", "What the figure is about: 2025, 2026-Q2, 2026-05, 2026-05-15, or two with a colon."),
        Column(
            "source_id",
            "text",
            "Source of the row, an id in sources.csv; empty if url says where.",
            empty=True,
            refers_to="sources",
        ),
        _text("url", "Page with the figure.", empty=True),
        _flag("fitted", "true = the model is fitted to this very figure, false = it never saw it."),
        _text("note", "How it was read and how it differs from the quantity.", empty=True),
    ),
    key=("fact_id",),
)


#: Names that other sources use for what the tables name; imports follow it, nothing else reads it.
ALIASES = Table(
    "aliases",
    (
        _text("kind", "What is named.", values=("model", "benchmark", "developer", "seller")),
        _text("source", "Adapter whose files use the name; empty = any.", empty=True),
        _text("name", "Name as the source writes it, letter by letter."),
        _text("id", "model_id, benchmark, developer or seller that it stands for."),
    ),
    key=("kind", "source", "name"),
)

#: Tables that may lie in a folder beside those of a market, each with a reader of its own.
COMPANIONS = {table.name: table for table in (FACTS, ALIASES)}


def declaration(table: str) -> Table:
    """Return the declaration of a table of a market, or of one that may lie beside it."""
    return COMPANIONS.get(table) or TABLES[table]
