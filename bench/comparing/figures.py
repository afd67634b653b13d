"""Shares with their intervals, and tables of them."""

import math
from collections.abc import Iterable, Sequence

Z = 1.959964


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """Give the 95 % interval of a share (Wilson 1927, score interval without correction).

    >>> [round(one, 4) for one in wilson(9, 10)]
    [0.5958, 0.9821]
    >>> [round(one, 4) for one in wilson(60, 60)]
    [0.9398, 1.0]
    """
    if not trials:
        return 0.0, 1.0
    share, square = hits / trials, Z * Z / trials
    middle = (share + square / 2) / (1 + square)
    half = Z * math.sqrt(share * (1 - share) / trials + square / trials / 4) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)


def share(hits: int, trials: int) -> str:
    """Write a share with its interval.

    >>> share(9, 10)
    '90.0 % (60–98)'
    """
    if not trials:
        return "–"
    low, high = wilson(hits, trials)
    return f"{100 * hits / trials:.1f} % ({100 * low:.0f}–{100 * high:.0f})"


def mean_interval(values: Sequence[float]) -> str:
    """Write a mean with its 95 % interval, in percent (normal, over trials)."""
    if not values:
        return "–"
    mean = sum(values) / len(values)
    spread = math.sqrt(sum((one - mean) ** 2 for one in values) / max(1, len(values) - 1) / len(values))
    return f"{100 * mean:.2f} ± {100 * Z * spread:.2f} %"


def rate_interval(events: int, hours: float) -> str:
    """Write how many events an hour, with a 95 % interval (Poisson, by Wilson and Hilferty's cube root).

    >>> rate_interval(0, 20)
    '0.00 (0.00–0.18)'
    """
    if not hours:
        return "–"

    def bound(count: float, z: float) -> float:
        return count * (1 - 1 / (9 * count) + z / (3 * math.sqrt(count))) ** 3 if count else 0.0

    return f"{events / hours:.2f} ({bound(events, -Z) / hours:.2f}–{bound(events + 1, Z) / hours:.2f})"


def quantile(values: Iterable[float], part: float) -> float | None:
    """Give a quantile of values by the nearest rank; None of nothing.

    >>> quantile([3, 1, 2], 0.5)
    2
    """
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else None


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table in Markdown."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(str(one) for one in row) + " |" for row in rows]
    return "\n".join(lines)


def milli(seconds: float | None) -> str:
    """Write seconds as milliseconds."""
    return "–" if seconds is None else f"{1000 * seconds:.0f}"
