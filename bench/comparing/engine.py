"""Asks the engine: the one place that knows how it is called."""

import time
from typing import Any, Final

from bench.comparing.codecs import ENGINE_RATE
from bench.comparing.talkers import Samples

from tweespoor.sound.compare import compare, listen
from tweespoor.sound.comparison import Comparison

_BLOCK: Final = 10 * ENGINE_RATE


def features(sound: Samples) -> Any:  # noqa: ANN401 - what it holds is the engine's own
    """Hear a sound at the engine's rate, in blocks."""
    return listen(sound[at : at + _BLOCK] for at in range(0, len(sound), _BLOCK))


def answer(original: Any, sound: Samples) -> tuple[Comparison, float]:  # noqa: ANN401 - as above
    """Compare a copy with what was heard of the original; give the answer and the processor's seconds."""
    begin = time.process_time()
    said = compare(original, features(sound))
    return said, time.process_time() - begin
