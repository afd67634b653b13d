"""What was heard of a recording comes back from its bytes as it was."""

import io

import numpy as np
import pytest

from tweespoor.errors import UnreadableError
from tweespoor.sound import features, heard, voices


@pytest.fixture(scope="module")
def recording() -> features.Features:
    sound = voices.say("dit is wat er gezegd werd, en daarna was het stil")[: 3 * voices.RATE : 3]
    return features.listen([sound.astype(np.float32)])


def test_it_comes_back_as_it_was(recording: features.Features) -> None:
    content = b"".join(heard.pieces(recording, b"loud"))
    again, loud = heard.read(io.BytesIO(content))
    assert loud == b"loud"
    assert again.seconds == recording.seconds
    assert np.array_equal(recording.shape, again.shape)
    assert np.array_equal(recording.power, again.power)
    assert np.array_equal(recording.floor, again.floor)
    assert np.array_equal(recording.peak, again.peak)
    assert heard.fits(len(content), content[: heard.HEAD])


def test_what_is_something_else_does_not_fit(recording: features.Features) -> None:
    content = b"".join(heard.pieces(recording, b"loud"))
    other = content[:10] + b"?" + content[11:]
    assert not heard.fits(len(content) - 1, content[: heard.HEAD])
    assert not heard.fits(len(other), other[: heard.HEAD])
    assert not heard.fits(0, b"")
    for broken in (content[:-1], other, b""):
        with pytest.raises(UnreadableError):
            heard.read(io.BytesIO(broken))
