"""Options of the Python verbs, checked as strictly as those of the command line.

Nothing heavy is imported: the command line takes its limits from here.
"""

from __future__ import annotations

from numbers import Integral

from forkmodel.errors import ForkModelError

__all__ = [
    "MIN_DRAWS",
    "MOST_CHAINS",
    "MOST_DRAWS",
    "MOST_SEED",
    "check_prior_draws",
    "check_sampling",
    "whole_number",
]

#: Below this, halves of chains are too short for R-hat and effective sample size to mean anything.
MIN_DRAWS = 20
#: More draws of this model than these fill any memory.
MOST_DRAWS = 1_000_000
MOST_CHAINS = 1000
#: Largest seed that every random number generator in use takes.
MOST_SEED = 2**32 - 1


def whole_number(option: str, value: object, least: int, most: int) -> int:
    """Return a whole number within its limits.

    Parameters
    ----------
    option : str
        Name of the option, for the message.
    value : object
        What was given; whole numbers of NumPy are welcome, booleans and floats are not.
    least, most : int
        Smallest and largest value allowed.

    Raises
    ------
    ForkModelError
        If it is anything else; the message names the option, the value and the limits.
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise ForkModelError(
            f"{option} is {value!r}, which is not a whole number. Give one from {least:,} to {most:,}, "
            f"such as {option}={max(least, min(most, 1000))}."
        )
    number = int(value)
    if not least <= number <= most:
        raise ForkModelError(f"{option} is {number}; give a whole number from {least:,} to {most:,}.")
    return number


def check_sampling(
    *, draws: object, tune: object, chains: object, seed: object, cores: object | None = None
) -> None:
    """Refuse options of a fit that cannot be meant, before anything is compiled.

    Parameters
    ----------
    draws, tune, chains, seed, cores
        As for :meth:`forkmodel.ForkModel.fit`.

    Raises
    ------
    ForkModelError
        Naming the first bad option and what it takes.
    """
    whole_number("draws", draws, MIN_DRAWS, MOST_DRAWS)
    whole_number("tune", tune, 1, MOST_DRAWS)
    whole_number("chains", chains, 1, MOST_CHAINS)
    whole_number("seed", seed, 0, MOST_SEED)
    if cores is not None:
        whole_number("cores", cores, 1, MOST_CHAINS)


def check_prior_draws(draws: object, seed: object) -> None:
    """Refuse options of :meth:`forkmodel.ForkModel.prior` that cannot be meant.

    Parameters
    ----------
    draws, seed
        As there; even a single draw from the prior is a world.

    Raises
    ------
    ForkModelError
        Naming the bad option and what it takes.
    """
    whole_number("draws", draws, 1, MOST_DRAWS)
    whole_number("seed", seed, 0, MOST_SEED)
