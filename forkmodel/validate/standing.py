"""What a record may be used for: by which model it was made, from which fits, of what they knew, in words.

Every place that shows a record says this first: pages under ``docs/``, the report, the commands. The words
come from the record, so they go when the study is made again and not before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from forkmodel.formats import MODEL_FORMAT
from forkmodel.validate.reviews import failed, failed_names, review_words, unreviewed_names

__all__ = ["LOOSE", "STRICT", "banner", "is_stale", "record_facts", "standing"]

LOOSE, STRICT = "loose", "strict"
_AS_OF = {
    LOOSE: (
        "Tables are loose as-of views: scores of old models that were read in later tables are among what a "
        "cut-off is taken to have known."
    ),
    STRICT: "Tables are strict as-of views: only rows with proof that they were known on the day.",
}
#: Fits that are named one by one; of more, their number is told.
NAMED = 6


def record_facts() -> dict[str, Any]:
    """Return what every new record says of the model that made it."""
    return {"model_format": MODEL_FORMAT}


def is_stale(facts: Mapping[str, Any]) -> bool:
    """Return whether a record was made with an earlier model; one that does not say which was."""
    return facts.get("model_format") != MODEL_FORMAT


def standing(facts: Mapping[str, Any], *, again: bool = True) -> list[str]:
    """Return what must be said before a record's figures, as sentences; none if all is well.

    Parameters
    ----------
    facts : mapping
        ``model_format``; ``reviews``, a mapping of fits to summaries
        (:func:`forkmodel.validate.reviews.brief`), None or absent where nobody reviewed the fits; for
        forecasts that were scored ``reanchored``; ``yardstick``, the review of the fit that measured their
        outcomes; ``mixed_at_seam``, the prior sets whose worlds were made of two; and ``as_of``, ``loose`` or
        ``strict``.
    again : bool
        Whether the study is to be made again.
    """
    said = []
    reviews = facts.get("reviews")
    none_reviewed = reviews is None or (bool(reviews) and len(unreviewed_names(reviews)) == len(reviews))
    reasons = ["made with an earlier model"] if is_stale(facts) else []
    if none_reviewed:
        reasons.append("made from fits nobody reviewed" if not reasons else "from fits nobody reviewed")
    if reasons:
        stale = "Stale" if is_stale(facts) else "Not reviewed"
        end = "; will be made again" if again else ""
        said.append(f"{stale}: {' and '.join(reasons)}{end}.")
    if reviews is not None and not none_reviewed:
        said += _fits(reviews)
    if failed(facts.get("yardstick")):
        said.append(
            "The fit that measures capability in the later tables FAILED its review, so targets about "
            f"capability and prices at it are not scored ({review_words(facts['yardstick'])})."
        )
    if facts.get("reanchored"):
        said.append(
            "Made with re-anchoring: router series and prices of these forecasts were moved to the last "
            "report, which the forecasts in reports, claims and files are not."
        )
    if facts.get("mixed_at_seam"):
        said.append(
            f"Worlds under the priors of {' and '.join(facts['mixed_at_seam'])} had one prior's values up to "
            "the data's end and another's after it, and what is said of every prior set is approximate."
        )
    if "as_of" in facts:
        said.append(_AS_OF[facts["as_of"]])
    return said


def _fits(reviews: Mapping[str, Any]) -> Iterable[str]:
    failed, missing = failed_names(reviews), unreviewed_names(reviews)
    if failed:
        named = [f"{name}: {review_words(reviews[name])}" for name in failed[:NAMED]]
        more = [f"and {len(failed) - NAMED} more"] if len(failed) > NAMED else []
        yield (
            f"{len(failed)} of {len(reviews)} fits FAILED their review and count in no figure "
            f"({'; '.join([*named, *more])})."
        )
    if missing:
        yield f"Not reviewed: {', '.join(missing)}."


def banner(facts: Mapping[str, Any]) -> str:
    """Return :func:`standing` as a quotation in Markdown, to stand below a title; empty if all is well.

    Parameters
    ----------
    facts : mapping
        Facts of a record.
    """
    said = standing(facts)
    if not said:
        return ""
    first, *rest = said
    return "\n>\n".join([f"> **{first}**", *(f"> {sentence}" for sentence in rest)])
