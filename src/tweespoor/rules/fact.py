"""What a fact is.

A fact is a frozen value.  ``at`` is the moment it happened, in milliseconds since 1970 (UTC) by the
server's clock; ``seat`` is the number under which the conversation knows a person, never a name.
Facts judge nothing: a breach can be written down like anything else, so that it can be found.

A fact whose class says ``private = True`` may be folded and judged but is never written in a journal:
it would tell who said no (law 5).
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that happened."""

    private: ClassVar[bool] = False
    at: int
