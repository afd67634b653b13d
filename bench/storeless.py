"""The product's entrance with everything but the store: parsed, judged, chained and sealed, then thrown away."""

from collections.abc import Sequence

from tweespoor.tape import spool
from tweespoor.tape.spool import Write
from tweespoor.tape.track import Chain, Point


def add(_: spool.Spool, writes: Sequence[Write], tip: Point) -> None:
    """Say that it is durable, at once."""
    chain: Chain = writes[0].chain
    assert chain.tip == tip
    for write in writes:
        if write.point is not None:
            chain.tip = chain.durable = write.point
        write.done = True


spool.Spool.add = add  # type: ignore[method-assign,assignment]  # that is what this measures

from tweespoor.web.asgi import application  # noqa: E402 - only once the store is gone

__all__ = ["application"]
