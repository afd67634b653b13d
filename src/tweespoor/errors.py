"""The few errors that are raised; what they say tells what to do, never contents or names."""

from typing import Protocol


class Judged(Protocol):
    """What an error of refusal needs to know of a verdict: the codes of its obstacles, and their clauses."""

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all obstacles, such as ``1b.consent-missing``."""

    @property
    def clauses(self) -> tuple[str, ...]:
        """The numbers of the clauses that stand in the way, such as ``1b``."""


class TweespoorError(Exception):
    """Something that this package raises on purpose."""


class Refused(TweespoorError):  # noqa: N818 - the answer of a rule, read as «refused», not a fault
    """The conditions do not allow it; the verdict says under which clauses.

    One middleware turns it into an answer; no view catches it.
    """

    def __init__(self, verdict: Judged) -> None:
        super().__init__(", ".join(verdict.codes))
        self.verdict = verdict

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all obstacles."""
        return self.verdict.codes


class DamagedError(TweespoorError):
    """Bytes do not verify: where they stand, what was expected and what was found there.

    ``expected`` and ``found`` are hashes, numbers, types or names of fields, never contents.
    """

    def __init__(self, where: str, expected: str, found: str) -> None:
        super().__init__(f"{where}: expected {expected}, found {found}")
        self.where = where
        self.expected = expected
        self.found = found

    def __reduce__(self) -> tuple[type["DamagedError"], tuple[str, str, str]]:
        return type(self), (self.where, self.expected, self.found)


class NewerError(DamagedError):
    """Bytes that may well be right, but say something that only a newer version knows."""


class UnreadableError(TweespoorError):
    """A file or body is not sound, or it holds pictures (clause 2a); ``code`` is the obstacle when there is one."""

    def __init__(self, reason: str, code: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class UnknownError(TweespoorError):
    """It is not there, or it is not yours: the same answer to both, so that nobody can find out which."""

    def __init__(self) -> None:
        super().__init__("not found")
