"""Names that are meant alike: the nearest valid one, and spellings that differ in nothing but looks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from forkmodel.errors import did_you_mean

__all__ = ["NearNames", "plain_name"]

#: So many names that share the most letter pairs with a word are compared with it in full.
COMPARED = 25


def plain_name(name: str) -> str:
    """Return a name without case, blanks and punctuation: ``OpenAI``, ``openai`` and ``Open-AI`` are one."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _pairs(plain: str) -> set[str]:
    return {plain[spot : spot + 2] for spot in range(len(plain) - 1)} or {plain}


class NearNames:
    """Find the valid names nearest to a word, quickly for thousands of words.

    Comparing a word with every name takes time in proportion to both, so only the names that share most pairs
    of letters with it are compared in full.

    Parameters
    ----------
    names : iterable of str
        The valid names.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = sorted(set(names))
        self._plain: dict[str, list[str]] = defaultdict(list)
        self._holders: dict[str, list[str]] = defaultdict(list)
        for name in self.names:
            self._plain[plain_name(name)].append(name)
        for plain in self._plain:
            for pair in _pairs(plain):
                self._holders[pair].append(plain)
        self._hints: dict[str, str] = {}

    def twins(self, word: str) -> list[str]:
        """Return the names that differ from ``word`` in case, blanks or punctuation only."""
        return [name for name in self._plain.get(plain_name(word), []) if name != word]

    def hint(self, word: str) -> str:
        """Return ``"Did you mean 'x'?"``, or nothing if no name is near."""
        if word not in self._hints:
            self._hints[word] = self._look_up(word)
        return self._hints[word]

    def _look_up(self, word: str) -> str:
        if twins := self.twins(word):
            return "Did you mean " + " or ".join(repr(name) for name in twins[:3]) + "?"
        plain = plain_name(word)
        shared = Counter(found for pair in _pairs(plain) for found in self._holders.get(pair, ()))
        near = [found for found, _ in shared.most_common(COMPARED)]
        if not near or not (hint := did_you_mean(plain, near)).startswith("Did"):
            return ""
        for found in sorted(near, key=len, reverse=True):
            hint = hint.replace(repr(found), repr(self._plain[found][0]))
        return hint
