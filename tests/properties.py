"""How many examples a property is tried on: few and always the same, or many and always new.

The README's test command runs under the profile ``same``: its answer is about the code and not about the luck
of the draw. ``make test-random`` runs the properties alone under the profile ``random``, which looks for
examples that nobody has seen; what it finds goes into the test of that property as an ``@example``.

Every assertion on floats states its tolerance and, where it is not :data:`ROUNDING`, the reason for its size.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import settings

#: Error of an expression of a few dozen operations on numbers of size one, 16 units in the last place. A
#: statement of direction ("never lowers") holds up to this: a change smaller than it is no change.
ROUNDING = 16 * np.finfo(float).eps

#: Examples per property under ``random``.
MANY = 2000

settings.register_profile("same", derandomize=True, database=None, deadline=None)
# The database keeps what failed, so that the next run begins with it.
settings.register_profile("random", max_examples=MANY, derandomize=False, deadline=None, print_blob=True)


def examples(number: int, at_random: int = MANY, **options: Any) -> settings:
    """Return settings of a property: ``number`` examples, and ``at_random`` under the profile ``random``.

    A property whose examples take tenths of a second states a smaller ``at_random`` of its own.
    """
    chosen = at_random if settings.get_current_profile_name() == "random" else number
    return settings(max_examples=chosen, **options)
