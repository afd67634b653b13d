"""The answer of a comparison: where a copy follows an original, where it does not, and where that cannot be told.

*Conventions.*  Times are seconds from the beginning of each file; a stretch is (from, until).  Words are neutral: a
difference is no accusation, for a pause or a call that came in looks exactly like a cut.

``A`` is what is established: the time line jumps, the sound is found elsewhere in the original, or there is digital
silence.  ``B`` is a difference that somebody should listen to.  What cannot be checked stands in ``unclear``, never in
either.
"""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

Span = tuple[float, float]


class Verdict(StrEnum):
    """What the comparison says of the two files as a whole."""

    FOLLOWS = "follows"
    DIFFERS = "differs"
    OTHER = "other_conversation"
    INCONCLUSIVE = "inconclusive"


EXITS: Final = {Verdict.FOLLOWS: 0, Verdict.DIFFERS: 10, Verdict.OTHER: 20, Verdict.INCONCLUSIVE: 21}


class Kind(StrEnum):
    """What a stretch of the copy is beside the original."""

    MISSING = "missing"
    ADDED = "added"
    REPEATED = "repeated"
    MOVED = "moved"
    REPLACED = "replaced"
    SILENCED = "silenced"
    SPEED = "speed"
    PITCH = "pitch"


class Why(StrEnum):
    """Why a stretch, or a whole file, cannot be compared."""

    NOISE = "noise"
    QUIET = "quiet"
    MASKED = "masked"
    SHORT = "short"
    SILENT = "silent"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Alignment:
    """How the clocks of the two lie.

    ``offset_s`` is the moment in the original at which the copy's second 0 lies by its first piece that follows;
    ``drift_ppm`` the seconds of the original per second of the copy, minus one, in millionths; from ``copy_start_s`` to
    ``copy_end_s`` the copy lies within the original.
    """

    offset_s: float
    drift_ppm: float
    copy_start_s: float
    copy_end_s: float


@dataclass(frozen=True, slots=True)
class Followed:
    """A stretch of the copy that follows the original; ``confidence`` from 0 to 1."""

    copy: Span
    original: Span
    confidence: float


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference.

    ``copy`` is where it stands in the copy (of no length where something is missing), ``copy_range`` all places where
    it could as well begin or end, such as a pause; ``original`` what it is of the original.  ``seconds`` is how much
    is missing, added, or other; ``factor`` the ratio of speed or pitch.
    """

    kind: Kind
    grade: str
    copy: Span
    copy_range: Span
    original: Span
    seconds: float
    factor: float | None = None


@dataclass(frozen=True, slots=True)
class Unclear:
    """A stretch of the copy that cannot be checked."""

    copy: Span
    why: Why


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many seconds of the copy follow, cannot be told, or differ."""

    followed_s: float
    unclear_s: float
    differs_s: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """A whole answer.

    ``original_s`` and ``copy_s`` are the lengths of the files.  ``alignment`` is None unless they are of one
    conversation.  ``why`` says why nothing can be said, and ``which`` (``original``, ``copy``) of which file.
    """

    verdict: Verdict
    original_s: float
    copy_s: float
    alignment: Alignment | None = None
    map: tuple[Followed, ...] = ()
    differences: tuple[Difference, ...] = ()
    unclear: tuple[Unclear, ...] = ()
    coverage: Coverage = Coverage(0.0, 0.0, 0.0)
    why: Why | None = None
    which: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Give the answer as `json` takes it, seconds to a thousandth."""
        answer: dict[str, Any] = _rounded(asdict(self))
        return answer


def _rounded(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, (list, tuple)) else value
